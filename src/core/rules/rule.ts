import type { Document } from "../document/document.ts";
import type { Span } from "../image/span.ts";
import type { TrustPolicy } from "../policy/policy.ts";
import type { PipelineSigning } from "../sign/pipelineCommand.ts";
import type { Verdict } from "../verdict/verdict.ts";

/** How grave a finding is; SARIF's levels. */
export type Severity = "error" | "warning" | "note";
/** How sure a rule is of what it says. */
export type Confidence = "high" | "medium" | "low";

/** One replacement in one file; an empty span inserts. */
export interface Edit {
  readonly file: string;
  readonly span: Span;
  readonly text: string;
}

/** A change that resolves a finding, named by its result. */
export interface Fix {
  readonly title: string;
  readonly edits: readonly Edit[];
  /** The first and safe one, that "fix all" may apply. */
  readonly preferred?: boolean;
}

/** Something a rule points out. `message` is one sentence that names the fact and the consequence. */
export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  readonly confidence: Confidence;
  readonly file: string;
  readonly span: Span;
  readonly message: string;
  readonly fixes: readonly Fix[];
}

/** A key of a configured service that a pipeline could sign with. */
export type PipelineSigner = Pick<PipelineSigning, "service" | "key">;

/** What a rule looks at: one document, the verdicts of its images by normalised reference, as far as there are any, and the policy that they came from. */
export interface RuleInput {
  readonly document: Document;
  readonly verdicts: ReadonlyMap<string, Verdict>;
  readonly policy?: TrustPolicy;
  /** Whether any document of the workspace signs images, or may. */
  readonly workspaceSigns?: () => boolean;
  /** What fixes may sign with. */
  readonly signers?: readonly PipelineSigner[];
}

/** What a rule gives for one place; `severity` and `confidence` replace the rule's own where the place demands it. */
export interface RuleReport {
  readonly span: Span;
  readonly message: string;
  readonly severity?: Severity;
  readonly confidence?: Confidence;
  readonly fixes?: readonly Fix[];
}

/** One rule: id = file name = document name = test name. Never throws, never waits. */
export interface Rule {
  readonly id: string;
  readonly severity: Severity;
  readonly confidence: Confidence;
  readonly summary: string;
  /** The rule's document, Markdown. */
  readonly doc: string;
  check(input: RuleInput): readonly RuleReport[];
}
