import { createECDH, type KeyObject } from "node:crypto";

/** Order of P-256 (SEC 2). */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/**
 * Signs a SHA-256 digest with a P-256 key (FIPS 186-5, 6.4.1) and gives DER. Node's own `sign` hashes what it is given,
 * and a service is only sent the hash. The arithmetic on the scalar does not take constant time, which a throw-away key
 * on loopback can bear and a real one could not.
 */
export function signDigest(privateKey: KeyObject, digest: Uint8Array): Buffer {
  const secret = privateKey.export({ format: "jwk" }).d;
  if (secret === undefined || digest.length !== 32) throw new Error("needs a P-256 private key and a SHA-256 digest");
  const d = toNumber(Buffer.from(secret, "base64url"));
  const z = toNumber(digest);
  for (;;) {
    const nonce = createECDH("prime256v1");
    const point = nonce.generateKeys();
    const k = toNumber(nonce.getPrivateKey());
    const r = toNumber(point.subarray(1, 33)) % order;
    const s = (inverse(k) * ((z + r * d) % order)) % order;
    if (r !== 0n && s !== 0n) return toDer(r, s);
  }
}

/** r and s side by side, as services that speak PKCS #11 answer: for the fault of that name. */
export function toSideBySide(der: Uint8Array): Buffer {
  const rLength = der[3] ?? 0;
  const r = der.subarray(4, 4 + rLength);
  const s = der.subarray(6 + rLength);
  return Buffer.concat([r, s].map((octets) => fixed(toNumber(octets))));
}

function toDer(r: bigint, s: bigint): Buffer {
  const body = Buffer.concat([r, s].map(derInteger));
  return Buffer.concat([Buffer.from([0x30, body.length]), body]);
}

function derInteger(value: bigint): Buffer {
  const hex = value.toString(16);
  const octets = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
  const padded = (octets[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), octets]) : octets;
  return Buffer.concat([Buffer.from([0x02, padded.length]), padded]);
}

function fixed(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(64, "0"), "hex");
}

function toNumber(octets: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(octets).toString("hex")}`);
}

/** Inverse modulo the order, which is prime: by the extended Euclidean algorithm. */
function inverse(value: bigint): bigint {
  let [a, b, x, y] = [value % order, order, 1n, 0n];
  while (b !== 0n) {
    const quotient = a / b;
    [a, b, x, y] = [b, a - quotient * b, y, x - quotient * y];
  }
  return ((x % order) + order) % order;
}
