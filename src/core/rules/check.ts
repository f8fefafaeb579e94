import type { Document } from "../document/document.ts";
import type { TrustPolicy } from "../policy/policy.ts";
import type { Verdict } from "../verdict/verdict.ts";
import { maySignImages } from "./imageSigning.ts";
import { rules } from "./index.ts";
import type { Finding, PipelineSigner, Rule, RuleReport } from "./rule.ts";
import { isSuppressed, type Suppressions } from "./suppressions.ts";

/** What `check` needs besides documents and verdicts. */
export interface CheckOptions {
  /** Names the signers that a deciding policy asks for. */
  readonly policy?: TrustPolicy;
  /** Decides which suppressions have expired; without it, none counts. */
  readonly time?: Date;
  /** Whether any document of the workspace signs images, where `documents` are not all of it. */
  readonly workspaceSigns?: () => boolean;
  /** Keys that fixes may have a pipeline sign with; without them, no such fix is offered. */
  readonly signers?: readonly PipelineSigner[];
}

/**
 * All findings of all rules, without those that the configuration suppresses: by file in the order given,
 * in a file by position. `verdicts` are by normalised reference; without them, only the static rules speak.
 */
export function check(
  documents: readonly Document[],
  verdicts: ReadonlyMap<string, Verdict>,
  configuration: Suppressions,
  options: CheckOptions = {},
): Finding[] {
  let signs: boolean | undefined;
  const workspaceSigns = options.workspaceSigns ?? ((): boolean => (signs ??= documents.some(maySignImages)));
  const { policy, signers = [] } = options;
  return documents.flatMap((document) => {
    const input = { document, verdicts, workspaceSigns, signers, ...(policy === undefined ? {} : { policy }) };
    const findings = rules.flatMap((rule) => rule.check(input).map((report) => toFinding(rule, document.path, report)));
    return withoutRepetition(
      findings.filter((finding) => !isSuppressed(finding, document, configuration, options.time)),
    ).sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
  });
}

/** A matrix yields several images at one place; what is said in the same words of each is said once, with every fix. */
function withoutRepetition(findings: readonly Finding[]): Finding[] {
  const told = new Map<string, Finding>();
  for (const finding of findings) {
    const { rule, span, message } = finding;
    const key = `${rule} ${span.start} ${span.end} ${message}`;
    const before = told.get(key);
    const fixes = (before?.fixes ?? []).concat(finding.fixes);
    told.set(key, before === undefined ? finding : { ...before, fixes });
  }
  return [...told.values()];
}

function toFinding(rule: Rule, file: string, report: RuleReport): Finding {
  return {
    rule: rule.id,
    severity: report.severity ?? rule.severity,
    confidence: report.confidence ?? rule.confidence,
    file,
    span: report.span,
    message: report.message,
    fixes: report.fixes ?? [],
  };
}
