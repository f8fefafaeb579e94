import { createHash, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { octetString } from "../x509/der.ts";
import { extension } from "../x509/issueCertificate.ts";

/** A certificate transparency log (RFC 6962) that promises to include whatever it is shown. */
export interface TrialCertificateLog {
  readonly publicKey: KeyObject;
  /** SHA-256 of its key. */
  readonly id: Buffer;
  /** The certificate extension with the log's promise for a precertificate's body (RFC 6962, 3.3). */
  promise(body: Uint8Array, issuerKey: KeyObject, at: Date): Buffer;
}

/** Creates a log with a fresh P-256 key. */
export function createTrialCertificateLog(): TrialCertificateLog {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const id = sha256(spkiOf(publicKey));
  return {
    publicKey,
    id,
    promise(body, issuerKey, at) {
      const timestamp = Buffer.alloc(8);
      timestamp.writeBigUInt64BE(BigInt(at.getTime()));
      const noExtensions = uint(0, 2);
      const signed = Buffer.concat([
        Buffer.from([0, 0]),
        timestamp,
        uint(1, 2),
        sha256(spkiOf(issuerKey)),
        uint(body.length, 3),
        body,
        noExtensions,
      ]);
      const signature = sign("sha256", signed, privateKey);
      // Hash 4 is SHA-256, signature 3 is ECDSA (RFC 5246, 7.4.1.4.1).
      const promise = Buffer.concat([
        Buffer.from([0]),
        id,
        timestamp,
        noExtensions,
        Buffer.from([4, 3]),
        uint(signature.length, 2),
        signature,
      ]);
      const list = Buffer.concat([uint(promise.length + 2, 2), uint(promise.length, 2), promise]);
      return extension("1.3.6.1.4.1.11129.2.4.2", false, octetString(list));
    },
  };
}

function uint(value: number, length: number): Buffer {
  const octets = Buffer.alloc(length);
  octets.writeUIntBE(value, 0, length);
  return octets;
}

function sha256(data: Uint8Array): Buffer {
  return createHash("sha256").update(data).digest();
}

function spkiOf(key: KeyObject): Buffer {
  return key.export({ type: "spki", format: "der" });
}
