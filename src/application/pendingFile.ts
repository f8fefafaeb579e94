import { decodeBase64 } from "../core/base64.ts";
import { isDigest } from "../core/image/digest.ts";
import { isJsonObject } from "../core/json.ts";
import type { SigningTerms } from "../core/sign/payload.ts";
import { optionalText, readKey, readTicket, readUnanswered } from "./pendingSigning.ts";
import type { Ticket } from "./signingService.ts";
import { readSigningTerms } from "./signingTerms.ts";

/** The signing of a file that waits for an approval, or whose bundle is not written yet. Holds no secret. */
export interface PendingFile {
  readonly version: 1;
  readonly kind: "file";
  readonly ticket: Ticket;
  /** As the person wrote it. */
  readonly file: string;
  /** Absolute path of the folder that `file` and `output` are relative to; absent: that of whoever resumes. */
  readonly folder?: string;
  /** `sha256:<hex>` of the file when it was requested. */
  readonly digest: string;
  /** Where the bundle goes. */
  readonly output: string;
  readonly key: { readonly name: string; readonly publicKey: string };
  readonly terms: SigningTerms;
  readonly justification?: string;
  readonly requestedAt: string;
  readonly expiresAt?: string;
  /** Base64 of what the service returned: it is written without asking for another. */
  readonly signature?: string;
  readonly audit?: string;
  /** Present where the service was asked and its answer is not known: what it was told the client is. */
  readonly unanswered?: { readonly tool: string };
}

/** Reads a stored record; undefined where it is not one. Whether it fits its ticket is checked when it is resumed. */
export function readPendingFile(value: unknown): PendingFile | undefined {
  if (!isJsonObject(value) || value["version"] !== 1 || value["kind"] !== "file") return undefined;
  const ticket = readTicket(value["ticket"]);
  const key = readKey(value["key"]);
  const terms = readSigningTerms(value["terms"]);
  const { file, digest, output, requestedAt, signature } = value;
  if (ticket === undefined || key === undefined || terms === undefined) return undefined;
  if (typeof file !== "string" || typeof digest !== "string" || !isDigest(digest)) return undefined;
  if (typeof output !== "string" || typeof requestedAt !== "string") return undefined;
  if (signature !== undefined && (typeof signature !== "string" || decodeBase64(signature) === undefined))
    return undefined;
  return {
    version: 1,
    kind: "file",
    ticket,
    file,
    digest,
    output,
    key,
    terms,
    requestedAt,
    ...optionalText(value, "folder"),
    ...optionalText(value, "justification"),
    ...optionalText(value, "expiresAt"),
    ...(signature === undefined ? {} : { signature }),
    ...optionalText(value, "audit"),
    ...readUnanswered(value),
  };
}
