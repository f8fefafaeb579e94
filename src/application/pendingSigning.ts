import { isDigest } from "../core/image/digest.ts";
import { isJsonObject, type JsonObject } from "../core/json.ts";
import { isSigningFormat, type SigningFormat } from "../core/sign/scheme.ts";
import type { Descriptor } from "../core/verdict/evidence.ts";
import type { Ticket } from "./signingService.ts";

/** A signing that waits for an approval, with all that is needed to go on after a restart. Holds no secret. */
export interface PendingSigning {
  readonly version: 1;
  readonly ticket: Ticket;
  /** Normalised, as the person wrote it. */
  readonly reference: string;
  /** What the reference resolved to when it was requested: this is signed, whatever the tag says now. */
  readonly image: Descriptor;
  readonly key: { readonly name: string; readonly publicKey: string };
  readonly format: SigningFormat;
  readonly justification?: string;
  readonly requestedAt: string;
  readonly expiresAt?: string;
}

/** Reads a stored record; undefined where it is not one. Whether it fits its ticket is checked when it is resumed. */
export function readPendingSigning(value: unknown): PendingSigning | undefined {
  if (!isJsonObject(value) || value["version"] !== 1) return undefined;
  const ticket = readTicket(value["ticket"]);
  const image = readImage(value["image"]);
  const key = value["key"];
  const reference = value["reference"];
  const format = value["format"];
  const requestedAt = value["requestedAt"];
  const justification = value["justification"];
  const expiresAt = value["expiresAt"];
  if (ticket === undefined || image === undefined || !isJsonObject(key)) return undefined;
  const { name, publicKey } = key;
  if (typeof name !== "string" || typeof publicKey !== "string") return undefined;
  if (typeof reference !== "string" || typeof requestedAt !== "string") return undefined;
  if (typeof format !== "string" || !isSigningFormat(format)) return undefined;
  return {
    version: 1,
    ticket,
    reference,
    image,
    key: { name, publicKey },
    format,
    requestedAt,
    ...(typeof justification === "string" ? { justification } : {}),
    ...(typeof expiresAt === "string" ? { expiresAt } : {}),
  };
}

function readTicket(value: unknown): Ticket | undefined {
  if (!isJsonObject(value)) return undefined;
  const { service, id, requestHash, state } = value;
  if (typeof service !== "string" || typeof id !== "string" || typeof requestHash !== "string") return undefined;
  return { service, id, requestHash, ...(typeof state === "string" ? { state } : {}) };
}

function readImage(value: unknown): Descriptor | undefined {
  const descriptor: JsonObject = isJsonObject(value) ? value : {};
  const { mediaType, digest, size } = descriptor;
  if (typeof mediaType !== "string" || typeof digest !== "string" || typeof size !== "number") return undefined;
  return isDigest(digest) && Number.isSafeInteger(size) && size >= 0 ? { mediaType, digest, size } : undefined;
}
