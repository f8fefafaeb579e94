import { readExpression } from "./hclExpression.ts";
import type { YamlScalar } from "./yamlNode.ts";

/** `condition ? a : b` of HCL; the branches stand where the document holds them. */
export interface HclConditional {
  readonly condition: string;
  readonly whenTrue: YamlScalar;
  readonly whenFalse: YamlScalar;
}

/** Longer expressions are no choice between two texts. */
const maximumLength = 2000;

/** The conditional that an expression is; `offset` is where its text stands in the document. */
export function hclConditional(expression: string, offset: number): HclConditional | undefined {
  if (expression.length > maximumLength || !expression.includes("?")) return undefined;
  const inner = /^\((.*)\)$/s.exec(expression)?.[1];
  if (inner !== undefined && endOf(expression, 1, ")") === expression.length - 1)
    return hclConditional(inner.trim(), offset + 1 + (inner.length - inner.trimStart().length));
  const question = endOf(expression, 0, "?");
  if (question === undefined) return undefined;
  const colon = colonOf(expression, question + 1);
  if (colon === undefined) return undefined;
  const whenTrue = branch(expression, offset, question + 1, colon);
  const whenFalse = branch(expression, offset, colon + 1, expression.length);
  return whenTrue === undefined || whenFalse === undefined
    ? undefined
    : { condition: expression.slice(0, question).trim(), whenTrue, whenFalse };
}

/** Whether a condition holds; undefined where it cannot be told. `valueOf` gives a name's text, and null where it has none. */
export function conditionHolds(
  condition: string,
  valueOf: (name: string) => string | null | undefined,
): boolean | undefined {
  const [, not, one, other] = /^(not)?equal\(([^,()]+),([^,()]+)\)$/s.exec(condition) ?? [];
  if (one !== undefined && other !== undefined)
    return conditionHolds(`${one.trim()} ${not === undefined ? "==" : "!="} ${other.trim()}`, valueOf);
  const [, left = "", operator, right = ""] = /^([^=!&|]+?)\s*([!=]=)\s*([^=!&|]+)$/s.exec(condition) ?? [];
  if (operator === undefined) {
    const value = valueOf(condition.replace(/^!\s*/, ""));
    if (value !== "true" && value !== "false") return undefined;
    return (value === "true") !== condition.startsWith("!");
  }
  const [first, second] = [operand(left, valueOf), operand(right, valueOf)];
  if (first === undefined || second === undefined) return undefined;
  return (first === second) === (operator === "==");
}

function operand(text: string, valueOf: (name: string) => string | null | undefined): string | null | undefined {
  const [, said] = /^"([^"\\$%]*)"$/.exec(text.trim()) ?? [];
  if (said !== undefined) return said;
  if (text.trim() === "null") return null;
  return /^(?:true|false|-?\d+)$/.test(text.trim()) ? text.trim() : valueOf(text.trim());
}

function branch(expression: string, offset: number, from: number, to: number): YamlScalar | undefined {
  const text = expression.slice(from, to);
  const start = offset + from + (text.length - text.trimStart().length);
  const node = readExpression({ text: text.trim(), at: 0, count: 0 }, 0);
  if (node.kind !== "scalar") return undefined;
  return {
    ...node,
    span: { start: node.span.start + start, end: node.span.end + start },
    contentStart: node.contentStart + start,
  };
}

/** Where a sign stands outside of strings and brackets. */
function endOf(text: string, from: number, sign: string): number | undefined {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '"') at = endOfString(text, at);
    else if (depth === 0 && character === sign) return at;
    else if ("([{".includes(character)) depth++;
    else if (")]}".includes(character)) depth--;
  }
  return undefined;
}

/** The colon of the conditional whose question mark is before `from`; those of conditionals within are theirs. */
function colonOf(text: string, from: number): number | undefined {
  let open = 0;
  for (let at = from; ;) {
    const colon = endOf(text, at, ":");
    const question = endOf(text, at, "?");
    if (colon === undefined) return undefined;
    if (question !== undefined && question < colon) {
      open++;
      at = question + 1;
    } else if (open === 0) return colon;
    else {
      open--;
      at = colon + 1;
    }
  }
}

function endOfString(text: string, open: number): number {
  let depth = 0;
  for (let at = open + 1; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === "\\") at++;
    else if (character === "{" && (text.charAt(at - 1) === "$" || depth > 0)) depth++;
    else if (character === "}" && depth > 0) depth--;
    else if (character === '"' && depth === 0) return at;
  }
  return text.length;
}
