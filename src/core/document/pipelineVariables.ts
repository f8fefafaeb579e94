import type { Span } from "../image/span.ts";
import { templateText, type TemplateScope } from "./template.ts";
import { noTemplate } from "./templateSyntax.ts";
import { entriesOf, itemsOf, mappingOf, scalarOf, type YamlEntry, type YamlNode, type YamlScalar } from "./yamlNode.ts";

const noScope: TemplateScope = { syntax: noTemplate, lookup: () => [] };

/** The values of a mapping of variables, as far as they are known, with their places. */
export function placedVariables(
  text: string,
  entries: readonly YamlEntry[],
  scope: TemplateScope = noScope,
): Readonly<Record<string, { readonly text: string; readonly span: Span }>> {
  return Object.fromEntries(
    entries.flatMap(({ key, value }) => {
      const scalar = scalarOf(value);
      const known = scalar === undefined ? undefined : templateText(text, scalar, scope);
      return scalar === undefined || known === undefined ? [] : [[key.text, { text: known, span: scalar.span }]];
    }),
  );
}

/** Looks up the texts of an environment that is put together once it is asked for. */
export function lazyLookup(create: () => Readonly<Record<string, string>>): (name: string) => string | undefined {
  let environment: Readonly<Record<string, string>> | undefined;
  return (name) => {
    environment ??= create();
    return Object.hasOwn(environment, name) ? environment[name] : undefined;
  };
}

/** Only the texts of placed variables, as a shell's environment has them. */
export function textsOf(
  variables: Readonly<Record<string, { readonly text: string }>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(variables).map(([name, { text }]) => [name, text]));
}

/** A scope without variables for the names that `variables` has; the first mapping that has a name counts. */
export function variableLookup(
  label: (name: string) => string,
  ...mappings: readonly (YamlNode | undefined)[]
): TemplateScope["lookup"] {
  const known = new Map<string, YamlNode>();
  for (const mapping of mappings)
    for (const { key, value } of entriesOf(mapping)) if (!known.has(key.text)) known.set(key.text, value);
  return (name) => {
    const node = known.get(name);
    return node === undefined ? [] : [{ label: label(name), node }];
  };
}

/** Variables as a mapping, or as a list of `NAME=value`. */
export function assignmentsOf(node: YamlNode | undefined): readonly YamlEntry[] {
  if (mappingOf(node) !== undefined) return entriesOf(node);
  return itemsOf(node).flatMap((item): readonly YamlEntry[] => {
    const scalar = scalarOf(item);
    const equals = scalar?.text.indexOf("=") ?? -1;
    if (scalar === undefined || equals <= 0) return [];
    return [{ key: partOf(scalar, 0, equals), value: partOf(scalar, equals + 1, scalar.text.length) }];
  });
}

function partOf(scalar: YamlScalar, from: number, to: number): YamlScalar {
  const text = scalar.text.slice(from, to);
  if (!scalar.exact) return { ...scalar, text };
  return { ...scalar, text, span: { start: scalar.span.start + from, end: scalar.span.start + to } };
}
