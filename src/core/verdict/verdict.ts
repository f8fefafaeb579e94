/** The five answers that are never mixed up; only `verified` counts as trusted. */
export type VerdictState = "verified" | "untrusted" | "invalid" | "unsigned" | "unknown";

/** Why, with a stable code to search for and one sentence. */
export interface Reason {
  readonly code: string;
  readonly message: string;
}

/** The certificate of a signer (RFC 5280), in the fields that people ask for. Times are RFC 3339. */
export interface CertificateSummary {
  readonly subject: string;
  readonly issuer: string;
  readonly serialNumber: string;
  readonly notBefore: string;
  readonly notAfter: string;
}

/** Who signed, as far as the signature proves it. */
export interface Signer {
  readonly kind: "key" | "certificate";
  /** Subject alternative name of a certificate, or the policy's name of a key. */
  readonly identity?: string;
  /** OIDC issuer that vouched for the identity, for a Sigstore certificate. */
  readonly issuer?: string;
  /** Lower-case hex SHA-256 of the public key's SubjectPublicKeyInfo (RFC 5280, 4.1.2.7). */
  readonly fingerprint?: string;
  /** `ecdsa-p256`, `rsa-3072`, `ed25519`, ... */
  readonly algorithm?: string;
  readonly certificate?: CertificateSummary;
}

/** What a security team asks of whoever signed, in words; "not known" where nobody told. */
export interface Governance {
  /** The authority that issued the certificate. */
  readonly authority: string;
  /** The trusted root, trust store or policy that makes the signer known. */
  readonly managedIn: string;
  /** Who vouches for the signer's name. */
  readonly attributesFrom: string;
  /**
   * "not asked" for certificates that live for minutes and count at a proven time; "not revocable" for keys, and for
   * certificates that name no place to ask.
   */
  readonly revocation: "not revoked" | "revoked" | "not revocable" | "not asked" | "not known";
  /** RFC 3339 time, or words. */
  readonly validUntil: string;
  /** Lower-case hex SHA-256 of its SubjectPublicKeyInfo. */
  readonly key: string;
  readonly algorithm: string;
}

/** The signature formats that are told apart. */
export type SignatureFormat = "sigstore-bundle" | "cosign" | "notation-jws" | "notation-cose" | "unrecognised";

/** What was found out about one signature. `valid`: it is one, over this image. `trusted`: a policy accepts its signer. */
export interface SignatureVerdict {
  readonly format: SignatureFormat;
  /** Digest of the manifest that carries it. */
  readonly manifest: string;
  /** A signature says "this image"; an attestation says something about it and is none (in-toto predicate type). */
  readonly purpose: "signature" | "attestation";
  readonly predicateType?: string;
  readonly valid: boolean;
  readonly trusted: boolean;
  readonly signer?: Signer;
  /** RFC 3339; only a time that a log or a time-stamp authority proves. */
  readonly signedAt?: string;
  readonly provenBy?: "transparency-log" | "timestamp";
  /** Absent where nobody is known to have signed. */
  readonly governance?: Governance;
  readonly reasons: readonly Reason[];
}

/** Something that is attached to the image and that nobody signed: it says nothing about who stands for the image. */
export interface Attachment {
  readonly kind: "sbom" | "attestation" | "other";
  readonly mediaType: string;
  /** Digest of the manifest that carries it. */
  readonly digest: string;
  readonly from: "referrers" | "referrers-tag" | "signature-tag" | "attestation-tag" | "sbom-tag" | "index";
}

/** The rule that decided, by file and 1-based line. */
export interface PolicyLocation {
  readonly policy: string;
  readonly line: number;
  readonly rule: string;
}

/** What one rule that covers the image says of it. */
export interface PolicyVerdict extends PolicyLocation {
  readonly mode: "enforce" | "warn";
  /** `allowed`: it passes without a signature. */
  readonly decision: "accepted" | "allowed" | "refused" | "not-understood";
  /** One sentence. */
  readonly message: string;
}

/** One step of how a verdict came to be, for a person to follow. */
export interface TraceStep {
  readonly step: "resolve" | "look-up" | "signature" | "attachment" | "policy" | "verdict";
  readonly outcome: "passed" | "failed" | "note";
  readonly text: string;
  /** The specification and its section that asks for the step. */
  readonly section?: string;
}

/** One platform of an index, judged as if the reference named it alone. */
export interface PlatformVerdict {
  /** `linux/arm64`, `linux/arm/v7`. */
  readonly platform: string;
  readonly verdict: Verdict;
}

/** What is said of one image. */
export interface Verdict {
  readonly state: VerdictState;
  /** For `unknown` the code is a FailureCode. */
  readonly reason: Reason;
  /** Normalised reference. */
  readonly reference: string;
  readonly digest?: string;
  readonly signatures: readonly SignatureVerdict[];
  /** Absent where nothing else is attached, as far as was asked. */
  readonly attachments?: readonly Attachment[];
  /** Absent for what is no index, and where nobody asked for each platform. */
  readonly platforms?: readonly PlatformVerdict[];
  readonly decidedBy?: PolicyLocation;
  /** What every rule that covers the image says of it, the worst first. */
  readonly policies?: readonly PolicyVerdict[];
  /** Whether a matching policy enforces: a failed verdict is then an error, else a warning. */
  readonly enforced: boolean;
  /** RFC 3339 time of the oldest mutable look-up that this rests on. */
  readonly asOf?: string;
  readonly trace: readonly TraceStep[];
}
