import { withoutByteOrderMark, type Span } from "../image/span.ts";
import type { Problem } from "../problem.ts";
import { createScript, type ScriptBuilder } from "../shell/script.ts";
import type { Document, ShellCommand } from "./document.ts";
import { createMakeVariables, makePieces, type MakeVariables } from "./makefileVariables.ts";

/** Lines of a makefile that are read. */
const maximumLines = 100_000;
const maximumHead = 2_000;

/** A line with its continuations (GNU make, 3.1.1): where it stands without the line break at its end. */
interface LogicalLine extends Span {
  readonly isRecipe: boolean;
}

/**
 * Reads a makefile (GNU make): the commands of its recipes and of `$(shell ...)`, with make's variables resolved to
 * what the file says. Each line of a recipe is a script of its own, as make runs it.
 */
export function readMakefile(source: string, path: string): Document {
  const text = withoutByteOrderMark(source);
  const lines = logicalLines(text);
  const variables = createMakeVariables(text);
  const recipes: Span[] = [];
  let isInside = false;
  let definition = 0;
  for (const line of lines) {
    // What tells a line's kind stands at its beginning.
    const content = text.slice(line.start, Math.min(line.end, line.start + maximumHead));
    if (/^[ \t]*(?:override[ \t]+)?define\b/.test(content)) definition += 1;
    if (definition > 0) {
      if (/^[ \t]*endef\b/.test(content)) definition -= 1;
      continue;
    }
    if (line.isRecipe && isInside) recipes.push({ start: line.start + 1, end: line.end });
    else if (variables.define(line)) continue;
    else if (/^[^\s#][^#=]*?:/.test(content)) {
      isInside = true;
      const inline = /^[^#;]*?::?[^#;=]*;/.exec(content)?.[0];
      if (inline !== undefined) recipes.push({ start: line.start + inline.length, end: line.end });
    } else if (/^[^\s#]/.test(content) && !/^(?:ifn?def|ifn?eq|else|endif|-?include|export|vpath)\b/.test(content))
      isInside = false;
  }
  const commands: ShellCommand[] = [];
  const problems: Problem[] = [];
  for (const span of [...recipes, ...variables.shellCalls()]) {
    const script = createScript(text);
    addRecipe(script, text, span, variables);
    const reading = script.read();
    commands.push(...reading.commands);
    problems.push(...reading.problems);
  }
  commands.sort((one, other) => one.span.start - other.span.start);
  return { path, dialect: "makefile", text, images: [], jobs: [], commands, problems };
}

function logicalLines(text: string): readonly LogicalLine[] {
  const lines: LogicalLine[] = [];
  for (let start = 0; start < text.length && lines.length < maximumLines;) {
    let end = start;
    for (;;) {
      const lineBreak = text.indexOf("\n", end);
      end = lineBreak < 0 ? text.length : lineBreak;
      const bare = text[end - 1] === "\r" ? end - 1 : end;
      if (lineBreak < 0 || !isContinued(text, start, bare)) break;
      end += 1;
    }
    lines.push({ start, end: text[end - 1] === "\r" && end > start ? end - 1 : end, isRecipe: text[start] === "\t" });
    start = end + 1;
  }
  return lines;
}

/** Whether the line up to `end` ends with a backslash that no other one escapes. */
function isContinued(text: string, start: number, end: number): boolean {
  let at = end;
  while (at > start && text[at - 1] === "\\") at -= 1;
  return (end - at) % 2 === 1;
}

/** Adds one line of a recipe as the shell gets it: without `@`, `-`, `+` before it and the tab of continued lines. */
function addRecipe(script: ScriptBuilder, text: string, span: Span, variables: MakeVariables): void {
  const prefix = /^[ \t]*(?:[@+-][ \t]*)*/.exec(text.slice(span.start, span.end))?.[0] ?? "";
  for (const piece of makePieces(text, { start: span.start + prefix.length, end: span.end })) {
    if (piece.kind === "expression") script.insert({ ...piece, parts: variables.expand(piece.span) });
    else if (piece.kind === "dollar") script.add("$", piece.span.start);
    else {
      let at = piece.span.start;
      for (const line of text.slice(piece.span.start, piece.span.end).split(/(?<=\n)/)) {
        const from = at > piece.span.start && line.startsWith("\t") ? 1 : 0;
        script.add(line.slice(from), at + from);
        at += line.length;
      }
    }
  }
}
