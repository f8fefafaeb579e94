import { createHash, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { auditPath, canonicalJson, leafHash, treeHash } from "./merkleTree.ts";
import type { LogEntryBody, TrialLogEntry } from "./transparencyLog.ts";

/** A transparency log as Rekor v2 is one: proofs against a signed checkpoint, no promise and no time. */
export interface TrialTileLog {
  readonly publicKey: KeyObject;
  /** Key identifier of a signed note with an Ed25519 key. */
  readonly id: Buffer;
  /** What the checkpoints call the log. */
  readonly url: string;
  /** Adds an entry and gives it with its proof. */
  add(body: LogEntryBody): Omit<TrialLogEntry, "inclusionPromise">;
}

const host = "log2026-1.trial.localhost";

/** Creates an empty log with a fresh Ed25519 key; it remembers its leaves as long as it lives. */
export function createTrialTileLog(): TrialTileLog {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const raw = publicKey.export({ type: "spki", format: "der" }).subarray(-32);
  const id = createHash("sha256")
    .update(Buffer.concat([Buffer.from(`${host}\n\u0001`, "latin1"), raw]))
    .digest();
  const leaves: Buffer[] = [];
  return {
    publicKey,
    id,
    url: `https://${host}`,
    add(entry) {
      const body = Buffer.from(canonicalJson(entry), "utf8");
      const index = leaves.push(leafHash(body)) - 1;
      const root = treeHash(leaves).toString("base64");
      const note = `${host}\n${leaves.length}\n${root}\n`;
      const signed = Buffer.concat([id.subarray(0, 4), sign(null, Buffer.from(note, "utf8"), privateKey)]);
      return {
        logIndex: String(index),
        logId: { keyId: id.toString("base64") },
        kindVersion: { kind: entry.kind, version: entry.apiVersion },
        integratedTime: "0",
        inclusionProof: {
          logIndex: String(index),
          rootHash: root,
          treeSize: String(leaves.length),
          hashes: auditPath(index, leaves).map((node) => node.toString("base64")),
          checkpoint: { envelope: `${note}\n\u2014 ${host} ${signed.toString("base64")}\n` },
        },
        canonicalizedBody: body.toString("base64"),
      };
    },
  };
}
