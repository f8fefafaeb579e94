import { encode, Token, Type, type EncodeOptions } from "cborg";
import { notaryAgentHeader, notaryHeaders } from "./notaryAttributes.ts";
import { notaryPayloadType } from "./notaryPayload.ts";

/** COSE algorithms (RFC 9053, 2.1; RFC 8230, 2) by the names that JOSE has for them. */
const algorithms: ReadonlyMap<string, number> = new Map([
  ["ES256", -7],
  ["ES384", -35],
  ["ES512", -36],
  ["PS256", -37],
  ["PS384", -38],
  ["PS512", -39],
]);

/** Members stay in their order, and times are epoch-based with their tag (RFC 8949, 3.4.2), as the Notary Project demands. */
const options: EncodeOptions = {
  mapSorter: () => 0,
  typeEncoders: {
    Date: (date: Date) => [new Token(Type.tag, 1), new Token(Type.uint, Math.floor(date.getTime() / 1000))],
  },
};

/** What a signer states in the protected header. */
export interface CoseStatement {
  /** JOSE's name of the algorithm. */
  readonly algorithm: string;
  readonly signingTime: Date;
  readonly expiry?: Date;
}

/** The protected header of an envelope of the scheme notary.x509; undefined for an algorithm that is none of its own. */
export function encodeCoseHeader({ algorithm, signingTime, expiry }: CoseStatement): Uint8Array | undefined {
  const label = algorithms.get(algorithm);
  if (label === undefined) return undefined;
  const critical = [notaryHeaders.signingScheme, ...(expiry === undefined ? [] : [notaryHeaders.expiry])];
  const header = new Map<unknown, unknown>([
    [1, label],
    [2, critical],
    [3, notaryPayloadType],
    [notaryHeaders.signingScheme, "notary.x509"],
    [notaryHeaders.signingTime, signingTime],
    ...(expiry === undefined ? [] : ([[notaryHeaders.expiry, expiry]] as const)),
  ]);
  return encode(header, options);
}

/** What the signature covers (RFC 9052, 4.4): Sig_structure without external data. */
export function encodeCoseToBeSigned(header: Uint8Array, payload: Uint8Array): Uint8Array {
  return encode(["Signature1", header, new Uint8Array(0), payload]);
}

/** COSE_Sign1 with its tag (RFC 9052, 4.2), certificates and time stamp in the unprotected header. */
export function encodeCoseEnvelope(parts: {
  readonly header: Uint8Array;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
  /** DER, signer first, root last. */
  readonly chain: readonly Uint8Array[];
  readonly agent: string;
  /** TimeStampToken, DER. */
  readonly timestamp?: Uint8Array;
}): Uint8Array {
  const unprotected = new Map<unknown, unknown>([
    [33, parts.chain],
    [notaryAgentHeader, parts.agent],
    ...(parts.timestamp === undefined ? [] : ([[notaryHeaders.timestamp, parts.timestamp]] as const)),
  ]);
  const body = encode([parts.header, unprotected, parts.payload, parts.signature], options);
  return Buffer.concat([Buffer.from([0xd2]), body]);
}
