import { expandTemplate, textOfValue, type Definition, type TemplateScope } from "./template.ts";
import { delimited, noTemplate } from "./templateSyntax.ts";
import type { Value } from "./value.ts";
import { dereference, entriesOf, itemsOf, mappingOf, scalarOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

/** What the functions of a template look into. */
export interface TemplateContext {
  readonly text: string;
  /** `${...}` in texts, and parameters by their defaults. */
  readonly scope: TemplateScope;
  readonly mappings: YamlNode | undefined;
  /** Variables of another tool in texts. */
  readonly texts: TemplateScope | undefined;
}

/** What stands around a template. */
export interface TemplateSurroundings {
  readonly texts?: TemplateScope | undefined;
  /** Gives the value that a parameter is given. */
  readonly given?: (name: string) => Definition | undefined;
}

/** An intrinsic function in its short form (`!Sub x`) or its long one (`Fn::Sub: x`); without a name, a plain value. */
export interface IntrinsicFunction {
  readonly name?: string;
  readonly argument: YamlNode | undefined;
}

const maximumDepth = 10;
const maximumValues = 64;
const unknown: readonly Value[] = [{ parts: [{}], chain: [] }];
/** A default and a text that a function is given are what they say. */
const literal: TemplateScope = { syntax: noTemplate, lookup: () => [] };

/** The context of a template that stands in `text`; what `given` gives its parameters wins over their defaults. */
export function templateContext(
  text: string,
  root: YamlNode | undefined,
  { texts, given }: TemplateSurroundings = {},
): TemplateContext {
  const parameters = valueAt(root, "Parameters");
  const lookup = (name: string): readonly Definition[] => {
    const own = valueAt(parameters, name) === undefined ? undefined : given?.(name);
    if (own !== undefined) return [own];
    const node = valueAt(parameters, name, "Default");
    return node === undefined ? [] : [{ label: `default of parameter ${name}`, node, scope: literal }];
  };
  return {
    text,
    scope: { syntax: delimited("${", "}", /^[^!]/), lookup },
    mappings: valueAt(root, "Mappings"),
    texts,
  };
}

/** The function that a node calls. */
export function functionOf(node: YamlNode | undefined): IntrinsicFunction {
  const found = dereference(node);
  if (found?.tag !== undefined) return { name: found.tag.replace(/^!/, ""), argument: found };
  const entries = entriesOf(found);
  const [only] = entries;
  return only !== undefined && entries.length === 1 && /^(?:Ref|Condition|Fn::\w+)$/.test(only.key.text)
    ? { name: only.key.text.replace(/^Fn::/, ""), argument: only.value }
    : { argument: found };
}

/** The scope of `Sub`: the names that it is given beside its text come before parameters. */
export function substitutionScope({ scope }: TemplateContext, given: YamlNode | undefined): TemplateScope {
  return {
    ...scope,
    lookup(name) {
      const node = given === undefined ? undefined : valueAt(given, name);
      if (node === undefined) return scope.lookup(name);
      const { name: of, argument } = functionOf(node);
      if (of === "Ref") return scope.lookup(textOf(argument) ?? "");
      return of === undefined ? [{ label: `value of ${name}`, node, scope: literal }] : [];
    },
  };
}

/** The scope of `Ref`: its whole text is a name. */
export function referenceScope({ scope }: TemplateContext): TemplateScope {
  return { ...scope, syntax: (text) => [{ start: 0, end: text.length, name: text }] };
}

/** What a node comes to, one value for each branch of a condition. */
export function intrinsicValues(context: TemplateContext, node: YamlNode | undefined, depth = 0): readonly Value[] {
  const { name, argument } = functionOf(node);
  if (depth > maximumDepth || argument === undefined) return unknown;
  const scalar = scalarOf(argument);
  const valuesOf = (inner: YamlNode | undefined): readonly Value[] => intrinsicValues(context, inner, depth + 1);
  const expand = (scope: TemplateScope): readonly Value[] =>
    scalar === undefined ? unknown : expandTemplate(context.text, scalar, scope);
  switch (name) {
    case undefined:
      return expand(literal);
    case "Ref":
      return expand(referenceScope(context));
    case "Sub": {
      const [template, given] = itemsOf(argument);
      const text = scalarOf(template ?? argument);
      return text === undefined ? unknown : expandTemplate(context.text, text, substitutionScope(context, given));
    }
    case "If":
      return itemsOf(argument).slice(1).flatMap(valuesOf);
    case "Join": {
      const [delimiter, list] = itemsOf(argument);
      return joined(itemsOf(list).map(valuesOf), textOf(delimiter) ?? "");
    }
    case "Select": {
      const [index, list] = itemsOf(argument);
      const item = mappingOf(list) === undefined ? itemsOf(list)[Number(textOf(index))] : undefined;
      return item === undefined ? unknown : valuesOf(item);
    }
    case "FindInMap":
      return mapped(context, itemsOf(argument), valuesOf);
    default:
      return unknown;
  }
}

/** `Join`: every combination of what its items may be, with the delimiter between them. */
function joined(items: readonly (readonly Value[])[], delimiter: string): readonly Value[] {
  if (items.length === 0) return unknown;
  return items.reduce<readonly Value[]>(
    (sofar, values, index) =>
      sofar
        .flatMap((before) =>
          values.map((value) => ({
            parts: [...before.parts, ...(index === 0 || delimiter === "" ? [] : [{ text: delimiter }]), ...value.parts],
            chain: [...before.chain, ...value.chain],
          })),
        )
        .slice(0, maximumValues),
    [{ parts: [], chain: [] }],
  );
}

/** `FindInMap`: the value under two keys of a mapping, or the default that the function is given. */
function mapped(
  { text, mappings }: TemplateContext,
  [map, top, second, options]: readonly YamlNode[],
  valuesOf: (node: YamlNode | undefined) => readonly Value[],
): readonly Value[] {
  const keys = [map, top, second].map((key) => {
    const [only, ...others] = valuesOf(key);
    return only === undefined || others.length > 0 ? undefined : textOfValue(only);
  });
  const path = keys.flatMap((key) => key ?? []);
  const scalar = path.length < keys.length ? undefined : scalarOf(valueAt(mappings, ...path));
  if (scalar === undefined) {
    const fallback = path.length < keys.length ? undefined : valueAt(options, "DefaultValue");
    return fallback === undefined ? unknown : valuesOf(fallback);
  }
  const step = { span: scalar.span, label: `mapping ${path.join(".")}`, text: scalar.text };
  return expandTemplate(text, scalar, literal).map(({ parts }) => ({
    parts: parts.map((part) => ({ ...part, literal: scalar.span, shared: true })),
    chain: [step],
  }));
}
