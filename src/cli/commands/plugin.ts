import { homedir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { notationPluginFile } from "../../adapters/services/notationPlugin/location.ts";
import { AppError } from "../../application/errors.ts";
import { exitCodes } from "../exitCodes.ts";
import type { Host } from "../host.ts";
import { formatOf, parseOptions } from "../options.ts";
import { printJson } from "../output.ts";
import { removeLauncher, writeLauncher } from "../plugins/launcher.ts";

const kinds = ["notation", "sigstore-kms"] as const;

/** `countersign plugin install|remove notation|sigstore-kms`: lets notation and cosign sign through signing services. */
export async function plugin(args: readonly string[], host: Host): Promise<number> {
  const { values, positionals } = parseOptions("plugin", args, {
    folder: { type: "string" },
    format: { type: "string" },
  });
  const format = formatOf("plugin", values.format, ["text", "json"]);
  const [action, name, ...others] = positionals;
  const kind = kinds.find((each) => each === name);
  if ((action !== "install" && action !== "remove") || kind === undefined || others.length > 0)
    throw new AppError(
      "usage",
      "Say 'install' or 'remove', and 'notation' or 'sigstore-kms'; see 'countersign plugin --help'.",
    );
  if (process.platform === "win32")
    throw new AppError(
      "configuration",
      "notation and cosign take only programs (.exe) as plug-ins on Windows, which countersign is not there. Sign with 'countersign sign'.",
    );
  const file = fileOf(kind, values.folder, host);
  if (action === "remove") {
    const removed = await removeLauncher(file);
    if (format === "json") await printJson({ status: removed ? "removed" : "absent", file }, host);
    else await host.output(removed ? `Removed ${file}.\n` : `There is no plug-in at ${file}.\n`);
    return exitCodes.clean;
  }
  await writeLauncher(file, [process.execPath, resolve(process.argv[1] ?? ""), `__${kind}-plugin`]);
  const onPath = kind === "notation" || isOnPath(join(file, ".."), host);
  if (format === "json") await printJson({ status: "installed", file, found: onPath }, host);
  else await host.output(installedText(kind, file, onPath));
  return exitCodes.clean;
}

function fileOf(kind: (typeof kinds)[number], folder: string | undefined, host: Host): string {
  const { environment, cwd } = host;
  if (kind === "notation") {
    if (folder === undefined) return notationPluginFile("countersign", { environment, platform: process.platform });
    return join(resolve(cwd, folder), "notation-countersign");
  }
  const chosen = folder === undefined ? join(environment["HOME"] ?? homedir(), ".local", "bin") : resolve(cwd, folder);
  return join(chosen, "sigstore-kms-countersign");
}

function isOnPath(folder: string, { environment, cwd }: Host): boolean {
  return (environment["PATH"] ?? "").split(delimiter).some((each) => each !== "" && resolve(cwd, each) === folder);
}

function installedText(kind: (typeof kinds)[number], file: string, onPath: boolean): string {
  if (kind === "notation")
    return `Installed ${file}.
Sign with a key of a signing service:
  notation sign --plugin countersign --id SERVICE/KEY IMAGE
`;
  const advice = onPath ? "" : `Its folder is not on PATH; add it, or cosign does not find the program.\n`;
  return `Installed ${file}.
${advice}Sign with a key of a signing service:
  cosign sign --key countersign://SERVICE/KEY IMAGE
`;
}
