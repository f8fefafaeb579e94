import type { Span } from "../image/span.ts";

/** Stands for what an action of a template yields. */
const mark = "\uE000";
const control = /^(?:if|else|end|range|with|define|block|break|continue|\/\*)/;
/** What yields whole lines, even behind a key. */
const lines = /\bn?indent\b/;
const maximumActions = 20_000;

/** A template whose actions are hidden, so that what is left is YAML; it is as long as the text. */
export interface MaskedTemplate {
  readonly text: string;
  /** The actions within a range of the text, in order. */
  actionsIn(span: Span): readonly TemplateAction[];
}

/** An action of a template, with what is between its braces. */
export interface TemplateAction extends Span {
  readonly source: string;
}

/**
 * Hides the actions of a Go template (text/template): those that stand alone on their lines and those that only steer
 * become white space, every other a run of marks, which YAML takes for a part of a value.
 */
export function maskTemplate(text: string): MaskedTemplate {
  const actions = templateActions(text);
  const pieces: string[] = [];
  let at = 0;
  let line = { start: 0, end: -1, isBlank: false };
  let valueEnd = -1;
  for (const [index, action] of actions.entries()) {
    if (action.start >= line.end) line = lineAround(text, action, actions);
    if (action.start >= valueEnd) valueEnd = endOfChoice(text, index, actions, line) ?? valueEnd;
    const isHidden = line.isBlank || (steers(action) && action.start >= valueEnd);
    // One that yields a part of a value does so on the line on which it begins.
    pieces.push(text.slice(at, action.start), isHidden ? blank(text, action) : mark.repeat(action.end - action.start));
    at = action.end;
  }
  pieces.push(text.slice(at));
  return {
    text: pieces.join(""),
    actionsIn: ({ start, end }) => actions.slice(firstFrom(actions, start), firstFrom(actions, end)),
  };
}

/** The end of a block that chooses or finds a part of a value: one that stands behind a key, all on its line, with what images are written with. */
function endOfChoice(text: string, first: number, actions: readonly TemplateAction[], line: Span): number | undefined {
  const opening = actions[first];
  if (opening === undefined || !opens.test(opening.source)) return undefined;
  if (!/:[ \t]+["']?\S*$/.test(lineBefore(text, first, actions, line))) return undefined;
  let depth = 0;
  let at = opening.start;
  for (const action of actions.slice(first)) {
    if (action.end > line.end || !/^[\w./:@-]*$/.test(text.slice(at, action.start))) return undefined;
    at = action.end;
    if (opens.test(action.source)) depth += 1;
    else if (/^end\b/.test(action.source) && --depth === 0) return action.end;
  }
  return undefined;
}

const maximumBefore = 20;

/** What stands on a line before an action, with a letter for each of those before it. */
function lineBefore(text: string, action: number, actions: readonly TemplateAction[], line: Span): string {
  const pieces: string[] = [];
  let at = line.start;
  for (const { start, end } of actions.slice(Math.max(firstFrom(actions, at), action - maximumBefore), action)) {
    pieces.push(text.slice(at, start), "x");
    at = end;
  }
  return pieces.join("") + text.slice(at, actions[action]?.start);
}

const opens = /^(?:if|with|range)\b/;

/** Whether an action opens, parts or ends a block. */
export function isOfBlock({ source }: TemplateAction): boolean {
  return /^(?:if|else|end|with|range)\b/.test(source);
}

/** Hides lines that hold nothing but `{{...}}` or `{%...%}` of whatever template language; the text keeps its length. */
export function withoutSteeringLines(text: string): string {
  return text.replace(/^[ \t]*\{(?:\{[^{}\n]{0,400}\}|%[^%\n]{0,400}%)\}[ \t]*(?=\r?$)/gm, (line) =>
    " ".repeat(line.length),
  );
}

/** Whether a masked text holds what an action yields. */
export function isMasked(text: string): boolean {
  return text.includes(mark);
}

/** A masked text with the same word for whatever each action yields. */
export function unmasked(text: string, word: string): string {
  return text.replaceAll(/\uE000+/g, word);
}

/** Where actions are hidden in a text. */
export function maskedRuns(text: string): readonly Span[] {
  return Array.from(text.matchAll(/\uE000+/g), ({ 0: run, index }) => ({ start: index, end: index + run.length }));
}

/** Whether actions yield parts of a reference, and what stands between them joins those: `{{ a }}/{{ b }}:{{ c }}`. */
export function isInParts(text: string): boolean {
  return /^[\w.-]*\uE000+[\w.-]*[/:@][\w./:@\uE000-]*$/.test(text) && !text.includes("//");
}

/** The actions of a template, in order. */
export function templateActions(text: string): readonly TemplateAction[] {
  const found: TemplateAction[] = [];
  for (let start = text.indexOf("{{"); start >= 0 && found.length < maximumActions;) {
    const end = endOfAction(text, start + 2);
    if (end === undefined) break;
    const source = text
      .slice(start + 2, end - 2)
      .replace(/^-(?=\s)/, "")
      .replace(/\s-$/, "")
      .trim();
    found.push({ start, end, source });
    start = text.indexOf("{{", end);
  }
  return found;
}

/** The offset after the braces that close an action; braces in its strings and comments do not. */
function endOfAction(text: string, from: number): number | undefined {
  if (/^-?\s*\/\*/.test(text.slice(from, from + 8))) {
    const comment = text.indexOf("*/", from);
    const close = comment < 0 ? -1 : text.indexOf("}}", comment);
    return close < 0 ? undefined : close + 2;
  }
  for (let at = from; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === "}" && text.charAt(at + 1) === "}") return at + 2;
    if (character === "`") {
      const close = text.indexOf("`", at + 1);
      if (close < 0) return undefined;
      at = close;
    } else if (character === '"') at = endOfString(text, at);
  }
  return undefined;
}

/** The offset of the quote that closes the one at `open`, or of the end of its line. */
function endOfString(text: string, open: number): number {
  for (let at = open + 1; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === "\\") at++;
    else if (character === '"' || character === "\n") return at;
  }
  return text.length;
}

function firstFrom(actions: readonly TemplateAction[], offset: number): number {
  let low = 0;
  let high = actions.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((actions[middle]?.start ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether an action yields nothing, or lines of its own. */
function steers({ source }: TemplateAction): boolean {
  return control.test(source) || lines.test(source) || /^\$\w*\s*:?=/.test(source);
}

/** The line in which an action ends, and whether it holds nothing but actions. */
function lineAround(
  text: string,
  action: TemplateAction,
  actions: readonly TemplateAction[],
): Span & { readonly isBlank: boolean } {
  const start = text.lastIndexOf("\n", action.start - 1) + 1;
  const newline = text.indexOf("\n", action.end);
  const end = newline < 0 ? text.length : newline;
  let at = start;
  for (let index = firstFrom(actions, start); index < actions.length; index++) {
    const other = actions[index];
    if (other === undefined || other.start >= end) break;
    if (/\S/.test(text.slice(at, other.start))) return { start, end, isBlank: false };
    at = other.end;
  }
  return { start, end, isBlank: !/\S/.test(text.slice(at, end)) };
}

/** White space; a named template that begins a line begins a document, since what it holds is put elsewhere. */
function blank(text: string, { start, end, source }: TemplateAction): string {
  const hidden = text.slice(start, end).replace(/[^\r\n]/g, " ");
  const isAtStart = start === 0 || text.charAt(start - 1) === "\n";
  return isAtStart && /^define\b/.test(source) && hidden.startsWith("    ") ? `---${hidden.slice(3)}` : hidden;
}
