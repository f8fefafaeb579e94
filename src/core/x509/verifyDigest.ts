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

/** A point in Jacobian coordinates, (x/z^2, y/z^3), which need no inverse at every step; z is 0 at infinity. */
type Jacobian = readonly [bigint, bigint, bigint];

const infinity: Jacobian = [1n, 1n, 0n];

/** u1*G + u2*Q, both multiples in one pass over the bits. */
function addMultiples({ p, n, g }: Curve, u1: bigint, q: Point, u2: bigint): Point {
  if (g === undefined || q === undefined) return undefined;
  const first: Jacobian = [g.x, g.y, 1n];
  const second: Jacobian = [q.x, q.y, 1n];
  const both = add(p, first, second);
  let sum = infinity;
  for (let bit = BigInt(n.toString(2).length); bit >= 0n; bit--) {
    sum = double(p, sum);
    const [one, two] = [(u1 >> bit) & 1n, (u2 >> bit) & 1n];
    if (one === 1n || two === 1n) sum = add(p, sum, one === 0n ? second : two === 0n ? first : both);
  }
  const [x, y, z] = sum;
  if (z === 0n) return undefined;
  const w = inverse(z, p);
  const square = (w * w) % p;
  return { x: mod(x * square, p), y: mod(y * square * w, p) };
}

/** Doubling for a = -3 (Guide to Elliptic Curve Cryptography, 3.21). */
function double(p: bigint, [x, y, z]: Jacobian): Jacobian {
  if (z === 0n || y === 0n) return infinity;
  const square = (z * z) % p;
  const slope = (3n * (x - square) * (x + square)) % p;
  const yy = (y * y) % p;
  const s = (4n * x * yy) % p;
  const x3 = (slope * slope - 2n * s) % p;
  return [mod(x3, p), mod(slope * (s - x3) - 8n * yy * yy, p), mod(2n * y * z, p)];
}

/** Addition of any two points (3.22). */
function add(p: bigint, one: Jacobian, other: Jacobian): Jacobian {
  const [x1, y1, z1] = one;
  const [x2, y2, z2] = other;
  if (z1 === 0n) return other;
  if (z2 === 0n) return one;
  const [zz1, zz2] = [(z1 * z1) % p, (z2 * z2) % p];
  const [u1, u2] = [(x1 * zz2) % p, (x2 * zz1) % p];
  const [s1, s2] = [(y1 * zz2 * z2) % p, (y2 * zz1 * z1) % p];
  if (u1 === u2) return s1 === s2 ? double(p, one) : infinity;
  const h = u2 - u1;
  const r = s2 - s1;
  const hh = (h * h) % p;
  const hhh = (h * hh) % p;
  const v = (u1 * hh) % p;
  const x3 = (r * r - hhh - 2n * v) % p;
  return [mod(x3, p), mod(r * (v - x3) - s1 * hhh, p), mod(h * z1 * z2, p)];
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
