import { createECDH, type KeyObject } from "node:crypto";
import { curveOrder, toDerSignature } from "../../core/sign/ecdsaSignature.ts";
import { childrenOf, readElement } from "../../core/x509/der.ts";

/**
 * Signs a digest with an EC key (FIPS 186-5, 6.4.1) and gives DER. Node's own `sign` hashes what it is given, and a
 * service is only sent the hash. The arithmetic on the scalar does not take constant time, which a throw-away key on
 * loopback can bear and a real one could not.
 */
export function signDigest(privateKey: KeyObject, digest: Uint8Array): Buffer {
  const curve = privateKey.asymmetricKeyDetails?.namedCurve ?? "";
  const order = curveOrder(curve);
  const secret = privateKey.export({ format: "jwk" }).d;
  if (order === undefined || secret === undefined) throw new Error("needs an EC private key of a supported curve");
  const bits = order.toString(2).length;
  const half = Math.ceil(bits / 8);
  const d = toNumber(Buffer.from(secret, "base64url"));
  // The leftmost bits of a digest that is longer than the order count.
  const z = toNumber(digest) >> BigInt(Math.max(digest.length * 8 - bits, 0));
  for (;;) {
    const nonce = createECDH(curve);
    const point = nonce.generateKeys();
    const k = toNumber(nonce.getPrivateKey());
    const r = toNumber(point.subarray(1, 1 + half)) % order;
    const s = (inverse(k, order) * ((z + r * d) % order)) % order;
    const der = toDerSignature(Buffer.concat([fixed(r, half), fixed(s, half)]), curve);
    if (der !== undefined) return Buffer.from(der);
  }
}

/** r and s side by side, as services that speak PKCS #11 answer. `half` is the length of either, in octets. */
export function toSideBySide(der: Uint8Array, half = 32): Buffer {
  const numbers = childrenOf(readElement(der)) ?? [];
  return Buffer.concat(numbers.map(({ content }) => fixed(toNumber(content), half)));
}

function fixed(value: bigint, half: number): Buffer {
  return Buffer.from(value.toString(16).padStart(2 * half, "0"), "hex");
}

function toNumber(octets: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(octets).toString("hex")}`);
}

/** Inverse modulo the order, which is prime: by the extended Euclidean algorithm. */
function inverse(value: bigint, order: bigint): bigint {
  let [a, b, x, y] = [value % order, order, 1n, 0n];
  while (b !== 0n) {
    const quotient = a / b;
    [a, b, x, y] = [b, a - quotient * b, y, x - quotient * y];
  }
  return ((x % order) + order) % order;
}
