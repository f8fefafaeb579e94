import { createHash } from "node:crypto";
import type { Reason, Signer } from "../verdict/verdict.ts";
import { readPublicKey } from "../x509/publicKey.ts";
import { readBundle, type SigstoreBundle } from "./bundle.ts";
import { publicGoodRoot } from "./publicGoodRoot.ts";
import type { SignatureMaterial, SignedMessage } from "./material.ts";
import { readStatement } from "./statement.ts";
import { readTrustedRoot } from "./trustedRoot.ts";
import { verifySignature, type Anchor, type Verification } from "./verifySignature.ts";

/** What `countersign verify-bundle` asks. Either a key, or an identity with its issuer. */
export interface BundleQuestion {
  readonly bundleText: string;
  /** The signed file, or the lower-case hex of its SHA-256. */
  readonly artifact: { readonly bytes: Uint8Array } | { readonly sha256: string };
  /** Text of a trusted root; absent means the public Sigstore instance. */
  readonly trustedRootText?: string;
  /** Whether somebody named that root, and did not leave it at the usual one; taken from whether there is a text. */
  readonly rootIsNamed?: boolean;
  readonly identity?: string;
  readonly issuer?: string;
  /** PEM, SubjectPublicKeyInfo. */
  readonly keyPem?: string;
  readonly time: Date;
}

/** The answer, with who signed where that was proven. */
export interface BundleAnswer {
  readonly verified: boolean;
  readonly reason: Reason;
  readonly signer?: Signer;
  /** RFC 3339. */
  readonly signedAt?: string;
  /** Predicate type of a statement; absent for a signature over the file itself. */
  readonly predicateType?: string;
}

/**
 * Verifies a Sigstore bundle for a file (Sigstore client specification, section 4): the signature, its signer exactly as
 * asked for, and that it is about this file. A statement must name the file's digest as a subject.
 */
export function verifyBundleForFile(question: BundleQuestion): BundleAnswer {
  const anchor = anchorOf(question);
  if ("code" in anchor) return refuse(anchor);
  const bundle = readBundle(question.bundleText);
  if (bundle.kind === "refused") return refuse(bundle.reason);
  const message = messageFor(bundle.value, question.artifact);
  if ("code" in message) return refuse(message);
  const { content, ...rest } = bundle.value;
  const material: SignatureMaterial = { ...rest, message, alsoDigests: anchor.kind === "key" ? ["sha256"] : [] };
  const result = verifyWith(material, anchor, question);
  if (result.kind !== "valid") return refuse(result.reason, result.signer);
  if (anchor.kind === "root") {
    const reason = objectionToIdentity(question, result.identity?.names ?? [], result.identity?.issuer);
    if (reason !== undefined) return refuse(reason, result.signer);
  }
  const predicateType = content.kind === "envelope" ? readStatement(content.payload)?.predicateType : undefined;
  const [first] = result.provenTimes;
  return {
    verified: true,
    reason: { code: "verified", message: "The signature is valid, and made by the signer that was asked for." },
    signer: result.signer,
    ...(first === undefined ? {} : { signedAt: first.at.toISOString() }),
    ...(predicateType === undefined ? {} : { predicateType }),
  };
}

/**
 * With a key, the key's signature is what counts. Where nobody said whose time stamps to trust, those of an organisation's
 * own authority prove no time, and take nothing from it.
 */
function verifyWith(
  material: SignatureMaterial,
  anchor: Anchor,
  { trustedRootText, rootIsNamed = trustedRootText !== undefined, time }: BundleQuestion,
): Verification {
  const result = verifySignature(material, anchor, time);
  const unknown = result.kind === "invalid" && result.reason.code === "timestamp-untrusted";
  return unknown && anchor.kind === "key" && !rootIsNamed
    ? verifySignature({ ...material, timestamps: [] }, anchor, time)
    : result;
}

function anchorOf({ trustedRootText, keyPem, identity, issuer }: BundleQuestion): Anchor | Reason {
  const root = readTrustedRoot(trustedRootText ?? publicGoodRoot().text, "trusted root");
  if (root.kind === "refused")
    return { code: "trusted-root-unreadable", message: `The trusted root cannot be used: ${root.why}.` };
  if (keyPem !== undefined) {
    const key = readPublicKey(keyPem);
    return key === undefined
      ? { code: "key-unreadable", message: "The key is not a public key in PEM of a kind that is accepted." }
      : { kind: "key", key, root: root.root, lenient: false };
  }
  if (identity === undefined || identity === "" || issuer === undefined || issuer === "")
    return { code: "signer-missing", message: "Name the signer: an identity with its issuer, or a key." };
  return { kind: "root", root: root.root };
}

function objectionToIdentity(
  question: BundleQuestion,
  names: readonly string[],
  issuer: string | undefined,
): Reason | undefined {
  if (issuer !== question.issuer)
    return { code: "other-issuer", message: `The signer's issuer is ${issuer ?? "not named"}, not the one asked for.` };
  if (question.identity === undefined || !names.includes(question.identity))
    return { code: "other-identity", message: `The signer is ${names.join(", ")}, not the one asked for.` };
  return undefined;
}

/** What the signature must cover to be about the artifact, or why it is about something else. */
function messageFor({ content }: SigstoreBundle, artifact: BundleQuestion["artifact"]): SignedMessage | Reason {
  const sha256 = "bytes" in artifact ? createHash("sha256").update(artifact.bytes).digest("hex") : artifact.sha256;
  if (!/^[0-9a-f]{64}$/.test(sha256))
    return { code: "digest-malformed", message: "The file's digest is not a SHA-256." };
  if (content.kind === "envelope") {
    const statement =
      content.payloadType === "application/vnd.in-toto+json" ? readStatement(content.payload) : undefined;
    if (statement === undefined)
      return { code: "statement-malformed", message: "The envelope holds no in-toto statement." };
    return statement.subjects.includes(sha256)
      ? content
      : { code: "other-subject", message: "The signed statement is about something else." };
  }
  const name = new Map([
    ["SHA2_256", "sha256"],
    ["SHA2_384", "sha384"],
    ["SHA2_512", "sha512"],
  ]).get(content.algorithm);
  const hex = Buffer.from(content.digest).toString("hex");
  const claimed =
    name !== undefined && "bytes" in artifact
      ? createHash(name).update(artifact.bytes).digest("hex") === hex
      : name === "sha256" && sha256 === hex;
  if (!claimed) return { code: "other-subject", message: "The signature is about another file." };
  return "bytes" in artifact
    ? { kind: "data", data: artifact.bytes }
    : { kind: "digest", sha256: Buffer.from(sha256, "hex") };
}

function refuse(reason: Reason, signer?: Signer): BundleAnswer {
  return { verified: false, reason, ...(signer === undefined ? {} : { signer }) };
}
