/** Distinguished encoding rules (X.690), writing only: as much as certificates of the trial need. */

/** One element: tag, definite length, content. */
export function element(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.from([tag, ...lengthOctets(body.length)]), body]);
}

export function sequence(...content: readonly Uint8Array[]): Buffer {
  return element(0x30, ...content);
}

export function setOf(...content: readonly Uint8Array[]): Buffer {
  return element(0x31, ...content);
}

/** A non-negative integer from its big-endian octets, in the fewest octets. */
export function integer(octets: Uint8Array): Buffer {
  let start = 0;
  while (start < octets.length - 1 && octets[start] === 0) start += 1;
  const kept = octets.subarray(start);
  return element(0x02, (kept[0] ?? 0) >= 0x80 ? Buffer.from([0]) : Buffer.alloc(0), kept);
}

export function objectIdentifier(dotted: string): Buffer {
  const arcs = dotted.split(".").map(Number);
  const [first = 0, second = 0, ...rest] = arcs;
  return element(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

export function utf8String(text: string): Buffer {
  return element(0x0c, Buffer.from(text, "utf8"));
}

/** BIT STRING; `unused` low bits of the last octet do not count. */
export function bitString(octets: Uint8Array, unused = 0): Buffer {
  return element(0x03, Buffer.from([unused]), octets);
}

export function octetString(octets: Uint8Array): Buffer {
  return element(0x04, octets);
}

export function boolean(value: boolean): Buffer {
  return element(0x01, Buffer.from([value ? 0xff : 0]));
}

/** Time as RFC 5280, 4.1.2.5 wants it: UTCTime through 2049, GeneralizedTime after. */
export function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/[-:T]|\.\d+/g, "");
  return date.getUTCFullYear() < 2050
    ? element(0x17, Buffer.from(digits.slice(2)))
    : element(0x18, Buffer.from(digits));
}

/** Context-specific constructed tag, as EXPLICIT tagging uses it. */
export function explicit(number: number, ...content: readonly Uint8Array[]): Buffer {
  return element(0xa0 | number, ...content);
}

/** Context-specific primitive tag, as IMPLICIT tagging of a string uses it. */
export function implicit(number: number, content: Uint8Array): Buffer {
  return element(0x80 | number, content);
}

function lengthOctets(length: number): readonly number[] {
  if (length < 0x80) return [length];
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest >>>= 8) octets.unshift(rest & 0xff);
  return [0x80 | octets.length, ...octets];
}

function base128(arc: number): number[] {
  const octets = [arc & 0x7f];
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) octets.unshift((rest & 0x7f) | 0x80);
  return octets;
}
