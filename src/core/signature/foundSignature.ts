import type { Reason, SignatureFormat } from "../verdict/verdict.ts";
import type { SignatureMaterial } from "./material.ts";
import type { NotaryEnvelope } from "./notaryAttributes.ts";

/** One signature or attestation as a manifest carries it, before anything of it is proven. */
export interface FoundSignature {
  readonly format: SignatureFormat;
  /** Digest of the manifest that carries it. */
  readonly manifest: string;
  readonly purpose: "signature" | "attestation";
  readonly predicateType?: string;
  /** The image name that the signed payload claims (Simple Signing, `docker-reference`); nothing in it is checked here. */
  readonly claimedReference?: string;
  readonly content:
    /** `material` is about the image; who made it is still to be proven. */
    | { readonly kind: "readable"; readonly material: SignatureMaterial }
    /** An envelope of the Notary Project; nothing of it is proven, not even that it is about the image. */
    | { readonly kind: "notary"; readonly envelope: NotaryEnvelope }
    /** It can never be valid for the image. */
    | { readonly kind: "invalid"; readonly reason: Reason }
    /** A format or feature that is recognised and not evaluated. */
    | { readonly kind: "unsupported"; readonly reason: Reason };
}

/** What a manifest holds: its signatures, and the digests of blobs that would be needed and are not there. */
export interface ManifestFindings {
  readonly signatures: readonly FoundSignature[];
  readonly missing: readonly string[];
}

/** A blob by its digest, hashed again; undefined where it is absent or is something else. */
export type BlobReader = (digest: string, size: number) => Uint8Array | undefined;
