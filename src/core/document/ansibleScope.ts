import { definitionsOf as definitionsIn, fieldAt, type VariableLookup } from "./ansibleVariables.ts";
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
import { entriesOf, itemsOf, mappingOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";
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

/** What a task is repeated with; an item is asked for what stands under its fields. */
export interface TaskLoop {
  readonly name: string;
  readonly items: readonly ((fields: readonly string[]) => YamlNode | undefined)[];
  readonly source?: TemplateSource | undefined;
}

/** Filters that leave a list, or items of it: which of them, a condition tells. */
const listFilters = new Set([
  "d",
  "default",
  "dict2items",
  "list",
  "reject",
  "rejectattr",
  "reverse",
  "select",
  "selectattr",
  "shuffle",
  "sort",
  "unique",
]);
const listForm = /^\s*\{\{-?\s*([\w.]+?)\s*(\.values\(\))?\s*((?:\|\s*[\w.]+\s*(?:\([^()]*\)\s*)?)*)-?\}\}\s*$/;

/** The variable that a loop goes through, and whether as a dictionary of which each entry is an item, or its value. */
export function listNamed(
  text: string,
): { readonly path: readonly string[]; readonly as: "list" | "items" | "values" } | undefined {
  const [, path, values, filters = ""] = listForm.exec(text) ?? [];
  const names = [...filters.matchAll(/\|\s*(?:\w+\.)*(\w+)/g)].map(([, name = ""]) => name);
  if (path === undefined || !names.every((name) => listFilters.has(name))) return undefined;
  return {
    path: path.split("."),
    as: values !== undefined ? "values" : names.includes("dict2items") ? "items" : "list",
  };
}

/** The loop of a task; one without items where it has none, or where they are not known. */
export function loopOf(task: YamlNode, variables: VariableLookup): TaskLoop {
  const name = textOf(valueAt(task, "loop_control", "loop_var")) ?? "item";
  const indexed = valueAt(task, "with_indexed_items");
  const list = valueAt(task, "loop") ?? valueAt(task, "with_items") ?? valueAt(task, "with_list") ?? indexed;
  const given = list ?? valueAt(task, "with_dict");
  const { path: [variable = "", ...fields] = [], as } = listNamed(textOf(given) ?? "") ?? {};
  const named = variable === "" ? undefined : variables(variable);
  const node = named === undefined ? given : fieldAt(named.node, fields);
  const { source } = named ?? {};
  if (as === "values")
    return {
      name,
      source,
      items: entriesOf(node).map(
        ({ value }) =>
          (path) =>
            fieldAt(value, path),
      ),
    };
  if (list === undefined || as === "items") {
    const items = entriesOf(node).map(
      ({ key, value }) =>
        ([first, ...rest]: readonly string[]) =>
          first === "key" ? key : first === "value" ? fieldAt(value, rest) : undefined,
    );
    return { name, items, source };
  }
  const items = itemsOf(node).map((item) => (path: readonly string[]) => {
    // Of `with_indexed_items`, each item is a number and what stands there.
    if (indexed === undefined) return fieldAt(item, path);
    return path[0] === "1" ? fieldAt(item, path.slice(1)) : undefined;
  });
  return { name, items, source };
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
    // What is left out is as if nobody had written it.
    if (name === "omit") return [{ label: "variable omit", text: "" }];
    if (first === itemName && items.length > 0)
      return items.flatMap((item) => {
        const node = item(fields);
        // An item without that key is not defined there, so that a default counts.
        const isAbsent = node === undefined && fields.length > 0 && mappingOf(item(fields.slice(0, -1))) !== undefined;
        return isAbsent ? [] : [{ label: "item of the loop", node: printedNode(node, "8.0"), source }];
      });
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
