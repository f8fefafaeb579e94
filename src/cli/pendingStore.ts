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
  /** Throws AppError `file-unwritable`. */
  save(pending: PendingRecord): Promise<void>;
  /** AppError `usage` where there is none with this ticket, `configuration` where it cannot be read. */
  load(id: string): Promise<PendingRecord>;
  remove(id: string): Promise<void>;
  /** Removes what waits at a service that is gone. */
  removeAllOf(service: string): Promise<void>;
}

/** The store in the state folder of the person who runs the command. */
export function openPendingStore(place: StatePlace): PendingStore {
  const folder = join(stateFolder(place), "pending");
  // A ticket's id comes from a service: it must not choose where we write.
  const fileOf = (id: string): string => join(folder, `${Buffer.from(id, "utf8").toString("hex").slice(0, 200)}.json`);
  return {
    async save(pending) {
      const file = fileOf(pending.ticket.id);
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        // Whole or not at all: half a record would lose a signature.
        await writeFile(`${file}.new`, JSON.stringify(pending), { mode: 0o600, flush: true });
        await rename(`${file}.new`, file);
      } catch (cause) {
        await rm(`${file}.new`, { force: true }).catch(() => undefined);
        const why = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown reason";
        throw new AppError("file-unwritable", `Could not write ${file} (${why}); check the disk and its permissions.`, {
          cause,
        });
      }
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
      const names = await readdir(folder).catch(() => []);
      for (const name of names) {
        const pending = readRecord(await readFile(join(folder, name)));
        if (pending?.ticket.service === service) await rm(join(folder, name), { force: true });
      }
    },
  };
}

function readRecord(text: Buffer): PendingRecord | undefined {
  return readPendingRecord(readJson(text));
}
