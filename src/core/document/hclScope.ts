import type { HclBody } from "./hcl.ts";
import { evaluate } from "./hclEvaluate.ts";
import { callTag, expressionTag } from "./hclExpression.ts";
import { scalar } from "./hclLexer.ts";
import { expressionScalar, parseHclExpression } from "./hclSyntax.ts";
import { interpolations, isTraversal } from "./hclTemplate.ts";
import { typeWithDefaults } from "./hclTypes.ts";
import { valueInText, type HclDefinition, type HclEnvironment, type HclLookup } from "./hclValue.ts";
import type { TemplateScope, TemplateSource, TemplateSyntax } from "./template.ts";
import { dereference, type YamlEntry, type YamlNode } from "./yamlNode.ts";

/** Names that are looked up for one file: keeps variables that name each other from growing without end. */
const maximumLookups = 20_000;

/** The lookup up to a bound, after which names count as not known. */
export function boundedLookup(lookup: HclLookup): HclLookup {
  let left = maximumLookups;
  return (name) => (left-- > 0 ? lookup(name) : undefined);
}

const wholeExpression: TemplateSyntax = (source) => {
  const name = source.trim();
  return [{ start: 0, end: source.length, name, ...(isTraversal(name) ? {} : { label: "expression" }) }];
};

/** Evaluations for one value: keeps lists of lists from growing without end. */
const maximumEvaluations = 4000;

/** The environment in which the nodes of a file are evaluated. */
export function hclEnvironment(text: string, lookup: HclLookup, root = lookup): HclEnvironment {
  const source = { text };
  return { source, own: source, lookup, root, isShared: false, budget: { left: maximumEvaluations, depth: 0 } };
}

/** A function's call that the document holds as its arguments, as an expression; every other node is itself. */
export function asExpression(text: string, node: YamlNode | undefined): YamlNode | undefined {
  const isCall = node?.kind === "sequence" && node.tag?.startsWith(callTag) === true;
  return isCall ? expressionScalar(text, node.span) : node;
}

/** The scope in which a node of an HCL file is expanded: a text with interpolations, or an expression. */
export function hclScope(text: string, node: YamlNode | undefined, lookup: HclLookup, root = lookup): TemplateScope {
  const scalar = dereference(node);
  const isExpression = scalar?.kind === "scalar" && scalar.tag === expressionTag;
  return {
    syntax: isExpression ? wholeExpression : interpolations,
    lookup: (name) => {
      if (scalar?.kind !== "scalar" || name === "") return [];
      const at = scalar.exact ? scalar.text.indexOf(name) : -1;
      const environment = hclEnvironment(text, lookup, root);
      const isInPlace = at >= 0 && text.startsWith(name, scalar.span.start + at);
      const source = isInPlace ? environment.source : { text: name, at: scalar.span };
      const start = isInPlace ? scalar.span.start + at : 0;
      const expression = parseHclExpression(source.text, start, start + name.length);
      if (expression === undefined) return [];
      const values = evaluate(expression, { ...environment, source }).map(valueInText);
      return values.length === 0 ? [] : [{ label: "expression", values }];
    },
  };
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
  for (const { type, labels, span, body: inner } of body.blocks) {
    const [name] = labels;
    const fallback = attributeOf(inner, "default");
    if (type === "variable" && name !== undefined && fallback !== undefined)
      known.set(`var.${name}`, {
        label: `default of variable ${name}`,
        nodes: [fallback],
        type: typeWithDefaults(attributeOf(inner, "type")),
        ...from,
      });
    if (type === "local" && name !== undefined) {
      const expression = attributeOf(inner, "expression");
      if (expression !== undefined)
        known.set(`local.${name}`, { label: `local ${name}`, nodes: [expression], ...from });
    }
    const attributes = attributesSeen(type, name, inner);
    if (attributes !== undefined)
      known.set(`${type === "data" ? "data." : ""}${labels.slice(0, 2).join(".")}`, {
        label: `${type} ${labels.join(" ")}`,
        nodes: [{ kind: "mapping", span, entries: attributes }],
        isOpen: true,
        ...from,
      });
    if (type !== "locals" && type !== "variables") continue;
    const kind = type === "locals" ? "local" : "var";
    for (const { key, value } of inner.attributes)
      known.set(`${kind}.${key.text}`, { label: `${kind} ${key.text}`, nodes: [value], ...from });
  }
  return boundedLookup((name) => known.get(name));
}

/** Resources that make an image; one is an output, whatever its name. */
const makesImage = /^(?:apko_build|docker_(?:registry_)?image|docker_tag|ko_build|podman_image)$/;

/**
 * What other parts of a configuration may take from a resource or data as it is written: its arguments, of a template or
 * a file what it holds. Undefined where there are several, or it is an image that is made.
 */
function attributesSeen(type: string, kind: string | undefined, body: HclBody): readonly YamlEntry[] | undefined {
  if (type === "data" && kind === "template_file") return withBlocks(body);
  if (type === "data" && (kind === "local_file" || kind === "local_sensitive_file")) return contentOf(body);
  if ((type !== "resource" && type !== "data") || kind === undefined) return undefined;
  if (makesImage.test(kind) && !isPulledImage(type, kind, body)) return undefined;
  return ["count", "for_each"].some((one) => attributeOf(body, one) !== undefined) ? undefined : body.attributes;
}

/** What a file holds whose name a body says. */
function contentOf(body: HclBody): readonly YamlEntry[] {
  const name = attributeOf(body, "filename");
  if (name === undefined) return [];
  const { span } = name;
  return [
    {
      key: scalar("content", span, "plain", false),
      value: { kind: "sequence", tag: `${callTag}file`, span, items: [name] },
    },
  ];
}

/** Whether a block says an image that Docker pulls: one that it builds is an output. */
export function isPulledImage(type: string, kind: string | undefined, body: HclBody): boolean {
  if (kind !== "docker_image" && (kind !== "docker_registry_image" || type !== "data")) return false;
  return body.blocks.every((block) => block.type !== "build") && attributeOf(body, "build") === undefined;
}

/** The attributes of a body, and its blocks as the maps that they were before Terraform 0.12. */
function withBlocks({ attributes, blocks }: HclBody): readonly YamlEntry[] {
  const maps = blocks.map(({ type, span, body }): YamlEntry => {
    return { key: scalar(type, span, "plain", false), value: { kind: "mapping", span, entries: body.attributes } };
  });
  return [...attributes, ...maps];
}
