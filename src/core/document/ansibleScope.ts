import { definitionsOf as definitionsIn, type VariableLookup } from "./ansibleVariables.ts";
import { evaluateJinja } from "./jinja.ts";
import { jinjaTokens } from "./jinjaTokens.ts";
import {
  definitionValues,
  type Definition,
  type Placeholder,
  type TemplateScope,
  type TemplateSource,
} from "./template.ts";
import { lineOf } from "./templateLines.ts";
import { entriesOf, itemsOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";
import { printedNode } from "./yamlNumber.ts";

/** Variables and expressions of Jinja in a document's `text`; a loop's `item` is each of its texts. */
export function scopeOf(text: string, task: YamlNode, variables: VariableLookup): TemplateScope {
  return scopeWith(text, loopOf(task, variables), variables);
}

/** Most items that a task is read with, one after the other. */
const maximumItems = 50;

/** A scope for each item of a task's loop: all that the task says takes the same one. */
export function scopesOfItems(text: string, task: YamlNode, variables: VariableLookup): readonly TemplateScope[] {
  const loop = loopOf(task, variables);
  const { items } = loop;
  if (items.length === 0 || items.length > maximumItems) return [scopeWith(text, loop, variables)];
  return items.map((item) => scopeWith(text, { ...loop, items: [item] }, variables));
}

/** What a task is repeated with. */
interface TaskLoop {
  readonly name: string;
  readonly items: readonly ((fields: readonly string[]) => YamlNode | undefined)[];
  readonly source?: TemplateSource | undefined;
}

function loopOf(task: YamlNode, variables: VariableLookup): TaskLoop {
  const name = textOf(valueAt(task, "loop_control", "loop_var")) ?? "item";
  const list = valueAt(task, "loop") ?? valueAt(task, "with_items") ?? valueAt(task, "with_list");
  const given = list ?? valueAt(task, "with_dict");
  const [, variable, asItems] = /^\s*\{\{\s*(\w+)\s*(\|\s*dict2items\s*)?\}\}\s*$/.exec(textOf(given) ?? "") ?? [];
  const named = variable === undefined ? undefined : variables(variable);
  const node = named?.node ?? given;
  const { source } = named ?? {};
  if (list === undefined || asItems !== undefined) {
    const items = entriesOf(node).map(
      ({ key, value }) =>
        ([first, ...rest]: readonly string[]) =>
          first === "key" ? key : first === "value" ? valueAt(value, ...rest) : undefined,
    );
    return { name, items, source };
  }
  return { name, items: itemsOf(node).map((item) => (fields: readonly string[]) => valueAt(item, ...fields)), source };
}

/** Expressions that are evaluated in one scope: keeps variables that name each other from growing without end. */
const maximumExpressions = 200;

function scopeWith(
  text: string,
  { name: itemName, items, source }: TaskLoop,
  variables: VariableLookup,
): TemplateScope {
  let left = maximumExpressions;
  const definitionsOf = (name: string): readonly Definition[] => {
    const [first, ...fields] = name.split(".");
    if (first === itemName)
      return items.map((item) => ({ label: "item of the loop", node: printedNode(item(fields), "8.0"), source }));
    return definitionsIn(name, variables);
  };
  const scope: TemplateScope = {
    syntax: placeholders,
    lookup(name) {
      if (isPath.test(name)) return definitionsOf(name);
      if (left-- <= 0) return [];
      const values = evaluateJinja(name, (path) => {
        const found = definitionsOf(path);
        return found.length === 0 ? undefined : found.flatMap((one) => definitionValues(text, one, scope));
      });
      return values === undefined ? [] : [{ label: "expression", values }];
    },
  };
  return scope;
}

const isPath = /^[\w.]+$/;

const expression =
  /\{\{-?\s*(?:([\w.]+)\s*(?:\|\s*default\(\s*(?:'([^']*)'|"([^"]*)")\s*(?:,\s*true\s*)?\)\s*)?-?\}\}|([^}]{0,1000}?)-?\}\})/gi;

/**
 * Expressions, and statements and comments, of which nothing stays but a space between one choice and the next. What is
 * a choice within a word is not known.
 */
function placeholders(source: string): readonly Placeholder[] {
  const expressions = expressionsIn(source);
  if (!source.includes("{%") && !source.includes("{#")) return expressions;
  const tokens = jinjaTokens(source);
  const read = new Set(tokens.flatMap(({ kind, start }) => (kind === "expression" ? [start] : [])));
  let isWithinWord = false;
  const others = tokens.flatMap(({ kind, start, end, inner }): readonly Placeholder[] => {
    if (kind === "expression") return [];
    const [, word = ""] = /^(?:end)?(if|elif|else|for)\b/.exec(kind === "statement" ? inner : "") ?? [];
    if (inner.startsWith(word) && (word === "if" || word === "for"))
      isWithinWord = /\S/.test(source.charAt(start - 1)) && /\S/.test(source.charAt(end));
    // By itself it is a part of something that is looked at again.
    if (word !== "" && (isWithinWord || end - start === source.length)) return [{ start, end, label: "expression" }];
    // One on a line of its own leaves none: what a backslash goes on with before it does so behind it.
    const line = lineOf(source, { start, end });
    if (line.end > end) return [{ ...line, text: "" }];
    return [{ start, end, text: word.startsWith("el") ? " " : "" }];
  });
  return [...expressions.filter(({ start }) => read.has(start)), ...others].toSorted(
    (one, other) => one.start - other.start,
  );
}

function expressionsIn(source: string): readonly Placeholder[] {
  return [...source.matchAll(expression)].map((match): Placeholder => {
    const start = match.index;
    const end = start + match[0].length;
    const fallback = match[2] ?? match[3];
    const at = fallback === undefined ? -1 : start + match[0].lastIndexOf(fallback);
    return {
      start,
      end,
      ...(match[1] === undefined ? { name: match[4] ?? "", label: "expression" } : { name: match[1] }),
      ...(fallback === undefined ? {} : { fallback: { start: at, end: at + fallback.length } }),
    };
  });
}
