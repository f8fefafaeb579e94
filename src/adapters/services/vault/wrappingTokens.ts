import { createHash } from "node:crypto";
import { mkdir, readFile, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../../application/errors.ts";
import type { Secrets } from "../../../application/ports.ts";
import { stateFolder, type StatePlace } from "../trialState.ts";

/**
 * Where wrapping tokens wait for their approval. Who has one can take the signature, so they are never part of a ticket,
 * which people pass on.
 */
export interface WrappingTokens {
  save(accessor: string, token: string): Promise<void>;
  load(accessor: string): Promise<string | undefined>;
  remove(accessor: string): Promise<void>;
}

/** In the store of secrets where there is one, else in files that only their owner may read. */
export function openWrappingTokens(origin: string, place: StatePlace, secrets?: Secrets): WrappingTokens {
  if (secrets === undefined) return inFiles(origin, place);
  const name = (accessor: string): string => `vault wrapping-token ${accessor}`;
  return {
    save: (accessor, token) => secrets.set(origin, name(accessor), token),
    load: (accessor) => secrets.get(origin, name(accessor)),
    remove: (accessor) => secrets.delete(origin, name(accessor)),
  };
}

const maximumToken = 16_384;

function inFiles(origin: string, place: StatePlace): WrappingTokens {
  const folder = join(stateFolder(place), "wrapping-tokens");
  // Both come from outside: neither may choose where we read and write.
  const fileOf = (accessor: string): string =>
    join(
      folder,
      createHash("sha256")
        .update(JSON.stringify([origin, accessor]))
        .digest("hex"),
    );
  return {
    async save(accessor, token) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await checkOwner(folder, place);
      await rm(fileOf(accessor), { force: true });
      await writeFile(fileOf(accessor), token, { mode: 0o600, flag: "wx" });
    },
    async load(accessor) {
      try {
        const text = await readFile(fileOf(accessor), "utf8");
        return text.length <= maximumToken ? text : undefined;
      } catch (cause) {
        if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
        throw new AppError("file-unreadable", `Could not read the secret of request ${accessor}.`, { cause });
      }
    },
    async remove(accessor) {
      await rm(fileOf(accessor), { force: true });
      // Left where others still wait in it.
      await rmdir(folder).catch(() => undefined);
    },
  };
}

/** Windows has no such bits; the folder of the user's profile is the user's there. */
async function checkOwner(folder: string, { platform }: StatePlace): Promise<void> {
  if (platform === "win32") return;
  const { mode, uid } = await stat(folder);
  if ((mode & 0o077) !== 0 || (process.getuid !== undefined && uid !== process.getuid()))
    throw new AppError(
      "configuration",
      `Others may use ${folder}, so secrets are not kept there. Set COUNTERSIGN_STATE_DIR to a folder of your own.`,
    );
}
