import type { DigestName } from "../x509/publicKey.ts";

/** What a signature covers. */
export type SignedMessage =
  | {
      readonly kind: "envelope";
      readonly payloadType: string;
      readonly payload: Uint8Array;
      /** The envelope's own octets, where the format keeps them. */
      readonly whole?: Uint8Array;
    }
  | { readonly kind: "data"; readonly data: Uint8Array }
  /** Only the SHA-256 of the signed data is known. */
  | { readonly kind: "digest"; readonly sha256: Uint8Array };

/** Who claims to have signed. Nothing in it is trusted: a hint only says which key to try first. */
export type ClaimedSigner =
  | {
      readonly kind: "certificate";
      readonly der: Uint8Array;
      /** Certificates that may lead from the signer's to one that is trusted, in any order. */
      readonly intermediates?: readonly Uint8Array[];
    }
  | { readonly kind: "key"; readonly hint?: string };

/** An entry of a transparency log as a signature carries it. Counts are decimal texts, because they are 64 bits wide. */
export interface LogEntry {
  readonly logId: Uint8Array;
  readonly logIndex: string;
  readonly kind: string;
  readonly version: string;
  /** Seconds since 1970; "0" where there is none. Proven only by `promise`. */
  readonly integratedTime: string;
  readonly body: Uint8Array;
  /** Signed entry timestamp. */
  readonly promise?: Uint8Array;
  readonly proof?: {
    readonly logIndex: string;
    readonly treeSize: string;
    readonly rootHash: Uint8Array;
    readonly hashes: readonly Uint8Array[];
    readonly checkpoint: string;
  };
}

/** One signature of any Sigstore format, parsed and not proven: what the engine and our checks work on. */
export interface SignatureMaterial {
  readonly signature: Uint8Array;
  readonly message: SignedMessage;
  readonly signer: ClaimedSigner;
  readonly logEntries: readonly LogEntry[];
  /** TimeStampResp (RFC 3161) in DER. */
  readonly timestamps: readonly Uint8Array[];
  /** What the time stamps cover where it is not the signature. */
  readonly stamped?: Uint8Array;
  /** Digests that the format lets its signer use besides the one that belongs to the key. */
  readonly alsoDigests: readonly DigestName[];
}

/** Bounds of what is read of one signature. */
export const signatureLimits = {
  json: { maxLength: 16 * 1024 * 1024, maxDepth: 64 },
  entryBody: { maxLength: 1024 * 1024, maxDepth: 32 },
  logEntries: 32,
  timestamps: 32,
  proofHashes: 64,
  intermediates: 8,
} as const;
