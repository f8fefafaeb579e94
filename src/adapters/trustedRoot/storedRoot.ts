import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { isJsonObject, readJson, textOrEmpty } from "../../core/json.ts";
import { publicGoodRoot } from "../../core/signature/publicGoodRoot.ts";
import type { NamedTrustedRoot } from "../../core/signature/trustMaterial.ts";

/** What the place of the refreshed root depends on. */
export interface RootPlace {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
}

/** The folder of a person's refreshed trusted root (XDG Base Directory Specification: data); nothing of a workspace. */
export function rootFolder({ environment, platform }: RootPlace): string {
  const home = environment["HOME"] ?? homedir();
  if (platform === "win32")
    return join(environment["LOCALAPPDATA"] ?? join(home, "AppData", "Local"), "countersign", "trust");
  if (platform === "darwin") return join(home, "Library", "Application Support", "countersign", "trust");
  const xdg = environment["XDG_DATA_HOME"];
  // The specification has relative paths ignored.
  return join(xdg?.startsWith("/") === true ? xdg : join(home, ".local", "share"), "countersign", "trust");
}

const maximumSize = 4 * 1024 * 1024;

/** The public-good root: the one that `trust update` kept, unless the one that the program carries is newer. */
export async function readPublicGoodRoot(place: RootPlace): Promise<NamedTrustedRoot> {
  const builtIn = publicGoodRoot();
  const path = join(rootFolder(place), "root.json");
  const text = await readFile(path, "utf8").catch(() => "");
  const stored = text.length > maximumSize ? undefined : readJson(text);
  if (!isJsonObject(stored)) return builtIn;
  const [updatedAt, rootText] = [textOrEmpty(stored["updatedAt"]), textOrEmpty(stored["trustedRoot"])];
  // An update of the program may bring what is newer than an update that was made by hand long ago.
  if (rootText === "" || !(Date.parse(updatedAt) > Date.parse(builtIn.date ?? ""))) return builtIn;
  return { name: builtIn.name, text: rootText, source: path, date: updatedAt };
}

/** Keeps a root that was just proven, whole or not at all. */
export async function storePublicGoodRoot(place: RootPlace, trustedRoot: string, now: Date): Promise<string> {
  const folder = rootFolder(place);
  const path = join(folder, "root.json");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const content = `${JSON.stringify({ updatedAt: now.toISOString(), trustedRoot }, undefined, 1)}\n`;
  await writeFile(`${path}.new`, content, { mode: 0o600 });
  await rename(`${path}.new`, path);
  return path;
}
