import { createHash } from "node:crypto";
import type { Document } from "../document/document.ts";
import { formatReference } from "../image/reference.ts";
import type { Span } from "../image/span.ts";
import type { Problem } from "../problem.ts";
import { rules } from "../rules/index.ts";
import type { Finding, Fix, Rule, Severity } from "../rules/rule.ts";
import { createRanges, unplacedResults, type Inspection, type Range, type Ranges } from "./inspection.ts";

const BASE = "%SRCROOT%";

/** Findings as SARIF 2.1.0 (OASIS), for code scanning. Fingerprints come from rule, reference and file, so that a moved line is the same result. */
export function toSarif(inspection: Inspection, options: { readonly version: string }): string {
  const ranges = createRanges(inspection.documents);
  const fingerprint = createFingerprints(inspection.documents);
  const placed = inspection.findings.map((finding) => ({
    ...resultHead(finding.rule, finding.severity, finding.message),
    locations: [{ physicalLocation: physicalLocation(finding.file, ranges.rangeOf(finding.file, finding.span)) }],
    partialFingerprints: fingerprint(finding),
    ...(finding.fixes.length === 0 ? {} : { fixes: finding.fixes.map((fix) => fixJson(fix, ranges)) }),
    properties: { confidence: finding.confidence },
  }));
  const unplaced = unplacedResults(inspection).map(({ rule, severity, message, reference }) => ({
    ...resultHead(rule, severity, message),
    locations: [{ logicalLocations: [{ fullyQualifiedName: reference, kind: "resource" }] }],
    partialFingerprints: { "countersign/v1": hash([rule, reference, ""]) },
  }));
  const run = {
    tool: { driver: { name: "Countersign", semanticVersion: options.version, rules: rules.map(ruleJson) } },
    columnKind: "utf16CodeUnits",
    originalUriBaseIds: { [BASE]: { description: { text: "The root of the workspace." } } },
    invocations: [
      {
        executionSuccessful: true,
        toolExecutionNotifications: inspection.problems.map((problem) => notification(problem, ranges)),
      },
    ],
    results: [...placed, ...unplaced],
  };
  const log = { $schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0", runs: [run] };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

function ruleJson(rule: Rule): object {
  return {
    id: rule.id,
    shortDescription: { text: rule.summary },
    fullDescription: { text: `${rule.summary}.` },
    help: { text: rule.doc, markdown: rule.doc },
    defaultConfiguration: { level: rule.severity },
    properties: { "security-severity": securitySeverity(rule.severity), tags: ["security", "supply-chain"] },
  };
}

function securitySeverity(severity: Severity): string {
  switch (severity) {
    case "error":
      return "9.0";
    case "warning":
      return "6.0";
    case "note":
      return "3.0";
  }
}

function resultHead(rule: string, severity: Severity, message: string): object {
  const ruleIndex = rules.findIndex(({ id }) => id === rule);
  return { ruleId: rule, ...(ruleIndex < 0 ? {} : { ruleIndex }), level: severity, message: { text: message } };
}

function physicalLocation(file: string, range: Range | undefined): object {
  return { artifactLocation: artifact(file), ...(range === undefined ? {} : { region: region(range) }) };
}

function artifact(file: string): object {
  return { uri: file.split("/").map(encodeSegment).join("/"), uriBaseId: BASE };
}

// A lone surrogate in a file's name makes encodeURIComponent throw.
function encodeSegment(segment: string): string {
  return encodeURIComponent(segment.replace(/\p{Surrogate}/gu, "\u{FFFD}"));
}

function region({ line, column, endLine, endColumn }: Range): object {
  return { startLine: line, startColumn: column, endLine, endColumn };
}

function fixJson(fix: Fix, ranges: Ranges): object {
  const files = [...new Set(fix.edits.map(({ file }) => file))];
  return {
    description: { text: fix.title },
    artifactChanges: files.map((file) => ({
      artifactLocation: artifact(file),
      replacements: fix.edits
        .filter((edit) => edit.file === file)
        .flatMap((edit) => {
          const range = ranges.rangeOf(file, edit.span);
          return range === undefined ? [] : [{ deletedRegion: region(range), insertedContent: { text: edit.text } }];
        }),
    })),
  };
}

function notification({ code, message, file, span }: Problem, ranges: Ranges): object {
  const range = file === undefined || span === undefined ? undefined : ranges.rangeOf(file, span);
  return {
    descriptor: { id: code },
    level: "warning",
    message: { text: message },
    ...(file === undefined ? {} : { locations: [{ physicalLocation: physicalLocation(file, range) }] }),
  };
}

/** Fingerprints of findings: from rule, normalised reference (or the text pointed at) and file, and a number that tells repetitions apart. */
function createFingerprints(documents: readonly Document[]): (finding: Finding) => Readonly<Record<string, string>> {
  const subjects = new Map(documents.map((document) => [document.path, subjectsOf(document)]));
  const seen = new Map<string, number>();
  return (finding) => {
    const subject = subjects.get(finding.file)?.(finding.span) ?? "";
    const digest = hash([finding.rule, subject, finding.file]);
    const repetition = (seen.get(digest) ?? 0) + 1;
    seen.set(digest, repetition);
    return { "countersign/v1": `${digest}:${repetition}` };
  };
}

function subjectsOf(document: Document): (span: Span) => string {
  const references = new Map(
    document.images.flatMap((use) =>
      use.reference === undefined ? [] : [[use.span.start, formatReference(use.reference)]],
    ),
  );
  return (span) => references.get(span.start) ?? document.text.slice(span.start, span.end).replace(/\s+/g, " ");
}

function hash(parts: readonly string[]): string {
  return createHash("sha256").update(parts.join("\u0000"), "utf8").digest("hex").slice(0, 32);
}
