import { azureCondition, azureParts } from "./azureExpression.ts";
import { valuesOfNames } from "./azureNames.ts";
import type { VariablesTemplate } from "./azureVariables.ts";
import type { TemplateSource } from "./template.ts";
import {
  entriesOf,
  itemsOf,
  mappingOf,
  scalarOf,
  textOf,
  valueAt,
  type YamlEntry,
  type YamlNode,
  type YamlScalar,
} from "./yamlNode.ts";

/** What holds at one place of a pipeline. */
export interface AzureScope {
  /** The document. */
  readonly text: string;
  /** Variables by upper-case name: their names do not depend on case. */
  readonly variables: ReadonlyMap<string, YamlEntry>;
  readonly parameters: ReadonlyMap<string, YamlNode>;
  /** What `each` goes over. */
  readonly loop: ReadonlyMap<string, YamlNode>;
  /** What steps of earlier jobs have set, by the names of job, step and variable in upper case. */
  readonly outputs?: ReadonlyMap<string, YamlEntry>;
  /** The templates that a list of variables includes. */
  readonly templates?: (variables: YamlNode | undefined) => readonly VariablesTemplate[];
  /** The other files in which variables stand. */
  readonly sources?: ReadonlyMap<YamlNode, TemplateSource>;
}

/** An element of a list or mapping, with conditional and repeated insertions taken out of their wrappers. */
interface Inserted<T> {
  readonly value: T;
  readonly scope: AzureScope;
}

const maximumDepth = 20;
const maximumInsertions = 500;

/** The defaults of a template's or pipeline's `parameters`, a list or, in older templates, a mapping. */
export function azureParameters(root: YamlNode | undefined): ReadonlyMap<string, YamlNode> {
  const node = valueAt(root, "parameters");
  const entries = mappingOf(node) === undefined ? [] : entriesOf(node);
  const known = new Map(entries.map(({ key, value }) => [key.text, value]));
  for (const item of itemsOf(node)) {
    const name = textOf(valueAt(item, "name"));
    const value = valueAt(item, "default");
    if (name !== undefined && value !== undefined) known.set(name, value);
  }
  return known;
}

/** The scope with the `variables` of a pipeline, stage or job, a mapping or a list, over those from around it. */
export function withVariables(scope: AzureScope, node: YamlNode | undefined): AzureScope {
  const variables = new Map(scope.variables);
  const sources = new Map(scope.sources);
  const add = (given: YamlNode | undefined, source?: TemplateSource): void => {
    for (const entry of variablesIn(given, scope)) {
      variables.set(entry.key.text.toUpperCase(), entry);
      if (source !== undefined) sources.set(entry.value, source);
    }
  };
  for (const template of scope.templates?.(node) ?? []) add(template.variables, template.source);
  add(node);
  return { ...scope, variables, sources };
}

/** Variables as a mapping, or as a list of names with values. */
function variablesIn(node: YamlNode | undefined, scope: AzureScope): readonly YamlEntry[] {
  const listed = azureItems(node, scope, true).flatMap(({ value: item }): readonly YamlEntry[] => {
    const key = scalarOf(valueAt(item, "name"));
    const value = valueAt(item, "value");
    return key === undefined || value === undefined ? [] : [{ key, value }];
  });
  return [...azureEntries(node, scope, true).map(({ value }) => value), ...listed];
}

/** One scope for each combination of a job's `strategy.matrix`; one where it has none or computes it. */
export function matrixScopes(scope: AzureScope, job: YamlNode): readonly AzureScope[] {
  const rows = azureEntries(valueAt(job, "strategy", "matrix"), scope).slice(0, maximumInsertions);
  return rows.length === 0
    ? [scope]
    : rows.map(({ value: row, scope: around }) => {
        const variables = new Map(scope.variables);
        for (const entry of entriesOf(row.value)) variables.set(entry.key.text.toUpperCase(), entry);
        return { ...around, variables };
      });
}

/** The values under a key of a mapping, those that are inserted too. */
export function azureValues(node: YamlNode | undefined, key: string, scope: AzureScope): readonly Inserted<YamlNode>[] {
  return azureEntries(node, scope).flatMap(({ value, scope: around }) =>
    value.key.text === key ? [{ value: value.value, scope: around }] : [],
  );
}

/** The items of a list, those that `${{ if }}` and `${{ each }}` insert too; `decides` as for entries. */
export function azureItems(
  node: YamlNode | undefined,
  scope: AzureScope,
  decides = false,
): readonly Inserted<YamlNode>[] {
  const found: Inserted<YamlNode>[] = [];
  const walk = (list: YamlNode | undefined, around: AzureScope, depth: number): void => {
    const isTaken = createBranches(around, decides);
    for (const item of itemsOf(list)) {
      const [first] = entriesOf(item);
      if (found.length >= maximumInsertions || depth > maximumDepth) return;
      // An item may have keys under conditions of their own.
      if (first?.key.text.startsWith("${{") !== true || mappingOf(first.value) !== undefined)
        found.push(...branchesOf(item, around, decides).map((value) => ({ value, scope: around })));
      else
        for (const { key, value } of entriesOf(item))
          if (isTaken(key.text)) for (const inner of insertionScopes(key, around)) walk(value, inner, depth + 1);
    }
  };
  walk(node, scope, 0);
  return found;
}

/**
 * The entries of a mapping, those that `${{ if }}`, `${{ each }}` and `${{ insert }}` insert too. Where `decides`, only
 * of the branches that are taken, as far as that is known.
 */
export function azureEntries(
  node: YamlNode | undefined,
  scope: AzureScope,
  decides = false,
): readonly Inserted<YamlEntry>[] {
  const found: Inserted<YamlEntry>[] = [];
  const walk = (mapping: YamlNode | undefined, around: AzureScope, depth: number): void => {
    const isTaken = createBranches(around, decides);
    for (const entry of entriesOf(mapping)) {
      if (found.length >= maximumInsertions || depth > maximumDepth) return;
      if (!entry.key.text.startsWith("${{")) found.push({ value: entry, scope: around });
      else if (isTaken(entry.key.text))
        for (const inner of insertionScopes(entry.key, around)) walk(entry.value, inner, depth + 1);
    }
  };
  walk(node, scope, 0);
  return found;
}

/** An item with the keys that conditions insert into it, and what a further branch says under one of these keys. */
function branchesOf(item: YamlNode, scope: AzureScope, decides: boolean): readonly YamlNode[] {
  const own = entriesOf(item);
  if (!own.some(({ key }) => condition.test(key.text))) return [item];
  const keys = new Set<string>();
  const further: YamlEntry[] = [];
  const inserted = azureEntries(item, scope, decides).filter(({ scope: inner, value }) => {
    if (inner === scope && !keys.has(value.key.text)) return keys.add(value.key.text).size > 0;
    if (inner === scope) further.push(value);
    return false;
  });
  // What `each` inserts is read where it stands.
  const rest = own.filter(({ key }) => key.text.startsWith("${{") && !condition.test(key.text));
  const made = (entries: readonly YamlEntry[]): YamlNode => ({ kind: "mapping", span: item.span, entries });
  return [made([...inserted.map(({ value }) => value), ...rest]), ...further.map((entry) => made([entry]))];
}

const condition = /^\$\{\{\s*(?:if|elseif|else)\b/;

/** The scopes that what stands under an insertion is read in: one for each element that `each` goes over. */
function insertionScopes(key: YamlScalar, scope: AzureScope): readonly AzureScope[] {
  const [, name = "", over = ""] = /^\$\{\{\s*each\s+(\w+)\s+in\s+(.+?)\s*\}\}$/s.exec(key.text) ?? [];
  const items = name === "" ? [] : elementsOf(over, key, scope);
  if (items.length === 0) return [scope];
  return items.slice(0, 100).map((item) => ({ ...scope, loop: new Map([...scope.loop, [name, item]]) }));
}

/** What `each` goes over: the items or entries of what a name stands for, or the parts of a text. */
function elementsOf(over: string, key: YamlScalar, scope: AzureScope): readonly YamlNode[] {
  if (!/^\w+(?:\.[\w-]+)*$/.test(over)) {
    const parts = azureParts(over, valuesOfNames(scope)) ?? [];
    return parts.flatMap((text) => (text === "" ? [] : [{ ...key, text, exact: false, isMade: true }]));
  }
  const [root = "", ...keys] = over.split(".");
  const [first = "", ...inner] = keys;
  const node =
    root === "parameters" ? valueAt(scope.parameters.get(first), ...inner) : valueAt(scope.loop.get(root), ...keys);
  return [...itemsOf(node), ...entriesOf(node).map((entry) => pairOf(entry))];
}

/** What `each` gives for an entry of a mapping: its `key` and its `value`. */
function pairOf({ key, value }: YamlEntry): YamlNode {
  const named = (text: string, node: YamlNode): YamlEntry => ({ key: { ...key, text, exact: false }, value: node });
  return { kind: "mapping", span: key.span, entries: [named("key", key), named("value", value)] };
}

/**
 * Tells of one insertion after the other whether it is taken, as far as that is known; unless it `decides`, only of
 * those that ask what `each` goes over, which no caller may override.
 */
function createBranches(scope: AzureScope, decides: boolean): (key: string) => boolean {
  let isDone = false;
  let isAsked = decides;
  return (key) => {
    const [, word, condition = ""] = /^\$\{\{\s*(if|elseif|else)\b\s*(.*?)\s*\}\}$/s.exec(key) ?? [];
    if (word === undefined) return true;
    if (word === "if") {
      isDone = false;
      isAsked = decides || [...condition.matchAll(/\b\w+/g)].some(([name]) => scope.loop.has(name));
    }
    if (!isAsked) return true;
    if (isDone) return false;
    const holds = word === "else" ? true : azureCondition(condition, valuesOfNames(scope));
    isDone = holds === true;
    return holds !== false;
  };
}
