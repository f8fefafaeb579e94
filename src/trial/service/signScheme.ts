import { constants, createHash, privateEncrypt, randomBytes, sign, type KeyObject } from "node:crypto";
import type { HashAlgorithm, SignRequest } from "../../application/signingService.ts";
import { signDigest } from "./signDigest.ts";

/** DigestInfo before the digest (RFC 8017, 9.2, note 1). */
const prefixes: Readonly<Record<HashAlgorithm, string>> = {
  sha256: "3031300d060960864801650304020105000420",
  sha384: "3041300d060960864801650304020205000430",
  sha512: "3051300d060960864801650304020305000440",
};

/** Length of a digest, in octets. */
export const digestLengths: Readonly<Record<HashAlgorithm, number>> = { sha256: 32, sha384: 48, sha512: 64 };

/** Signs what was requested: DER for ECDSA, the raw value otherwise. The request was checked against the key before. */
export function signScheme(
  privateKey: KeyObject,
  { scheme, hash, digest, message }: Pick<SignRequest, "scheme" | "hash" | "digest" | "message">,
): Buffer {
  switch (scheme) {
    case "ecdsa":
      return signDigest(privateKey, digest);
    case "ed25519":
      return sign(null, message ?? new Uint8Array(), privateKey);
    case "rsa-pkcs1v15": {
      const info = Buffer.concat([Buffer.from(prefixes[hash], "hex"), digest]);
      return privateEncrypt({ key: privateKey, padding: constants.RSA_PKCS1_PADDING }, info);
    }
    case "rsa-pss":
      return privateEncrypt(
        { key: privateKey, padding: constants.RSA_NO_PADDING },
        encodePss(digest, hash, privateKey.asymmetricKeyDetails?.modulusLength ?? 0),
      );
  }
}

/** EMSA-PSS (RFC 8017, 9.1.1) with a salt as long as the hash. */
function encodePss(digest: Uint8Array, hash: HashAlgorithm, modulusBits: number): Buffer {
  const length = Math.ceil((modulusBits - 1) / 8);
  const salt = randomBytes(digestLengths[hash]);
  const h = createHash(hash)
    .update(Buffer.concat([Buffer.alloc(8), digest, salt]))
    .digest();
  const block = Buffer.concat([Buffer.alloc(length - salt.length - h.length - 2), Buffer.from([1]), salt]);
  const mask = maskOf(h, block.length, hash);
  const masked = block.map((octet, index) => octet ^ (mask[index] ?? 0));
  masked[0] = (masked[0] ?? 0) & (0xff >> (8 * length - (modulusBits - 1)));
  const encoded = Buffer.concat([masked, h, Buffer.from([0xbc])]);
  return Buffer.concat([Buffer.alloc(Math.ceil(modulusBits / 8) - length), encoded]);
}

/** MGF1 (RFC 8017, B.2.1). */
function maskOf(seed: Uint8Array, length: number, hash: HashAlgorithm): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / digestLengths[hash]) }, (_, counter) => {
    const octets = Buffer.alloc(4);
    octets.writeUInt32BE(counter);
    return createHash(hash).update(seed).update(octets).digest();
  });
  return Buffer.concat(blocks).subarray(0, length);
}
