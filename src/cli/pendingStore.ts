import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stateFolder, type StatePlace } from "../adapters/services/trialState.ts";
import { AppError } from "../application/errors.ts";
import { readPendingSigning, type PendingSigning } from "../application/pendingSigning.ts";
import { readJson } from "../core/json.ts";

/** Signings that wait for an approval, kept between runs of the command line. They hold no secret, and only their owner may change them. */
export interface PendingStore {
  save(pending: PendingSigning): Promise<void>;
  /** AppError `usage` where there is none with this ticket, `configuration` where it cannot be read. */
  load(id: string): Promise<PendingSigning>;
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
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeFile(fileOf(pending.ticket.id), JSON.stringify(pending), { mode: 0o600 });
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
      const pending = readPendingSigning(readJson(text));
      if (pending?.ticket.id === id) return pending;
      throw new AppError("configuration", `The record of ticket '${id}' cannot be read: ${fileOf(id)}.`);
    },
    remove: (id) => rm(fileOf(id), { force: true }),
    async removeAllOf(service) {
      const names = await readdir(folder).catch(() => []);
      for (const name of names) {
        const pending = readPendingSigning(readJson(await readFile(join(folder, name))));
        if (pending?.ticket.service === service) await rm(join(folder, name), { force: true });
      }
    },
  };
}
