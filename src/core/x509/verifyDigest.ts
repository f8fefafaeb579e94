import { constants, publicDecrypt, type KeyObject } from "node:crypto";
import { curveOrder, isDerSignature } from "../sign/ecdsaSignature.ts";
import { childrenOf, readElement } from "./der.ts";
import type { PublicKey } from "./publicKey.ts";

interface Curve {
  readonly p: bigint;
  readonly n: bigint;
  readonly g: Point;
}

/** A point in affine coordinates; undefined is the point at infinity. */
type Point = { readonly x: bigint; readonly y: bigint } | undefined;

/** DigestInfo of SHA-256 (RFC 8017, 9.2, note 1), before the digest itself. */
const sha256DigestInfo = Buffer.from("3031300d060960864801650304020105000420", "hex");

/** Domain parameters (SEC 2, 2.4.2 and 2.5.1); a is -3 in both. */
const domains = new Map<string, { readonly p: bigint; readonly g: { readonly x: bigint; readonly y: bigint } }>([
  [
    "prime256v1",
    {
      p: 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn,
      g: {
        x: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
        y: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
      },
    },
  ],
  [
    "secp384r1",
    {
      p: 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffffn,
      g: {
        x: 0xaa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7n,
        y: 0x3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5fn,
      },
    },
  ],
]);

/**
 * Whether `signature` is `key`'s over data of which only the SHA-256 is known: for artifacts that are named by their
 * digest alone. node:crypto always hashes by itself, so ECDSA (SEC 1, 4.1.4) is computed here; nothing in it is secret.
 * False for Ed25519, which needs the data.
 */
export function verifySha256(key: PublicKey, digest: Uint8Array, signature: Uint8Array): boolean {
  if (digest.length !== 32) return false;
  return key.key.asymmetricKeyType === "rsa"
    ? verifyRsa(key.key, digest, signature)
    : verifyEcdsa(key.key, digest, signature);
}

function verifyRsa(key: KeyObject, digest: Uint8Array, signature: Uint8Array): boolean {
  try {
    const info = publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, signature);
    return info.equals(Buffer.concat([sha256DigestInfo, digest]));
  } catch {
    return false;
  }
}

function verifyEcdsa(key: KeyObject, digest: Uint8Array, signature: Uint8Array): boolean {
  const name = key.asymmetricKeyDetails?.namedCurve ?? "";
  const domain = domains.get(name);
  const n = curveOrder(name);
  if (domain === undefined || n === undefined || !isDerSignature(signature, name)) return false;
  const curve: Curve = { ...domain, n };
  const [r = 0n, s = 0n] = (childrenOf(readElement(signature)) ?? []).map(({ content }) => toInteger(content));
  const { x, y } = key.export({ format: "jwk" });
  const q = { x: toInteger(Buffer.from(x ?? "", "base64url")), y: toInteger(Buffer.from(y ?? "", "base64url")) };
  const w = inverse(s, n);
  const point = addMultiples(curve, (toInteger(digest) * w) % n, q, (r * w) % n);
  return point !== undefined && point.x % n === r;
}

/** u1*G + u2*Q, both multiples in one pass over the bits. */
function addMultiples(curve: Curve, u1: bigint, q: Point, u2: bigint): Point {
  const both = add(curve, curve.g, q);
  let sum: Point;
  for (let bit = BigInt(curve.n.toString(2).length); bit >= 0n; bit--) {
    sum = add(curve, sum, sum);
    const [first, second] = [(u1 >> bit) & 1n, (u2 >> bit) & 1n];
    if (first === 1n || second === 1n) sum = add(curve, sum, first === 0n ? q : second === 0n ? curve.g : both);
  }
  return sum;
}

function add({ p }: Curve, one: Point, other: Point): Point {
  if (one === undefined) return other;
  if (other === undefined) return one;
  const same = one.x === other.x;
  if (same && (one.y + other.y) % p === 0n) return undefined;
  const slope = same
    ? mod((3n * one.x * one.x - 3n) * inverse(2n * one.y, p), p)
    : mod((other.y - one.y) * inverse(mod(other.x - one.x, p), p), p);
  const x = mod(slope * slope - one.x - other.x, p);
  return { x, y: mod(slope * (one.x - x) - one.y, p) };
}

/** Modular inverse by the extended Euclidean algorithm; the moduli are prime. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [a, b, u, v] = [mod(value, modulus), modulus, 1n, 0n];
  while (a > 1n) {
    const quotient = b / a;
    [a, b, u, v] = [b - quotient * a, a, v - quotient * u, u];
  }
  return mod(u, modulus);
}

function mod(value: bigint, modulus: bigint): bigint {
  const rest = value % modulus;
  return rest < 0n ? rest + modulus : rest;
}

function toInteger(octets: Uint8Array): bigint {
  return octets.length === 0 ? 0n : BigInt(`0x${Buffer.from(octets).toString("hex")}`);
}
