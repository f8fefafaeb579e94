import { createHash, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import type { LogEntryBody, TrialLogEntry } from "../../src/trial/sigstore/transparencyLog.ts";

/** A transparency log as Rekor v2 is one: proofs against a signed checkpoint, no promise and no time. */
export interface TestTileLog {
  readonly publicKey: KeyObject;
  /** Key identifier of a signed note with an Ed25519 key. */
  readonly id: Buffer;
  readonly url: string;
  add(body: LogEntryBody): Omit<TrialLogEntry, "inclusionPromise">;
}

const host = "log2026-1.trial.localhost";

/** Creates a log with a fresh Ed25519 key; each entry is the only one of its tree. */
export function createTestTileLog(): TestTileLog {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const raw = publicKey.export({ type: "spki", format: "der" }).subarray(-32);
  const id = createHash("sha256")
    .update(Buffer.concat([Buffer.from(`${host}\n\u0001`, "latin1"), raw]))
    .digest();
  return {
    publicKey,
    id,
    url: `https://${host}`,
    add(entry) {
      const body = Buffer.from(JSON.stringify(entry), "utf8");
      const root = createHash("sha256")
        .update(Buffer.concat([Buffer.from([0]), body]))
        .digest();
      const note = `${host}\n1\n${root.toString("base64")}\n`;
      const signed = Buffer.concat([id.subarray(0, 4), sign(null, Buffer.from(note, "utf8"), privateKey)]);
      return {
        logIndex: "0",
        logId: { keyId: id.toString("base64") },
        kindVersion: { kind: entry.kind, version: entry.apiVersion },
        integratedTime: "0",
        inclusionProof: {
          logIndex: "0",
          rootHash: root.toString("base64"),
          treeSize: "1",
          hashes: [],
          checkpoint: { envelope: `${note}\n\u2014 ${host} ${signed.toString("base64")}\n` },
        },
        canonicalizedBody: body.toString("base64"),
      };
    },
  };
}
