import { systemClock } from "../../adapters/clock.ts";
import { openService } from "../../adapters/services/services.ts";
import {
  executeCertification,
  prepareCertification,
  type PreparedCertification,
} from "../../application/certifyKey.ts";
import { AppError } from "../../application/errors.ts";
import type { SigningService } from "../../application/signingService.ts";
import { printable } from "../../core/report/words.ts";
import { exitCodes } from "../exitCodes.ts";
import type { Host } from "../host.ts";
import { durationOf, formatOf, parseOptions } from "../options.ts";
import { printJson } from "../output.ts";
import { readSigningWorkspace } from "../signSettings.ts";

const hour = 3_600_000;

/** `countersign certify KEY`: has a key certified by an authority of its service. The key stays there; the person confirms. */
export async function certify(args: readonly string[], host: Host): Promise<number> {
  const { values, positionals } = parseOptions("certify", args, {
    service: { type: "string" },
    role: { type: "string" },
    "common-name": { type: "string" },
    "expires-in": { type: "string" },
    "dry-run": { type: "boolean" },
    yes: { type: "boolean" },
    format: { type: "string" },
  });
  const format = formatOf("certify", values.format, ["text", "json"]);
  const [key, ...others] = positionals;
  const { service: name, role, "common-name": commonName, "expires-in": expiresIn } = values;
  if (key === undefined || others.length > 0) throw usage("Name one key to certify.");
  if (name === undefined) throw usage("Name the signing service with --service.");
  if (role === undefined) throw usage("Name the role of its authority with --role.");
  const span = expiresIn === undefined ? undefined : durationOf("certify", "--expires-in", expiresIn);
  if (span !== undefined && (span < hour || span % hour !== 0)) throw usage("--expires-in is in whole hours.");
  const { configuration } = await readSigningWorkspace({}, host);
  const place = { environment: host.environment, platform: process.platform };
  const person = host.person === undefined ? {} : { person: host.person };
  const service = await openService(name, { configuration, place, root: host.cwd, ...person });
  const wish = {
    key,
    role,
    ...(commonName === undefined ? {} : { commonName }),
    ...(span === undefined ? {} : { hours: span / hour }),
  };
  const options = { signal: host.signal };
  const prepared = await prepareCertification({ service }, wish, options);
  const told = { version: 1, service: name, key, authority: prepared.authority, role, replaces: prepared.replaces };
  const isPlan = values["dry-run"] === true;
  if (format === "text") await host.output(planText(prepared, service));
  if (isPlan) {
    if (format === "json") await printJson({ ...told, status: "planned" }, host);
    return exitCodes.clean;
  }
  if (values.yes !== true && !(await isConfirmed(prepared, service, host))) {
    if (format === "json") await printJson({ ...told, status: "declined" }, host);
    else await host.output("Nothing was changed.\n");
    return exitCodes.found;
  }
  const { chain, serial } = await executeCertification({ service, clock: systemClock }, prepared, options);
  if (format === "json") await printJson({ ...told, status: "certified", serial, certificateChain: chain }, host);
  else await host.output(`Certified key '${printable(key)}' with certificate ${serial}.\n`);
  return exitCodes.clean;
}

function planText({ key, wish, authority, replaces }: PreparedCertification, { name, origin }: SigningService): string {
  const lines = [
    `Key        ${key.name} (${key.spec}) of ${name}, ${origin}`,
    `Authority  ${authority}, role ${wish.role}`,
    `Name       ${wish.commonName ?? "as the role says"}`,
    `Good for   ${wish.hours === undefined ? "as long as the role says" : `${wish.hours} hours`}`,
    `Then       ${replaces ? "takes the place of the certificates that the key has" : "is the key's first certificate"}`,
  ];
  return `${lines.map(printable).join("\n")}\n`;
}

async function isConfirmed(
  { key, authority }: PreparedCertification,
  { name }: SigningService,
  host: Host,
): Promise<boolean> {
  if (host.person === undefined)
    throw new AppError("usage", "Nobody is here to confirm; nothing was changed. Say --yes where that is settled.");
  const prompt = `'yes' to have it issued by ${authority} and set`;
  const about = `the certificate of key '${key.name}'`;
  const answer = await host.person.answer({ service: name, prompt, about, secret: false }, { signal: host.signal });
  return answer?.trim().toLowerCase() === "yes";
}

function usage(message: string): AppError {
  return new AppError("usage", `${message} See 'countersign certify --help'.`);
}
