import type { Problem } from "../problem.ts";
import type { Finding, Severity } from "../rules/rule.ts";
import { createRanges, unplacedResults, type Inspection, type Ranges } from "./inspection.ts";

/** Findings and problems as GitHub's workflow commands, which show them beside the lines of a pull request. */
export function toGithub(inspection: Inspection): string {
  const ranges = createRanges(inspection.documents);
  const lines = [
    ...inspection.findings.map((finding) => findingCommand(finding, ranges)),
    ...unplacedResults(inspection).map(({ rule, severity, message }) =>
      workflowCommand(level(severity), { title: rule }, message),
    ),
    ...inspection.problems.map((problem) => problemCommand(problem, ranges)),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function findingCommand(finding: Finding, ranges: Ranges): string {
  const range = ranges.rangeOf(finding.file, finding.span);
  return workflowCommand(
    level(finding.severity),
    { file: finding.file, ...placeOf(range), title: finding.rule },
    finding.message,
  );
}

function problemCommand({ code, message, file, span }: Problem, ranges: Ranges): string {
  const range = file === undefined || span === undefined ? undefined : ranges.rangeOf(file, span);
  return workflowCommand(
    "warning",
    { ...(file === undefined ? {} : { file }), ...placeOf(range), title: code },
    message,
  );
}

type Place = Readonly<Record<string, string | number>>;

// GitHub refuses columns where the range spans lines.
function placeOf(range: ReturnType<Ranges["rangeOf"]>): Place {
  if (range === undefined) return {};
  const { line, column, endLine, endColumn } = range;
  return endLine === line ? { line, col: column, endColumn } : { line, endLine };
}

function workflowCommand(name: string, properties: Place, message: string): string {
  const listed = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(String(value))}`);
  return `::${name} ${listed.join(",")}::${escapeData(message)}`;
}

function level(severity: Severity): string {
  return severity === "note" ? "notice" : severity;
}

// Unescaped, a line break in a message would start a workflow command of its own.
function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
