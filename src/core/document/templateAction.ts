import type { ValueStep } from "./document.ts";
import type { MaskedTemplate } from "./templateMask.ts";
import type { Value, ValuePart } from "./value.ts";
import type { YamlScalar } from "./yamlNode.ts";

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
 * What an action of a helmfile comes to: a variable of the environment, or a text, with a default and functions that
 * change nothing. Everything else is unknown.
 */
export function evaluateAction(source: string): ActionValue {
  if (source.length > 500 || /[()]/.test(source)) return unknown;
  let value: ActionValue | undefined;
  for (const command of source.split("|")) {
    const words = command.trim().match(operand) ?? [];
    const [name = "", ...rest] = words;
    const last = value ?? operandValue(rest.at(-1) ?? "");
    if (value === undefined && words.length === 1) value = operandValue(name);
    else if (identities.has(name) && rest.length === (value === undefined ? 1 : 0)) value = last;
    else if (name === "env" && value === undefined && rest.length === 1) value = { isUnset: true, steps: [] };
    // werf takes a default there.
    else if (name === "env" && value === undefined && rest.length === 2) value = operandValue(rest[1] ?? "");
    else if (name === "default" && rest.length === (value === undefined ? 2 : 1))
      value = last.text === "" || last.isUnset === true ? operandValue(rest[0] ?? "") : last;
    else return unknown;
  }
  return value ?? unknown;
}

function operandValue(word: string): ActionValue {
  const quoted = /^"([^"\\]*)"$|^`([^`]*)`$/.exec(word);
  return quoted === null ? unknown : { text: quoted[1] ?? quoted[2] ?? "", steps: [] };
}

/** What a value with actions comes to: what is written, and what `evaluate` makes of each action. */
export function expandActions(
  text: string,
  masked: MaskedTemplate,
  { span }: YamlScalar,
  evaluate: (source: string, start: number) => ActionValue,
): Value {
  const parts: ValuePart[] = [];
  const chain: ValueStep[] = [];
  let at = span.start;
  for (const action of masked.actionsIn(span)) {
    parts.push(written(text, at, action.start));
    const value = evaluate(action.source, action.start);
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
