import type { ValueStep } from "./document.ts";
import { scalarOf, valueAt, type YamlNode } from "./yamlNode.ts";

/** The files that a chart's templates look values up in. */
export interface ChartFiles {
  readonly values?: { readonly file: string; readonly root: YamlNode | undefined };
  readonly chart?: { readonly file: string; readonly root: YamlNode | undefined };
}

/** What an action yields; `text` is absent where that cannot be known. */
export interface ActionValue {
  readonly text?: string;
  readonly steps: readonly ValueStep[];
}

const unknown: ActionValue = { steps: [] };
/** Functions that leave a reference as it is. */
const identities = new Set(["quote", "squote", "toString", "trim", "lower"]);
const operand = /"((?:[^"\\]|\\.)*)"|`([^`]*)`|[^\s"`()|]+/g;

/**
 * What an action of a chart's template comes to with the chart's own values: `.Values.a.b`, `.Chart.AppVersion`, a
 * text, each with a default and functions that change nothing. Everything else is unknown.
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
    else if (name === "default" && rest.length === (value === undefined ? 2 : 1))
      value = last.text === "" ? withFallback(last, operandValue(rest[0] ?? "", files)) : last;
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
