import { repositoryName, type ImageReference } from "../image/reference.ts";
import type { Parsed } from "../problem.ts";
import { notaryPayloadType } from "../signature/notaryPayload.ts";
import { simpleSigningMediaType } from "../signature/cosign.ts";
import type { Descriptor } from "../verdict/evidence.ts";
import { draftNotaryEnvelope, type NotaryFormat } from "./notaryEnvelope.ts";
import { notaryChainOf } from "./notaryFit.ts";
import { isNotaryFormat, type SigningFormat, type SigningScheme } from "./scheme.ts";
import type { SigningKey } from "./signingKey.ts";
import { simpleSigningPayload } from "./simpleSigning.ts";
import {
  attestationStatement,
  preAuthenticationEncoding,
  signatureStatement,
  statementType,
  type Predicate,
} from "./statement.ts";

/** What a signature says beside what it is of. Kept with a request that waits, so that the same bytes come out again. */
export interface SigningTerms {
  /** When the signer says that it signs, RFC 3339. Envelopes of the Notary Project state it. */
  readonly signedAt?: string;
  /** When the signer wants the signature to expire, RFC 3339; Notary Project only. */
  readonly expiresAt?: string;
  /** Makes it an attestation, which is nobody's signature of the image. */
  readonly predicate?: Predicate;
  /** Who stamps the signature with the time. */
  readonly timeStampAuthority?: TimeStampAuthority;
}

/** A time-stamp authority (RFC 3161), and how its stamps are known. */
export interface TimeStampAuthority {
  readonly url: string;
  /** PEM of the certificates that its own must lead to. */
  readonly roots: readonly string[];
  /** Object identifier of the policy to stamp under; the authority's own without it. */
  readonly policy?: string;
}

/** The bytes that are signed, and what they are. */
export interface SignedPayload {
  readonly payloadType: string;
  readonly payload: Uint8Array;
  /** The bytes that the signature covers. */
  readonly signedBytes: Uint8Array;
  /** Of an envelope of the Notary Project. */
  readonly protectedHeader?: Uint8Array;
  /** The service wraps `payload` itself, so that what its signature covers is not known before: `signedBytes` are the payload. */
  readonly envelope?: PlannedEnvelope;
}

/** The envelope that a service is asked to make. */
export interface PlannedEnvelope {
  readonly format: NotaryFormat;
  readonly payloadType: string;
  /** How long the signature is to be good for, in whole seconds; as long as the service says without it. */
  readonly expiresIn?: number;
}

/** Writes the payload of a format for an image. Without a value, one problem says why the terms do not fit the format or the key. */
export function payloadOf(
  image: { readonly reference: ImageReference; readonly image: Descriptor },
  format: SigningFormat,
  scheme: SigningScheme,
  key: SigningKey,
  terms: SigningTerms,
): Parsed<SignedPayload> {
  const { digest } = image.image;
  if (terms.predicate !== undefined && format !== "sigstore-bundle")
    return refuse("format-without-attestations", `An attestation is made as sigstore-bundle, not as ${format}.`);
  if (terms.expiresAt !== undefined && !isNotaryFormat(format))
    return refuse("format-without-expiry", `A signature as ${format} cannot expire; the Notary Project's can.`);
  if (isNotaryFormat(format)) return notaryPayload(image.image, format, scheme, key, terms);
  if (format === "cosign") {
    const payload = simpleSigningPayload(repositoryName(image.reference), digest);
    return { value: { payloadType: simpleSigningMediaType, payload, signedBytes: payload }, problems: [] };
  }
  const payload =
    terms.predicate === undefined
      ? signatureStatement(digest)
      : attestationStatement(repositoryName(image.reference), digest, terms.predicate);
  return { value: statementPayload(payload), problems: [] };
}

/** A statement as a DSSE envelope signs it. */
export function statementPayload(statement: Uint8Array): SignedPayload {
  const signedBytes = preAuthenticationEncoding(statementType, statement);
  return { payloadType: statementType, payload: statement, signedBytes };
}

function notaryPayload(
  image: Descriptor,
  format: NotaryFormat,
  scheme: SigningScheme,
  key: SigningKey,
  { signedAt, expiresAt, timeStampAuthority }: SigningTerms,
): Parsed<SignedPayload> {
  const signingTime = dateOf(signedAt);
  const expiry = dateOf(expiresAt);
  if (signingTime === undefined)
    return refuse(
      "signing-time-missing",
      "A signature of the Notary Project says when it is made, and no time was given.",
    );
  if (expiresAt !== undefined && (expiry === undefined || expiry.getTime() < signingTime.getTime() + 1000))
    return refuse("expiry-wrong", `A signature cannot expire at ${expiresAt}, which is not after it is made.`);
  const outside = notaryChainOf(key)?.find(
    ({ notBefore, notAfter }) => signingTime < notBefore || notAfter < signingTime,
  );
  if (outside !== undefined)
    return refuse(
      "certificate-not-valid",
      `A certificate of key '${key.name}' is valid from ${outside.notBefore.toISOString()} to ${outside.notAfter.toISOString()}, not now; nothing was sent.`,
    );
  const times = { signingTime, ...(expiry === undefined ? {} : { expiry }) };
  const draft = draftNotaryEnvelope(format, image, scheme, times);
  if (draft === undefined) return refuse("key-unusable", `Key '${key.name}' has no algorithm of the Notary Project.`);
  const { payload, signedBytes, header } = draft;
  if (key.envelopes !== undefined) {
    if (timeStampAuthority !== undefined)
      return refuse(
        "timestamp-by-service",
        `The service of key '${key.name}' makes the whole envelope, with the time stamp in it where it has one; leave out ${timeStampAuthority.url}.`,
      );
    const expiresIn =
      expiry === undefined ? {} : { expiresIn: Math.round((expiry.getTime() - signingTime.getTime()) / 1000) };
    const envelope = { format, payloadType: notaryPayloadType, ...expiresIn };
    return { value: { payloadType: notaryPayloadType, payload, signedBytes: payload, envelope }, problems: [] };
  }
  return { value: { payloadType: notaryPayloadType, payload, signedBytes, protectedHeader: header }, problems: [] };
}

function dateOf(text: string | undefined): Date | undefined {
  const date = new Date(text ?? "");
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function refuse(code: string, message: string): { value: undefined; problems: [{ code: string; message: string }] } {
  return { value: undefined, problems: [{ code, message }] };
}
