import type { Span } from "../image/span.ts";
import type { ValueStep, WordPart } from "./document.ts";
import type { EnvironmentValue } from "./dotenv.ts";
import { applyJustFunction, known } from "./justFunctions.ts";
import type { JustValues } from "./justValues.ts";

/** A text that expressions stand in; `file` names it where it is not the justfile itself. */
export interface JustSource {
  readonly text: string;
  readonly file?: string;
}

/** An expression, by its place. */
export interface JustExpression {
  readonly source: JustSource;
  readonly span: Span;
  /** What the names in it stand for, where that is not what holds around. */
  readonly values?: JustValues;
  /** What it comes to, where it is no expression but a word. */
  readonly parts?: readonly WordPart[];
}

/** A variable of an environment file. */
export interface JustEnvironment {
  readonly file: string;
  readonly value: EnvironmentValue;
}

/** What the files beside a justfile tell. */
export interface JustFiles {
  environment(name: string): JustEnvironment | undefined;
  textOf(name: string): JustSource | undefined;
}

/** What an expression may ask for while it is read. */
export interface JustContext {
  readonly files: JustFiles;
  /** Steps that all expressions of a justfile may still take. */
  readonly limit: { left: number };
  readonly depth: number;
  readonly variable: (name: string) => JustParts;
}

/** The parts of a value; undefined where it is not known. */
export type JustParts = readonly WordPart[] | undefined;

const maximumDepth = 16;
const maximumParts = 32;

/** What an expression comes to, read from left to right (just's grammar, "expression"). */
export function readJustExpression(source: JustSource, span: Span, context: JustContext): JustParts {
  const { files, limit, depth, variable } = context;
  // What is never closed ends with the expression.
  const text = source.text.slice(0, span.end);
  let at = span.start;
  const skip = (): void => {
    const blank = /(?:[ \t\r\n\\]|#[^\n]*)*/y;
    blank.lastIndex = at;
    at = Math.min(span.end, at + (blank.exec(text)?.[0].length ?? 0));
  };
  const take = (form: RegExp): string | undefined => {
    skip();
    const sticky = new RegExp(form.source, "sy");
    sticky.lastIndex = at;
    const found = sticky.exec(text)?.[0];
    if (found === undefined || at + found.length > span.end) return undefined;
    at += found.length;
    return found;
  };
  const literal = (start: number, end: number): WordPart => {
    const place = { start, end };
    const part = { text: text.slice(start, end), span: place, chain: [] };
    return source.file === undefined ? { ...part, literal: place } : part;
  };
  let nesting = depth;

  const expression = (): JustParts => {
    nesting += 1;
    limit.left -= 1;
    if (nesting > maximumDepth || limit.left < 0) return undefined;
    let parts = comparison();
    for (let operator = take(/\|\||&&/); operator !== undefined; operator = take(/\|\||&&/)) {
      const other = comparison();
      const value = known(parts);
      // What is not known is left out, as a default counts.
      parts = operator === "&&" ? (value === "" ? parts : other) : value === undefined || value === "" ? other : parts;
    }
    nesting -= 1;
    return parts;
  };

  const comparison = (): JustParts => {
    const parts = sum();
    const operator = take(/==|!=|=~|!~/);
    if (operator === undefined) return parts;
    const [one, other] = [known(parts), known(sum())];
    if (one === undefined || other === undefined || operator.endsWith("~")) return undefined;
    return [{ text: (one === other) === (operator === "==") ? "true" : "", span, chain: [] }];
  };

  const sum = (): JustParts => {
    if (take(/if\b/) !== undefined) return conditional();
    const isRooted = take(/\/(?!\/)/) !== undefined;
    const parts: WordPart[] = isRooted ? [{ text: "/", span, chain: [] }] : [];
    for (;;) {
      const start = at;
      parts.push(...(value() ?? [{ span: { start, end: at }, chain: [] }]));
      const operator = take(/\+\+?|\//);
      if (operator === undefined && parts.length === 1 && isOpen(parts[0])) return undefined;
      if (operator === undefined || parts.length > maximumParts) return parts;
      if (operator === "/") parts.push({ text: "/", span, chain: [] });
    }
  };

  /** `if CONDITION { a } else { b }`: either of them where the condition is not known. */
  const conditional = (): JustParts => {
    const condition = known(expression());
    if (take(/\{/) === undefined) return undefined;
    const one = expression();
    take(/\}/);
    if (take(/else\b/) === undefined) return one;
    let other: JustParts;
    if (take(/if\b/) !== undefined) other = conditional();
    else {
      take(/\{/);
      other = expression();
      take(/\}/);
    }
    if (condition !== undefined) return condition === "" ? other : one;
    const choices = [one, other].flatMap((parts) => (parts === undefined || known(parts) === "" ? [] : [parts]));
    return choices.length < 2 ? choices[0] : [{ span, chain: [], choices }];
  };

  const value = (): JustParts => {
    const quoted = take(/[xf]?(?:"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:[^"\\]|\\.)*"|'[^']*')/);
    if (quoted !== undefined) return stringParts(quoted);
    const command = take(/```[\s\S]*?```|`[^`]*`/);
    if (command !== undefined) return printed(command.replaceAll("`", ""));
    if (take(/\(/) !== undefined) {
      const parts = expression();
      take(/\)/);
      return parts;
    }
    if (take(/!/) !== undefined) {
      const negated = known(value());
      return negated === undefined ? undefined : [{ text: negated === "" ? "true" : "", span, chain: [] }];
    }
    const start = at;
    const name = take(/[A-Za-z_][\w-]*/);
    if (name === undefined) {
      take(/\S/);
      return undefined;
    }
    const place = { start: at - name.length, end: at };
    if (take(/\(/) !== undefined) return call(name, start);
    const parts = variable(name);
    const step = stepAt(source, place, `variable ${name}`);
    return parts?.map((part) => ({ ...part, chain: [step, ...part.chain] }));
  };

  const stringParts = (quoted: string): JustParts => {
    const width = /^[xf]?("""|''')/.test(quoted) ? 3 : 1;
    const prefix = /^[xf]/.test(quoted) ? 1 : 0;
    const [start, end] = [at - quoted.length + prefix + width, at - width];
    if (start === end) return [{ text: "", span: { start, end }, chain: [] }];
    const inside = text.slice(start, end);
    if (prefix > 0 && /[$~{]/.test(inside)) return undefined;
    if (width === 3) return [{ text: inside.trim(), span: { start, end }, chain: [] }];
    return quoted.endsWith('"') && inside.includes("\\")
      ? [{ span: { start, end }, chain: [] }]
      : [literal(start, end)];
  };

  const call = (name: string, start: number): JustParts => {
    const given: JustParts[] = [];
    const places: Span[] = [];
    while (at < span.end && take(/\)/) === undefined) {
      skip();
      const from = at;
      given.push(expression());
      places.push(trimmed({ source, span: { start: from, end: at } }));
      if (take(/,/) === undefined && take(/\)/) !== undefined) break;
      if (at === from) at += 1;
    }
    const step = (place: Span, label: string): ValueStep => stepAt(source, place, label);
    if (/^env(?:_var(?:_or_default)?)?$/.test(name)) {
      const found = files.environment(known(given[0]) ?? "");
      if (found !== undefined) return [environmentPart(found, known(given[0]) ?? "", { start, end: at })];
      const [, place] = places;
      if (place === undefined) return undefined;
      const own = step(place, "default of the environment");
      return given[1]?.map((part) => ({ ...part, chain: [own, ...part.chain] }));
    }
    if (name === "read") return printed(`cat ${known(given[0]) ?? ""}`);
    const result = applyJustFunction(name, given);
    if (result === undefined) return undefined;
    return [
      {
        text: result,
        span: { start, end: at },
        chain: [step({ start, end: at }, "function"), ...(given[0]?.[0]?.chain ?? [])],
      },
    ];
  };

  /** What a command in backticks prints, where it prints a file or a word. */
  const printed = (command: string): JustParts => {
    const [, word] = /^\s*echo\s+["']?([\w.:/@-]+)["']?\s*$/.exec(command) ?? [];
    if (word !== undefined) return [{ text: word, span, chain: [] }];
    const [, name] = /^\s*cat\s+["']?([\w./-]+)["']?\s*$/.exec(command) ?? [];
    const found = name === undefined ? undefined : files.textOf(name);
    const content = found?.text.trim() ?? "";
    if (found?.file === undefined || content === "" || content.length > 1000) return undefined;
    const { file } = found;
    return [
      {
        text: content,
        span,
        chain: [{ span: { start: 0, end: content.length }, file, label: `text of ${file}`, text: content }],
      },
    ];
  };

  return expression();
}

function isOpen(part: WordPart | undefined): boolean {
  return part?.text === undefined && part?.choices === undefined;
}

/** What an environment file says of a name. */
export function environmentPart({ file, value }: JustEnvironment, name: string, span: Span): WordPart {
  return { text: value.text, span, chain: [{ span: value.span, file, label: `variable ${name}`, text: value.text }] };
}

/** A step of how a value came about. */
export function stepAt({ text, file }: JustSource, span: Span, label: string): ValueStep {
  return { span, ...(file === undefined ? {} : { file }), label, text: text.slice(span.start, span.end) };
}

/** An expression without the blanks and the comment around it. */
export function trimmed({ source: { text }, span: { start, end } }: JustExpression): Span {
  const written = text.slice(start, end);
  const comment = /^(?:"[^"\n]*"|'[^'\n]*'|`[^`\n]*`|[^"'`#])*?(?=[ \t]#|$)/.exec(written)?.[0] ?? written;
  const from = start + comment.length - comment.trimStart().length;
  return { start: Math.min(from, end), end: Math.max(from, start + comment.trimEnd().length) };
}
