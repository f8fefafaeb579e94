import { decodeBase64 } from "../base64.ts";
import type { NotaryAuthority } from "../policy/policy.ts";
import type { FoundSignature } from "../signature/foundSignature.ts";
import { entrySigner } from "../signature/logEntry.ts";
import type { SignatureMaterial } from "../signature/material.ts";
import { withKnownLogs } from "../signature/sigstoreEngine.ts";
import { privateInstanceOf } from "../signature/sigstoreInstance.ts";
import { verifySignature, type Verification } from "../signature/verifySignature.ts";
import { assessNotary, type NotaryScene } from "./assessNotary.ts";
import { proofOf, type KeyDemand, type Keyring, type KnownKey } from "./keyring.ts";
import type { NotaryDecision } from "./notaryDecision.ts";
import type { Reason } from "./verdict.ts";

/** A signature with what its verification gave. */
export interface AssessedSignature {
  readonly found: FoundSignature;
  /** The best outcome over all keys and roots; what is said of the signature. */
  readonly outcome: Verification;
  /** Whether it is valid under one key, and under one trusted root: what authorities are compared with. */
  readonly validKey?: string;
  readonly validRoots: ReadonlyMap<string, Extract<Verification, { kind: "valid" }>>;
  /** Which of the keyring's demands a valid signature by a key fulfils (`proofOf`). */
  readonly proofs: ReadonlySet<string>;
  /** What the statements of Notary trust policies say of a Notary signature. */
  readonly notary?: ReadonlyMap<NotaryAuthority, NotaryDecision>;
}

const noProofs: ReadonlySet<string> = new Set();

/** From the best to the worst that can be said of a signature: one valid anchor is enough, and one definite objection tells more than "unknown". */
const ranks: Readonly<Record<Verification["kind"], number>> = {
  valid: 0,
  unsupported: 1,
  invalid: 2,
  "unknown-signer": 3,
};

/** Verifies a found signature under every key or root that could have made it, and a Notary one by the statements. */
export function assessSignature(found: FoundSignature, keyring: Keyring, notary: NotaryScene): AssessedSignature {
  const { content } = found;
  const { time } = notary;
  if (content.kind === "notary") return assessNotary(found, content.envelope, notary);
  if (content.kind !== "readable")
    return { found, outcome: { kind: content.kind, reason: content.reason }, validRoots: new Map(), proofs: noProofs };
  return content.material.signer.kind === "key"
    ? assessByKeys(found, content.material, keyring, time)
    : assessByRoots(found, content.material, keyring, time);
}

function assessByKeys(
  found: FoundSignature,
  material: SignatureMaterial,
  keyring: Keyring,
  time: Date,
): AssessedSignature {
  const claimed = claimedKey(material);
  const candidates = candidateKeys(claimed, keyring);
  const root = keyring.roots.get(keyring.defaultRoot ?? "");
  const validRoots = new Map<string, never>();
  let outcome: Verification | undefined;
  for (const { key, name, digests } of candidates) {
    const anchor = { kind: "key", key, name, lenient: true, ...(root === undefined ? {} : { root }) } as const;
    const tried = { ...material, alsoDigests: [...material.alsoDigests, ...digests] };
    const result = verifySignature(tried, anchor, time);
    if (result.kind === "valid") {
      const proofs = proofsOf(tried, key, keyring.demands, time);
      return { found, outcome: result, validKey: key.fingerprint, validRoots, proofs };
    }
    outcome ??= candidates.length === 1 ? result : { kind: "invalid", reason: noKeyFits };
  }
  return { found, outcome: outcome ?? unknownKey(claimed), validRoots, proofs: noProofs };
}

/** A demand is fulfilled by what the root itself knows: entries and stamps of others neither count nor spoil it. */
function proofsOf(
  material: SignatureMaterial,
  key: KnownKey["key"],
  demands: readonly KeyDemand[],
  time: Date,
): ReadonlySet<string> {
  const fulfilled = demands.filter(({ kind, root }) => {
    const anchor = { kind: "key", key, root, lenient: false } as const;
    if (kind === "timestamp") {
      const stamped = { ...material, logEntries: [] };
      return material.timestamps.length > 0 && verifySignature(stamped, anchor, time).kind === "valid";
    }
    const logged = { ...withKnownLogs(material, root), timestamps: [] };
    return logged.logEntries.length > 0 && verifySignature(logged, anchor, time).kind === "valid";
  });
  return new Set(fulfilled.map(({ kind, root }) => proofOf(kind, root.name)));
}

function assessByRoots(
  found: FoundSignature,
  material: SignatureMaterial,
  keyring: Keyring,
  time: Date,
): AssessedSignature {
  const validRoots = new Map<string, Extract<Verification, { kind: "valid" }>>();
  let best: Verification | undefined;
  for (const [name, root] of keyring.roots) {
    const result = verifySignature(material, { kind: "root", root }, time);
    if (result.kind === "valid") validRoots.set(name, result);
    if (best === undefined || ranks[result.kind] < ranks[best.kind]) best = result;
  }
  const unknown = best === undefined || best.kind === "unknown-signer";
  const instance = unknown ? privateInstanceOf(material.signer) : undefined;
  const outcome: Verification =
    instance === undefined
      ? (best ?? { kind: "unknown-signer", reason: noRoot })
      : { kind: "unsupported", reason: instance, ...(best?.signer === undefined ? {} : { signer: best.signer }) };
  return { found, outcome, validRoots, proofs: noProofs };
}

/** The fingerprint that the signature itself claims: by its hint, or by its log entry. Only ever used to choose what to try. */
function claimedKey({ signer, logEntries: [entry] }: SignatureMaterial): string | undefined {
  const hint = signer.kind === "key" && signer.hint !== undefined ? decodeBase64(signer.hint) : undefined;
  if (hint?.length === 32) return hint.toString("hex");
  const logged = entry === undefined ? undefined : entrySigner(entry);
  return logged?.kind === "key" ? logged.key.fingerprint : undefined;
}

/** A signature that names its key is only tried with that one; else with all, because the format cannot tell. */
function candidateKeys(claimed: string | undefined, { keys }: Keyring): readonly KnownKey[] {
  if (claimed === undefined) return [...keys.values()];
  const key = keys.get(claimed);
  return key === undefined ? [] : [key];
}

function unknownKey(claimed: string | undefined): Verification {
  return {
    kind: "unknown-signer",
    reason: {
      code: "unknown-key",
      message: "It was made with a key that no policy names, so that it cannot be checked.",
    },
    ...(claimed === undefined ? {} : { signer: { kind: "key", fingerprint: claimed } }),
  };
}

const noKeyFits: Reason = {
  code: "signature-wrong",
  message: "No key that the policies name fits it: it was changed, or made with another key.",
};

const noRoot: Reason = {
  code: "no-trusted-root",
  message: "There is no trusted root that its certificate could be checked with.",
};
