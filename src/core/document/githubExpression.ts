import type { ValueStep } from "./document.ts";
import type { ValuePart } from "./value.ts";
import { textOf, type YamlNode } from "./yamlNode.ts";

/** One thing that an expression may come to. */
export type Candidate =
  | { readonly kind: "text"; readonly parts: readonly ValuePart[]; readonly chain: readonly ValueStep[] }
  /** Null, false and the empty string: what `||` passes over. */
  | { readonly kind: "falsy" }
  | { readonly kind: "true" }
  /** A mapping or sequence. */
  | { readonly kind: "node"; readonly node: YamlNode }
  | { readonly kind: "unknown" };

/** What the names of an expression stand for. */
export interface ExpressionScope {
  /** The candidates for `matrix.image`, given as its parts. */
  lookup(path: readonly string[]): readonly Candidate[];
  /** What a text in JSON comes to. */
  json(parts: readonly ValuePart[], chain: readonly ValueStep[]): Candidate;
  /** What a mapping or sequence has at a key or an index. */
  member(node: YamlNode, key: string): Candidate;
  /** The part for the characters from `start` to `end` of the expression, with its place in the document. */
  literal(start: number, end: number): ValuePart;
}

const maximumCandidates = 64;
const maximumDepth = 30;
const unknown: readonly Candidate[] = [{ kind: "unknown" }];

interface Token {
  readonly kind: "string" | "number" | "name" | "operator" | "end";
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/**
 * What a GitHub Actions expression (without `${{` and `}}`) may come to, as far as the files tell: a default counts
 * as the value, and a condition that cannot be known yields what both of its sides would. Unknown where it is wrong.
 */
export function evaluateExpression(source: string, scope: ExpressionScope): readonly Candidate[] {
  const tokens = tokenize(source);
  if (tokens === undefined) return unknown;
  const reader = createReader(tokens, source, scope);
  const candidates = reader.or(0);
  return reader.isAtEnd() ? candidates : unknown;
}

/** A literal text as a candidate; empty text is falsy. */
export function textCandidate(part: ValuePart, chain: readonly ValueStep[] = []): Candidate {
  return part.text === "" ? { kind: "falsy" } : { kind: "text", parts: [part], chain };
}

function tokenize(source: string): readonly Token[] | undefined {
  const form =
    /\s*(?:('(?:[^']|'')*')|(-?(?:0x[0-9a-fA-F]+|\d+(?:\.\d+)?))|([A-Za-z_][\w-]*)|(\|\||&&|==|!=|<=|>=|[()[\].,!<>*]))/y;
  const tokens: Token[] = [];
  const length = source.trimEnd().length;
  while (form.lastIndex < length) {
    const from = form.lastIndex;
    const found = form.exec(source);
    if (found === null) return undefined;
    const [whole, text, number, name] = found;
    const end = from + whole.length;
    const kind =
      text !== undefined ? "string" : number !== undefined ? "number" : name !== undefined ? "name" : "operator";
    const trimmed = whole.trimStart();
    tokens.push({ kind, text: trimmed, start: end - trimmed.length, end });
    form.lastIndex = end;
  }
  return tokens;
}

interface Reader {
  or(depth: number): readonly Candidate[];
  isAtEnd(): boolean;
}

function createReader(tokens: readonly Token[], source: string, scope: ExpressionScope): Reader {
  let at = 0;
  const end: Token = { kind: "end", text: "", start: source.length, end: source.length };
  const peek = (): Token => tokens[at] ?? end;
  const accept = (text: string): boolean => {
    if (peek().kind !== "operator" || peek().text !== text) return false;
    at++;
    return true;
  };

  function or(depth: number): readonly Candidate[] {
    let left = and(depth);
    while (accept("||")) {
      const right = and(depth);
      left = bounded(left.flatMap((one) => (one.kind === "falsy" || one.kind === "unknown" ? right : [one])));
    }
    return left;
  }

  function and(depth: number): readonly Candidate[] {
    let left = comparison(depth);
    while (accept("&&")) {
      const right = comparison(depth);
      left = bounded(
        left.flatMap((one) => (one.kind === "falsy" ? [one] : one.kind === "unknown" ? [one, ...right] : right)),
      );
    }
    return left;
  }

  function comparison(depth: number): readonly Candidate[] {
    const left = unary(depth);
    const operator = ["==", "!=", "<=", ">=", "<", ">"].find(accept);
    if (operator === undefined) return left;
    const right = unary(depth);
    if (operator !== "==" && operator !== "!=") return unknown;
    return bounded(left.flatMap((one) => right.map((other) => compare(one, other, operator === "=="))));
  }

  function unary(depth: number): readonly Candidate[] {
    if (!accept("!")) return primary(depth);
    if (depth > maximumDepth) return unknown;
    return unary(depth + 1).map((one): Candidate => {
      if (one.kind === "unknown") return one;
      return one.kind === "falsy" ? { kind: "true" } : { kind: "falsy" };
    });
  }

  function primary(depth: number): readonly Candidate[] {
    const token = peek();
    if (depth > maximumDepth) return unknown;
    if (accept("(")) {
      const inner = or(depth + 1);
      return accept(")") ? members(inner, depth) : fail();
    }
    at++;
    if (token.kind === "string") {
      const value = token.text.slice(1, -1);
      if (value.includes("'")) return [textCandidate({ text: value.replaceAll("''", "'") })];
      const part = scope.literal(token.start + 1, token.end - 1);
      return [textCandidate(part.span === undefined ? part : { ...part, literal: part.span })];
    }
    if (token.kind === "number") return [textCandidate({ text: token.text })];
    if (token.kind !== "name") return fail();
    if (accept("(")) return members(call(token.text, depth), depth);
    if (token.text === "true") return [{ kind: "true" }];
    if (token.text === "false" || token.text === "null") return [{ kind: "falsy" }];
    return names(token.text, depth);
  }

  function names(first: string, depth: number): readonly Candidate[] {
    const path = [first];
    for (;;) {
      if (accept(".")) {
        const { kind, text } = peek();
        at++;
        if (kind !== "name") return kind === "end" ? fail() : unknown;
        path.push(text);
      } else if (accept("[")) {
        const [index] = or(depth + 1);
        if (!accept("]")) return fail();
        const text = index?.kind === "text" ? textOfParts(index.parts) : undefined;
        if (text === undefined) return unknown;
        path.push(text);
      } else return scope.lookup(path);
    }
  }

  /** What follows a value that is no context: `.name`, `[0]`, `[matrix.name]`. */
  function members(values: readonly Candidate[], depth: number): readonly Candidate[] {
    let found = values;
    for (;;) {
      let keys: readonly (string | undefined)[];
      if (accept(".")) {
        const { kind, text } = peek();
        at++;
        if (kind === "end") return fail();
        keys = [kind === "name" ? text : undefined];
      } else if (accept("[")) {
        keys = or(depth + 1).map((index) => (index.kind === "text" ? textOfParts(index.parts) : undefined));
        if (!accept("]")) return fail();
      } else return found;
      found = bounded(found.flatMap((value) => keys.map((key) => memberOf(value, key))));
    }
  }

  function memberOf(value: Candidate, key: string | undefined): Candidate {
    if (value.kind === "node" && key !== undefined) return scope.member(value.node, key);
    return value.kind === "falsy" ? value : { kind: "unknown" };
  }

  function call(name: string, depth: number): readonly Candidate[] {
    const values: (readonly Candidate[])[] = [];
    if (!accept(")"))
      do values.push(or(depth + 1));
      while (accept(","));
    if (tokens[at - 1]?.text !== ")" && !accept(")")) return fail();
    const question = questions.get(name.toLowerCase());
    if (question !== undefined) return asked(question, values);
    if (name.toLowerCase() === "fromjson")
      return (values[0] ?? unknown).map((one) =>
        one.kind === "text" ? scope.json(one.parts, one.chain) : { kind: "unknown" },
      );
    if (name.toLowerCase() === "case") return cases(values);
    return name.toLowerCase() === "format" ? format(values) : unknown;
  }

  function fail(): readonly Candidate[] {
    at = tokens.length + 1;
    return unknown;
  }

  return { or, isAtEnd: () => at === tokens.length };
}

function bounded(candidates: readonly Candidate[]): readonly Candidate[] {
  return candidates.slice(0, maximumCandidates);
}

function textOfParts(parts: readonly ValuePart[]): string | undefined {
  return parts.every((part) => part.text !== undefined) ? parts.map((part) => part.text).join("") : undefined;
}

/** Functions that ask something of two texts, without regard to case. */
const questions = new Map<string, (text: string, part: string) => boolean>([
  ["contains", (text, part) => text.includes(part)],
  ["startswith", (text, part) => text.startsWith(part)],
  ["endswith", (text, part) => text.endsWith(part)],
]);

function asked(
  question: (text: string, part: string) => boolean,
  [texts = unknown, others = unknown]: readonly (readonly Candidate[])[],
): readonly Candidate[] {
  return bounded(
    texts.flatMap((one) =>
      others.map((other): Candidate => {
        const part = comparable(other);
        // `contains` looks for an item of a list.
        const texts = one.kind === "node" ? itemTexts(one.node) : [comparable(one)];
        if (part === undefined || texts.includes(undefined)) return { kind: "unknown" };
        const isSo = texts.some((text) => (one.kind === "node" ? text === part : question(text ?? "", part)));
        return isSo ? { kind: "true" } : { kind: "falsy" };
      }),
    ),
  );
}

function itemTexts(list: YamlNode): readonly (string | undefined)[] {
  return list.kind === "sequence" ? list.items.map((item) => textOf(item)?.toLowerCase()) : [undefined];
}

/** Strings compare without regard to case. */
function compare(one: Candidate, other: Candidate, wantsEqual: boolean): Candidate {
  const left = comparable(one);
  const right = comparable(other);
  if (left === undefined || right === undefined) return { kind: "unknown" };
  return (left === right) === wantsEqual ? { kind: "true" } : { kind: "falsy" };
}

function comparable(candidate: Candidate): string | undefined {
  if (candidate.kind === "true") return "true";
  if (candidate.kind === "falsy") return "";
  return candidate.kind === "text" ? textOfParts(candidate.parts)?.toLowerCase() : undefined;
}

/** `case(condition, value, ..., otherwise)`: what a condition that cannot be known yields, and what others do. */
function cases(values: readonly (readonly Candidate[])[]): readonly Candidate[] {
  const found: Candidate[] = [];
  for (let at = 0; at + 1 < values.length; at += 2) {
    const conditions = values[at] ?? unknown;
    const isKnown = conditions.every(({ kind }) => kind !== "unknown");
    if (conditions.some(({ kind }) => kind !== "falsy")) found.push(...(values[at + 1] ?? unknown));
    if (isKnown && conditions.every(({ kind }) => kind !== "falsy")) return bounded(found);
  }
  return values.length % 2 === 1 ? bounded([...found, ...(values.at(-1) ?? unknown)]) : unknown;
}

/** `format('node:{0}', value)`; of several candidates for an argument, the first counts. */
function format([pattern, ...values]: readonly (readonly Candidate[])[]): readonly Candidate[] {
  const form = pattern?.[0];
  const text = form?.kind === "text" ? textOfParts(form.parts) : undefined;
  if (text === undefined) return unknown;
  const parts: ValuePart[] = [];
  const chain: ValueStep[] = [];
  for (const [piece, index] of text.matchAll(/\{(\d+)\}|\{\{|\}\}|[^{}]+|[{}]/g)) {
    if (index === undefined) {
      parts.push({ text: piece === "{{" ? "{" : piece === "}}" ? "}" : piece });
      continue;
    }
    const value = values[Number(index)]?.[0];
    if (value?.kind === "text") {
      parts.push(...value.parts);
      chain.push(...value.chain);
    } else parts.push(value?.kind === "falsy" ? { text: "" } : {});
  }
  return [{ kind: "text", parts, chain }];
}
