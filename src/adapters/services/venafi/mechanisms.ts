import type { HashAlgorithm, SignRequest } from "../../../application/signingService.ts";

/** The members of a signing request that say how: numbers are those of PKCS #11 (CKM_*, CKG_*). */
export interface MechanismRequest {
  readonly Mechanism: number;
  /** What the client has done already, for rules and the archive. */
  readonly ClientMechanism?: number;
  readonly Parameter?: {
    readonly ParameterType: "PKCSPSS";
    readonly HashAlg: number;
    readonly MGF: number;
    readonly SaltLen: number;
  };
  /** Base64. */
  readonly Data: string;
}

interface Hash {
  /** DigestInfo before the digest (RFC 8017, 9.2, note 1). */
  readonly prefix: string;
  readonly length: number;
  /** CKM of the hash; CKG of its mask generation; CKM of the hash with PKCS #1 v1.5, PSS and ECDSA. */
  readonly hash: number;
  readonly mask: number;
  readonly rsa: number;
  readonly pss: number;
  readonly ecdsa: number;
}

const hashes: Readonly<Record<HashAlgorithm, Hash>> = {
  sha256: {
    prefix: "3031300d060960864801650304020105000420",
    length: 32,
    hash: 592,
    mask: 2,
    rsa: 64,
    pss: 67,
    ecdsa: 4164,
  },
  sha384: {
    prefix: "3041300d060960864801650304020205000430",
    length: 48,
    hash: 608,
    mask: 3,
    rsa: 65,
    pss: 68,
    ecdsa: 4165,
  },
  sha512: {
    prefix: "3051300d060960864801650304020305000440",
    length: 64,
    hash: 624,
    mask: 4,
    rsa: 66,
    pss: 69,
    ecdsa: 4166,
  },
};

/** A message longer than this is not sent: the product hashes short ones only. */
const maximumMessage = 10_000;

/** How the request is put to the product: hashed here wherever the scheme allows it. A text says why it cannot be. */
export function mechanismOf(
  request: Pick<SignRequest, "scheme" | "hash" | "digest" | "message">,
): MechanismRequest | string {
  const hash = hashes[request.hash];
  if (request.scheme !== "ed25519" && request.digest.length !== hash.length)
    return `The digest has ${request.digest.length} bytes, which is not ${request.hash}.`;
  const digest = Buffer.from(request.digest);
  switch (request.scheme) {
    case "rsa-pkcs1v15": {
      const info = Buffer.concat([Buffer.from(hash.prefix, "hex"), digest]);
      return { Mechanism: 1, ClientMechanism: hash.rsa, Data: info.toString("base64") };
    }
    case "rsa-pss":
      return {
        Mechanism: 13,
        ClientMechanism: hash.pss,
        Parameter: { ParameterType: "PKCSPSS", HashAlg: hash.hash, MGF: hash.mask, SaltLen: hash.length },
        Data: digest.toString("base64"),
      };
    case "ecdsa":
      return { Mechanism: 4161, ClientMechanism: hash.ecdsa, Data: digest.toString("base64") };
    case "ed25519":
      if (request.message === undefined) return "An Ed25519 key signs whole messages, and only a digest was given.";
      if (request.message.length > maximumMessage)
        return `An Ed25519 key signs whole messages; this one has ${request.message.length} bytes, and ${maximumMessage} are allowed.`;
      return { Mechanism: 4183, Data: Buffer.from(request.message).toString("base64") };
  }
}
