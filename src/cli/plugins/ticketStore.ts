import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stateFolder, type StatePlace } from "../../adapters/services/trialState.ts";
import { AppError } from "../../application/errors.ts";
import type { TicketStore } from "../../application/signMessage.ts";
import type { Ticket } from "../../application/signingService.ts";
import { isJsonObject, readJson } from "../../core/json.ts";

/** Tickets of requests that other programs made through a plug-in of ours, kept between runs. They hold no secret. */
export function openTicketStore(service: string, place: StatePlace): TicketStore {
  const folder = join(stateFolder(place), "plugin-tickets");
  // The name is of our own making, 64 hexadecimal digits: no service chooses where we write.
  const fileOf = (requestHash: string): string => join(folder, `${requestHash}.json`);
  return {
    async find(requestHash) {
      let bytes: Buffer;
      try {
        bytes = await readFile(fileOf(requestHash));
      } catch {
        return undefined;
      }
      const ticket = readTicket(readJson(bytes));
      if (ticket?.requestHash !== requestHash)
        throw new AppError(
          "configuration",
          `The ticket of the request that waits cannot be read: ${fileOf(requestHash)}. Nothing was sent; remove the file to ask anew.`,
        );
      return ticket.service === service ? ticket : undefined;
    },
    async save(ticket) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeFile(fileOf(ticket.requestHash), JSON.stringify(ticket), { mode: 0o600 });
    },
    remove: (requestHash) => rm(fileOf(requestHash), { force: true }),
  };
}

function readTicket(value: unknown): Ticket | undefined {
  if (!isJsonObject(value)) return undefined;
  const { service, id, requestHash, state } = value;
  if (typeof service !== "string" || typeof id !== "string" || typeof requestHash !== "string") return undefined;
  return { service, id, requestHash, ...(typeof state === "string" ? { state } : {}) };
}
