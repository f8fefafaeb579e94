import { decodeBase64 } from "../core/base64.ts";
import { isDigest } from "../core/image/digest.ts";
import { isJsonObject, type JsonObject } from "../core/json.ts";
import type { SigningTerms } from "../core/sign/payload.ts";
import { isSigningFormat, type SigningFormat } from "../core/sign/scheme.ts";
import type { Descriptor } from "../core/verdict/evidence.ts";
import { readSigningTerms } from "./signingTerms.ts";
import type { Ticket } from "./signingService.ts";

/**
 * A signing that waits for an approval, whose answer is not known, or that was signed and is not attached yet, with all
 * that is needed to go on after a restart. Holds no secret.
 */
export interface PendingSigning {
  readonly version: 1;
  readonly ticket: Ticket;
  /** Normalised, as the person wrote it. */
  readonly reference: string;
  /** What the reference resolved to when it was requested: this is signed, whatever the tag says now. */
  readonly image: Descriptor;
  readonly key: { readonly name: string; readonly publicKey: string };
  readonly format: SigningFormat;
  readonly terms?: SigningTerms;
  readonly justification?: string;
  readonly requestedAt: string;
  readonly expiresAt?: string;
  /** Base64 of what the service returned: it is attached without asking for another. */
  readonly signature?: string;
  /** The service's audit entry of the signature. */
  readonly audit?: string;
  /** Present where the service was asked and its answer is not known: what it was told the client is. */
  readonly unanswered?: { readonly tool: string };
}

/** Reads a stored record; undefined where it is not one. Whether it fits its ticket is checked when it is resumed. */
export function readPendingSigning(value: unknown): PendingSigning | undefined {
  if (!isJsonObject(value) || value["version"] !== 1) return undefined;
  const ticket = readTicket(value["ticket"]);
  const image = readImage(value["image"]);
  const key = readKey(value["key"]);
  const terms = value["terms"] === undefined ? {} : readSigningTerms(value["terms"]);
  const { reference, format, requestedAt, signature } = value;
  if (ticket === undefined || image === undefined || key === undefined || terms === undefined) return undefined;
  if (typeof reference !== "string" || typeof requestedAt !== "string") return undefined;
  if (typeof format !== "string" || !isSigningFormat(format)) return undefined;
  if (signature !== undefined && (typeof signature !== "string" || decodeBase64(signature) === undefined))
    return undefined;
  return {
    version: 1,
    ticket,
    reference,
    image,
    key,
    format,
    ...(value["terms"] === undefined ? {} : { terms }),
    requestedAt,
    ...optionalText(value, "justification"),
    ...optionalText(value, "expiresAt"),
    ...(signature === undefined ? {} : { signature }),
    ...optionalText(value, "audit"),
    ...readUnanswered(value),
  };
}

/** Reads a ticket as it was stored. */
export function readTicket(value: unknown): Ticket | undefined {
  if (!isJsonObject(value)) return undefined;
  const { service, id, requestHash, state } = value;
  if (typeof service !== "string" || typeof id !== "string" || typeof requestHash !== "string") return undefined;
  return { service, id, requestHash, ...(typeof state === "string" ? { state } : {}) };
}

/** Reads the key that a record names. */
export function readKey(value: unknown): PendingSigning["key"] | undefined {
  const { name, publicKey }: JsonObject = isJsonObject(value) ? value : {};
  return typeof name === "string" && typeof publicKey === "string" ? { name, publicKey } : undefined;
}

/** Reads whether an answer is missing. */
export function readUnanswered(value: JsonObject): Pick<PendingSigning, "unanswered"> {
  const { unanswered } = value;
  const tool = isJsonObject(unanswered) ? unanswered["tool"] : undefined;
  return typeof tool === "string" ? { unanswered: { tool } } : {};
}

function readImage(value: unknown): Descriptor | undefined {
  const { mediaType, digest, size }: JsonObject = isJsonObject(value) ? value : {};
  if (typeof mediaType !== "string" || typeof digest !== "string" || typeof size !== "number") return undefined;
  return isDigest(digest) && Number.isSafeInteger(size) && size >= 0 ? { mediaType, digest, size } : undefined;
}

/** The member of this name, where it is a text. */
export function optionalText<const T extends string>(value: JsonObject, name: T): { readonly [K in T]?: string } {
  const member = value[name];
  const entries: { [K in T]?: string } = {};
  if (typeof member === "string") entries[name] = member;
  return entries;
}
