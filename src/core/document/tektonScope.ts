import { combine } from "./pipelineMatrix.ts";
import { parametersOf, type PipelineParameters } from "./pipelinePod.ts";
import type { Definition, TemplateScope } from "./template.ts";
import { delimited } from "./templateSyntax.ts";
import { dereference, itemsOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

const syntax = delimited(
  "$(",
  ")",
  /^(?:tt\.)?(?:inputs\.)?(?:params|tasks|context|workspaces|results|steps?|matrix|outputs|resources|finally)[.[]/,
);

/** Outside of every task: nothing is known. */
export const tektonOutside: TemplateScope = { syntax, lookup: () => [] };

/** The scope within what declares parameters (`params`): a value from around it counts, else the default. */
export function withDeclared(around: TemplateScope, spec: YamlNode | undefined, prefix = ""): TemplateScope {
  const defaults = parametersOf(valueAt(spec, "params"), ["default"], "default of parameter");
  const older = parametersOf(valueAt(spec, "inputs", "params"), ["default"], "default of parameter");
  const known = new Map(
    [...older, ...defaults].map(([name, definition]) => [name, { ...definition, isDefault: true }] as const),
  );
  return withParameters({ syntax, lookup: (name) => around.lookup(name) }, known, prefix, true);
}

/** The scope within what gives parameters (`params` with values). */
export function withValues(around: TemplateScope, holder: YamlNode | undefined): TemplateScope {
  return withParameters(around, parametersOf(valueAt(holder, "params"), ["value"], "parameter", around));
}

/** The scopes of a pipeline's task: its parameters, once for every combination of its matrix. */
export function taskScopes(around: TemplateScope, task: YamlNode): readonly TemplateScope[] {
  const given = withValues(around, task);
  return combinationsOf(valueAt(task, "matrix"), around).map((combination) => withParameters(given, combination));
}

function withParameters(
  around: TemplateScope,
  known: PipelineParameters,
  prefix = "",
  isFallback = false,
): TemplateScope {
  return {
    syntax,
    lookup(name) {
      const outer = around.lookup(name);
      const own = name.startsWith(prefix) ? parameterAt(known, name.slice(prefix.length)) : [];
      // A value that is given anywhere around counts before a default; of two defaults, the inner one.
      const isGiven = outer.some((one) => !("node" in one) || one.isDefault !== true);
      return own.length === 0 || (isFallback && isGiven) ? outer : own;
    },
  };
}

/** `params.name`, `params["name"]`, with an index or key where the parameter is an array or object. */
function parameterAt(known: PipelineParameters, path: string): readonly Definition[] {
  const found = /^(?:inputs\.)?params(?:\.([\w-]+)|\[["']([^"']+)["']\])(?:\[(\d+)\]|\.([\w-]+))?$/.exec(path);
  const [, plain, quoted, index, key] = found ?? [];
  const definition = known.get(plain ?? quoted ?? "");
  if (definition === undefined || !("node" in definition)) return [];
  const node =
    index !== undefined
      ? itemsOf(definition.node)[Number(index)]
      : key === undefined
        ? definition.node
        : valueAt(definition.node, key);
  return node === undefined ? [] : [{ ...definition, node }];
}

const maximumCombinations = 256;

/** A matrix: lists by parameter that are combined, and combinations that are written out. */
function combinationsOf(matrix: YamlNode | undefined, scope: TemplateScope): readonly PipelineParameters[] {
  const parameters = parametersOf(valueAt(matrix, "params"), ["value"], "matrix", scope);
  const axes = [...parameters].map(([name, definition]): [string, readonly Definition[]] => [
    name,
    listOf(definition, scope),
  ]);
  const products = axes.length === 0 ? [] : combine(axes, maximumCombinations);
  const written = itemsOf(valueAt(matrix, "include")).map((one) =>
    parametersOf(valueAt(one, "params"), ["value"], "matrix", scope),
  );
  const used = new Set<PipelineParameters>();
  const extended = products.map((product) =>
    written.reduce((all, one) => {
      const isSame = [...one].every(([name, value]) => !product.has(name) || isEqual(product.get(name), value));
      if (!isSame) return all;
      used.add(one);
      return new Map([...all, ...one]);
    }, product),
  );
  const all = [...extended, ...written.filter((one) => !used.has(one))].slice(0, maximumCombinations);
  return all.length === 0 ? [new Map()] : all;
}

/** The items of a list, or of the array that a value hands on: `$(params.images[*])`. */
function listOf(definition: Definition, scope: TemplateScope): readonly Definition[] {
  if (!("node" in definition)) return [];
  const path = /^\$\((.+)\[\*\]\)$/.exec(textOf(definition.node) ?? "")?.[1];
  const [given = definition] = path === undefined ? [definition] : scope.lookup(path);
  return "node" in given ? itemsOf(given.node).map((node) => ({ ...given, node })) : [];
}

function isEqual(one: Definition | undefined, other: Definition): boolean {
  const left = one !== undefined && "node" in one ? textOf(dereference(one.node)) : undefined;
  return left !== undefined && "node" in other && left === textOf(other.node);
}
