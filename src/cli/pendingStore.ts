import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stateFolder, type StatePlace } from "../adapters/services/trialState.ts";
import { AppError } from "../application/errors.ts";
import { readPendingRecord, type PendingRecord } from "../application/pendingRecord.ts";
import { readJson } from "../core/json.ts";

/**
 * Signings that wait for an approval, or that were signed and are not attached, kept between runs of the command line.
 * They hold no secret, and only their owner may change them.
 */
export interface PendingStore {
  /** Makes sure that a record can be kept, before anything is asked for that would be lost without. Throws AppError `file-unwritable`. */
  prepare(): Promise<void>;
  /** The oldest record that `fits`; what cannot be read is passed over. */
  find(fits: (pending: PendingRecord) => boolean): Promise<PendingRecord | undefined>;
  /** Throws AppError `file-unwritable`. */
  save(pending: PendingRecord): Promise<void>;
  /** AppError `usage` where there is none with this ticket, `configuration` where it cannot be read. */
  load(id: string): Promise<PendingRecord>;
  remove(id: string): Promise<void>;
  /** Removes what waits at a service that is gone. */
  removeAllOf(service: string): Promise<void>;
}

/** Longer than a record is. */
const probeLength = 64 * 1024;

/** The store in the state folder of the person who runs the command. */
export function openPendingStore(place: StatePlace): PendingStore {
  const folder = join(stateFolder(place), "pending");
  // A ticket's id comes from a service: it must not choose where we write.
  const fileOf = (id: string): string => join(folder, `${Buffer.from(id, "utf8").toString("hex").slice(0, 200)}.json`);
  /** Writes to a file beside it first, and gives that back where `done` does not take it away. */
  const write = async (file: string, text: string, done: (written: string) => Promise<void>): Promise<void> => {
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeFile(`${file}.new`, text, { mode: 0o600, flush: true });
      await done(`${file}.new`);
    } catch (cause) {
      await rm(`${file}.new`, { force: true }).catch(() => undefined);
      const why = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown reason";
      throw new AppError(
        "file-unwritable",
        `Could not write ${file} (${why}), where signings are kept that are not done; check the disk and its permissions, or set COUNTERSIGN_STATE_DIR to another folder.`,
        { cause },
      );
    }
  };
  const records = async (): Promise<readonly { readonly path: string; readonly pending: PendingRecord }[]> => {
    const names = await readdir(folder).catch(() => []);
    const read = names.map(async (name) => {
      const path = join(folder, name);
      const pending = name.endsWith(".json")
        ? readRecord(await readFile(path).catch(() => Buffer.alloc(0)))
        : undefined;
      return pending === undefined ? [] : [{ path, pending }];
    });
    return (await Promise.all(read)).flat();
  };
  return {
    prepare: () => write(join(folder, `probe-${process.pid}`), " ".repeat(probeLength), (written) => rm(written)),
    async find(fits) {
      const found = (await records()).map(({ pending }) => pending).filter((pending) => fits(pending));
      return found.toSorted((one, other) => (one.requestedAt < other.requestedAt ? -1 : 1))[0];
    },
    // Whole or not at all: half a record would lose a signature.
    save: (pending) => {
      const file = fileOf(pending.ticket.id);
      return write(file, JSON.stringify(pending), (written) => rename(written, file));
    },
    async load(id) {
      let text: Buffer;
      try {
        text = await readFile(fileOf(id));
      } catch (cause) {
        throw new AppError(
          "usage",
          `No signing with the ticket '${id}' waits here; it may be done, or was asked for elsewhere.`,
          {
            cause,
          },
        );
      }
      const pending = readRecord(text);
      if (pending?.ticket.id === id) return pending;
      throw new AppError("configuration", `The record of ticket '${id}' cannot be read: ${fileOf(id)}.`);
    },
    remove: (id) => rm(fileOf(id), { force: true }),
    async removeAllOf(service) {
      for (const { path, pending } of await records())
        if (pending.ticket.service === service) await rm(path, { force: true });
    },
  };
}

function readRecord(text: Buffer): PendingRecord | undefined {
  return readPendingRecord(readJson(text));
}
