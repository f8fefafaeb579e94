import { shortDigest } from "../image/digest.ts";
import type { Problem } from "../problem.ts";
import type { Finding, Severity } from "../rules/rule.ts";
import type { TraceStep, Verdict, VerdictState } from "../verdict/verdict.ts";
import { createRanges, reportedImages, type Inspection, type Ranges, type ReportedImage } from "./inspection.ts";
import { colourOf, marksFor, paint, type Colour } from "./marks.ts";
import { describeVisibility } from "./visibility.ts";
import {
  count,
  describeAge,
  describePlatform,
  describeTime,
  formatWord,
  isCoveredByIndex,
  printable,
  stateWord,
  summaryDetail,
  worstFirst,
} from "./words.ts";

/** How the text report is written, which depends on the terminal. */
export interface TextOptions {
  readonly colour: boolean;
  /** Whether the terminal shows more than ASCII. */
  readonly unicode: boolean;
  /** Dates signatures ("3 days ago"). */
  readonly now: Date;
}

/** One line per image and per finding, aligned, worst last so that it is on screen, and a summary at the end. */
export function toText(inspection: Inspection, options: TextOptions): string {
  const ranges = createRanges(inspection.documents);
  const images = reportedImages(inspection);
  const told = inspection.steps === true;
  const rows = [
    ...inspection.problems.map((problem) => problemRow(problem, ranges)),
    ...bestFirst(images).map((image) => ({
      ...imageRow(image, inspection.verdicts !== undefined, ranges, options),
      below: [...(told ? explanation(image, options) : []), ...partsOf(image.verdict, options)],
    })),
    ...[...inspection.findings].sort(byWorstLast).map((finding) => findingRow(finding, ranges)),
  ];
  const lines = [...align(rows, options), summary(inspection, images), ...ageOf(inspection, options)];
  const text = `${lines.join("\n")}\n`;
  return options.unicode
    ? text
    : text
        .replaceAll("·", "-")
        .replaceAll("…", "...")
        .replace(/[^\p{ASCII}]/gu, "?");
}

/** How old the evidence is that everything rests on. */
function ageOf({ evidence }: Inspection, { now }: TextOptions): readonly string[] {
  if (evidence === undefined) return [];
  const { file, collectedAt } = evidence;
  const age = collectedAt === undefined ? "without a look-up" : `collected ${describeAge(collectedAt, now)}`;
  const time = collectedAt === undefined ? "" : ` (${describeTime(collectedAt)})`;
  return [`Judged by the evidence in ${printable(file)}, ${age}${time}. Tags may have moved since.`];
}

interface Row {
  readonly mark: VerdictState | Severity | "unchecked";
  readonly place: string;
  readonly what: string;
  readonly rest: string;
  /** Lines that follow it. */
  readonly below?: readonly string[];
}

/** The steps of a verdict, and who can see its valid signatures. */
function explanation({ verdict }: ReportedImage, options: TextOptions): readonly string[] {
  if (verdict === undefined) return [];
  const formats = new Map(verdict.signatures.filter(({ valid }) => valid).map((each) => [each.format, each]));
  const seen = [...formats.values()].flatMap((signature): TraceStep[] => {
    const text = describeVisibility(signature);
    return text === ""
      ? []
      : [{ step: "signature", outcome: "note", text: `${formatWord(signature.format)}: ${text}.` }];
  });
  return [...verdict.trace, ...seen].map((step) => stepLine(step, options));
}

const stepMarks = { passed: "verified", failed: "invalid", note: "note" } as const;

function stepLine({ step, outcome, text, section }: TraceStep, options: TextOptions): string {
  const mark = stepMarks[outcome];
  const cited = section === undefined ? "" : ` [${section}]`;
  const painted = paint(
    marksFor(options.unicode)[mark],
    outcome === "passed" ? "grey" : colourOf(mark),
    options.colour,
  );
  // A step is told whole, however long: it is what a person asked for.
  const whole = (text.match(/[^]{1,300}/gu) ?? []).map(printable).join("");
  return `     ${painted} ${step}: ${whole}${cited}`;
}

/** The platforms of an index, and what else is attached where no steps tell of it. */
function partsOf(verdict: Verdict | undefined, options: TextOptions): readonly string[] {
  const index = verdict?.state ?? "unknown";
  const platforms = (verdict?.platforms ?? []).map(({ platform, verdict: own }) => {
    const said = describePlatform(own, index, options.now);
    const mark = isCoveredByIndex(own, index) ? "note" : own.state;
    const painted = paint(marksFor(options.unicode)[mark], colourOf(mark), options.colour);
    return `     ${painted} ${printable(platform)}  ${shortDigest(own.digest ?? "")}  ${said}`;
  });
  const attached = (verdict?.platforms === undefined ? [] : (verdict.attachments ?? [])).map(
    ({ kind, mediaType, digest }) =>
      `     ${marksFor(options.unicode).note} ${attachmentWords[kind]} (${printable(mediaType)})  ${shortDigest(digest)}  Not signed`,
  );
  return [...platforms, ...attached];
}

const attachmentWords = { sbom: "SBOM", attestation: "Attestation", other: "Attachment" } as const;

function imageRow(image: ReportedImage, judged: boolean, ranges: Ranges, options: TextOptions): Row {
  const place = image.place === undefined ? "" : placeOf(image.place.document.path, image.place.use.span, ranges);
  const what = printable(image.text);
  if (image.verdict !== undefined) {
    const detail = summaryDetail(image.verdict, options.now);
    const rest = stateWord(image.verdict.state) + (detail === "" ? "" : ` · ${detail}`);
    return { mark: image.verdict.state, place, what, rest };
  }
  const use = image.place?.use;
  const resolved = image.reference === undefined ? "value not known from the files" : printable(image.reference);
  const rest = [use?.site ?? "", use?.resolution ?? "", resolved].filter((part) => part !== "").join(" · ");
  return { mark: "unchecked", place, what, rest: judged ? `Not checked · ${rest}` : rest };
}

function findingRow(finding: Finding, ranges: Ranges): Row {
  const place = placeOf(finding.file, finding.span, ranges);
  return { mark: finding.severity, place, what: finding.rule, rest: printable(finding.message) };
}

function problemRow({ code, message, file, span }: Problem, ranges: Ranges): Row {
  const place = file === undefined ? "" : span === undefined ? printable(file) : placeOf(file, span, ranges);
  return { mark: "warning", place, what: code, rest: printable(message) };
}

function placeOf(file: string, span: { readonly start: number; readonly end: number }, ranges: Ranges): string {
  const range = ranges.rangeOf(file, span);
  return range === undefined ? printable(file) : `${printable(file)}:${range.line}:${range.column}`;
}

function align(rows: readonly Row[], options: TextOptions): string[] {
  const marks = marksFor(options.unicode);
  const place = widest(rows.map((row) => row.place));
  const what = widest(rows.map((row) => row.what));
  return rows.flatMap((row) => {
    const colour: Colour = colourOf(row.mark);
    const columns = [
      paint(marks[row.mark], colour, options.colour),
      row.place.padEnd(place),
      row.what.padEnd(what),
      row.rest,
    ];
    const line = columns
      .filter((_, index) => index !== 1 || place > 0)
      .join("  ")
      .trimEnd();
    return [line, ...(row.below ?? [])];
  });
}

// One very long path or reference must not push every other line off the screen.
function widest(texts: readonly string[]): number {
  return Math.min(
    60,
    texts.reduce((width, text) => Math.max(width, text.length), 0),
  );
}

function bestFirst(images: readonly ReportedImage[]): readonly ReportedImage[] {
  const rank = ({ verdict }: ReportedImage): number =>
    verdict === undefined ? -1 : worstFirst.length - worstFirst.indexOf(verdict.state);
  return [...images].sort((a, b) => rank(a) - rank(b));
}

const severities: readonly Severity[] = ["note", "warning", "error"];

function byWorstLast(a: Finding, b: Finding): number {
  return severities.indexOf(a.severity) - severities.indexOf(b.severity);
}

function summary(inspection: Inspection, images: readonly ReportedImage[]): string {
  const parts = [images.length === 0 ? "No image references found" : count(images.length, "image")];
  const states = worstFirst.toReversed().flatMap((state) => {
    const number = images.filter(({ verdict }) => verdict?.state === state).length;
    return number === 0 ? [] : [`${number} ${stateWord(state).toLowerCase()}`];
  });
  const unchecked =
    inspection.verdicts === undefined ? 0 : images.filter(({ verdict }) => verdict === undefined).length;
  if (unchecked > 0) states.unshift(`${unchecked} not checked`);
  const head = states.length === 0 ? parts : [`${parts.join("")}: ${states.join(", ")}`];
  const found = severities.toReversed().flatMap((severity) => {
    const number = inspection.findings.filter((finding) => finding.severity === severity).length;
    return number === 0 ? [] : [count(number, severity)];
  });
  const problems = inspection.problems.length === 0 ? [] : [count(inspection.problems.length, "problem")];
  return [...head, ...found, ...problems].join(" · ");
}
