import type { ValueStep } from "./document.ts";
import type { MaskedTemplate } from "./templateMask.ts";
import type { Value, ValuePart } from "./value.ts";
import { scalarOf, valueAt, type YamlNode, type YamlScalar } from "./yamlNode.ts";

/** The files that a chart's templates look values up in. */
export interface ChartFiles {
  readonly values?: { readonly file: string; readonly root: YamlNode | undefined };
  readonly chart?: { readonly file: string; readonly root: YamlNode | undefined };
}

/** What an action yields; `text` is absent where that cannot be known. */
export interface ActionValue {
  readonly text?: string;
  /** Whether it may well be nothing, so that a default counts: a variable of the environment. */
  readonly isUnset?: boolean;
  readonly steps: readonly ValueStep[];
}

const unknown: ActionValue = { steps: [] };
/** Functions that leave a reference as it is. */
const identities = new Set(["quote", "squote", "toString", "trim", "lower"]);
const operand = /"((?:[^"\\]|\\.)*)"|`([^`]*)`|[^\s"`()|]+/g;

/**
 * What an action of a chart's template comes to with the chart's own values: `.Values.a.b`, `.Chart.AppVersion`, a
 * variable of the environment (in a helmfile), a text, each with a default and functions that change nothing.
 * Everything else is unknown.
 */
export function evaluateAction(source: string, files: ChartFiles): ActionValue {
  if (source.length > 500 || /[()]/.test(source)) return unknown;
  let value: ActionValue | undefined;
  for (const command of source.split("|")) {
    const words = command.trim().match(operand) ?? [];
    const [name = "", ...rest] = words;
    const last = value ?? operandValue(rest.at(-1) ?? "", files);
    if (value === undefined && words.length === 1) value = operandValue(name, files);
    else if (identities.has(name) && rest.length === (value === undefined ? 1 : 0)) value = last;
    else if (name === "env" && value === undefined && rest.length === 1) value = { isUnset: true, steps: [] };
    else if (name === "default" && rest.length === (value === undefined ? 2 : 1))
      value = last.text === "" || last.isUnset === true ? withFallback(last, operandValue(rest[0] ?? "", files)) : last;
    else return unknown;
  }
  return value ?? unknown;
}

function withFallback({ steps }: ActionValue, fallback: ActionValue): ActionValue {
  return { ...fallback, steps: [...steps, ...fallback.steps] };
}

function operandValue(word: string, { values, chart }: ChartFiles): ActionValue {
  const quoted = /^"([^"\\]*)"$|^`([^`]*)`$/.exec(word);
  if (quoted !== null) return { text: quoted[1] ?? quoted[2] ?? "", steps: [] };
  const path = word.replace(/^\$/, "").split(".").slice(1);
  if (path[0] === "Values" && values !== undefined) return lookUp(path.slice(1), values, word);
  if (path[0] === "Chart" && chart !== undefined) {
    const [, name = ""] = path;
    return lookUp([name.charAt(0).toLowerCase() + name.slice(1)], chart, word);
  }
  return unknown;
}

function lookUp(
  path: readonly string[],
  { file, root }: { readonly file: string; readonly root: YamlNode | undefined },
  label: string,
): ActionValue {
  const node = valueAt(root, ...path);
  const scalar = scalarOf(node);
  // What is not there is empty, as templates see it, and a default counts.
  if (scalar === undefined)
    return { text: "", steps: node === undefined ? [] : [{ span: node.span, file, label, text: "" }] };
  return { text: scalar.text, steps: [{ span: scalar.span, file, label, text: scalar.text }] };
}

/** What a value with actions comes to: what is written, and what `evaluate` makes of each action. */
export function expandActions(
  text: string,
  masked: MaskedTemplate,
  { span }: YamlScalar,
  evaluate: (source: string) => ActionValue,
): Value {
  const parts: ValuePart[] = [];
  const chain: ValueStep[] = [];
  let at = span.start;
  for (const action of masked.actionsIn(span)) {
    parts.push(written(text, at, action.start));
    const value = evaluate(action.source);
    parts.push(value.text === undefined ? {} : { text: value.text });
    chain.push({ span: action, label: "template", text: text.slice(action.start, action.end) }, ...value.steps);
    at = action.end;
  }
  parts.push(written(text, at, span.end));
  return { parts, chain };
}

function written(text: string, start: number, end: number): ValuePart {
  return { text: text.slice(start, end), span: { start, end } };
}

/** Whether the text itself, without what actions yield, says the end of a repository and not only a registry or a tag. */
export function namesRepository(masked: string): boolean {
  const last = masked.slice(masked.lastIndexOf("/") + 1);
  const colon = last.search(/[:@]/);
  return /[a-z0-9]/.test(colon < 0 ? last : last.slice(0, colon));
}
