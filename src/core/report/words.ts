import type { Signer, SignatureFormat, SignatureVerdict, Verdict, VerdictState } from "../verdict/verdict.ts";

/** States from the worst to the best: the order of lists that put what needs a person first. */
export const worstFirst: readonly VerdictState[] = ["invalid", "unsigned", "untrusted", "unknown", "verified"];

/** The word for a state, the same in the editor, on the command line and in documents. */
export function stateWord(state: VerdictState): string {
  switch (state) {
    case "verified":
      return "Verified";
    case "untrusted":
      return "Signed, not trusted";
    case "invalid":
      return "Invalid signature";
    case "unsigned":
      return "Not signed";
    case "unknown":
      return "Could not check";
  }
}

/**
 * One line for an image: the state's word and what a person asks next, without a full stop.
 * `now` dates the signature ("3 days ago").
 */
export function summarise(verdict: Verdict, now: Date): string {
  const detail = summaryDetail(verdict, now);
  return detail === "" ? stateWord(verdict.state) : `${stateWord(verdict.state)} · ${detail}`;
}

/** What is said of one platform of an index whose own verdict has this state. */
export function describePlatform(own: Verdict, index: VerdictState, now: Date): string {
  return isCoveredByIndex(own, index) ? "Not signed by itself · covered by the index" : summarise(own, now);
}

/** Whether nobody signed a platform, and the signature over the index covers it by its digest. */
export function isCoveredByIndex(own: Verdict, index: VerdictState): boolean {
  return own.state === "unsigned" && index === "verified";
}

/** What follows the state's word: signer and age, or the reason in a few words; empty where the word says it all. */
export function summaryDetail(verdict: Verdict, now: Date): string {
  const signature = decisiveSignature(verdict);
  switch (verdict.state) {
    case "verified":
    case "untrusted": {
      const parts = [
        signature?.signer === undefined ? "" : describeSigner(signature.signer),
        signature?.signedAt === undefined ? "" : describeAge(signature.signedAt, now),
      ];
      const known = parts.filter((part) => part !== "");
      return known.length === 0 && verdict.state === "verified" ? "accepted by policy" : known.join(" · ");
    }
    case "unsigned":
      return "";
    case "invalid":
      return inLine(verdict.reason.message);
    case "unknown":
      return describeFailure(verdict);
  }
}

/**
 * The signature that a verdict is about. A verified image shows only a signer that the policy accepted,
 * never another one that happened to sign too.
 */
export function decisiveSignature(verdict: Verdict): SignatureVerdict | undefined {
  const signatures = verdict.signatures.filter((signature) => signature.purpose === "signature");
  switch (verdict.state) {
    case "verified":
      return signatures.find((signature) => signature.trusted);
    case "untrusted":
      return signatures.find((signature) => signature.valid);
    case "invalid":
    case "unsigned":
    case "unknown":
      return signatures[0];
  }
}

/** Who signed, in a few words: "release.yml@acme/app via GitHub Actions", "jane@example.com via Google", "key acme-release". */
export function describeSigner(signer: Signer): string {
  if (signer.kind === "key") {
    if (signer.identity !== undefined) return `key ${printable(signer.identity)}`;
    return signer.fingerprint === undefined ? "a key" : `key ${signer.fingerprint.slice(0, 12)}`;
  }
  const who = describeIdentity(signer);
  if (signer.issuer !== undefined) return `${who} via ${describeIssuer(signer.issuer)}`;
  return signer.certificate === undefined ? who : `${who}, certified by ${commonName(signer.certificate.issuer)}`;
}

const issuers: ReadonlyMap<string, string> = new Map([
  ["https://token.actions.githubusercontent.com", "GitHub Actions"],
  ["https://gitlab.com", "GitLab"],
  ["https://accounts.google.com", "Google"],
  ["https://github.com/login/oauth", "GitHub"],
  ["https://login.microsoftonline.com", "Microsoft"],
  ["https://agent.buildkite.com", "Buildkite"],
  ["https://oauth2.sigstore.dev/auth", "Sigstore"],
]);

/** The name of an OIDC issuer as people know it; an issuer that is not known exactly is shown in full. */
export function describeIssuer(issuer: string): string {
  return issuers.get(issuer) ?? printable(issuer);
}

// A workflow's identity is shortened only where its host and its issuer belong together:
// "release.yml@acme/app" must never stand for another host's path of the same shape.
const workflows: readonly { readonly issuer: string; readonly pattern: RegExp }[] = [
  {
    issuer: "https://token.actions.githubusercontent.com",
    pattern: /^https:\/\/github\.com\/([\w.-]+\/[\w.-]+)\/\.github\/workflows\/([\w.-]+)@[\w./-]+$/u,
  },
  {
    issuer: "https://gitlab.com",
    pattern: /^https:\/\/gitlab\.com\/([\w.-]+(?:\/[\w.-]+)+)\/\/([\w./-]+)@[\w./-]+$/u,
  },
];

function describeIdentity(signer: Signer): string {
  const identity = signer.identity ?? signer.certificate?.subject;
  if (identity === undefined) return "a certificate";
  const match = workflows.find((workflow) => workflow.issuer === signer.issuer)?.pattern.exec(identity);
  return match === undefined || match === null ? printable(identity) : `${match[2] ?? ""}@${match[1] ?? ""}`;
}

/** The common name in a distinguished name, or the whole name where it has none. */
export function commonName(distinguishedName: string): string {
  const match = /(?:^|[,\n])\s*CN=([^,\n]+)/u.exec(distinguishedName);
  return printable(match?.[1] ?? distinguishedName);
}

/** A signature format's name, as its tools call it. */
export function formatWord(format: SignatureFormat): string {
  switch (format) {
    case "sigstore-bundle":
      return "Sigstore bundle";
    case "cosign":
      return "cosign signature";
    case "notation-jws":
      return "Notary JWS";
    case "notation-cose":
      return "Notary COSE";
    case "unrecognised":
      return "unrecognised format";
  }
}

/** Why an image could not be checked, in a few words that name the host. */
function describeFailure(verdict: Verdict): string {
  const host = printable(verdict.reference.split("/")[0] ?? "the registry");
  switch (verdict.reason.code) {
    case "image-not-found":
      return `${host} has no such image`;
    case "network":
      return `${host} cannot be reached`;
    case "timeout":
      return `${host} did not answer in time`;
    case "tls":
      return `${host} offers no connection that can be trusted`;
    case "authentication":
      return `${host} asks for a login`;
    case "auth-helper-failed":
      return `the credential helper for ${host} failed`;
    case "rate-limit":
      return `${host} limits requests`;
    case "registry-error":
      return `${host} answered with an error`;
    case "digest-mismatch":
      return `${host} sent other bytes than asked for`;
    case "unsupported-format":
      return "the signature's format is not supported";
    case "revocation-unknown":
      return "whether its certificate was revoked could not be found out";
    case "no-trusted-root":
      return "no trusted root for the signer's Sigstore instance is configured";
    case "policy-not-understood":
      return "the policy is not understood";
    case "limit-reached":
      return "a limit was reached";
    case "offline":
      return "offline";
    case "workspace-not-trusted":
      return "this workspace is not trusted";
    case "cancelled":
      return "cancelled";
    default:
      return inLine(verdict.reason.message);
  }
}

const steps: readonly { readonly limit: number; readonly length: number; readonly unit: string }[] = [
  { limit: 60 * 60, length: 60, unit: "minute" },
  { limit: 24 * 60 * 60, length: 60 * 60, unit: "hour" },
  { limit: 60 * 24 * 60 * 60, length: 24 * 60 * 60, unit: "day" },
  { limit: 730 * 24 * 60 * 60, length: 30 * 24 * 60 * 60, unit: "month" },
  { limit: Infinity, length: 365 * 24 * 60 * 60, unit: "year" },
];

/** How long ago an RFC 3339 time was ("3 days ago", "just now", "in 2 hours"); the text itself where it is no time. */
export function describeAge(at: string, now: Date): string {
  const seconds = (now.getTime() - Date.parse(at)) / 1000;
  if (Number.isNaN(seconds)) return printable(at);
  const distance = Math.abs(seconds);
  if (distance < 60) return "just now";
  const step = steps.find(({ limit }) => distance < limit);
  if (step === undefined) return printable(at);
  const count = Math.floor(distance / step.length);
  const words = `${count} ${step.unit}${count === 1 ? "" : "s"}`;
  return seconds < 0 ? `in ${words}` : `${words} ago`;
}

/** A time for people, to the minute, in UTC: "2026-11-20 14:03 UTC". */
export function describeTime(at: string): string {
  const time = Date.parse(at);
  if (Number.isNaN(time)) return printable(at);
  return `${new Date(time).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** `1 image`, `2 images`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

// Control, format and bidirectional characters: a certificate's subject or a registry's answer
// could otherwise redraw the line that it stands in, or read backwards.
const unprintable = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]+/gu;

/** Text from outside, fit to stand in a line: control and direction characters become a mark, and it is bounded to 300 units. */
export function printable(text: string): string {
  return cut(text.replace(unprintable, "\u{FFFD}"), 300);
}

/** A sentence as part of a line: without its full stop, short, and beginning in lower case where it begins with no name. */
function inLine(sentence: string): string {
  const text = printable(sentence).replace(/\.$/u, "");
  return cut(
    text.replace(/^(?:The|It|Its|This|These|No|None|An?)\b/u, (word) => word.toLowerCase()),
    90,
  );
}

function cut(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1).trimEnd()}…`;
}
