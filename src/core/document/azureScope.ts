import type { VariablesTemplate } from "./azureVariables.ts";
import type { Definition, TemplateScope, TemplateSource, TemplateSyntax } from "./template.ts";
import { anyOf, delimited } from "./templateSyntax.ts";
import { entriesOf, itemsOf, mappingOf, scalarOf, textOf, valueAt, type YamlEntry, type YamlNode } from "./yamlNode.ts";

/** Names as variables have them; anything else between `$(` and `)` is for the shell. */
const macro = /^[A-Za-z_][\w.-]*$/;
const templates = delimited("${{", "}}");
/** A runtime expression is the whole of a value. */
const runtime: TemplateSyntax = (source) => {
  const found = /^\s*\$\[(.*)\]\s*$/s.exec(source);
  return found === null ? [] : [{ start: 0, end: source.length, name: (found[1] ?? "").trim() }];
};
const syntax = anyOf(runtime, templates, delimited("$(", ")", macro));

/** What holds at one place of a pipeline. */
export interface AzureScope {
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
  const listed = azureItems(node, scope).flatMap(({ value: item }): readonly YamlEntry[] => {
    const key = scalarOf(valueAt(item, "name"));
    const value = valueAt(item, "value");
    return key === undefined || value === undefined ? [] : [{ key, value }];
  });
  return [...azureEntries(node, scope).map(({ value }) => value), ...listed];
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

/** The items of a list, those that `${{ if }}` and `${{ each }}` insert too. */
export function azureItems(node: YamlNode | undefined, scope: AzureScope): readonly Inserted<YamlNode>[] {
  const found: Inserted<YamlNode>[] = [];
  const walk = (list: YamlNode | undefined, around: AzureScope, depth: number): void => {
    for (const item of itemsOf(list)) {
      const [first] = entriesOf(item);
      if (found.length >= maximumInsertions || depth > maximumDepth) return;
      if (first?.key.text.startsWith("${{") !== true) found.push({ value: item, scope: around });
      else
        for (const { key, value } of entriesOf(item))
          for (const inner of insertionScopes(key.text, around)) walk(value, inner, depth + 1);
    }
  };
  walk(node, scope, 0);
  return found;
}

/** The entries of a mapping, those that `${{ if }}`, `${{ each }}` and `${{ insert }}` insert too. */
export function azureEntries(node: YamlNode | undefined, scope: AzureScope): readonly Inserted<YamlEntry>[] {
  const found: Inserted<YamlEntry>[] = [];
  const walk = (mapping: YamlNode | undefined, around: AzureScope, depth: number): void => {
    for (const entry of entriesOf(mapping)) {
      if (found.length >= maximumInsertions || depth > maximumDepth) return;
      if (!entry.key.text.startsWith("${{")) found.push({ value: entry, scope: around });
      else for (const inner of insertionScopes(entry.key.text, around)) walk(entry.value, inner, depth + 1);
    }
  };
  walk(node, scope, 0);
  return found;
}

/** The scopes that what stands under an insertion is read in: one for each element that `each` goes over. */
function insertionScopes(key: string, scope: AzureScope): readonly AzureScope[] {
  const each = /^\$\{\{\s*each\s+(\w+)\s+in\s+parameters\.([\w-]+)\s*\}\}$/.exec(key);
  const [, name = "", parameter = ""] = each ?? [];
  const items = itemsOf(scope.parameters.get(parameter));
  if (items.length === 0) return [scope];
  return items.slice(0, 100).map((item) => ({ ...scope, loop: new Map([...scope.loop, [name, item]]) }));
}

/** What images and tasks may use: macros, template expressions and runtime expressions. */
export function azureTemplate(scope: AzureScope): TemplateScope {
  return { syntax, lookup: (name) => lookup(name, scope) };
}

/**
 * What scripts may use before a shell runs them: a macro that nothing defines, in none of the jobs of a matrix
 * (`combined`), is left to the shell.
 */
export function azureScriptTemplate(scope: AzureScope, combined: readonly AzureScope[] = []): TemplateScope {
  const isDefined = (name: string): boolean =>
    [scope, ...combined].some(({ variables }) => variables.has(name.toUpperCase()));
  const known = delimited("$(", ")", macro);
  return {
    syntax: anyOf(templates, (source) =>
      known(source).filter(({ name = "" }) => name.includes(".") || isDefined(name)),
    ),
    // What a variable says is evaluated before any script sees it.
    lookup: (name) => lookup(name, scope).map((one) => ("text" in one ? one : { ...one, scope: azureTemplate(scope) })),
  };
}

function lookup(name: string, scope: AzureScope): readonly Definition[] {
  const { variables, parameters, loop, sources } = scope;
  const choices = /^coalesce\(([^()]*)\)$/i.exec(name)?.[1]?.split(",") ?? [];
  for (const choice of choices.map((one) => one.trim())) {
    const text = /^'((?:[^']|'')*)'$/.exec(choice)?.[1];
    const found = text === undefined ? lookup(choice, scope) : text === "" ? [] : [{ label: "default", text }];
    if (found.length > 0) return found;
  }
  const path = /^(\w+)((?:\.[\w-]+|\[\s*'[^']*'\s*\])*)$/.exec(name);
  const rest = [...(path?.[2] ?? "").matchAll(/\.([\w-]+)|\[\s*'([^']*)'\s*\]/g)].map(([, one, other]) => one ?? other);
  const keys = rest.map((key = "") => key);
  if (path?.[1] === "parameters" && keys.length > 0) {
    const [first = "", ...inner] = keys;
    return define(`default of parameter ${keys.join(".")}`, valueAt(parameters.get(first), ...inner));
  }
  const output = /^(?:stage)?dependencies$/i.test(path?.[1] ?? "") ? keys.findIndex((key) => key === "outputs") : -1;
  if (output > 0)
    return define(
      `output ${keys[output + 1]}`,
      scope.outputs?.get(`${keys[output - 1]}.${keys[output + 1]}`.toUpperCase())?.value,
    );
  const element = loop.get(path?.[1] ?? "");
  if (element !== undefined) return define(`each ${name}`, valueAt(element, ...keys));
  const variable = path?.[1] === "variables" && keys.length > 0 ? keys.join(".") : name;
  const node = variables.get(variable.toUpperCase())?.value;
  return define(`variables ${variable}`, node, node === undefined ? undefined : sources?.get(node));
}

function define(label: string, node: YamlNode | undefined, source?: TemplateSource): readonly Definition[] {
  return node === undefined ? [] : [{ label, node, source }];
}
