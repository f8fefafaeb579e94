import type { Problem } from "../problem.ts";
import { createTextPieces, documentSpan } from "../shell/origin.ts";
import { readShell } from "../shell/readShell.ts";
import { isShellProgram, shebangIsShell } from "../shell/shellInterpreter.ts";
import type { ShellCommand } from "./document.ts";
import { heredocOf } from "./dockerfileHeredoc.ts";
import { execForm } from "./dockerfileInstruction.ts";
import type { DockerfileHeredoc, Instruction } from "./dockerfileInstruction.ts";

/** The commands of a RUN. */
export interface RunReading {
  readonly commands: readonly ShellCommand[];
  readonly problems: readonly Problem[];
}

const none: RunReading = { commands: [], problems: [] };

/** Whether a SHELL instruction leaves RUN to a shell that can be read; undefined where it is not in exec form. */
export function shellIsReadable(instruction: Instruction): boolean | undefined {
  const program = execForm(instruction)?.[0]?.text;
  return program === undefined ? undefined : isShellProgram(program);
}

/**
 * The commands that a RUN executes: its line in the shell, in exec form, or the here-document that is its script.
 * `document` is the whole text; `isReadable` tells whether the stage's shell is a POSIX one.
 */
export function readRun(
  document: string,
  instruction: Instruction,
  environment: Readonly<Record<string, string>>,
  isReadable: boolean,
): RunReading {
  const { line, argumentsStart, argumentsEnd, heredocs } = instruction;
  const exec = execForm(instruction);
  if (exec !== undefined) {
    const [first] = exec;
    const last = exec.at(-1);
    if (first === undefined || last === undefined) return none;
    const spanOf = (start: number, end: number) => documentSpan(line.toDocumentOffset, start, end);
    // A word stands between the quotes of JSON.
    const words = exec.map(({ text, start, end }) => ({
      span: spanOf(start + 1, end - 1),
      raw: line.text.slice(start + 1, end - 1),
      text,
      expands: [],
    }));
    return { commands: [{ span: spanOf(first.start, last.end), words, environment }], problems: [] };
  }
  const [heredoc] = heredocs;
  if (heredoc !== undefined && heredocOf(line.text.slice(argumentsStart, argumentsEnd)) !== undefined) {
    const body = document.slice(heredoc.bodyStart, heredoc.bodyEnd);
    const interpreter = shebangIsShell(heredoc.stripTabs ? body.replace(/^\t+/, "") : body);
    return (interpreter ?? isReadable) ? readPieces(document, [heredoc], environment) : none;
  }
  if (!isReadable) return none;
  const script = line.text.slice(argumentsStart, argumentsEnd);
  if (heredocs.length === 0) {
    return readShell(script, {
      toDocumentOffset: (offset) => line.toDocumentOffset(argumentsStart + offset),
      environment,
    });
  }
  // The shell gets the line and the bodies as one script again, and decides itself what they feed.
  const bodyStart = heredoc?.bodyStart ?? 0;
  const bodies = document.slice(bodyStart, heredocs.at(-1)?.end);
  const toDocumentOffset = (offset: number): number =>
    offset < script.length
      ? line.toDocumentOffset(argumentsStart + offset)
      : Math.min(document.length, bodyStart + offset - script.length - 1);
  return readShell(`${script}\n${bodies}\n`, { toDocumentOffset, environment });
}

function readPieces(
  document: string,
  heredocs: readonly DockerfileHeredoc[],
  environment: Readonly<Record<string, string>>,
): RunReading {
  const pieces = createTextPieces(document);
  for (const { bodyStart, bodyEnd, stripTabs } of heredocs) {
    for (let at = bodyStart; at < bodyEnd;) {
      const lineBreak = document.indexOf("\n", at);
      const next = lineBreak < 0 || lineBreak >= bodyEnd ? bodyEnd : lineBreak + 1;
      let from = at;
      if (stripTabs) while (from < next && document[from] === "\t") from += 1;
      pieces.add(from, next);
      at = next;
    }
  }
  const { text, toDocumentOffset } = pieces.build();
  return readShell(text, { toDocumentOffset, environment });
}
