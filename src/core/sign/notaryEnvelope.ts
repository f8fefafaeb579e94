import { notaryAgentHeader, notaryHeaders } from "../signature/notaryAttributes.ts";
import { encodeCoseEnvelope, encodeCoseHeader, encodeCoseToBeSigned } from "../signature/notaryCoseWriter.ts";
import { notaryPayloadType } from "../signature/notaryPayload.ts";
import type { Descriptor } from "../verdict/evidence.ts";
import type { SigningScheme } from "./scheme.ts";

/** The two encodings that an envelope of the Notary Project has. */
export type NotaryFormat = "notation-jws" | "notation-cose";

/** Media types of envelopes (signature specification, Storage). */
export const notaryEnvelopeTypes: Readonly<Record<NotaryFormat, string>> = {
  "notation-jws": "application/jose+json",
  "notation-cose": "application/cose",
};

/** What is settled before the signature: the same bytes come out for the same terms. */
export interface NotaryDraft {
  readonly payload: Uint8Array;
  readonly header: Uint8Array;
  /** The bytes that the signature covers. */
  readonly signedBytes: Uint8Array;
}

/** What becomes an envelope. */
export interface NotaryParts extends Omit<NotaryDraft, "signedBytes"> {
  /** As JOSE and COSE have it: r and s side by side for ECDSA. */
  readonly signature: Uint8Array;
  /** DER, signer first, root last. */
  readonly chain: readonly Uint8Array[];
  /** TimeStampToken, DER. */
  readonly timestamp?: Uint8Array;
}

/** Names the program in every envelope, as the specification suggests; nothing rests on it. */
const agent = "countersign";

/** Drafts an envelope of the scheme notary.x509 for an image, in whole seconds. `expiry` must be after `signingTime`. */
export function draftNotaryEnvelope(
  format: NotaryFormat,
  image: Descriptor,
  scheme: SigningScheme,
  times: { readonly signingTime: Date; readonly expiry?: Date },
): NotaryDraft | undefined {
  const { mediaType, digest, size } = image;
  const payload = Buffer.from(JSON.stringify({ targetArtifact: { mediaType, digest, size } }), "utf8");
  const algorithm = `${scheme.scheme === "rsa-pss" ? "PS" : "ES"}${scheme.hash.slice("sha".length)}`;
  if (format === "notation-cose") {
    const header = encodeCoseHeader({ algorithm, ...times });
    return header === undefined ? undefined : { payload, header, signedBytes: encodeCoseToBeSigned(header, payload) };
  }
  const { signingTime, expiry } = times;
  const critical = [notaryHeaders.signingScheme, ...(expiry === undefined ? [] : [notaryHeaders.expiry])];
  const header = {
    alg: algorithm,
    cty: notaryPayloadType,
    crit: critical,
    [notaryHeaders.signingScheme]: "notary.x509",
    [notaryHeaders.signingTime]: toSeconds(signingTime),
    ...(expiry === undefined ? {} : { [notaryHeaders.expiry]: toSeconds(expiry) }),
  };
  const bytes = Buffer.from(JSON.stringify(header), "utf8");
  const signedBytes = Buffer.from(`${bytes.toString("base64url")}.${payload.toString("base64url")}`, "latin1");
  return { payload, header: bytes, signedBytes };
}

/** Puts the parts together: COSE_Sign1, or the flattened JSON serialization of a JWS (RFC 7515, 7.2.2). */
export function assembleNotaryEnvelope(format: NotaryFormat, parts: NotaryParts): Uint8Array {
  if (format === "notation-cose") return encodeCoseEnvelope({ ...parts, agent });
  const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64url");
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
  const envelope = {
    payload: base64url(parts.payload),
    protected: base64url(parts.header),
    header: {
      // RFC 7515, 4.1.6: Base64, not Base64url.
      x5c: parts.chain.map(base64),
      ...(parts.timestamp === undefined ? {} : { [notaryHeaders.timestamp]: base64(parts.timestamp) }),
      [notaryAgentHeader]: agent,
    },
    signature: base64url(parts.signature),
  };
  return Buffer.from(JSON.stringify(envelope), "utf8");
}

/** RFC 3339 in whole seconds, which is what both encodings can hold. */
function toSeconds(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
