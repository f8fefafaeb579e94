import { describeAge, describeSigner, describeTime, formatWord, stateWord } from "../core/report/words.ts";
import { describeVisibility } from "../core/report/visibility.ts";
import type { Attachment, PlatformVerdict, SignatureVerdict, TraceStep, Verdict } from "../core/verdict/verdict.ts";
import { escapeMarkdown, inlineCode } from "./markdown.ts";

/** How a verdict came to be, as a Markdown document that a person follows from top to bottom. */
export function stepsText(verdict: Verdict, now: Date): string {
  const parts = [
    `# ${stateWord(verdict.state)}`,
    escapeMarkdown(verdict.reason.message),
    facts(verdict, now),
    "## Steps",
    verdict.trace.length === 0 ? "No step was recorded." : verdict.trace.map(stepLine).join("\n"),
    "## Signatures",
    verdict.signatures.length === 0 ? "None was found." : verdict.signatures.map(signatureText).join("\n\n"),
    ...section("## Platforms", (verdict.platforms ?? []).map(platformLine)),
    ...section("## Attached, and not signed", (verdict.attachments ?? []).map(attachmentLine)),
  ];
  return `${parts.join("\n\n")}\n`;
}

function facts(verdict: Verdict, now: Date): string {
  const rows: readonly (readonly [string, string | undefined])[] = [
    ["Image", inlineCode(verdict.reference)],
    ["Digest", verdict.digest === undefined ? undefined : inlineCode(verdict.digest)],
    [
      "Decided by",
      verdict.decidedBy === undefined
        ? undefined
        : `${escapeMarkdown(verdict.decidedBy.rule)} in ${inlineCode(`${verdict.decidedBy.policy}:${verdict.decidedBy.line}`)}`,
    ],
    ["Policy", verdict.enforced ? "enforced" : undefined],
    [
      "Asked",
      verdict.asOf === undefined ? undefined : `${describeTime(verdict.asOf)} (${describeAge(verdict.asOf, now)})`,
    ],
    ["Code", inlineCode(verdict.reason.code)],
  ];
  return rows.flatMap(([name, value]) => (value === undefined ? [] : [`- ${name}: ${value}`])).join("\n");
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [title, lines.join("\n")];
}

function platformLine({ platform, verdict: { state, digest = "", reason } }: PlatformVerdict): string {
  return `- ${escapeMarkdown(platform)}: ${stateWord(state)}, ${inlineCode(digest)}. ${escapeMarkdown(reason.message)}`;
}

function attachmentLine({ kind, mediaType, digest }: Attachment): string {
  const what = { sbom: "SBOM", attestation: "Attestation", other: "Attachment" }[kind];
  return `- ${what} ${inlineCode(mediaType)}, ${inlineCode(digest)}`;
}

function stepLine(step: TraceStep, index: number): string {
  const marks = { passed: "✓", failed: "✗", note: "·" } as const;
  const cited = step.section === undefined ? "" : ` *(${escapeMarkdown(step.section)})*`;
  return `${index + 1}. ${marks[step.outcome]} **${step.step}** ${escapeMarkdown(step.text)}${cited}`;
}

function signatureText(signature: SignatureVerdict, index: number): string {
  const kind = signature.purpose === "attestation" ? "Attestation" : "Signature";
  const standing = !signature.valid ? "not valid" : signature.trusted ? "valid, trusted" : "valid, not trusted";
  const { signer } = signature;
  const lines = [
    `### ${kind} ${index + 1}: ${standing}`,
    "",
    `- Format: ${formatWord(signature.format)}`,
    `- Manifest: ${inlineCode(signature.manifest)}`,
  ];
  if (signature.predicateType !== undefined) lines.push(`- Says: ${inlineCode(signature.predicateType)}`);
  if (signer !== undefined) {
    lines.push(`- Signer: ${escapeMarkdown(describeSigner(signer))}`);
    if (signer.identity !== undefined) lines.push(`- Identity: ${inlineCode(signer.identity)}`);
    if (signer.issuer !== undefined) lines.push(`- Issuer: ${inlineCode(signer.issuer)}`);
    if (signature.governance !== undefined) {
      const { managedIn, attributesFrom, revocation, validUntil } = signature.governance;
      lines.push(
        `- Known from: ${escapeMarkdown(managedIn)}`,
        `- Name vouched for by: ${escapeMarkdown(attributesFrom)}`,
        `- Revocation: ${revocation}`,
        `- Valid until: ${escapeMarkdown(validUntil)}`,
      );
    }
    if (signer.algorithm !== undefined) lines.push(`- Algorithm: ${escapeMarkdown(signer.algorithm)}`);
    if (signer.fingerprint !== undefined) lines.push(`- Public key (SHA-256): ${inlineCode(signer.fingerprint)}`);
    if (signer.certificate !== undefined) {
      const { issuer, notBefore, notAfter, serialNumber } = signer.certificate;
      lines.push(
        `- Certificate: by ${inlineCode(issuer)}, number ${inlineCode(serialNumber)}`,
        `- Valid: ${describeTime(notBefore)} to ${describeTime(notAfter)}`,
      );
    }
  }
  if (signature.signedAt !== undefined) {
    const proof = signature.provenBy === "timestamp" ? "a time stamp" : "the transparency log";
    lines.push(`- Signed: ${describeTime(signature.signedAt)}, proven by ${proof}`);
  } else if (signature.valid) lines.push("- Signed: at a time that nobody proves");
  const seen = signature.valid ? describeVisibility(signature) : "";
  if (seen !== "") lines.push(`- Recognised: ${escapeMarkdown(seen)}`);
  lines.push(...signature.reasons.map(({ code, message }) => `- ${escapeMarkdown(message)} (${inlineCode(code)})`));
  return lines.join("\n");
}
