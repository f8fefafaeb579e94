import { basename } from "node:path";

const commands: ReadonlyMap<string, string> = new Map([
  ["notation-countersign", "__notation-plugin"],
  ["sigstore-kms-countersign", "__sigstore-kms-plugin"],
]);

/** The command that the program is started for by another name of its file; undefined under its own name. */
export function pluginCommand(file: string | undefined): string | undefined {
  return commands.get(basename(file ?? "").replace(/\.(?:exe|cjs|js)$/i, ""));
}
