import type { Span } from "../image/span.ts";
import { nameAt, signAt, type GroovyPiece, type GroovyToken } from "./groovy.ts";
import { closingAt, openingAt } from "./groovyBrackets.ts";
import { parameterAt } from "./groovyParameters.ts";

/** A place that gives a name its value. */
export interface GroovyDefinition {
  /** The token at which the value begins; none where it only changes what it was. */
  readonly at: number | undefined;
  /** The token at which what is put behind it begins: `name += value`. */
  readonly added?: number;
  /** From the name to the end of its line. */
  readonly span: Span;
  /** The block that it stands in. */
  readonly block: Span;
  /** Whether it stands after a condition without a block of its own. */
  readonly isBranch: boolean;
  /** Whether it declares the name, which hides what is outside its block. */
  readonly declares: boolean;
}

/** A variable of the environment that `withEnv` sets for its block. */
export interface GroovySetting {
  readonly name: string;
  readonly pieces: readonly GroovyPiece[];
  readonly span: Span;
}

/** What a script's tokens define: variables, members of maps and lists, parameters, environment. */
export interface GroovyDefinitions {
  readonly places: ReadonlyMap<string, readonly GroovyDefinition[]>;
  /** The tokens that belong to them. */
  readonly tokens: ReadonlySet<number>;
  readonly environment: ReadonlySet<string>;
  /** The tokens of values of which the first line counts. */
  readonly lines: ReadonlySet<number>;
  readonly settings: readonly GroovySetting[];
}

/** Finds what a script's tokens define. */
export function groovyDefinitions(text: string, tokens: readonly GroovyToken[]): GroovyDefinitions {
  const places = new Map<string, GroovyDefinition[]>();
  const belonging = new Set<number>();
  const environment = new Set<string>();
  const lines = new Set<number>();
  const settings: GroovySetting[] = [];
  const whole = { start: 0, end: text.length };
  const blocks: { start: number; end: number }[] = [];
  const add = (name: string, at: number | undefined, from = 0, declares = false, added?: number): void => {
    // What `environment` sets, it sets for all of the block around it.
    const block = blocks.at(environmentDepth > 0 ? -2 : -1) ?? whole;
    const start = environmentDepth > 0 ? block.start : (tokens[from]?.span.start ?? 0);
    const line = environmentDepth > 0 ? -1 : text.indexOf("\n", tokens[from + 1]?.span.end ?? start);
    const isBranch = isAfterCondition(tokens, from - 1);
    const span = { start, end: environmentDepth > 0 ? start : line < 0 ? text.length : line };
    const definition = { at, span, block, isBranch, declares, ...(added === undefined ? {} : { added }) };
    const found = places.get(name);
    if (found === undefined) places.set(name, [definition]);
    else found.push(definition);
  };
  let environmentDepth = 0;
  for (const [at, token] of tokens.entries()) {
    const sign = signAt(tokens, at);
    if (sign === "{") blocks.push({ start: token.span.start, end: text.length });
    else if (sign === "}") {
      const block = blocks.pop();
      if (block !== undefined) block.end = token.span.end;
      environmentDepth = 0;
    }
    if (token.kind !== "name") continue;
    if (token.text === "environment" && signAt(tokens, at + 1) === "{") environmentDepth = 1;
    const next = signAt(tokens, at + 1);
    if (next === "=" && signAt(tokens, at + 2) !== "=" && signAt(tokens, at + 2) !== "~") {
      const name = token.text.replace(/^env\./, "");
      if (environmentDepth > 0 || name !== token.text) environment.add(name);
      add(name, at + 2, at, environmentDepth > 0 || isDeclared(text, tokens, at));
      belonging.add(at).add(at + 2);
    } else if ((next === "+" || next === "-") && signAt(tokens, at + 2) === "=")
      add(token.text, undefined, at, false, next === "+" ? at + 3 : undefined);
    else if (next === "?" && signAt(tokens, at + 2) === "=") add(token.text, at + 3, at);
    if (token.text === "name" && next === ":") readParameter(at);
    if (token.text === "withEnv" && next === "(") settings.push(...settingsAt(tokens, at + 1));
  }

  function readParameter(at: number): void {
    const parameter = parameterAt(tokens, at);
    if (parameter === undefined) return;
    add(`params.${parameter.name}`, parameter.at, parameter.at);
    environment.add(parameter.name);
    belonging.add(parameter.at);
    if (parameter.isLines) lines.add(parameter.at);
  }

  return { places, tokens: belonging, environment, lines, settings };
}

/** Whether a statement that begins after a token is one of several: after `else`, `if (...)` or `case 'x':`. */
function isAfterCondition(tokens: readonly GroovyToken[], last: number): boolean {
  const sign = signAt(tokens, last);
  if (sign !== ")") return sign === ":" || sign === "=" || nameAt(tokens, last) === "else";
  const open = openingAt(tokens, last);
  return open !== undefined && /^(?:if|for|while)$/.test(nameAt(tokens, open - 1));
}

/** `def x =`, `String x =`, `final x =`: a word stands before the name in its line. */
function isDeclared(text: string, tokens: readonly GroovyToken[], at: number): boolean {
  const before = tokens[at - 1];
  const start = tokens[at]?.span.start;
  if (before === undefined || start === undefined || before.kind === "string") return false;
  if (before.kind === "sign" && before.text !== ">" && before.text !== "]") return false;
  return !text.slice(before.span.end, start).includes("\n");
}

/**
 * The definitions of a name that may hold at an offset: those in the block of the innermost declaration around it, or
 * all of them where none is; none that another replaces for certain before the offset, nor those that use it.
 */
export function definitionsAt(definitions: readonly GroovyDefinition[], offset: number): readonly GroovyDefinition[] {
  if (definitions.length < 2) return definitions;
  let around: Span | undefined;
  for (const { declares, block } of definitions) {
    if (!declares || offset < block.start || offset > block.end) continue;
    if (around === undefined || block.end - block.start < around.end - around.start) around = block;
  }
  const scope = around;
  const held = definitions.filter(
    ({ block, span, declares }) =>
      (scope === undefined || (block.start >= scope.start && block.end <= scope.end)) &&
      (!declares || scope === undefined || (block.start <= offset && offset <= block.end)) &&
      (offset < span.start || offset >= span.end),
  );
  const last = held.findLastIndex(({ at, block, span, isBranch }) => {
    const isBefore = span.end <= offset && block.start <= offset && offset <= block.end;
    return isBefore && !isBranch && at !== undefined;
  });
  if (last < 0) return held;
  // In a function of its own, what is said later comes too late.
  const isLocal = held[last]?.block.start !== 0;
  return held.slice(last).filter(({ span }) => !isLocal || span.start < offset);
}

/** Definitions of one name that are looked through for what it grows by. */
const maximumDefinitions = 100;

/** A piece of a value that grows: the token at which it begins, and whether it is put there for certain. */
export interface GroovyGrowth {
  readonly at: number;
  readonly isSure: boolean;
}

/** What a name is made of at an offset that is given a value once and then only more of it: `x = 'a'`, `x += 'b'`. */
export function growthAt(
  definitions: readonly GroovyDefinition[],
  offset: number,
): readonly GroovyGrowth[] | undefined {
  if (definitions.length < 2 || definitions.length > maximumDefinitions) return undefined;
  const [base, ...others] = definitionsAt(definitions, offset);
  if (base?.at === undefined || !isSureAt(base, offset)) return undefined;
  const growth: GroovyGrowth[] = [{ at: base.at, isSure: true }];
  for (const one of others) {
    if (one.span.start > offset) continue;
    if (one.added === undefined) return undefined;
    growth.push({ at: one.added, isSure: isSureAt(one, offset) });
  }
  return growth;
}

function isSureAt({ block, isBranch }: GroovyDefinition, offset: number): boolean {
  return !isBranch && block.start <= offset && offset <= block.end;
}

/** `withEnv(['NAME=value']) { ` */
function settingsAt(tokens: readonly GroovyToken[], open: number): readonly GroovySetting[] {
  const close = closingAt(tokens, open);
  const end = close === undefined ? undefined : closingAt(tokens, close + 1);
  if (close === undefined || end === undefined || signAt(tokens, close + 1) !== "{") return [];
  const span = { start: tokens[close]?.span.end ?? 0, end: tokens[end]?.span.end ?? 0 };
  return tokens.slice(open, close).flatMap((token) => {
    const [first, ...rest] = token.kind === "string" ? token.pieces : [];
    const [head, name] = (first?.kind === "text" ? /^(\w+)=/.exec(first.text) : null) ?? [];
    if (first?.kind !== "text" || head === undefined || name === undefined) return [];
    const value = { ...first, text: first.text.slice(head.length), start: first.start + head.length };
    return [{ name, pieces: [value, ...rest], span }];
  });
}
