import type { Document, ImageUse, ValueStep } from "../core/document/document.ts";
import { shortDigest } from "../core/image/digest.ts";
import { createLineIndex, type LineIndex, type Span } from "../core/image/span.ts";
import {
  commonName,
  decisiveSignature,
  describeAge,
  describeIssuer,
  describePlatform,
  describeTime,
} from "../core/report/words.ts";
import { tagOf } from "../core/rules/pinFix.ts";
import type { SignatureVerdict, Verdict } from "../core/verdict/verdict.ts";
import { commandLink, type CommandTarget } from "./commandIds.ts";
import { escapeHover } from "./markdown.ts";
import { lastVerdict, markOf, type ImageStatus, type Mark } from "./marks.ts";
import type { PlacedImage } from "./samePlace.ts";
import { referenceOf } from "./tree/grouping.ts";

/** What a hover is about. */
export interface HoverSubject {
  readonly document: Document;
  readonly use: ImageUse;
  /** Normalised reference. */
  readonly reference: string;
  readonly status: ImageStatus;
  /** What else this place yields, the worse first: a matrix or a loop gives several images. */
  readonly others?: readonly PlacedImage[];
  /** Whether actions that ask a registry or a service are offered. */
  readonly trusted: boolean;
  readonly now: Date;
}

/**
 * The hover of an image use, as Markdown with codicons and links to our own commands. What can be done stands right under
 * the verdict: the editor puts its diagnostics above, and the end of a hover is often out of sight.
 */
export function hoverText(subject: HoverSubject): string {
  const { status } = subject;
  const verdict = lastVerdict(status);
  const lines = [...referenceLines(subject, verdict), ...otherLines(subject)];
  if (verdict !== undefined) lines.push(...verdictLines(verdict, subject.now));
  return `${headline(subject)}\n\n${actions(subject, verdict)}\n\n---\n\n${lines.join("  \n")}`;
}

function headline({ status }: HoverSubject): string {
  const mark = markOf(status);
  const head = `${coloured(mark)} **${mark.word}**`;
  switch (status.kind) {
    case "judged":
      return `${head}. ${escapeHover(status.verdict.reason.message)}`;
    case "checking":
      return `${head}. ${status.previous === undefined ? "The registry is being asked." : "The registry is being asked again; below is its last answer."}`;
    case "not-checked":
      return `${head}. ${escapeHover(status.why)}`;
  }
}

function coloured({ icon, color }: Mark): string {
  if (color === undefined) return `$(${icon})`;
  return `<span style="color:var(--vscode-${color.replaceAll(".", "-")});">$(${icon})</span>`;
}

function referenceLines({ document, use, reference }: HoverSubject, verdict: Verdict | undefined): string[] {
  const lines = [`$(package) ${escapeHover(reference.split("@")[0] ?? reference)}`];
  const digest = verdict?.digest ?? use.reference?.digest;
  if (digest !== undefined) {
    const copy = commandLink("$(copy)", "countersign.copyDigest", { reference }, "Copy the digest");
    lines.push(`$(blank) ${escapeHover(shortDigest(digest))} ${copy}`);
  }
  const value = valueLine(document, use);
  if (value !== undefined) lines.push(`$(symbol-variable) ${escapeHover(value)}`);
  return lines;
}

/** The other images of the place, each with its mark. */
function otherLines({ others = [] }: HoverSubject): string[] {
  if (others.length === 0) return [];
  const lines = others.slice(0, mostOthers).map(({ reference, status }) => {
    const mark = markOf(status);
    return `${coloured(mark)} ${escapeHover(reference.split("@")[0] ?? reference)}: ${mark.word}`;
  });
  const left = others.length - lines.length;
  const rest = left > 0 ? [`$(blank) and ${left} more, in the view Images`] : [];
  return [`$(list-unordered) also here, from the same text:`, ...lines, ...rest];
}

/** More would push what was found about the image out of sight. */
const mostOthers = 6;
/** Nobody follows a longer way. */
const mostSteps = 3;

/** Where the value was written, and by way of what it came; for each variable of the reference. */
function valueLine(document: Document, { span, chain }: ImageUse): string | undefined {
  const index = createLineIndex(document.text);
  const isWithin = (step: ValueStep, outer: Span): boolean =>
    step.file === undefined && outer.start <= step.span.start && step.span.end <= outer.end;
  const ways: ValueStep[][] = [];
  let isNew = true;
  for (const step of chain) {
    const way = ways.at(-1);
    const last = way?.at(-1);
    // An expression is a new variable of the reference, or else only leads on from the literal that it stands in.
    if (last !== undefined && (last.file ?? step.file) !== undefined && !leadsOn(last, step)) isNew = true;
    if (isWithin(step, span)) isNew = true;
    else if (last !== undefined && !isNew && last.file === undefined && isWithin(step, last.span)) continue;
    else if (way === undefined || isNew) {
      ways.push([step]);
      isNew = false;
    } else way.push(step);
  }
  const said = ways.map((way) => {
    const [origin, ...steps] = way.toReversed().map((step) => wordsOf(step, index));
    const shown = steps.slice(0, mostSteps);
    const left = steps.length - shown.length;
    const rest = left > 0 ? [`${left} more`] : [];
    return shown.length === 0 ? origin : `${origin}, by way of ${[...shown, ...rest].join("; ")}`;
  });
  return said.length === 0 ? undefined : `value from ${[...new Set(said)].join(", and ")}`;
}

/** Whether a step's text names the next one, or the next one is a value of the same name given elsewhere. */
function leadsOn(step: ValueStep, next: ValueStep): boolean {
  const nameOf = ({ label }: ValueStep): string => label.replace(/ in \S+$/u, "").replace(/^.* /u, "");
  return /[$%{<]|\b(?:var|local|module)\./u.test(step.text) || nameOf(step) === nameOf(next);
}

function wordsOf({ label, file, span }: ValueStep, index: LineIndex): string {
  const place = file ?? `line ${index.positionAt(span.start).line}`;
  return label.endsWith(` in ${place}`) ? label : `${label}, ${place}`;
}

function verdictLines(verdict: Verdict, now: Date): string[] {
  const signature = decisiveSignature(verdict);
  const lines = signature === undefined ? [] : signatureLines(signature, now);
  if (verdict.decidedBy !== undefined) {
    const { policy, line, rule } = verdict.decidedBy;
    const link = commandLink(
      escapeHover(`${policy}:${line}`),
      "countersign.openPolicy",
      { file: policy, line },
      "Open the policy at the rule that decided",
    );
    lines.push(`$(law) decided by ${escapeHover(rule)}, ${link}`);
  }
  lines.push(...partLines(verdict, now));
  if (verdict.asOf !== undefined) lines.push(`$(cloud) asked ${describeAge(verdict.asOf, now)}`);
  return lines;
}

/** Each platform of an index in a line, and how much is attached that nobody signed. */
function partLines({ state, platforms = [], attachments = [] }: Verdict, now: Date): string[] {
  const lines = platforms.map(
    ({ platform, verdict: own }) =>
      `$(layers) ${escapeHover(platform)}: ${escapeHover(describePlatform(own, state, now))}`,
  );
  if (attachments.length > 0)
    lines.push(
      `$(link) ${attachments.length === 1 ? "1 attachment" : `${attachments.length} attachments`} that nobody signed`,
    );
  return lines;
}

function signatureLines(signature: SignatureVerdict, now: Date): string[] {
  const { signer, signedAt, provenBy } = signature;
  const lines: string[] = [];
  if (signer !== undefined && signature.valid) {
    const who = signer.identity ?? signer.certificate?.subject;
    lines.push(
      signer.kind === "key"
        ? `$(key) key ${escapeHover(who ?? signer.fingerprint?.slice(0, 16) ?? "without a name")}`
        : `$(account) ${escapeHover(who ?? "a certificate without a name")}`,
    );
    const certificate = signer.certificate;
    const proof = [
      signer.issuer === undefined ? "" : `issued by ${describeIssuer(signer.issuer)}`,
      certificate === undefined ? "" : `certificate by ${commonName(certificate.issuer)}`,
    ].filter((part) => part !== "");
    if (proof.length > 0) lines.push(`$(blank) ${escapeHover(proof.join(", "))}`);
    if (certificate !== undefined) {
      const validity = `valid ${describeTime(certificate.notBefore)} to ${describeTime(certificate.notAfter)}`;
      lines.push(`$(blank) ${escapeHover(validity)}`);
    }
    const { governance } = signature;
    if (governance !== undefined)
      lines.push(`$(blank) known from ${escapeHover(governance.managedIn)}, revocation: ${governance.revocation}`);
  }
  if (signature.valid) lines.push(`$(history) ${signedLine(signedAt, provenBy, now)}`);
  return lines;
}

function signedLine(signedAt: string | undefined, provenBy: SignatureVerdict["provenBy"], now: Date): string {
  if (signedAt === undefined) return "signed at a time that nobody proves";
  const proof = provenBy === "timestamp" ? "a time stamp" : "the transparency log";
  return `signed ${escapeHover(describeAge(signedAt, now))} (${escapeHover(describeTime(signedAt))}), proven by ${proof}`;
}

function actions(subject: HoverSubject, verdict: Verdict | undefined): string {
  const { reference, use, document, trusted } = subject;
  if (referenceOf(use) === undefined) return "Nothing can be asked about it.";
  const target: CommandTarget = { reference, file: document.path, offset: use.span.start };
  const links: string[] = [];
  if (trusted) {
    links.push(commandLink("$(refresh) Verify again", "countersign.verifyAgain", target, "Ask the registry again"));
    // What could not be looked at cannot be signed either.
    if (verdict?.state !== "verified" && verdict?.state !== "unknown")
      links.push(commandLink("$(key) Sign", "countersign.sign", target, "Sign through a signing service"));
  }
  if (verdict?.state === "untrusted")
    links.push(
      commandLink("$(verified) Trust this signer", "countersign.trustSigner", target, "Propose a change of the policy"),
    );
  if (verdict?.state === "verified" && use.pinAt !== undefined && use.reference?.digest === undefined)
    links.push(commandLink("$(pin) Pin to this digest", "countersign.pin", target, "Write the verified digest"));
  if (trusted && use.pinAt !== undefined && use.reference !== undefined && tagOf(use.reference) !== undefined)
    links.push(commandLink("$(sync) Refresh the pin", "countersign.refreshPins", target, "Ask what the tag names now"));
  if (verdict !== undefined)
    links.push(
      commandLink("$(list-ordered) Show the steps", "countersign.showSteps", target, "How this verdict came to be"),
    );
  if (links.length === 0) return "Trust this workspace to verify its images.";
  return links.join("&nbsp;&nbsp; ");
}
