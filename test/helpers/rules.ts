import assert from "node:assert/strict";
import { readDocument } from "../../src/core/document/readDocument.ts";
import type { TrustPolicy } from "../../src/core/policy/policy.ts";
import { withoutIdleCommands } from "../../src/core/rules/idleCommands.ts";
import type { Edit, Rule, Severity } from "../../src/core/rules/rule.ts";
import type { SignatureVerdict, Verdict, VerdictState } from "../../src/core/verdict/verdict.ts";

/** What a rule is expected to say about one place; `fixed` is the whole text after the first fix, without marks. */
export interface Expected {
  readonly severity?: Severity;
  readonly message?: RegExp;
  readonly title?: string;
  readonly fixed?: string;
  readonly preferred?: boolean;
  readonly fixes?: number;
}

/** Checks that a rule reports exactly the places between « and » of the text, in order, and nothing else. */
export function expectReports(
  rule: Rule,
  path: string,
  marked: string,
  expected: readonly Expected[] = [],
  verdicts: readonly Verdict[] = [],
  policy?: TrustPolicy,
): void {
  const text = marked.replaceAll(/[«»]/g, "");
  const document = readDocument(text, path);
  const byReference = new Map(verdicts.map((verdict) => [verdict.reference, verdict]));
  const input = { document, verdicts: byReference, ...(policy === undefined ? {} : { policy }) };
  const reports = [...rule.check(input)].sort((a, b) => a.span.start - b.span.start);
  const without = rule.check({ ...input, document: withoutIdleCommands(document) });
  assert.deepEqual(
    [...without].sort((a, b) => a.span.start - b.span.start),
    reports,
    "without idle commands",
  );
  let remarked = text;
  for (const { span } of reports.toReversed()) {
    remarked = `${remarked.slice(0, span.start)}«${remarked.slice(span.start, span.end)}»${remarked.slice(span.end)}`;
  }
  assert.equal(remarked, marked);
  for (const [index, want] of expected.entries()) {
    const report = reports[index];
    assert.ok(report !== undefined, `report ${index}`);
    assert.match(report.message, /\.$/);
    if (want.severity !== undefined) assert.equal(report.severity ?? rule.severity, want.severity);
    if (want.message !== undefined) assert.match(report.message, want.message);
    if (want.fixes !== undefined) assert.equal(report.fixes?.length ?? 0, want.fixes);
    if (want.title !== undefined) assert.equal(report.fixes?.[0]?.title, want.title);
    if (want.preferred !== undefined) assert.equal(report.fixes?.[0]?.preferred ?? false, want.preferred);
    if (want.fixed !== undefined) assert.equal(applyEdits(text, report.fixes?.[0]?.edits ?? []), want.fixed);
  }
}

/** The text after the edits, which must not overlap. */
function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = text;
  for (const { span, text: replacement } of [...edits].sort((a, b) => b.span.start - a.span.start)) {
    result = result.slice(0, span.start) + replacement + result.slice(span.end);
  }
  return result;
}

export const someDigest = `sha256:${"1f3a".repeat(16)}`;

/** A verdict with what a test does not care about filled in. */
export function verdictOn(reference: string, state: VerdictState, part: Partial<Verdict> = {}): Verdict {
  return {
    state,
    reason: { code: "reason-code", message: "The reason." },
    reference,
    signatures: [],
    enforced: false,
    trace: [],
    ...part,
  };
}

/** A valid signature by a key of that name. */
export function signatureBy(name: string, part: Partial<SignatureVerdict> = {}): SignatureVerdict {
  return {
    format: "sigstore-bundle",
    manifest: someDigest,
    purpose: "signature",
    valid: true,
    trusted: false,
    signer: { kind: "key", identity: name, fingerprint: "ab".repeat(32) },
    reasons: [],
    ...part,
  };
}

/** A policy with one rule `release` at policy/images.yaml:12, by one key named acme. */
export function releasePolicy(): TrustPolicy {
  const source = { file: "policy/images.yaml", line: 12 };
  const key = {
    kind: "key" as const,
    name: "acme",
    source,
    publicKeys: [],
    hashAlgorithm: "sha256" as const,
    format: "any" as const,
  };
  return {
    rules: [
      {
        name: "release",
        source,
        mode: "enforce",
        globs: [{ glob: "**", source }],
        authorities: [key],
        notUnderstood: [],
      },
    ],
    problems: [],
  };
}

/** Where the rule of `releasePolicy` stands. */
export const decidedByRelease = { policy: "policy/images.yaml", line: 12, rule: "release" };
