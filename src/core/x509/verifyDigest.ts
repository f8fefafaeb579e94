import { constants, createECDH, createHash, createPublicKey, publicDecrypt, verify, type KeyObject } from "node:crypto";
import { curveOrder, isDerSignature } from "../sign/ecdsaSignature.ts";
import { childrenOf, readElement } from "./der.ts";
import type { PublicKey } from "./publicKey.ts";

/** The field of a curve, and the curve's name in a JWK. */
interface Field {
  readonly crv: string;
  readonly p: bigint;
}

/** A point of a curve, in affine coordinates. */
interface Point {
  readonly x: bigint;
  readonly y: bigint;
}

/** DigestInfo of SHA-256 (RFC 8017, 9.2, note 1), before the digest itself. */
const sha256DigestInfo = Buffer.from("3031300d060960864801650304020105000420", "hex");

/** SEC 2, 2.4.2 and 2.5.1, by node:crypto's names. */
const fields = new Map<string, Field>([
  ["prime256v1", { crv: "P-256", p: 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn }],
  [
    "secp384r1",
    {
      crv: "P-384",
      p: 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffffn,
    },
  ],
]);

/** Some data, and its SHA-256 as ECDSA takes it. */
const known = Buffer.alloc(0);
const hashOfKnown = toInteger(createHash("sha256").update(known).digest());

/**
 * Whether `signature` is `key`'s over data of which only the SHA-256 is known: for artifacts that are named by their
 * digest alone, which node:crypto would hash again. False for Ed25519, which needs the data.
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

/**
 * ECDSA holds for a hash e and a key Q where r is the x of (e/s)G + (r/s)Q (SEC 1, 4.1.4). For the hash e' of known data and
 * the key Q' = Q + kG with k = (e - e')/r it is the same sum: so (r, s) is Q's over e exactly where it is that key's over
 * the known data, which node:crypto can tell. Nothing in it is secret.
 */
function verifyEcdsa(key: KeyObject, digest: Uint8Array, signature: Uint8Array): boolean {
  const curve = key.asymmetricKeyDetails?.namedCurve ?? "";
  const field = fields.get(curve);
  const n = curveOrder(curve);
  if (field === undefined || n === undefined || !isDerSignature(signature, curve)) return false;
  const r = toInteger(childrenOf(readElement(signature))?.[0]?.content ?? known);
  const k = mod((toInteger(digest) - hashOfKnown) * inverse(r, n), n);
  const shifted = k === 0n ? key : shiftedBy(k, key, curve, field);
  return shifted !== undefined && verify("sha256", known, { key: shifted, dsaEncoding: "der" }, signature);
}

/** Q + kG; undefined where both are the same point or opposite ones, which only the owner of the key could bring about. */
function shiftedBy(k: bigint, key: KeyObject, curve: string, field: Field): KeyObject | undefined {
  const { crv, p } = field;
  const { x, y } = key.export({ format: "jwk" });
  const q = { x: toInteger(Buffer.from(x ?? "", "base64url")), y: toInteger(Buffer.from(y ?? "", "base64url")) };
  const { x: gx, y: gy } = multipleOfG(k, curve, p);
  if (q.x === gx) return undefined;
  const slope = mod((gy - q.y) * inverse(gx - q.x, p), p);
  const sum = mod(slope * slope - q.x - gx, p);
  const jwk = { kty: "EC", crv, x: toBase64url(sum, p), y: toBase64url(mod(slope * (q.x - sum) - q.y, p), p) };
  return createPublicKey({ format: "jwk", key: jwk });
}

function multipleOfG(k: bigint, curve: string, p: bigint): Point {
  const agreement = createECDH(curve);
  agreement.setPrivateKey(toHex(k, p), "hex");
  const point = agreement.getPublicKey();
  const half = (point.length - 1) / 2;
  return { x: toInteger(point.subarray(1, 1 + half)), y: toInteger(point.subarray(1 + half)) };
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

/** As many octets as a number below `modulus` may need. */
function toHex(value: bigint, modulus: bigint): string {
  return value.toString(16).padStart(modulus.toString(16).length, "0");
}

function toBase64url(value: bigint, modulus: bigint): string {
  return Buffer.from(toHex(value, modulus), "hex").toString("base64url");
}
