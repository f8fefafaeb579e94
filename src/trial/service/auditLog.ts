import { createHash } from "node:crypto";
import type { AuditEntry } from "../../application/signingService.ts";
import { isJsonObject, readJson } from "../../core/json.ts";

/** An audit entry in its chain: `hash` covers the entry and the hash of the one before. */
export interface ChainedEntry extends AuditEntry {
  readonly requestHash?: string;
  /** Justification, comment, or what the actor was told. */
  readonly note?: string;
  readonly previous: string;
  readonly hash: string;
}

/** What is recorded; number, time and chain are added. */
type AuditEvent = Omit<ChainedEntry, "id" | "at" | "previous" | "hash">;

/** An append-only, hash-chained log. */
export interface AuditLog {
  /** Records an event and gives the entry's id. */
  record(event: AuditEvent): string;
  entries(): readonly ChainedEntry[];
}

/** What precedes the first entry. */
const beginning = "0".repeat(64);

/** Creates an empty log; `append` receives each entry as one line of JSON, before `record` returns. */
export function createAuditLog(options: {
  readonly now: () => Date;
  readonly append?: (line: string) => void;
}): AuditLog {
  const entries: ChainedEntry[] = [];
  return {
    record: (event) => {
      const previous = entries.at(-1)?.hash ?? beginning;
      const id = `audit-${entries.length + 1}`;
      const body = { id, at: options.now().toISOString(), ...event, previous };
      const entry = { ...body, hash: hashOf(body) };
      options.append?.(`${JSON.stringify(entry)}\n`);
      entries.push(entry);
      return id;
    },
    entries: () => [...entries],
  };
}

/**
 * Checks a log, one JSON entry per line: each entry's hash and its link to the one before. `brokenAt` is the 1-based
 * line that does not fit. A log cut off at its end still fits: compare the last hash with one noted elsewhere.
 */
export function verifyAuditChain(text: string): {
  readonly valid: boolean;
  readonly entries: number;
  readonly brokenAt?: number;
} {
  const lines = text.split("\n").filter((line) => line !== "");
  let previous = beginning;
  for (const [index, line] of lines.entries()) {
    const entry = readJson(line);
    if (!isJsonObject(entry)) return { valid: false, entries: lines.length, brokenAt: index + 1 };
    const { hash, ...body } = entry;
    const fits = body["previous"] === previous && body["id"] === `audit-${index + 1}` && hash === hashOf(body);
    if (!fits) return { valid: false, entries: lines.length, brokenAt: index + 1 };
    previous = String(hash);
  }
  return { valid: true, entries: lines.length };
}

/** Members in the order of their names, so that the hash does not depend on who wrote the JSON. */
function hashOf(body: object): string {
  const members = Object.entries(body).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(members)).digest("hex");
}
