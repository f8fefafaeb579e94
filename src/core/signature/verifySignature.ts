import { readCertificate, type Certificate } from "../x509/certificate.ts";
import { summarise } from "../x509/certificateNames.ts";
import { isInCertificateLog } from "../x509/certificateTransparency.ts";
import { isIssuedBy, objectionToChain } from "../x509/chain.ts";
import type { PublicKey } from "../x509/publicKey.ts";
import type { Reason, Signer } from "../verdict/verdict.ts";
import { objectionToEntry } from "./logEntry.ts";
import { signatureLimits, type SignatureMaterial } from "./material.ts";
import { askEngine, withKnownLogs, type EngineObjection, type ProvenTime } from "./sigstoreEngine.ts";
import { isOutsideLogWindow, stampedTimes } from "./stampedTimes.ts";
import { identityOf, type CertificateIdentity } from "./signerIdentity.ts";
import type { TrustedAuthority, TrustedRoot } from "./trustedRoot.ts";

/**
 * What a signature is held against. `lenient` sets aside log entries and time stamps of logs and authorities that the
 * root does not know: for a key that a policy names, they are not what makes the signature count.
 */
export type Anchor =
  | { readonly kind: "root"; readonly root: TrustedRoot }
  | {
      readonly kind: "key";
      readonly key: PublicKey;
      readonly name?: string;
      readonly root?: TrustedRoot;
      readonly lenient: boolean;
    };

/**
 * The outcome. `unknown-signer`: nothing is wrong with it as far as can be seen, but nobody that we know of can have made
 * it, so it can be neither valid nor proven wrong. `unsupported`: it uses what we do not evaluate.
 */
export type Verification =
  | {
      readonly kind: "valid";
      readonly signer: Signer;
      /** Only for a certificate. */
      readonly identity?: CertificateIdentity;
      readonly provenTimes: readonly ProvenTime[];
    }
  | { readonly kind: "invalid" | "unknown-signer" | "unsupported"; readonly reason: Reason; readonly signer?: Signer };

/** Clocks differ a little; a proven time further ahead than this, in milliseconds, is not believed. */
const clockTolerance = 10 * 60 * 1000;

const sentences: Readonly<Record<EngineObjection, Reason>> = {
  time: { code: "time-not-proven", message: "No log or time-stamp authority that is trusted proves when it was made." },
  "log-inclusion": {
    code: "log-inclusion",
    message: "The proof that the signature is in the transparency log is missing or wrong.",
  },
  "log-entry": { code: "log-entry-mismatch", message: "The log entry is for another signature." },
  signature: { code: "signature-wrong", message: "The signature does not fit what it is said to sign." },
  unreadable: { code: "signature-malformed", message: "A part of the signature cannot be read." },
};

/** Verifies one signature against one anchor, at `time` for the clock. Never throws. */
export function verifySignature(material: SignatureMaterial, anchor: Anchor, time: Date): Verification {
  if (
    material.logEntries.length > signatureLimits.logEntries ||
    material.timestamps.length > signatureLimits.timestamps
  )
    return invalid({
      code: "limit-reached",
      message: "The signature carries more log entries or time stamps than are read.",
    });
  return anchor.kind === "root"
    ? verifyByCertificate(material, anchor.root, time)
    : verifyByKey(material, anchor, time);
}

function verifyByKey(whole: SignatureMaterial, anchor: Extract<Anchor, { kind: "key" }>, time: Date): Verification {
  const { key, root, lenient } = anchor;
  const signer: Signer = {
    kind: "key",
    ...(anchor.name === undefined ? {} : { identity: anchor.name }),
    fingerprint: key.fingerprint,
    algorithm: key.algorithm,
  };
  // A certificate's signature is a claim about a certificate; a bare key must not stand in for it (GHSA-fx35-mq7g-6g98).
  if (whole.signer.kind !== "key")
    return invalid({ code: "signer-kind", message: "It was made with a certificate, not with a key of its own." });
  if (needsData(whole, key)) return { kind: "unsupported", reason: dataNeeded, signer };
  const material = lenient ? withKnownLogs(whole, root) : whole;
  for (const entry of material.logEntries) {
    const objection = objectionToEntry(entry, material, key);
    if (objection !== undefined) return fromEntry(objection);
  }
  const stamps = stampedTimes(material, root);
  if ("code" in stamps)
    return lenient ? verifyByKey({ ...material, timestamps: [] }, anchor, time) : invalid(stamps, signer);
  const proof = askEngine({ material, root, key, keyless: false, stamps });
  if (proof.kind === "refused") return invalid(sentences[proof.what], signer);
  if (root !== undefined && material.logEntries.some((entry) => isOutsideLogWindow(entry, proof.times, root)))
    return invalid(logNotValidThen, signer);
  return isAhead(proof.times, time) ? invalid(timeAhead, signer) : { kind: "valid", signer, provenTimes: proof.times };
}

function verifyByCertificate(material: SignatureMaterial, root: TrustedRoot, time: Date): Verification {
  if (material.signer.kind !== "certificate")
    return invalid({ code: "signer-kind", message: "It was made with a key, not with a certificate." });
  const certificate = readCertificate(material.signer.der);
  if (certificate === undefined)
    return invalid({
      code: "certificate-malformed",
      message: "Its certificate cannot be read, or uses a refused algorithm.",
    });
  const identity = identityOf(certificate);
  const signer = describe(certificate, identity);
  const authorities = authoritiesOf(certificate, material.signer.intermediates ?? [], root);
  if (authorities.length === 0)
    return {
      kind: "unknown-signer",
      reason: {
        code: "unknown-authority",
        message: `Its certificate was not issued by an authority of the trusted root '${root.name}'.`,
      },
      signer,
    };
  if (needsData(material, certificate.publicKey)) return { kind: "unsupported", reason: dataNeeded, signer };
  for (const entry of material.logEntries) {
    const objection = objectionToEntry(entry, material, undefined);
    if (objection !== undefined) return fromEntry(objection, signer);
  }
  const stamps = stampedTimes(material, root);
  if ("code" in stamps) return invalid(stamps, signer);
  const proof = askEngine({ material, root, key: certificate.publicKey, keyless: true, stamps });
  if (proof.kind === "refused") return invalid(sentences[proof.what], signer);
  // The engine has to have seen a time: what nobody proves could be any time, and the certificate lives for minutes.
  if (proof.times.length === 0) return invalid(sentences.time, signer);
  if (isAhead(proof.times, time)) return invalid(timeAhead, signer);
  if (material.logEntries.some((entry) => isOutsideLogWindow(entry, proof.times, root)))
    return invalid(logNotValidThen, signer);
  for (const { at } of proof.times) {
    const objection = objectionToPaths(certificate, authorities, at);
    if (objection !== undefined) return invalid(objection, signer);
  }
  if (root.certificateLogs.length > 0 && !isLogged(certificate, authorities, root)) return invalid(notLogged, signer);
  if (identity.names.length === 0)
    return invalid({ code: "certificate-names-nobody", message: "Its certificate names no identity." }, signer);
  return { kind: "valid", signer, identity, provenTimes: proof.times };
}

/**
 * The authorities of the root that issued the certificate, themselves or through certificates that the signature brings:
 * a root may state its anchor alone. Whatever is brought becomes part of a chain that is validated whole.
 */
function authoritiesOf(
  certificate: Certificate,
  brought: readonly Uint8Array[],
  root: TrustedRoot,
): readonly TrustedAuthority[] {
  const path: Certificate[] = [];
  const remaining = brought.slice(0, signatureLimits.intermediates);
  for (;;) {
    const last = path.at(-1) ?? certificate;
    const found = root.authorities.filter(({ chain: [issuer] }) => issuer !== undefined && isIssuedBy(last, issuer));
    if (found.length > 0) return found.map((each) => ({ ...each, chain: [...path, ...each.chain] }));
    const next = remaining.findIndex((der) => {
      const issuer = readCertificate(der);
      return issuer !== undefined && isIssuedBy(last, issuer);
    });
    const [der] = next < 0 ? [] : remaining.splice(next, 1);
    const issuer = der === undefined ? undefined : readCertificate(der);
    if (issuer === undefined) return [];
    path.push(issuer);
  }
}

/** One authority that is valid then and whose chain stands is enough; else the objection to the last. */
function objectionToPaths(
  certificate: Certificate,
  authorities: readonly TrustedAuthority[],
  at: Date,
): Reason | undefined {
  let objection: Reason = {
    code: "certificate-not-valid-then",
    message: "Its certificate's authority was not trusted at the time of the signature.",
  };
  for (const { chain, start, end } of authorities) {
    if (at < start || (end !== undefined && at > end)) continue;
    const found = objectionToChain([certificate, ...chain], at);
    if (found === undefined) return undefined;
    objection = found;
  }
  return objection;
}

function isLogged(certificate: Certificate, authorities: readonly TrustedAuthority[], root: TrustedRoot): boolean {
  return authorities.some(
    ({ chain: [issuer] }) => issuer !== undefined && isInCertificateLog(certificate, issuer, root.certificateLogs),
  );
}

/** Ed25519 hashes what it signs by itself, so that a digest is not enough to verify it by. */
function needsData({ message }: SignatureMaterial, key: PublicKey): boolean {
  return message.kind === "digest" && key.digest === undefined;
}

const dataNeeded: Reason = {
  code: "signed-data-needed",
  message: "It is an Ed25519 signature over the signed bytes themselves, of which only the digest is at hand.",
};

const notLogged: Reason = {
  code: "certificate-not-logged",
  message: "The certificate has no proof of a certificate log that is trusted.",
};

function describe(certificate: Certificate, { names: [name], issuer }: CertificateIdentity): Signer {
  return {
    kind: "certificate",
    ...(name === undefined ? {} : { identity: name }),
    ...(issuer === undefined ? {} : { issuer }),
    fingerprint: certificate.publicKey.fingerprint,
    algorithm: certificate.publicKey.algorithm,
    certificate: summarise(certificate),
  };
}

const timeAhead: Reason = { code: "time-ahead", message: "It was made later than the clock says it is now." };

const logNotValidThen: Reason = {
  code: "log-not-valid-then",
  message: "The log's key was not trusted at the time of the signature.",
};

function isAhead(times: readonly ProvenTime[], time: Date): boolean {
  return times.some(({ at }) => at.getTime() > time.getTime() + clockTolerance);
}

function fromEntry(reason: Reason, signer?: Signer): Verification {
  const kind = reason.code === "unsupported-log-entry" ? "unsupported" : "invalid";
  return { kind, reason, ...(signer === undefined ? {} : { signer }) };
}

function invalid(reason: Reason, signer?: Signer): Verification {
  return { kind: "invalid", reason, ...(signer === undefined ? {} : { signer }) };
}
