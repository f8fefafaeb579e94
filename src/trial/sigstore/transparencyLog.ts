import { createHash, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { auditPath, canonicalJson, leafHash, treeHash } from "./merkleTree.ts";

/** A log entry as bundles carry it (rekor.v1.TransparencyLogEntry in protobuf's JSON). */
export interface TrialLogEntry {
  readonly logIndex: string;
  readonly logId: { readonly keyId: string };
  readonly kindVersion: { readonly kind: string; readonly version: string };
  readonly integratedTime: string;
  readonly inclusionPromise: { readonly signedEntryTimestamp: string };
  readonly inclusionProof: {
    readonly logIndex: string;
    readonly rootHash: string;
    readonly treeSize: string;
    readonly hashes: readonly string[];
    readonly checkpoint: { readonly envelope: string };
  };
  readonly canonicalizedBody: string;
}

/** The body of an entry: Rekor's kinds `dsse` and `hashedrekord`, version 0.0.1. */
export interface LogEntryBody {
  readonly apiVersion: string;
  readonly kind: string;
  readonly spec: object;
}

/** A transparency log as Rekor v1 is one: promises with a time, and proofs against a signed checkpoint. */
export interface TrialTransparencyLog {
  readonly publicKey: KeyObject;
  readonly id: Buffer;
  readonly url: string;
  /** Adds an entry and gives it with promise and proof. */
  add(body: LogEntryBody, at: Date): TrialLogEntry;
}

const host = "rekor.trial.localhost";

/** Creates an empty log with a fresh P-256 key; it remembers its leaves as long as it lives. */
export function createTrialTransparencyLog(): TrialTransparencyLog {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const id = createHash("sha256")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest();
  const leaves: Buffer[] = [];
  return {
    publicKey,
    id,
    url: `https://${host}`,
    add(entry, at) {
      const body = Buffer.from(canonicalJson(entry), "utf8");
      const index = leaves.push(leafHash(body)) - 1;
      const integratedTime = Math.floor(at.getTime() / 1000);
      const promised = {
        body: body.toString("base64"),
        integratedTime,
        logID: id.toString("hex"),
        logIndex: index,
      };
      const root = treeHash(leaves);
      const note = `${host} - 1\n${leaves.length}\n${root.toString("base64")}\n`;
      const signed = Buffer.concat([id.subarray(0, 4), sign("sha256", Buffer.from(note, "utf8"), privateKey)]);
      return {
        logIndex: String(index),
        logId: { keyId: id.toString("base64") },
        kindVersion: { kind: entry.kind, version: entry.apiVersion },
        integratedTime: String(integratedTime),
        inclusionPromise: {
          signedEntryTimestamp: sign("sha256", Buffer.from(canonicalJson(promised), "utf8"), privateKey).toString(
            "base64",
          ),
        },
        inclusionProof: {
          logIndex: String(index),
          rootHash: root.toString("base64"),
          treeSize: String(leaves.length),
          hashes: auditPath(index, leaves).map((node) => node.toString("base64")),
          checkpoint: { envelope: `${note}\n\u2014 ${host} ${signed.toString("base64")}\n` },
        },
        canonicalizedBody: body.toString("base64"),
      };
    },
  };
}
