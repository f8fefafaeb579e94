import type { Problem } from "../problem.ts";
import { createTextPieces } from "../shell/origin.ts";
import type { PiecedText } from "../shell/origin.ts";
import { heredocsOf } from "./dockerfileHeredoc.ts";
import { cutInstruction, execForm, keywordSpan } from "./dockerfileInstruction.ts";
import type { DockerfileHeredoc, Instruction } from "./dockerfileInstruction.ts";
import { isSpace } from "./dockerfileSpace.ts";

/** Most instructions of one file that are read. */
const maximumInstructions = 20_000;

/** Longest physical line that BuildKit accepts. */
const maximumLine = 65_535;

/** Reads the instructions of a Dockerfile: joins continued lines, leaves out comments, takes in here-documents. */
export function readInstructions(
  text: string,
  escape: string,
): { readonly instructions: readonly Instruction[]; readonly problems: readonly Problem[] } {
  const instructions: Instruction[] = [];
  const problems: Problem[] = [];
  for (let at = 0; at < text.length;) {
    const logical = readLogicalLine(text, at, escape);
    at = logical.next;
    if (logical.tooLong) {
      const message = `The line is longer than ${maximumLine} characters; BuildKit refuses this file, and the instruction was not read.`;
      problems.push({ code: "limit-reached", message, span: { start: logical.start, end: logical.start + 1 } });
      continue;
    }
    if (logical.line === undefined) continue;
    if (instructions.length >= maximumInstructions) {
      const message = `The file has more than ${maximumInstructions} instructions; the rest of them was not read.`;
      problems.push({ code: "limit-reached", message, span: { start: logical.start, end: logical.start + 1 } });
      break;
    }
    const { line } = logical;
    const cut = cutInstruction(line, 0, line.text.length, escape);
    const heredocs: DockerfileHeredoc[] = [];
    if (takesHeredocs(cut, escape)) {
      for (const { name, stripTabs } of heredocsOf(line.text)) {
        const body = readHeredoc(text, at, name, stripTabs);
        if (body === undefined) {
          const message = `The here-document is not closed: no line '${name}' follows. BuildKit refuses this file.`;
          problems.push({ code: "heredoc-unterminated", message, span: keywordSpan(cut) });
          at = text.length;
          break;
        }
        heredocs.push(body);
        at = Math.min(text.length, body.next);
      }
    }
    instructions.push({ ...cut, heredocs });
  }
  return { instructions, problems };
}

interface LogicalLine {
  readonly start: number;
  readonly next: number;
  /** Absent for a line that is empty or a comment. */
  readonly line: PiecedText | undefined;
  readonly tooLong: boolean;
}

function readLogicalLine(text: string, start: number, escape: string): LogicalLine {
  const first = physicalLine(text, start, escape);
  const from = firstNonSpace(text, start, first.end);
  const isComment = text[from] === "#" && from < first.end;
  if (isComment || (!first.continues && from >= first.contentEnd)) {
    return { start, next: first.next, line: undefined, tooLong: false };
  }
  const pieces = createTextPieces(text);
  pieces.add(from, Math.max(from, first.contentEnd));
  let { continues, next } = first;
  let tooLong = first.end - start > maximumLine;
  while (continues && next < text.length) {
    const at = next;
    const line = physicalLine(text, at, escape);
    next = line.next;
    tooLong ||= line.end - at > maximumLine;
    const visible = firstNonSpace(text, at, line.end);
    // Comment lines and empty lines do not end a continued instruction.
    if (visible >= line.end || text[visible] === "#") continue;
    pieces.add(at, line.contentEnd);
    continues = line.continues;
  }
  const line = pieces.build();
  return { start: from, next, line, tooLong };
}

interface PhysicalLine {
  /** Without its line break. */
  readonly end: number;
  /** Without a continuation character and what follows it. */
  readonly contentEnd: number;
  readonly continues: boolean;
  readonly next: number;
}

function physicalLine(text: string, start: number, escape: string): PhysicalLine {
  const lineBreak = text.indexOf("\n", start);
  const next = lineBreak < 0 ? text.length : lineBreak + 1;
  let end = lineBreak < 0 ? text.length : lineBreak;
  while (end > start && text[end - 1] === "\r") end -= 1;
  let at = end;
  while (at > start && (text[at - 1] === " " || text[at - 1] === "\t")) at -= 1;
  const continues = at > start && text[at - 1] === escape && (at - 1 === start || text[at - 2] !== escape);
  return { end, contentEnd: continues ? at - 1 : end, continues, next };
}

function firstNonSpace(text: string, start: number, end: number): number {
  let at = start;
  while (at < end && isSpace(text[at])) at += 1;
  return at;
}

const heredocKeywords = new Set(["run", "copy", "add"]);

function takesHeredocs(cut: Omit<Instruction, "heredocs">, escape: string): boolean {
  const inner =
    cut.keyword === "onbuild" ? cutInstruction(cut.line, cut.argumentsStart, cut.argumentsEnd, escape) : cut;
  return heredocKeywords.has(inner.keyword) && cut.line.text.includes("<<") && execForm(inner) === undefined;
}

function readHeredoc(
  text: string,
  start: number,
  name: string,
  stripTabs: boolean,
): (DockerfileHeredoc & { next: number }) | undefined {
  for (let at = start; at < text.length;) {
    const lineBreak = text.indexOf("\n", at);
    const lineEnd = lineBreak < 0 ? text.length : lineBreak;
    let end = lineEnd;
    while (end > at && text[end - 1] === "\r") end -= 1;
    let from = at;
    if (stripTabs) while (from < end && text[from] === "\t") from += 1;
    if (end - from === name.length && text.startsWith(name, from)) {
      return { name, stripTabs, bodyStart: start, bodyEnd: at, end, next: lineBreak < 0 ? text.length : lineBreak + 1 };
    }
    at = lineBreak < 0 ? text.length : lineBreak + 1;
  }
  return undefined;
}
