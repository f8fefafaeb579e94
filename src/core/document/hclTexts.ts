import type { HclForce } from "./hclFunctions.ts";
import { scalar } from "./hclLexer.ts";
import { interpolations } from "./hclTemplate.ts";
import { knownText, type HclEnvironment, type HclLookup, type HclThunk, type HclValue } from "./hclValue.ts";
import { readJsonc } from "./jsonc.ts";
import type { TemplateSource } from "./template.ts";
import { readYaml } from "./yaml.ts";
import type { YamlNode } from "./yamlNode.ts";

/** A text of another file and what its names stand for. */
export interface HclTemplateFile {
  readonly source: TemplateSource;
  readonly given: ReadonlyMap<string, HclThunk>;
  readonly environment: HclEnvironment;
}

/** What a lookup knows a file of the workspace by. */
function fileName(path: string): string {
  return `file:${path}`;
}

/** Looks up the texts of files by the names that calls of `file` and its kind give them, where `textOf` has them. */
export function fileLookup(textOf: (path: string) => TemplateSource | undefined): HclLookup {
  return (name) => {
    const source = name.startsWith("file:") ? textOf(name.slice("file:".length)) : undefined;
    return source === undefined ? undefined : { label: `file ${source.file}`, nodes: [wholeText(source)], source };
  };
}

function wholeText({ text }: TemplateSource): YamlNode {
  return scalar(text, { start: 0, end: text.length }, "literal");
}

/** `file(path)`, `templatefile(path, names)`, and what JSON or YAML in a text holds; undefined for other functions. */
export function callWithFiles(
  name: string,
  args: readonly HclThunk[],
  environment: HclEnvironment,
  force: HclForce,
): readonly HclThunk[] | undefined {
  const [first, names] = args;
  if (first === undefined) return undefined;
  const known = (value: HclValue): HclThunk => ({ kind: "known", values: [value] });
  if (name === "file" || name === "templatefile") {
    const file = openedTemplate(first, names, environment, force);
    if (file === undefined) return [known({ kind: "unknown" })];
    const isPlain = name === "file";
    return [{ kind: "written", node: wholeText(file.source), environment: { ...file.environment, isPlain } }];
  }
  if (name !== "jsondecode" && name !== "yamldecode") return undefined;
  return force(first).map((value): HclThunk => {
    const text = knownText(value);
    const [only] = value.kind === "text" ? value.value.parts : [];
    if (text === undefined) return known(value.kind === "text" ? { kind: "unknown" } : value);
    const root = (name === "jsondecode" ? readJsonc : readYaml)(text).documents[0]?.root;
    const at = only?.literal ?? only?.span ?? { start: 0, end: 0 };
    const file =
      value.kind === "text" ? value.value.chain.findLast((step) => step.file !== undefined)?.file : undefined;
    const source = file === undefined ? { text, at } : { text, file };
    return root === undefined
      ? known({ kind: "unknown" })
      : { kind: "written", node: root, environment: { ...environment, source, isShared: true, isPlain: true } };
  });
}

/** The text of a file of the workspace, with what its names stand for. */
export function openedTemplate(
  path: HclThunk,
  names: HclThunk | undefined,
  environment: HclEnvironment,
  force: HclForce,
): HclTemplateFile | undefined {
  const [where] = force(path);
  const text = knownText(where);
  const source = text === undefined ? undefined : environment.root(fileName(text))?.source;
  if (source === undefined) return undefined;
  const [values] = names === undefined ? [] : force(names);
  const given = values?.kind === "object" ? values.entries : new Map<string, HclThunk>();
  const lookup: HclLookup = (name) => {
    const thunk = given.get(name);
    return thunk && { label: `argument ${name}`, nodes: [], thunks: [thunk] };
  };
  return { source, given, environment: { ...environment, source, lookup, isShared: true } };
}

/** Directives of a template, which say when and how often what stands between them is there. */
const directive = /%\{[^{}\n]{0,500}\}/g;

/**
 * A text with something as long, which no format takes for more than a word, in the places of its interpolations, and
 * nothing in those of its directives.
 */
export function masked(text: string): string {
  let found = "";
  let at = 0;
  for (const { start, end } of interpolations(text)) {
    found += text.slice(at, start) + "x".repeat(end - start);
    at = end;
  }
  return (found + text.slice(at)).replaceAll(directive, (one) => " ".repeat(one.length));
}

/** The nodes of what was masked, with what the text says at their places. */
export function unmasked(node: YamlNode, text: string): YamlNode {
  switch (node.kind) {
    case "scalar":
      return node.exact ? { ...node, text: text.slice(node.span.start, node.span.end) } : node;
    case "sequence":
      return { ...node, items: node.items.map((item) => unmasked(item, text)) };
    case "mapping":
      return { ...node, entries: node.entries.map(({ key, value }) => ({ key, value: unmasked(value, text) })) };
    case "alias":
      return node;
  }
}
