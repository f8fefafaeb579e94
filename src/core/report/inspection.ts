import type { Document, ImageUse } from "../document/document.ts";
import { formatReference } from "../image/reference.ts";
import { createLineIndex, type LineIndex, type Position, type Span } from "../image/span.ts";
import type { Problem } from "../problem.ts";
import type { Finding, Severity } from "../rules/rule.ts";
import type { Verdict, VerdictState } from "../verdict/verdict.ts";
import { printable, stateWord } from "./words.ts";

/** Everything that was found out about a workspace or a list of images: what every report is made from. */
export interface Inspection {
  readonly documents: readonly Document[];
  /** By normalised reference; absent where verdicts were not asked for. */
  readonly verdicts?: ReadonlyMap<string, Verdict>;
  /** References that stand in no file: the arguments of `verify`. */
  readonly references?: readonly { readonly text: string; readonly reference: string }[];
  readonly findings: readonly Finding[];
  readonly problems: readonly Problem[];
  /** Where the verdicts rest on evidence that was collected before: from where it was read, and its oldest look-up (RFC 3339). */
  readonly evidence?: { readonly file: string; readonly collectedAt: string | undefined };
  /** Whether reports tell the steps of every verdict. */
  readonly steps?: boolean;
}

/** One reference with its place and its verdict, as far as there are any. */
export interface ReportedImage {
  readonly text: string;
  readonly reference: string | undefined;
  readonly verdict: Verdict | undefined;
  /** Absent for an argument of the command line. */
  readonly place?: { readonly document: Document; readonly use: ImageUse };
}

/** A span as reports give it: 1-based lines and columns in UTF-16 units, the end exclusive. */
export interface Range {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** Turns spans in files into ranges; each file's line index is made once, when it is first asked for. */
export interface Ranges {
  rangeOf(file: string, span: Span): Range | undefined;
}

/** Every reference of an inspection: those in files in document order, then those that stand in no file. */
export function reportedImages(inspection: Inspection): readonly ReportedImage[] {
  const inFiles = inspection.documents.flatMap((document) =>
    document.images.map((use): ReportedImage => {
      const reference = use.reference === undefined ? undefined : formatReference(use.reference);
      return { text: use.text, reference, verdict: verdictOf(inspection, reference), place: { document, use } };
    }),
  );
  const named = (inspection.references ?? []).map(({ text, reference }) => ({
    text,
    reference,
    verdict: verdictOf(inspection, reference),
  }));
  return [...inFiles, ...named];
}

/** The verdicts on references that stand in no file, as results for the formats that only know findings; verified ones are none. */
export function unplacedResults(inspection: Inspection): readonly {
  readonly rule: string;
  readonly reference: string;
  readonly severity: Severity;
  readonly message: string;
}[] {
  return (inspection.references ?? []).flatMap(({ text, reference }) => {
    const verdict = verdictOf(inspection, reference);
    if (verdict === undefined || verdict.state === "verified") return [];
    const message = `'${printable(text)}': ${stateWord(verdict.state)}. ${printable(verdict.reason.message)}`;
    return [{ rule: `image-${verdict.state}`, reference, severity: unplacedSeverity(verdict.state), message }];
  });
}

function unplacedSeverity(state: VerdictState): Severity {
  return state === "unknown" ? "warning" : "error";
}

/** Ranges in the documents of an inspection; undefined for a file that is none of them. */
export function createRanges(documents: readonly Document[]): Ranges {
  const texts = new Map(documents.map((document) => [document.path, document.text]));
  const indexes = new Map<string, LineIndex>();
  return {
    rangeOf(file, span) {
      const text = texts.get(file);
      if (text === undefined) return undefined;
      const index = indexes.get(file) ?? createLineIndex(text);
      indexes.set(file, index);
      return toRange(index.positionAt(span.start), index.positionAt(span.end));
    },
  };
}

function toRange(start: Position, end: Position): Range {
  return { line: start.line, column: start.column, endLine: end.line, endColumn: end.column };
}

function verdictOf(inspection: Inspection, reference: string | undefined): Verdict | undefined {
  return reference === undefined ? undefined : inspection.verdicts?.get(reference);
}
