import { readDocument } from "../../src/core/document/readDocument.ts";
import type { Inspection } from "../../src/core/report/inspection.ts";
import { check } from "../../src/core/rules/check.ts";
import type { Verdict } from "../../src/core/verdict/verdict.ts";

/** An inspection of texts under their paths, with the verdicts given. */
export function inspectionOf(files: Readonly<Record<string, string>>, verdicts?: readonly Verdict[]): Inspection {
  const documents = Object.entries(files).map(([path, text]) => readDocument(text, path));
  const byReference = new Map((verdicts ?? []).map((verdict) => [verdict.reference, verdict]));
  return {
    documents,
    ...(verdicts === undefined ? {} : { verdicts: byReference }),
    findings: check(documents, byReference, { suppressions: [] }),
    problems: documents.flatMap(({ path, problems }) => problems.map((problem) => ({ file: path, ...problem }))),
  };
}
