import { createHash } from "node:crypto";
import { decodePem } from "../base64.ts";
import type { Parsed } from "../problem.ts";
import { readSignedData } from "./cms.ts";
import { childrenOf, objectIdentifierOf, readElement, smallIntegerOf, type DerElement } from "./der.ts";
import { encodeNonce } from "./timestampRequest.ts";
import {
  verifyTimestampResponse,
  verifyTimestampToken,
  type ProvenStamp,
  type StampAuthority,
} from "./timestampToken.ts";

/** What was asked for. */
export interface TimestampQuestion {
  readonly data: Uint8Array;
  readonly nonce: Uint8Array;
  /** The policy that was asked for; any without it. */
  readonly policy?: string;
  /** PEM of the certificates that the authority's own must lead to. */
  readonly roots: readonly string[];
  /** Authorities of a Sigstore trusted root, which alone count where they are given: the token need not hold their chain. */
  readonly authorities?: readonly StampAuthority[];
  readonly now: Date;
}

/** An answer that may be attached. */
export interface CheckedTimestamp {
  readonly stamp: ProvenStamp;
  /** TimeStampToken, DER. */
  readonly token: Uint8Array;
}

/** Clocks differ a little; a stamp further from now than this, in milliseconds, is not one that was made just now. */
const clockTolerance = 10 * 60 * 1000;

const statusWords: ReadonlyMap<number, string> = new Map([
  [2, "rejected it"],
  [3, "waits for something and gave no time stamp"],
  [4, "warns that its certificate is about to be revoked"],
  [5, "says that its certificate was revoked"],
]);

/**
 * Checks a TimeStampResp (RFC 3161, 2.4.2) against what was asked for: status, nonce, imprint, policy, signer and time.
 * Without a value, one problem says why the answer must not be attached.
 */
export function checkTimestampResponse(response: Uint8Array, question: TimestampQuestion): Parsed<CheckedTimestamp> {
  const [info, tokenElement, ...more] = childrenOf(readElement(response)) ?? [];
  const status = smallIntegerOf(childrenOf(info)?.[0]);
  if (status === undefined || more.length > 0) return refuse("timestamp-malformed", "The answer is no time stamp.");
  if (status > 1) return refuse("timestamp-refused", `The authority ${statusWords.get(status) ?? "refused"}.`);
  if (tokenElement === undefined) return refuse("timestamp-malformed", "The answer holds no time stamp.");
  const token = tokenElement.whole;
  const signed = readSignedData(token);
  const fields = signed === undefined ? undefined : childrenOf(readElement(signed.content));
  if (signed === undefined || fields === undefined)
    return refuse("timestamp-malformed", "The time stamp cannot be read.");
  // A time stamp of another request would prove another time.
  const nonce = fields.slice(5).find(({ tag }) => tag === 0x02);
  if (nonce === undefined || !same(nonce.whole, encodeNonce(question.nonce)))
    return refuse("timestamp-nonce", "The time stamp was made for another request.");
  const policy = objectIdentifierOf(fields[1]);
  if (question.policy !== undefined && policy !== question.policy)
    return refuse(
      "timestamp-policy",
      `The time stamp was made under the policy ${policy ?? "?"}, not under the one asked for.`,
    );
  if (!hasImprint(fields[2], question.data))
    return refuse("timestamp-mismatch", "The time stamp is for another signature.");
  const roots = question.roots.flatMap((pem) => decodePem(pem, "CERTIFICATE") ?? []);
  const outcome =
    question.authorities === undefined
      ? verifyTimestampToken(token, question.data, roots)
      : verifyTimestampResponse(response, question.data, question.authorities);
  if (outcome.kind === "refused") return refuse(outcome.code, outcome.message);
  if (Math.abs(outcome.at.getTime() - question.now.getTime()) > clockTolerance)
    return refuse(
      "timestamp-clock",
      `The time stamp says ${outcome.at.toISOString()}, and the clock here ${question.now.toISOString()}; one of them is wrong.`,
    );
  return { value: { stamp: outcome, token }, problems: [] };
}

function hasImprint(element: DerElement | undefined, data: Uint8Array): boolean {
  const imprint = childrenOf(element)?.[1];
  return imprint?.tag === 0x04 && createHash("sha256").update(data).digest().equals(imprint.content);
}

function same(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

function refuse(code: string, message: string): { value: undefined; problems: [{ code: string; message: string }] } {
  return { value: undefined, problems: [{ code, message }] };
}
