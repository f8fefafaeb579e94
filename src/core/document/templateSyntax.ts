import type { Placeholder, TemplateSyntax } from "./template.ts";

/** No variables at all. */
export const noTemplate: TemplateSyntax = () => [];

/** Longer text between delimiters is no expression. */
const maximumExpression = 1000;

/**
 * Expressions between `open` and `close`, without the white space around them. What `accepts` refuses is no
 * expression but text: `$(date)` where variables are `$(name)`.
 */
export function delimited(open: string, close: string, accepts: RegExp = /./s): TemplateSyntax {
  return (source) => {
    const found: Placeholder[] = [];
    let until = 0;
    for (let at = source.indexOf(open); at >= 0;) {
      const start = at + open.length;
      if (until < start) until = source.indexOf(close, start);
      if (until < 0) break;
      const name = until - start > maximumExpression ? "" : source.slice(start, until).trim();
      const isAccepted = name !== "" && accepts.test(name);
      if (isAccepted) found.push({ start: at, end: until + close.length, name });
      at = source.indexOf(open, isAccepted ? until + close.length : start);
    }
    return found;
  };
}

/** How a dialect's shell-like variables differ. */
export interface DollarOptions {
  /** Whether `$$` is a dollar sign. */
  readonly escape?: boolean;
  /** Whether `$NAME` counts, not only `${NAME}`. */
  readonly bare?: boolean;
  /** Whether a backslash keeps a dollar sign as it is. */
  readonly backslash?: boolean;
}

const nameForm = /[A-Za-z_][A-Za-z0-9_]*/y;

/** Shell-like variables: `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME-default}`; every other operation is unknown. */
export function dollar({ escape = false, bare = true, backslash = false }: DollarOptions = {}): TemplateSyntax {
  return (source) => {
    const found: Placeholder[] = [];
    let at = source.indexOf("$");
    while (at >= 0) {
      const placeholder = dollarAt(source, at, escape, bare);
      if (backslash && source.charAt(at - 1) === "\\") found.push({ start: at - 1, end: at + 1, text: "$" });
      else if (placeholder !== undefined) found.push(placeholder);
      at = source.indexOf("$", Math.max(at + 1, found.at(-1)?.end ?? 0));
    }
    return found;
  };
}

function dollarAt(source: string, at: number, escape: boolean, bare: boolean): Placeholder | undefined {
  const next = source.charAt(at + 1);
  if (next === "$") return escape ? { start: at, end: at + 2, text: "$" } : undefined;
  const name = nameAt(source, at + (next === "{" ? 2 : 1));
  if (next !== "{") return name === "" || !bare ? undefined : { start: at, end: at + 1 + name.length, name };
  const closing = closingBrace(source, at + 1);
  if (closing === undefined || name === "") return undefined;
  const whole = { start: at, end: closing + 1 };
  const rest = at + 2 + name.length;
  if (rest === closing) return { ...whole, name };
  const operator = /^(?::?[-=])/.exec(source.slice(rest, rest + 2))?.[0];
  if (operator !== undefined) return { ...whole, name, fallback: { start: rest + operator.length, end: closing } };
  return /^:?\?/.test(source.slice(rest, rest + 2)) ? { ...whole, name } : whole;
}

function nameAt(source: string, at: number): string {
  nameForm.lastIndex = at;
  return nameForm.exec(source)?.[0] ?? "";
}

/** The brace that closes the one at `open`, with those of nested variables skipped. */
function closingBrace(source: string, open: number): number | undefined {
  let depth = 0;
  for (let at = open; at < source.length; at++) {
    if (source.charAt(at) === "{") depth++;
    else if (source.charAt(at) === "}" && --depth === 0) return at;
  }
  return undefined;
}

/** Several ways to write variables at once; where they overlap, the one that begins first counts, then the first given. */
export function anyOf(...syntaxes: readonly TemplateSyntax[]): TemplateSyntax {
  return (source) => {
    const all = syntaxes.flatMap((syntax, rank) => syntax(source).map((placeholder) => ({ placeholder, rank })));
    all.sort((one, other) => one.placeholder.start - other.placeholder.start || one.rank - other.rank);
    const found: Placeholder[] = [];
    for (const { placeholder } of all) if (placeholder.start >= (found.at(-1)?.end ?? 0)) found.push(placeholder);
    return found;
  };
}
