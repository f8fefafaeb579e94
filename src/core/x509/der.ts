/** One element of DER (X.690): its identifier octet, its content, and all of its octets. */
export interface DerElement {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly whole: Uint8Array;
}

/** Deeper than any certificate or name; stops input that only nests. */
const maximumElements = 4096;

/**
 * Reads exactly one DER element: low tag numbers, definite and minimal lengths, nothing after it.
 * Undefined where the octets are anything else, so that no two readers see different certificates in them.
 */
export function readElement(bytes: Uint8Array): DerElement | undefined {
  const element = elementAt(bytes, 0);
  return element !== undefined && element.whole.length === bytes.length ? element : undefined;
}

/** Reads the elements that a constructed element holds, a SEQUENCE without another `tag`; undefined where it is none. */
export function childrenOf(element: DerElement | undefined, tag = 0x30): readonly DerElement[] | undefined {
  if (element?.tag !== tag) return undefined;
  const children: DerElement[] = [];
  for (let at = 0; at < element.content.length;) {
    const child = elementAt(element.content, at);
    if (child === undefined || children.length === maximumElements) return undefined;
    children.push(child);
    at += child.whole.length;
  }
  return children;
}

/** The one element that an element with this tag holds; undefined where it is another, or holds none or several. */
export function onlyChildOf(element: DerElement | undefined, tag: number): DerElement | undefined {
  const [child, ...more] = childrenOf(element, tag) ?? [];
  return more.length > 0 ? undefined : child;
}

/**
 * The first element in `content` that `isIt` says yes to, without keeping the others: lists may be long. "none" where
 * there is none, "malformed" where the octets are no elements, are too many, or where `isIt` says so.
 */
export function findElement(
  content: Uint8Array,
  most: number,
  isIt: (element: DerElement) => boolean | "malformed",
): DerElement | "none" | "malformed" {
  let at = 0;
  for (let count = 0; at < content.length; count++) {
    const element = elementAt(content, at);
    if (element === undefined || count === most) return "malformed";
    const answer = isIt(element);
    if (answer === "malformed") return answer;
    if (answer) return element;
    at += element.whole.length;
  }
  return "none";
}

/** The dotted text of an OBJECT IDENTIFIER; undefined for any other element. */
export function objectIdentifierOf(element: DerElement | undefined): string | undefined {
  if (element?.tag !== 0x06 || element.content.length === 0 || element.content.length > 64) return undefined;
  const arcs: bigint[] = [];
  let arc = 0n;
  let fresh = true;
  for (const octet of element.content) {
    if (fresh && octet === 0x80) return undefined;
    arc = (arc << 7n) | BigInt(octet & 0x7f);
    fresh = (octet & 0x80) === 0;
    if (fresh) {
      arcs.push(arc);
      arc = 0n;
    }
  }
  const [first, ...rest] = arcs;
  if (!fresh || first === undefined) return undefined;
  const root = first < 40n ? 0n : first < 80n ? 1n : 2n;
  return [root, first - root * 40n, ...rest].join(".");
}

/** The value of a BOOLEAN in DER, which knows 00 and FF only. */
export function booleanOf(element: DerElement | undefined): boolean | undefined {
  if (element?.tag !== 0x01 || element.content.length !== 1) return undefined;
  return element.content[0] === 0xff ? true : element.content[0] === 0 ? false : undefined;
}

/** The value of a small non-negative INTEGER; undefined for any other element. */
export function smallIntegerOf(element: DerElement | undefined): number | undefined {
  if (element?.tag !== 0x02) return undefined;
  const [first, second] = element.content;
  if (first === undefined || first >= 0x80 || element.content.length > 4) return undefined;
  if (first === 0 && second !== undefined && second < 0x80) return undefined;
  return element.content.reduce((value, octet) => value * 256 + octet, 0);
}

/** The octets of a BIT STRING, with the unused low bits of the last one; undefined for any other element. */
export function bitStringOf(element: DerElement | undefined): { octets: Uint8Array; unused: number } | undefined {
  const unused = element?.content[0];
  if (element?.tag !== 0x03 || unused === undefined || unused > 7) return undefined;
  return { octets: element.content.subarray(1), unused };
}

/** A UTCTime or GeneralizedTime as RFC 5280, 4.1.2.5 restricts them: seconds, and Z. */
export function timeOf(element: DerElement | undefined): Date | undefined {
  if (element === undefined) return undefined;
  const digits = Buffer.from(element.content).toString("latin1");
  const short = element.tag === 0x17 && /^\d{12}Z$/.test(digits);
  if (!short && !(element.tag === 0x18 && /^\d{14}Z$/.test(digits))) return undefined;
  const full = short ? `${Number(digits.slice(0, 2)) >= 50 ? "19" : "20"}${digits}` : digits;
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(full) ?? [];
  const date = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** One element in DER from its tag and the parts of its content. */
export function derOf(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  const length = body.length < 0x80 ? [] : body.length < 0x100 ? [0x81] : body.length < 0x10000 ? [0x82] : [0x83];
  const octets = [body.length >>> 16, body.length >>> 8, body.length].slice(-Math.max(1, (length[0] ?? 0x81) & 0x7f));
  return Buffer.concat([Buffer.from([tag, ...length, ...octets.map((octet) => octet & 0xff)]), body]);
}

function elementAt(bytes: Uint8Array, at: number): DerElement | undefined {
  const tag = bytes[at];
  const first = bytes[at + 1];
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) return undefined;
  let start = at + 2;
  let length = first;
  if (first >= 0x80) {
    const octets = first & 0x7f;
    if (octets === 0 || octets > 4 || bytes[start] === 0) return undefined;
    length = 0;
    for (let i = 0; i < octets; i++) length = length * 256 + (bytes[start + i] ?? 0);
    start += octets;
    if (length < 0x80) return undefined;
  }
  const end = start + length;
  if (end > bytes.length) return undefined;
  return { tag, content: bytes.subarray(start, end), whole: bytes.subarray(at, end) };
}
