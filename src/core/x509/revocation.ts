import { createHash } from "node:crypto";
import type { Certificate } from "./certificate.ts";
import { ocspRequest, ocspStatus } from "./ocsp.ts";
import { listStatus } from "./revocationList.ts";
import { revocationPointsOf } from "./revocationPoints.ts";
import type { RevocationStatus, RevocationSubject } from "./revocationStatus.ts";

/** Something to ask about revocation: a responder about one certificate, or for a list. */
export type RevocationQuestion =
  | { readonly kind: "ocsp"; readonly url: string; readonly subject: string; readonly request: Uint8Array }
  | { readonly kind: "list"; readonly url: string };

/** An answer about revocation, as a responder or a list's place gave it. */
export interface RevocationAnswer {
  readonly kind: "ocsp" | "list";
  /** Where it came from. */
  readonly url: string;
  /** For a responder, lower-case hex SHA-256 of the certificate that it was asked about. */
  readonly subject?: string;
  /** RFC 3339 time of the answer. */
  readonly at: string;
  /** DER of an OCSPResponse (RFC 6960) or of a CertificateList (RFC 5280, 5); empty where nothing usable came. */
  readonly bytes: Uint8Array;
}

/** What is known about the revocation of a chain; messages are sentences. */
export type RevocationOutcome =
  | { readonly kind: "good" }
  | { readonly kind: "revoked"; readonly message: string }
  /** What could still be asked; nothing where everything was. */
  | { readonly kind: "unknown"; readonly message: string; readonly questions: readonly RevocationQuestion[] };

/** More places of one certificate are not asked. */
const maximumPlaces = 4;

/**
 * What the answers say about every certificate of a chain but the root, by the Notary Project's rules (trust store and trust
 * policy specification, Certificate Revocation Evaluation): a responder first, a list where no responder knows. A
 * certificate that names no place to ask cannot be revoked. One for which there is no usable answer makes the chain
 * unknown, never good. `signedAt` is a time that is proven: what became invalid only after it does not count.
 */
export function revocationOf(
  chain: readonly Certificate[],
  answers: readonly RevocationAnswer[],
  { time, signedAt }: { readonly time: Date; readonly signedAt: Date | undefined },
): RevocationOutcome {
  const questions: RevocationQuestion[] = [];
  let open = false;
  for (const [i, certificate] of chain.slice(0, -1).entries()) {
    const issuer = chain[i + 1];
    if (issuer === undefined) break;
    const found = statusOf({ certificate, issuer, time }, answers);
    if (found.kind === "open") {
      open = true;
      questions.push(...found.questions);
    } else if (found.kind === "revoked") {
      const excused = found.invalidSince !== undefined && signedAt !== undefined && signedAt < found.invalidSince;
      if (!excused)
        return { kind: "revoked", message: `A certificate of its chain was revoked at ${found.at.toISOString()}.` };
    }
  }
  const message =
    "Whether a certificate of its chain was revoked could not be found out, and the policy insists on it.";
  return open ? { kind: "unknown", message, questions } : { kind: "good" };
}

type Found =
  | Exclude<RevocationStatus, { kind: "unknown" }>
  | { kind: "open"; questions: readonly RevocationQuestion[] };

function statusOf(subject: RevocationSubject, answers: readonly RevocationAnswer[]): Found {
  const { certificate, issuer } = subject;
  const { ocsp, lists, unreadable } = revocationPointsOf(certificate);
  if (ocsp.length + lists.length === 0) return unreadable ? { kind: "open", questions: [] } : { kind: "good" };
  const fingerprint = createHash("sha256").update(certificate.der).digest("hex");
  const unasked: RevocationQuestion[] = [];
  for (const url of ocsp.slice(0, maximumPlaces)) {
    const answer = answers.find((each) => each.kind === "ocsp" && each.url === url && each.subject === fingerprint);
    const status = answer === undefined ? undefined : ocspStatus(answer.bytes, subject);
    if (status !== undefined && status.kind !== "unknown") return status;
    if (answer === undefined)
      unasked.push({ kind: "ocsp", url, subject: fingerprint, request: ocspRequest(certificate, issuer) });
  }
  // Lists are larger than answers, and are asked for only where no responder knows.
  if (unasked.length > 0) return { kind: "open", questions: unasked };
  return statusInLists(subject, lists.slice(0, maximumPlaces), answers, unreadable);
}

/** Every list that a certificate names is looked at; one that says "revoked" is enough, and only all together say "good". */
function statusInLists(
  subject: RevocationSubject,
  lists: readonly string[],
  answers: readonly RevocationAnswer[],
  unreadable: boolean,
): Found {
  const answerFrom = (url: string): Uint8Array | undefined =>
    answers.find((each) => each.kind === "list" && each.url === url)?.bytes;
  const found = lists.map((url) => {
    const bytes = answerFrom(url);
    return { url, status: bytes === undefined ? undefined : listStatus(bytes, url, subject, answerFrom) };
  });
  for (const { status } of found) if (status?.kind === "revoked") return status;
  const isGood = lists.length > 0 && !unreadable && found.every(({ status }) => status?.kind === "good");
  if (isGood) return { kind: "good" };
  const unasked = found.flatMap(({ url, status }) => {
    if (status === undefined) return [url];
    return status.kind === "incomplete" ? status.places.slice(0, maximumPlaces) : [];
  });
  const questions = unasked.filter((url) => answerFrom(url) === undefined);
  return { kind: "open", questions: questions.map((url) => ({ kind: "list", url })) };
}
