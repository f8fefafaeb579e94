import type { Span } from "../image/span.ts";
import { expressionTag, readCollection } from "./hclExpression.ts";
import { numberScalar, readHeredoc, readString, scalar, skipSpace, take, type HclReader } from "./hclLexer.ts";
import type { YamlNode, YamlScalar } from "./yamlNode.ts";

/** A step into a value: `.image`, `["image"]`, `[*]`, and `.*`, which takes only the attributes that follow. */
export type HclStep =
  | { readonly kind: "attribute"; readonly name: string }
  | { readonly kind: "index"; readonly key: HclExpression }
  | { readonly kind: "splat"; readonly isFull: boolean };

/** `[for k, v in of : value if condition]`, and with `key =>` in braces. */
export interface HclFor {
  readonly kind: "for";
  readonly span: Span;
  readonly names: readonly string[];
  readonly of: HclExpression;
  readonly key?: HclExpression;
  readonly value: HclExpression;
  readonly condition?: HclExpression;
}

/** An expression (HCL native syntax specification, "Expressions"); what holds others as it is written is a node. */
export type HclExpression =
  | { readonly kind: "node"; readonly span: Span; readonly node: YamlNode }
  | { readonly kind: "name"; readonly span: Span; readonly name: string }
  | { readonly kind: "steps"; readonly span: Span; readonly of: HclExpression; readonly steps: readonly HclStep[] }
  | {
      readonly kind: "call";
      readonly span: Span;
      readonly name: string;
      readonly args: readonly HclExpression[];
      /** Whether the last argument is a list of arguments (`list...`). */
      readonly isSpread: boolean;
    }
  | {
      readonly kind: "conditional";
      readonly span: Span;
      readonly condition: HclExpression;
      readonly whenTrue: HclExpression;
      readonly whenFalse: HclExpression;
    }
  | {
      readonly kind: "operation";
      readonly span: Span;
      readonly operator: string;
      readonly operands: readonly HclExpression[];
    }
  | HclFor;

/** Longer expressions are not evaluated. */
const maximumLength = 50_000;
const maximumDepth = 60;
const maximumArguments = 500;

/** Parses the expression between two offsets of a text; undefined where it is none. */
export function parseHclExpression(text: string, start: number, end: number): HclExpression | undefined {
  if (end - start > maximumLength) return undefined;
  const reader = { text: text.slice(0, end), at: start, count: 0 };
  const found = conditional(reader, 0);
  skipSpace(reader, true);
  return reader.at >= end ? found : undefined;
}

/** An expression as the node that a document would hold: itself where it is one. */
export function nodeOfExpression(text: string, expression: HclExpression): YamlNode {
  if (expression.kind === "node") return expression.node;
  return expressionScalar(text, expression.span);
}

/** A stretch of a text as an expression. */
export function expressionScalar(text: string, { start, end }: Span): YamlScalar {
  return scalar(text.slice(start, end), { start, end }, "plain", true, expressionTag);
}

function conditional(reader: HclReader, depth: number): HclExpression | undefined {
  if (depth > maximumDepth) return undefined;
  const condition = operation(reader, 0, depth);
  if (condition === undefined || !takes(reader, "?")) return condition;
  const whenTrue = conditional(reader, depth + 1);
  if (whenTrue === undefined || !takes(reader, ":")) return undefined;
  const whenFalse = conditional(reader, depth + 1);
  if (whenFalse === undefined) return undefined;
  return {
    kind: "conditional",
    span: { start: condition.span.start, end: whenFalse.span.end },
    condition,
    whenTrue,
    whenFalse,
  };
}

/** Operators from those that bind the least. */
const operators: readonly RegExp[] = [/\|\|/y, /&&/y, /[=!]=/y, /[<>]=?/y, /[+-]/y, /[*/%]/y];

function operation(reader: HclReader, level: number, depth: number): HclExpression | undefined {
  const operator = operators[level];
  if (operator === undefined) return unary(reader, depth);
  let left = operation(reader, level + 1, depth);
  while (left !== undefined) {
    skipSpace(reader, true);
    const found = take(reader, operator);
    if (found === undefined) return left;
    const right = operation(reader, level + 1, depth);
    if (right === undefined) return undefined;
    const span = { start: left.span.start, end: right.span.end };
    left = { kind: "operation", span, operator: found, operands: [left, right] };
  }
  return left;
}

function unary(reader: HclReader, depth: number): HclExpression | undefined {
  skipSpace(reader, true);
  const start = reader.at;
  const sign = reader.text[start];
  if (sign !== "!" && sign !== "-") return traversal(reader, depth);
  reader.at += 1;
  const operand = depth > maximumDepth ? undefined : unary(reader, depth + 1);
  if (operand === undefined) return undefined;
  return { kind: "operation", span: { start, end: operand.span.end }, operator: sign, operands: [operand] };
}

function traversal(reader: HclReader, depth: number): HclExpression | undefined {
  const of = primary(reader, depth);
  if (of === undefined) return undefined;
  const steps: HclStep[] = [];
  for (;;) {
    const attribute = take(reader, /\.(?:[\p{L}_][\p{L}\p{N}_-]*|\d+|\*)/uy)?.slice(1);
    if (attribute !== undefined) {
      steps.push(attribute === "*" ? { kind: "splat", isFull: false } : { kind: "attribute", name: attribute });
    } else if (take(reader, /\[\s*\*\s*\]/y) !== undefined) steps.push({ kind: "splat", isFull: true });
    else if (reader.text[reader.at] === "[") {
      reader.at += 1;
      const key = conditional(reader, depth + 1);
      if (key === undefined || !takes(reader, "]")) return undefined;
      steps.push({ kind: "index", key });
    } else break;
  }
  return steps.length === 0 ? of : { kind: "steps", span: { start: of.span.start, end: reader.at }, of, steps };
}

function primary(reader: HclReader, depth: number): HclExpression | undefined {
  const { text, at: start } = reader;
  const first = text[start];
  if (first === '"') return { kind: "node", node: readString(reader), span: { start, end: reader.at } };
  if (first === "<" && text[start + 1] === "<") {
    const node = readHeredoc(reader);
    return node && { kind: "node", node, span: { start, end: reader.at } };
  }
  if (first === "(") {
    reader.at += 1;
    const inner = conditional(reader, depth + 1);
    return takes(reader, ")") ? inner : undefined;
  }
  if (first === "[" || first === "{") return collection(reader, depth);
  const number = take(reader, /\d+(?:\.\d+)?/y);
  if (number !== undefined) {
    const span = { start, end: reader.at };
    return { kind: "node", span, node: numberScalar(number, span) };
  }
  const name = take(reader, /[\p{L}_][\p{L}\p{N}_-]*(?:::[\p{L}_][\p{L}\p{N}_-]*)*/uy);
  if (name === undefined) return undefined;
  const span = { start, end: reader.at };
  if (text[reader.at] === "(") return call(reader, name, start, depth);
  if (/^(?:true|false|null)$/.test(name)) return { kind: "node", span, node: scalar(name, span, "plain") };
  return { kind: "name", span, name };
}

function call(reader: HclReader, name: string, start: number, depth: number): HclExpression | undefined {
  reader.at += 1;
  const args: HclExpression[] = [];
  let isSpread = false;
  while (!takes(reader, ")")) {
    const arg = args.length > maximumArguments ? undefined : conditional(reader, depth + 1);
    if (arg === undefined) return undefined;
    args.push(arg);
    if (takes(reader, "...")) isSpread = true;
    if (!takes(reader, ",") && reader.text[reader.at] !== ")") return undefined;
  }
  return { kind: "call", span: { start, end: reader.at }, name, args, isSpread };
}

function collection(reader: HclReader, depth: number): HclExpression | undefined {
  const { at: start } = reader;
  const close = reader.text[start] === "[" ? "]" : "}";
  if (take(reader, /[[{]\s*for\b(?!\s*[=:])/y) === undefined) {
    const node = readCollection(reader, depth);
    return { kind: "node", node, span: { start, end: reader.at } };
  }
  const names: string[] = [];
  do {
    skipSpace(reader, true);
    names.push(take(reader, /[\p{L}_][\p{L}\p{N}_-]*/uy) ?? "");
  } while (takes(reader, ",") && names.length < 2);
  if (names.includes("") || !takes(reader, "in")) return undefined;
  const of = conditional(reader, depth + 1);
  if (of === undefined || !takes(reader, ":")) return undefined;
  const first = conditional(reader, depth + 1);
  const second = takes(reader, "=>") ? conditional(reader, depth + 1) : undefined;
  takes(reader, "...");
  const condition = takes(reader, "if") ? conditional(reader, depth + 1) : undefined;
  const value = second ?? first;
  if (value === undefined || first === undefined || !takes(reader, close)) return undefined;
  const span = { start, end: reader.at };
  return {
    kind: "for",
    span,
    names,
    of,
    value,
    ...(second === undefined ? {} : { key: first }),
    ...(condition === undefined ? {} : { condition }),
  };
}

/** Goes over white space and a sign or word, if that is next. */
function takes(reader: HclReader, sign: string): boolean {
  skipSpace(reader, true);
  if (!reader.text.startsWith(sign, reader.at)) return false;
  reader.at += sign.length;
  return true;
}
