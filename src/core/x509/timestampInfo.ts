import { booleanOf, childrenOf, objectIdentifierOf, readElement, smallIntegerOf, type DerElement } from "./der.ts";
import type { DigestName } from "./publicKey.ts";
import { readDigestAlgorithm } from "./signatureAlgorithm.ts";

/** What a time-stamp token says (TSTInfo, RFC 3161, 2.4.2). */
export interface StampInfo {
  readonly digest: DigestName;
  readonly imprint: Buffer;
  readonly at: Date;
  readonly accuracyMs: number;
}

/** Baseline time-stamp policy (ETSI EN 319 421), which promises one second where the token itself says nothing. */
const baselinePolicy = "0.4.0.2023.1.1";

/** Reads TSTInfo in DER; undefined for anything else, and where it has a critical extension. */
export function readStampInfo(content: Uint8Array): StampInfo | undefined {
  const [version, policy, messageImprint, serial, time, ...optional] = childrenOf(readElement(content)) ?? [];
  const [algorithm, imprint, ...more] = childrenOf(messageImprint) ?? [];
  const digest = readDigestAlgorithm(algorithm);
  const at = timeOf(time);
  const policyIdentifier = objectIdentifierOf(policy);
  if (smallIntegerOf(version) !== 1 || policyIdentifier === undefined || serial?.tag !== 0x02) return undefined;
  if (digest === undefined || imprint?.tag !== 0x04 || more.length > 0 || at === undefined) return undefined;
  let accuracyMs = policyIdentifier === baselinePolicy ? 1000 : 0;
  for (const field of optional) {
    if (field.tag === 0x30) {
      const read = readAccuracy(field);
      if (read === undefined) return undefined;
      accuracyMs = read;
    }
    // RFC 5280, 4.2 holds for the extensions of a token too: one that is critical and not understood refuses it.
    if (field.tag === 0xa1 && (childrenOf(field, 0xa1) ?? []).some(isCritical)) return undefined;
  }
  return { digest, imprint: Buffer.from(imprint.content), at, accuracyMs };
}

/** Accuracy: seconds, [0] milliseconds, [1] microseconds, each of which may be absent. Microseconds are rounded up. */
function readAccuracy(field: DerElement): number | undefined {
  let total = 0;
  for (const part of childrenOf(field) ?? []) {
    const value = smallIntegerOf({ ...part, tag: 0x02 });
    const factor = new Map([
      [0x02, 1000],
      [0x80, 1],
      [0x81, 0.001],
    ]).get(part.tag);
    if (value === undefined || factor === undefined) return undefined;
    total += value * factor;
  }
  return Math.ceil(total);
}

function isCritical(extension: DerElement): boolean {
  const parts = childrenOf(extension) ?? [];
  return parts.length !== 2 && booleanOf(parts[1]) !== false;
}

/** GeneralizedTime with a fraction, as RFC 3161, 2.4.2 allows. */
function timeOf(element: DerElement | undefined): Date | undefined {
  if (element?.tag !== 0x18) return undefined;
  const text = Buffer.from(element.content).toString("latin1");
  const [, year, month, day, hour, minute, second, fraction = ""] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\.\d{1,9})?Z$/.exec(text) ?? [];
  const date = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}${fraction.slice(0, 4)}Z`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
