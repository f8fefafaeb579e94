import { createNodeWire } from "../../adapters/registry/nodeWire.ts";
import { networkZone } from "../../adapters/registry/endpoint.ts";
import { readPublicGoodRoot, storePublicGoodRoot } from "../../adapters/trustedRoot/storedRoot.ts";
import { AppError } from "../../application/errors.ts";
import { describeAge, describeTime, printable } from "../../core/report/words.ts";
import { publicGoodRepository } from "../../core/signature/publicGoodRoot.ts";
import { exitCodes } from "../exitCodes.ts";
import type { Host } from "../host.ts";
import { formatOf, oneOf, parseOptions } from "../options.ts";
import { printJson } from "../output.ts";
import { version } from "../version.ts";

/** `countersign trust show|update`: which trusted root of the public Sigstore instance is in use, and a newer one. */
export async function trustRoot(args: readonly string[], host: Host): Promise<number> {
  const { values, positionals } = parseOptions("trust", args, {
    mirror: { type: "string" },
    format: { type: "string" },
  });
  const format = formatOf("trust", values.format, ["text", "json"]);
  const [action, ...others] = positionals;
  if (action === undefined || others.length > 0)
    throw new AppError("usage", "Say what to do: show or update; see 'countersign trust --help'.");
  const place = { environment: host.environment, platform: process.platform };
  if (oneOf("trust", "the action", action, ["show", "update"]) === "update") {
    const { mirror, root } = publicGoodRepository();
    const address = mirrorOf(values.mirror ?? mirror);
    const wire = createNodeWire({ environment: host.environment });
    // Loaded for this alone.
    const { updateTrustedRoot } = await import("../../adapters/trustedRoot/updateTrustedRoot.ts");
    const options = { signal: host.signal, userAgent: `countersign/${version}` };
    const updated = await updateTrustedRoot({ mirror: address, root }, wire, options);
    await storePublicGoodRoot(place, updated.trustedRoot, new Date());
  }
  const { name, source, date } = await readPublicGoodRoot(place);
  if (format === "json") await printJson({ version: 1, name, source, date }, host);
  else if (date !== undefined)
    await host.output(
      `Trusted root '${name}': ${printable(source)}, of ${describeTime(date)} (${describeAge(date, new Date())})\n`,
    );
  return exitCodes.clean;
}

/** What comes is signed; that nobody sees who asks, and answers with old files, TLS is for. */
function mirrorOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isFit = url?.protocol === "https:" || (url?.protocol === "http:" && networkZone(url.hostname) === "machine");
  if (url === undefined || !isFit || url.username !== "" || url.password !== "")
    throw new AppError(
      "usage",
      "--mirror must be an https address without credentials; see 'countersign trust --help'.",
    );
  return url.href;
}
