import type { RevocationAnswer } from "../x509/revocation.ts";

/** OCI image specification, Content Descriptors: what identifies a blob or manifest. `size` in bytes. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Why something could not be established. Never read as "unsigned". */
export type FailureCode =
  | "image-not-found"
  | "network"
  | "timeout"
  | "tls"
  | "authentication"
  | "auth-helper-failed"
  | "rate-limit"
  | "registry-error"
  | "digest-mismatch"
  | "revocation-unknown"
  | "no-trusted-root"
  | "unsupported-format"
  | "policy-not-understood"
  | "limit-reached"
  | "offline"
  | "workspace-not-trusted"
  | "cancelled";

/** A failure in words: what was tried, where, what came back, what to do. */
export interface Failure {
  readonly code: FailureCode;
  readonly message: string;
}

/** Tags of cosign's first format, named after the image: signatures, signed statements, and SBOMs that nobody signed. */
export type TagKind = "signature-tag" | "attestation-tag" | "sbom-tag";

/** One mutable look-up that was made: the only part of evidence that can grow stale. */
export interface Lookup {
  readonly kind: "image" | "referrers" | "referrers-tag" | TagKind;
  /** URL path or reference asked for, without credentials. */
  readonly target: string;
  /** RFC 3339 time of the answer. */
  readonly at: string;
  readonly outcome: "found" | "absent" | "failed";
  readonly failure?: Failure;
}

/** A manifest that may carry signatures of the image, as a look-up named it. Its bytes are in `Evidence.blobs` unless `failure` says why not. */
export interface Candidate {
  readonly descriptor: Descriptor;
  readonly from: "referrers" | "referrers-tag" | TagKind;
  /** The manifest or one of its blobs could not be fetched. */
  readonly failure?: Failure;
}

/** The bytes that a verdict rests on, each under its digest, with when and from where they came. `judge` checks every digest again. */
export interface Evidence {
  /** Normalised reference that was asked about. */
  readonly reference: string;
  /** What the reference resolved to, once; everything after uses this digest. A digest is not looked up: media type "" and size 0 then mean "not asked". */
  readonly image?: Descriptor;
  readonly lookups: readonly Lookup[];
  readonly candidates: readonly Candidate[];
  /** What refers to the image and cannot carry signatures: listed, never fetched. */
  readonly others?: readonly Descriptor[];
  /** Manifests and blobs by digest. */
  readonly blobs: Readonly<Record<string, Uint8Array>>;
  /** Answers about the revocation of certificates that signatures of the Notary Project carry. */
  readonly revocations?: readonly RevocationAnswer[];
}
