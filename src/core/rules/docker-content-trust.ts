import type { Document, ShellCommand } from "../document/document.ts";
import type { Span } from "../image/span.ts";
import doc from "./docker-content-trust.md";
import { invocationOf } from "../shell/invocation.ts";
import type { Fix, Rule, RuleReport } from "./rule.ts";

/** Docker Content Trust: its servers stop for good on 2026-12-08, as Docker's retirement notice says. */
export const dockerContentTrust: Rule = {
  id: "docker-content-trust",
  severity: "warning",
  confidence: "high",
  summary: "Docker Content Trust is in use, which is being shut down",
  doc,
  check: ({ document }) => [...settings(document), ...document.commands.flatMap(trustCommand)],
};

const VARIABLE = "DOCKER_CONTENT_TRUST";

function settings(document: Document): readonly RuleReport[] {
  if (document.dialect === "unrecognised") return [];
  const reports: RuleReport[] = [];
  for (let at = document.text.indexOf(VARIABLE); at >= 0; at = document.text.indexOf(VARIABLE, at + 1)) {
    const span = settingAt(document, at);
    if (span === undefined) continue;
    reports.push({
      span,
      message: `${VARIABLE}=1 makes docker ask for signatures at a service that stops on 2026-12-08; from then on pulls and pushes that rely on it fail.`,
      fixes: removal(document, span),
    });
  }
  return reports;
}

/** The span of a setting that switches content trust on, if one begins at `at`; comments, other variables and printed text are none. */
function settingAt(document: Document, at: number): Span | undefined {
  const { text } = document;
  const lineStart = text.lastIndexOf("\n", at - 1) + 1;
  const before = text.slice(Math.max(lineStart, at - 500), at);
  const after = /^[^\r\n]{0,200}/.exec(text.slice(at + VARIABLE.length, at + VARIABLE.length + 200))?.[0] ?? "";
  if (/(?:^|\s)#/.test(before) || /\w$/.test(before)) return undefined;
  const spanTo = (part: string): Span => ({ start: at, end: at + VARIABLE.length + part.length });

  const mapping = /^["']?[ \t]*:[ \t]+(?:1|"1"|'1'|true|"true"|'true')(?=[ \t]*(?:[,}]|#|$))/.exec(after)?.[0];
  if (mapping !== undefined && isYaml(document) && /^[ \t]*(?:-[ \t]+)?["']?$|[{,][ \t]*["']?$/.test(before)) {
    return spanTo(mapping);
  }
  // Kubernetes: `- name: DOCKER_CONTENT_TRUST`, and its value on the next line.
  const following = text.slice(at + VARIABLE.length, at + VARIABLE.length + 200);
  const pair = /^["']?[ \t]*\r?\n[ \t]*value:[ \t]+(?:"1"|'1'|1)(?=[ \t]*(?:#|\r?\n|$))/.exec(following)?.[0];
  if (pair !== undefined && isYaml(document) && /^[ \t]*-[ \t]+name:[ \t]+["']?$/.test(before)) return spanTo(pair);
  const assignment = /^=(?:1|"1"|'1')(?![\w.])/.exec(after)?.[0];
  if (document.dialect === "dockerfile" && inEnvInstruction(text, lineStart, before)) {
    const legacy = /^[ \t]+1(?=[ \t]*$)/.exec(after)?.[0];
    const value = assignment ?? legacy;
    return value === undefined ? undefined : spanTo(value);
  }
  if (assignment === undefined) return undefined;
  if (document.dialect === "compose" && /^[ \t]*-[ \t]+["']?$/.test(before)) return spanTo(assignment);
  return isRun(document.commands, at, after) ? spanTo(assignment) : undefined;
}

function isYaml(document: Document): boolean {
  return document.dialect !== "dockerfile" && document.dialect !== "shell" && document.dialect !== "makefile";
}

/** Whether the text before stands in an ENV instruction, whose lines may continue. */
function inEnvInstruction(text: string, lineStart: number, before: string): boolean {
  let line = before;
  let start = lineStart;
  for (let lines = 0; lines < 100; lines++) {
    if (/^[ \t]*(?:ONBUILD[ \t]+)?ENV[ \t]/i.test(line)) return true;
    const previousStart = text.lastIndexOf("\n", start - 2) + 1;
    if (start === 0) return false;
    line = text.slice(previousStart, start - 1);
    if (!/[\\`]\s*$/.test(line)) return false;
    start = previousStart;
  }
  return false;
}

/**
 * Whether a shell runs the assignment: it is a word of a command that sets variables, or a command's environment has it.
 * The text of a here-document or of `echo` is neither, unless it is written to the job's environment.
 */
function isRun(commands: readonly ShellCommand[], at: number, after: string): boolean {
  const command = commands.find(({ words }) => words.some(({ span }) => span.start <= at && at < span.end));
  if (command === undefined)
    return commands.some(({ environment }) => environment[VARIABLE] === "1" && isNear(at, commands));
  const tool = command.words[0]?.text ?? "";
  return tool === "echo" || tool === "printf"
    ? after.includes("GITHUB_ENV")
    : /^(?:export|env|declare|typeset|readonly|set|docker|podman|sudo)$/.test(tool);
}

/** Whether an offset lies among the commands: where prefix assignments stand, since commands come without them. */
function isNear(at: number, commands: readonly ShellCommand[]): boolean {
  return commands.some(({ span, environment }) => environment[VARIABLE] === "1" && span.end > at);
}

function trustCommand(command: ShellCommand): readonly RuleReport[] {
  const invocation = invocationOf(command);
  const [verb, ...rest] = invocation?.rest ?? [];
  if (invocation?.tool !== "docker" || verb?.text !== "trust") return [];
  const first = command.words.find(({ text }) => text !== undefined && /(?:^|[\\/])docker(?:\.exe)?$/i.test(text));
  const last = rest.at(-1) ?? verb;
  return [
    {
      span: { start: (first ?? verb).span.start, end: last.span.end },
      message: `'docker trust' uses a signing service that stops on 2026-12-08; sign with cosign or notation, which keep signatures beside the image.`,
    },
  ];
}

/** Removes the setting: the whole line where nothing else stands on it, else the words alone; no fix where neither is safe. */
function removal(document: Document, span: Span): readonly Fix[] {
  const { text } = document;
  const lineStart = text.lastIndexOf("\n", span.start - 1) + 1;
  const newline = text.indexOf("\n", span.end);
  const lineEnd = newline < 0 ? text.length : newline + 1;
  const before = text.slice(lineStart, span.start);
  const after = text.slice(span.end, lineEnd);
  const alone =
    /^[ \t]*(?:-[ \t]+)?["']?(?:export[ \t]+|ENV[ \t]+)?$/i.test(before) && /^["']?[ \t]*(?:#.*)?\r?\n?$/.test(after);
  const fix = (start: number, end: number): readonly Fix[] => [
    {
      title: "Remove this use of Docker Content Trust",
      edits: [{ file: document.path, span: { start, end }, text: "" }],
      preferred: true,
    },
  ];
  if (alone) {
    if (isYaml(document) || document.dialect === "dockerfile") {
      const parent = parentToRemove(text, lineStart, lineEnd);
      if (parent === "keep") return [];
      return fix(parent ?? lineStart, lineEnd);
    }
    return fix(lineStart, lineEnd);
  }
  const gap = /^[ \t]+(?=[^\s\\#])/.exec(after)?.[0];
  const prefix = /(?:^|[\s;&|(])$/.test(before) && !/\bexport[ \t]+$/.test(before);
  return gap !== undefined && prefix ? fix(span.start, span.end + gap.length) : [];
}

/**
 * Where the removal of a line must begin so that no empty `env:` is left behind; undefined for the line itself,
 * `keep` where the line is all that a block of text or a continued instruction has.
 */
function parentToRemove(text: string, lineStart: number, lineEnd: number): number | "keep" | undefined {
  if (lineStart === 0) return undefined;
  const parentStart = text.lastIndexOf("\n", lineStart - 2) + 1;
  const parent = text.slice(parentStart, lineStart - 1).replace(/\r$/, "");
  if (/[\\`]$/.test(parent)) return "keep";
  const own = indentOf(text, lineStart);
  if (indentOf(text, parentStart) >= own || indentOf(text, lineEnd) >= own) return undefined;
  if (/^\s*(?:env|environment|variables):\s*$/.test(parent)) return parentStart;
  return /[|>][-+\d]*$/.test(parent) ? "keep" : undefined;
}

function indentOf(text: string, lineStart: number): number {
  return /^[ \t]*/.exec(text.slice(lineStart, lineStart + 200))?.[0].length ?? 0;
}
