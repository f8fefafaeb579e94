import { azureExpression, type AzureNames } from "./azureExpression.ts";
import type { AzureScope } from "./azureScope.ts";
import {
  definitionValues,
  type Definition,
  type TemplateScope,
  type TemplateSource,
  type TemplateSyntax,
} from "./template.ts";
import { anyOf, delimited } from "./templateSyntax.ts";
import { isNull, valueAt, type YamlNode } from "./yamlNode.ts";

/** Names as variables have them; anything else between `$(` and `)` is for the shell. */
const macro = /^[A-Za-z_][\w.-]*$/;
const templates = delimited("${{", "}}");
/** A runtime expression is the whole of a value. */
const runtime: TemplateSyntax = (source) => {
  const found = /^\s*\$\[(.*)\]\s*$/s.exec(source);
  return found === null ? [] : [{ start: 0, end: source.length, name: (found[1] ?? "").trim() }];
};
const syntax = anyOf(runtime, templates, delimited("$(", ")", macro));

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
    lookup: (name) => lookup(name, scope).map((one) => ("node" in one ? { ...one, scope: azureTemplate(scope) } : one)),
  };
}

function lookup(name: string, scope: AzureScope): readonly Definition[] {
  if (/^[A-Za-z]+\s*\(/.test(name)) {
    const values = azureExpression(name, valuesOfNames(scope));
    return values === undefined ? [] : [{ label: "expression", values }];
  }
  const { variables, parameters, loop, sources } = scope;
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

/** What names stand for in an expression; a name that nothing defines is empty only where it is a variable's. */
export function valuesOfNames(scope: AzureScope): AzureNames {
  return (path) => {
    const definitions = lookup(path, scope);
    // An element of what `each` goes over has no more than it says.
    if (definitions.length === 0)
      return scope.loop.has(/^\w+/.exec(path)?.[0] ?? "") ? [{ parts: [], chain: [] }] : undefined;
    return definitions.flatMap((definition) => definitionValues(scope.text, definition, azureTemplate(scope)));
  };
}

function define(label: string, node: YamlNode | undefined, source?: TemplateSource): readonly Definition[] {
  if (node === undefined) return [];
  // Nothing is an empty text.
  return node.kind === "scalar" && isNull(node) ? [{ label, text: "" }] : [{ label, node, source }];
}
