// What the scripts need from a Debian-like system: whether we may install packages, and installing them.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { withLock } from "./lock.mjs";
import { run } from "./processes.mjs";
import { root } from "./root.mjs";

/** Something that this machine lacks and that cannot be installed from here. Says what is missing. */
export class Unavailable extends Error {}

/** The full path of a program on PATH, or undefined. */
export function findProgram(name) {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    if (folder === "") continue;
    try {
      accessSync(join(folder, name), constants.X_OK);
      return join(folder, name);
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

/** Whether packages can be installed or fetched: apt is here, and we are root. */
export function isDebianRoot() {
  return process.getuid?.() === 0 && findProgram("apt-get") !== undefined;
}

/**
 * Sees to it that programs are on PATH, installing Debian packages where that is allowed.
 * Rejects with Unavailable, naming what is missing, where it cannot.
 * @param {Record<string, string>} programs program -> Debian package
 * @param {{ why: string, log: (line: string) => void }} options
 */
export async function ensurePrograms(programs, { why, log }) {
  const missing = () => Object.keys(programs).filter((program) => findProgram(program) === undefined);
  if (missing().length === 0) return;
  const packages = [...new Set(missing().map((program) => programs[program]))];
  const names = packages.join(", ");
  if (!isDebianRoot()) throw new Unavailable(`${why} needs ${missing().join(", ")} (Debian: ${names})`);
  log(`Installing ${names} with apt-get, because ${why} needs ${packages.length === 1 ? "it" : "them"}.`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  try {
    // apt-get fails where another is at it, and ours run side by side.
    await withLock(
      join(root, ".peers", "apt.lock"),
      async () => {
        if (missing().length === 0) return;
        await run("apt-get", ["-qq", "update"], { seconds: 120, env });
        await run("apt-get", ["-qq", "install", "-y", "--no-install-recommends", ...packages], { seconds: 300, env });
      },
      { seconds: 600, log },
    );
  } catch (error) {
    throw new Unavailable(`${why} needs ${names}, which apt-get could not install: ${error.message}`, { cause: error });
  }
  if (missing().length > 0)
    throw new Unavailable(`${why} needs ${missing().join(", ")}, absent even after installing ${names}`);
}
