import type { HclBody } from "./hcl.ts";
import { conditionHolds, hclConditional } from "./hclConditional.ts";
import { expressionTag } from "./hclExpression.ts";
import type { Definition, Placeholder, TemplateScope, TemplateSource, TemplateSyntax } from "./template.ts";
import { dereference, isNull, itemsOf, valueAt, type YamlNode } from "./yamlNode.ts";

/** Gives the value that a name's first part stands for, in a file's dialect; undefined where none is known. */
export type HclLookup = (name: string) => HclDefinition | undefined;

/** What a name stands for. */
interface HclDefinition {
  readonly label: string;
  readonly nodes: readonly YamlNode[];
  /** Where the nodes stand, if in another file. */
  readonly source?: TemplateSource;
}

/** Names that are looked up for one file: keeps variables that name each other from growing without end. */
const maximumLookups = 20_000;

/** The lookup up to a bound, after which names count as not known. */
export function boundedLookup(lookup: HclLookup): HclLookup {
  let left = maximumLookups;
  return (name) => (left-- > 0 ? lookup(name) : undefined);
}

/** `${...}` in a text; `$${` stands for `${`. */
const interpolations: TemplateSyntax = (source) => {
  const found: Placeholder[] = [];
  for (let at = source.indexOf("${"); at >= 0;) {
    if (source[at - 1] === "$") {
      found.push({ start: at - 1, end: at + 1, text: "$" });
      at = source.indexOf("${", at + 2);
      continue;
    }
    let depth = 0;
    let end = at + 1;
    for (; end < source.length; end++) {
      if (source[end] === "{") depth += 1;
      else if (source[end] === "}" && --depth === 0) break;
    }
    found.push({ start: at, end: Math.min(end + 1, source.length), name: source.slice(at + 2, end).trim() });
    at = source.indexOf("${", end);
  }
  return found;
};

const wholeExpression: TemplateSyntax = (source) =>
  formatted(source) ?? [{ start: 0, end: source.length, name: source.trim() }];

const formatCall = /^format\(\s*"((?:[^"\\%$]|%s|%d|%%)*)"((?:\s*,\s*(?:[\w.-]+|\["[^"]*"\])+)*)\s*,?\s*\)$/;

/** `format("%s/app:%s", var.registry, var.tag)`: its text, with the arguments in the places of their verbs. */
function formatted(source: string): readonly Placeholder[] | undefined {
  const [, pattern, rest = ""] = formatCall.exec(source) ?? [];
  if (pattern === undefined) return undefined;
  const start = source.indexOf('"') + 1;
  const args = rest
    .split(",")
    .slice(1)
    .map((arg) => arg.trim());
  const found: Placeholder[] = [{ start: 0, end: start, text: "" }];
  let next = 0;
  for (const { index, 0: verb } of pattern.matchAll(/%[sd%]/g)) {
    const place = { start: start + index, end: start + index + verb.length };
    const name = verb === "%%" ? undefined : args[next++];
    found.push(verb === "%%" ? { ...place, text: "%" } : { ...place, ...(name === undefined ? {} : { name }) });
  }
  return [...found, { start: start + pattern.length, end: source.length, text: "" }];
}

/** The scope in which a node of an HCL file is expanded: a text with interpolations, or an expression. */
export function hclScope(node: YamlNode | undefined, lookup: HclLookup): TemplateScope {
  const isExpression = node?.kind === "scalar" && node.tag === expressionTag;
  return {
    syntax: isExpression ? wholeExpression : interpolations,
    lookup: (name) => choices(name, node, lookup) ?? definitions(name, lookup),
  };
}

/** What a conditional comes to: the branch that is taken, else both; undefined for every other expression. */
function choices(expression: string, node: YamlNode | undefined, lookup: HclLookup): readonly Definition[] | undefined {
  const at = node?.kind === "scalar" && node.exact ? node.text.indexOf(expression) : -1;
  const choice = at < 0 ? undefined : hclConditional(expression, (node?.span.start ?? 0) + at);
  if (choice === undefined) return undefined;
  const { condition, whenTrue, whenFalse } = choice;
  const holds = conditionHolds(condition, (name) => plainValue(name, lookup));
  const taken = holds === undefined ? [whenTrue, whenFalse] : [holds ? whenTrue : whenFalse];
  return taken.map((branch) =>
    isNull(branch)
      ? { label: "branch of the condition", text: "" }
      : { label: "branch of the condition", node: branch, scope: hclScope(branch, lookup) },
  );
}

/** The text of a variable that is a plain one; null where it is set to nothing. */
function plainValue(name: string, lookup: HclLookup): string | null | undefined {
  const [only, ...others] = definitions(name, lookup);
  const node = only === undefined || others.length > 0 || !("node" in only) ? undefined : dereference(only.node);
  if (node?.kind !== "scalar" || node.tag === expressionTag || node.text.includes("${")) return undefined;
  return isNull(node) ? null : node.text;
}

const traversal = /^[\p{L}_][\p{L}\p{N}_-]*(?:\.[\p{L}\p{N}_-]+|\["[^"]*"\]|\[\d+\])*$/u;

function definitions(name: string, lookup: HclLookup): readonly Definition[] {
  if (!traversal.test(name)) return [];
  const steps = [...name.matchAll(/[\p{L}_][\p{L}\p{N}_-]*|\d+/gu)].map(([step]) => step);
  for (const taken of [2, 1]) {
    const found = steps.length < taken ? undefined : lookup(steps.slice(0, taken).join("."));
    if (found === undefined) continue;
    return found.nodes.flatMap((node) => {
      const value = steps.slice(taken).reduce<YamlNode | undefined>((current, step) => stepInto(current, step), node);
      const scope = hclScope(value, lookup);
      return value === undefined ? [] : [{ label: found.label, node: value, scope, source: found.source }];
    });
  }
  return [];
}

function stepInto(node: YamlNode | undefined, step: string): YamlNode | undefined {
  return /^\d+$/.test(step) ? itemsOf(node)[Number(step)] : valueAt(node, step);
}

/** The value of an attribute. */
export function attributeOf(body: HclBody | undefined, name: string): YamlNode | undefined {
  return body?.attributes.findLast(({ key }) => key.text === name)?.value;
}

/** Values of variables that stand in a file of their own, by their names. */
export function givenVariables(body: HclBody, source: TemplateSource): HclLookup {
  const known = new Map(body.attributes.map(({ key, value }) => [`var.${key.text}`, value]));
  return (name) => {
    const value = known.get(name);
    return value === undefined ? undefined : { label: `variable ${name.slice(4)}`, nodes: [value], source };
  };
}

/** Variables by their defaults and locals, as Terraform, Nomad and Packer name them. */
export function variablesAndLocals(body: HclBody, source?: TemplateSource): HclLookup {
  const known = new Map<string, HclDefinition>();
  const from = source === undefined ? {} : { source };
  for (const { type, labels, body: inner } of body.blocks) {
    const [name] = labels;
    const fallback = attributeOf(inner, "default");
    if (type === "variable" && name !== undefined && fallback !== undefined)
      known.set(`var.${name}`, { label: `default of variable ${name}`, nodes: [fallback], ...from });
    if (type === "local" && name !== undefined) {
      const expression = attributeOf(inner, "expression");
      if (expression !== undefined)
        known.set(`local.${name}`, { label: `local ${name}`, nodes: [expression], ...from });
    }
    if (type !== "locals" && type !== "variables") continue;
    const kind = type === "locals" ? "local" : "var";
    for (const { key, value } of inner.attributes)
      known.set(`${kind}.${key.text}`, { label: `${kind} ${key.text}`, nodes: [value], ...from });
  }
  return boundedLookup((name) => known.get(name));
}
