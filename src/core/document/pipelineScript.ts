import { isShellProgram, scriptAt, shebangIsShell } from "../shell/shellInterpreter.ts";
import { readShell, type ShellReading } from "../shell/readShell.ts";
import type { WindowsShell } from "../shell/windowsShell.ts";
import type { ShellCommand, ShellWord } from "./document.ts";
import { textInCommand } from "./imageShape.ts";
import { scalarParts } from "./scalarWord.ts";
import { expandTemplate, templateText, type Placeholder, type TemplateScope } from "./template.ts";
import type { Value } from "./value.ts";
import { literalPart } from "./yamlImage.ts";
import { itemsOf, scalarOf, type YamlNode, type YamlScalar } from "./yamlNode.ts";
import { createScalarMap } from "./yamlScalarMap.ts";

/** What is known around a script of a pipeline. */
export interface ScriptOptions {
  /** What the pipeline replaces before any shell sees the script. */
  readonly scope?: TemplateScope | undefined;
  readonly environment?: Readonly<Record<string, string>>;
  /** What differs between the jobs that run the script; left out where only one does. */
  readonly combinations?: readonly ScriptCombination[] | undefined;
  readonly windowsShell?: WindowsShell | undefined;
  /** What stands before the first line, which the dialect says elsewhere. */
  readonly before?: string | undefined;
  /** What stands between lines; absent: the end of a line. */
  readonly between?: string;
  readonly job?: string;
  readonly step?: number;
}

/** What holds in one of the jobs that run a script. */
export interface ScriptCombination {
  readonly scope?: TemplateScope | undefined;
  /** What a name of the environment is. */
  variable(name: string): string | undefined;
}

/** What is known around a command that is written word by word. */
export interface WordOptions extends ScriptOptions {
  readonly program?: { readonly text: string; readonly node: YamlScalar };
  /** The scope of one word, where each has its own. */
  readonly scopeOf?: (word: YamlScalar) => TemplateScope;
}

const nothing: ShellReading = { commands: [], problems: [] };
const maximumNesting = 10;

/** The scalars of a script, which dialects write as one text, a list, or a list of lists, in the order in which they run. */
export function scriptLines(node: YamlNode | undefined, depth = 0): readonly YamlScalar[] {
  const scalar = scalarOf(node);
  if (scalar !== undefined) return [scalar];
  return depth > maximumNesting ? [] : itemsOf(node).flatMap((item) => scriptLines(item, depth + 1));
}

/** Reads lines that one shell runs one after the other: what a line sets holds for the next. */
export function readScriptLines(text: string, lines: readonly YamlScalar[], options: ScriptOptions = {}): ShellReading {
  if (lines.length === 0 || shebangIsShell(lines[0]?.text ?? "") === false) return nothing;
  const script = joinLines(text, lines, options);
  const { environment = {}, job, step } = options;
  const { commands, problems, forwarded } = readShell(script.source, {
    toDocumentOffset: script.toDocumentOffset,
    environment,
    resolveExpression: (expression) => script.values.get(expression),
    windowsShell: options.windowsShell,
    combinations: options.combinations?.map((one) => ({
      variable: (name) => one.variable(name),
      resolveExpression(expression) {
        const place = script.places.get(expression);
        if (place === undefined || one.scope === undefined) return undefined;
        return textInCommand(expression, templateText(text, place, one.scope));
      },
    })),
    ...(job === undefined ? {} : { job }),
    ...(step === undefined ? {} : { step }),
  });
  const written = script.written.size === 0 ? (command: ShellCommand) => command : asWritten(script);
  return {
    commands: commands.map(written),
    problems,
    ...(forwarded === undefined ? {} : { forwarded: forwarded.map(written) }),
  };
}

/**
 * Reads a command given as a list of words, which no shell splits or expands; `-c` of a shell is read as its script.
 * `program` stands before the words where the dialect says it elsewhere.
 */
export function readWords(text: string, nodes: readonly YamlNode[], options: WordOptions = {}): ShellReading {
  const scalars = nodes.flatMap((node) => scalarOf(node) ?? []);
  const scopeOf = (word: YamlScalar): TemplateScope | undefined => options.scopeOf?.(word) ?? options.scope;
  const words = scalars.map((scalar) => toWord(text, scalar, scopeOf(scalar)));
  const { program, environment = {}, job, step } = options;
  if (program !== undefined)
    words.unshift({ span: program.node.span, raw: program.text, text: program.text, expands: [] });
  const [first] = words;
  if (first === undefined) return nothing;
  const at = isShellProgram(first.text ?? "") ? scriptAt(words.slice(1).map((word) => word.text)) : undefined;
  const script = at === undefined ? undefined : scalars[program === undefined ? at + 1 : at];
  if (script !== undefined) return readScriptLines(text, [script], { ...options, scope: scopeOf(script) });
  const span = {
    start: Math.min(...words.map((word) => word.span.start)),
    end: Math.max(...words.map((word) => word.span.end)),
  };
  const place = { ...(job === undefined ? {} : { job }), ...(step === undefined ? {} : { step }) };
  return { commands: [{ span, words, environment, ...place }], problems: [] };
}

function toWord(text: string, scalar: YamlScalar, scope: TemplateScope | undefined): ShellWord {
  const span = createScalarMap(text, scalar).spanOf(0, scalar.text.length);
  const word = { span, raw: text.slice(span.start, span.end) };
  const placeholders = scope?.syntax(scalar.text) ?? [];
  if (scope === undefined || placeholders.length === 0) return { ...word, text: scalar.text, expands: [] };
  const expands = placeholders.flatMap(({ name }) => name ?? []);
  const expand = (from: number, to: number): readonly Value[] => expandTemplate(text, scalar, scope, from, to);
  const parts = scalarParts(text, scalar, { placeholders, expand });
  return { ...word, text: templateText(text, scalar, scope), expands, parts };
}

interface Script {
  readonly source: string;
  readonly toDocumentOffset: (offset: number) => number;
  /** Values of what the pipeline replaces, by the name that stands for it in the source. */
  readonly values: ReadonlyMap<string, string>;
  /** What of the document is replaced, by the same name. */
  readonly places: ReadonlyMap<string, YamlScalar>;
  /** How the document writes it. */
  readonly written: ReadonlyMap<string, string>;
}

interface Piece {
  readonly start: number;
  readonly toDocument: (offset: number) => number;
}

/**
 * One script out of the lines. What the pipeline replaces becomes `${{ name }}`, which the shell reader keeps apart
 * from what the shell itself expands.
 */
function joinLines(
  text: string,
  lines: readonly YamlScalar[],
  { scope, before = "", between = "\n" }: ScriptOptions,
): Script {
  const pieces: Piece[] = [];
  const values = new Map<string, string>();
  const places = new Map<string, YamlScalar>();
  const written = new Map<string, string>();
  let source = "";
  const push = (part: string, toDocument: (offset: number) => number): void => {
    if (part === "") return;
    pieces.push({ start: source.length, toDocument });
    source += part;
  };
  push(before, () => lines[0]?.span.start ?? 0);
  for (const scalar of lines) {
    const map = createScalarMap(text, scalar);
    let at = 0;
    for (const placeholder of scope?.syntax(scalar.text) ?? []) {
      const { start, end } = placeholder;
      const from = at;
      push(scalar.text.slice(from, start), (offset) => map.offsetOf(from + offset));
      at = end;
      const name = nameOf(placeholder, scalar.text);
      const stand = placeholder.text ?? `\${{ ${name} }}`;
      if (placeholder.text === undefined && scope !== undefined) {
        written.set(stand, scalar.text.slice(start, end));
        const place = rangeOf(text, scalar, start, end);
        const value = textInCommand(name, templateText(text, place, scope));
        places.set(name, place);
        if (value !== undefined) values.set(name, value);
      }
      const last = stand.length - 1;
      push(stand, (offset) => map.offsetOf(offset >= last && last > 0 ? end - 1 : Math.min(start + offset, end - 1)));
    }
    const rest = at;
    push(scalar.text.slice(rest), (offset) => map.offsetOf(rest + offset));
    const end = Math.max(0, scalar.text.length - 1);
    push(scalar === lines.at(-1) ? "\n" : between, () => map.offsetOf(end));
  }
  return { source, values, places, written, toDocumentOffset: (offset) => documentOffset(pieces, offset) };
}

/** What a placeholder is called in the script; one name may have another default at each place. */
function nameOf({ name = "expression", fallback }: Placeholder, source: string): string {
  const otherwise = fallback === undefined ? "" : ` or ${source.slice(fallback.start, fallback.end)}`;
  return `${name}${otherwise}`.replaceAll(/[{}\n]/g, " ").trim();
}

/** A part of a scalar as one, so that only what stands there is evaluated. */
export function rangeOf(text: string, scalar: YamlScalar, start: number, end: number): YamlScalar {
  const { span = scalar.span } = literalPart(text, scalar, start, end);
  return { ...scalar, text: scalar.text.slice(start, end), span, exact: true };
}

function documentOffset(pieces: readonly Piece[], offset: number): number {
  let low = 0;
  let high = pieces.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((pieces[middle]?.start ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  const piece = pieces[low];
  return piece === undefined ? 0 : piece.toDocument(offset - piece.start);
}

function asWritten({ written }: Script): (command: ShellCommand) => ShellCommand {
  const restore = (raw: string): string =>
    raw.includes("${{") ? raw.replaceAll(/\$\{\{.*?\}\}/gs, (stand) => written.get(stand) ?? stand) : raw;
  return (command) => ({ ...command, words: command.words.map((word) => ({ ...word, raw: restore(word.raw) })) });
}
