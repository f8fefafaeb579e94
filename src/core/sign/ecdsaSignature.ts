import { childrenOf, readElement, type DerElement } from "../x509/der.ts";

/** Order of the group, by curve as node:crypto names it (SEC 2). */
const orders = new Map([
  ["prime256v1", 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n],
  ["secp384r1", 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n],
  [
    "secp521r1",
    0x01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
  ],
]);

/** Order of a curve's group; undefined for a curve that is not supported. */
export function curveOrder(curve: string): bigint | undefined {
  return orders.get(curve);
}

/**
 * Whether `bytes` is an ECDSA signature in strict DER (X.690 and RFC 3279, 2.2.3): minimal lengths and integers,
 * nothing after it, and both numbers between 1 and the order. r and s side by side, as PKCS #11 gives them, are not.
 */
export function isDerSignature(bytes: Uint8Array, curve: string): boolean {
  const order = orders.get(curve);
  const body = readElement(bytes);
  const numbers = body?.tag === 0x30 ? childrenOf(body) : undefined;
  return order !== undefined && numbers?.length === 2 && numbers.every((number) => isWithin(number, order));
}

/** Whether `bytes` has the length of r and s side by side (IEEE P1363) for the curve. */
export function isSideBySide(bytes: Uint8Array, curve: string): boolean {
  const order = orders.get(curve);
  return order !== undefined && bytes.length === 2 * Math.ceil(order.toString(16).length / 2);
}

/**
 * An ECDSA signature in DER, from r and s side by side as PKCS #11 gives them (CKM_ECDSA). Undefined where the length is not
 * the curve's, or a number is not between 1 and the order.
 */
export function toDerSignature(sideBySide: Uint8Array, curve: string): Uint8Array | undefined {
  if (!isSideBySide(sideBySide, curve)) return undefined;
  const half = sideBySide.length / 2;
  const body = Buffer.concat([sideBySide.subarray(0, half), sideBySide.subarray(half)].map(toInteger));
  // 139 octets at most, for P-521.
  const length = body.length < 0x80 ? [body.length] : [0x81, body.length];
  const der = Buffer.concat([Buffer.from([0x30, ...length]), body]);
  return isDerSignature(der, curve) ? der : undefined;
}

/**
 * An ECDSA signature as r and s side by side (RFC 7518, 3.4), from DER; each as long as the curve's order. Undefined
 * where it is not one in strict DER.
 */
export function toSideBySide(der: Uint8Array, curve: string): Uint8Array | undefined {
  const order = orders.get(curve);
  const body = readElement(der);
  if (order === undefined || body === undefined || !isDerSignature(der, curve)) return undefined;
  const half = Math.ceil(order.toString(16).length / 2);
  const numbers = (childrenOf(body) ?? []).map(({ content }) =>
    Buffer.from(content).toString("hex").replace(/^00/, ""),
  );
  return Buffer.from(numbers.map((hex) => hex.padStart(2 * half, "0")).join(""), "hex");
}

function toInteger(octets: Uint8Array): Buffer {
  let start = 0;
  while (start < octets.length - 1 && octets[start] === 0) start += 1;
  const kept = octets.subarray(start);
  const padding = (kept[0] ?? 0) >= 0x80 ? [0] : [];
  return Buffer.from([0x02, kept.length + padding.length, ...padding, ...kept]);
}

/** Whether the element is a minimal, positive INTEGER below the order. */
function isWithin({ tag, content }: DerElement, order: bigint): boolean {
  const [first, second] = content;
  if (tag !== 0x02 || first === undefined || first >= 0x80) return false;
  if (first === 0 && (second === undefined || second < 0x80)) return false;
  const value = BigInt(`0x${Buffer.from(content).toString("hex")}`);
  return value > 0n && value < order;
}
