import { decode, encode, type DecodeOptions } from "cborg";
import { malformed, notaryHeaders, notaryLimits, readNotaryAttributes, type ReadEnvelope } from "./notaryAttributes.ts";
import { notaryPayloadType } from "./notaryPayload.ts";

/** COSE header labels (RFC 9052, 3.1; RFC 9360, 2). */
const labels = { algorithm: 1, critical: 2, contentType: 3, x5chain: 33 } as const;

/** COSE algorithms (RFC 9053, 2.1; RFC 8230, 2) by the names that JOSE has for them. */
const algorithms = new Map<unknown, string>([
  [-7, "ES256"],
  [-35, "ES384"],
  [-36, "ES512"],
  [-37, "PS256"],
  [-38, "PS384"],
  [-39, "PS512"],
]);

/** One encoding of each value only: no indefinite lengths, no longer integers than needed, no key twice. */
const strictly: DecodeOptions = {
  strict: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowInfinity: false,
  allowNaN: false,
  useMaps: true,
  rejectDuplicateMapKeys: true,
};

/** The latest second that a Date can be of. */
const latestSecond = 8_640_000_000_000;

/**
 * Reads a Notary Project COSE envelope: COSE_Sign1 with its tag (RFC 9052, 4.2), certificates in the unprotected header.
 * Times must be epoch-based with their tag (RFC 8949, 3.4.2).
 */
export function readNotaryCose(bytes: Uint8Array): ReadEnvelope {
  if (bytes.length > notaryLimits.envelope) return refused("is too large");
  const parts = readSign1(bytes);
  if (parts === undefined) return refused("is no COSE_Sign1 with its tag, in strict CBOR");
  const { rawHeader, unprotected, payload, signature } = parts;
  const header = readHeader(rawHeader);
  if (header === undefined) return refused("has a protected header that cannot be read");
  for (const label of unprotected.keys()) if (header.has(label)) return refused("has one attribute in both headers");
  if (header.get(labels.contentType) !== notaryPayloadType)
    return refused("is not about a payload of the Notary Project");
  const attributes = readNotaryAttributes(header, header.get(labels.critical), (value) =>
    value instanceof Date ? value : undefined,
  );
  if ("code" in attributes) return { kind: "invalid", reason: attributes };
  const chain = readChain(unprotected.get(labels.x5chain));
  if (chain === undefined) return refused("has no certificate chain that can be read");
  const timestamp = unprotected.get(notaryHeaders.timestamp);
  const stamped = timestamp instanceof Uint8Array && timestamp.length <= notaryLimits.timestamp ? timestamp : undefined;
  if (timestamp !== undefined && stamped === undefined) return refused("has a time stamp that cannot be read");
  return {
    kind: "envelope",
    envelope: {
      algorithm: algorithms.get(header.get(labels.algorithm)) ?? "",
      // RFC 9052, 4.4: Sig_structure without external data.
      signed: encode(["Signature1", rawHeader, new Uint8Array(0), payload]),
      signature,
      payload,
      attributes,
      chain,
      ...(stamped === undefined ? {} : { timestamp: stamped }),
    },
  };
}

interface Sign1 {
  readonly rawHeader: Uint8Array;
  readonly unprotected: ReadonlyMap<unknown, unknown>;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
}

function readSign1(bytes: Uint8Array): Sign1 | undefined {
  // The tag of COSE_Sign1 is 18, and nothing else is to be an envelope.
  if (bytes[0] !== 0xd2) return undefined;
  const parts = readCbor(bytes.subarray(1), {});
  if (!Array.isArray(parts) || parts.length !== 4) return undefined;
  const [rawHeader, unprotected, payload, signature]: readonly unknown[] = parts;
  if (!(rawHeader instanceof Uint8Array) || !(unprotected instanceof Map)) return undefined;
  if (!(payload instanceof Uint8Array) || !(signature instanceof Uint8Array) || signature.length === 0)
    return undefined;
  return { rawHeader, unprotected, payload, signature };
}

function readHeader(bytes: Uint8Array): ReadonlyMap<unknown, unknown> | undefined {
  if (bytes.length > notaryLimits.header.maxLength) return undefined;
  const header = readCbor(bytes, { 1: (content) => dateOf(content()) });
  return header instanceof Map ? header : undefined;
}

/** Anything that is not strict CBOR throws in the decoder, and so does what nests too deep for it. */
function readCbor(bytes: Uint8Array, tags: NonNullable<DecodeOptions["tags"]>): unknown {
  try {
    const value: unknown = decode(bytes, { ...strictly, tags });
    return value;
  } catch {
    return undefined;
  }
}

function dateOf(seconds: unknown): Date | undefined {
  if (typeof seconds !== "number" || !Number.isSafeInteger(seconds) || Math.abs(seconds) > latestSecond)
    return undefined;
  return new Date(seconds * 1000);
}

/** RFC 9360 also lets one certificate stand alone; the Notary Project's profile is the array. */
function readChain(list: unknown): readonly Uint8Array[] | undefined {
  if (!Array.isArray(list) || list.length === 0 || list.length > notaryLimits.certificates) return undefined;
  const items: readonly unknown[] = list;
  const chain = items.filter((item) => item instanceof Uint8Array);
  return chain.length === items.length ? chain : undefined;
}

function refused(what: string): ReadEnvelope {
  return { kind: "invalid", reason: malformed(what) };
}
