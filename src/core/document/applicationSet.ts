import type { Document, ImageUse } from "./document.ts";
import { textOfNode } from "./embedded.ts";
import { createResourceReading, usesOf, type ResourceReading } from "./resourceReading.ts";
import { isPlainText, readSubstituted, type Substitution } from "./substitution.ts";
import { delimited } from "./templateSyntax.ts";
import { readYaml } from "./yaml.ts";
import { entriesOf, itemsOf, scalarOf, textOf, valueAt, type YamlNode, type YamlScalar } from "./yamlNode.ts";

/** Reads the template of an application, which has its `metadata` and its `spec`. */
type ReadTemplate = (template: YamlNode | undefined, reading: ResourceReading) => void;

/** What the parameters of one application are, by their path. */
type Parameters = ReadonlyMap<string, YamlScalar>;

const nothing: Parameters = new Map();
const maximumApplications = 100;
const maximumDepth = 8;
const expressions = delimited("{{", "}}");
/** A parameter, with what does not change an image's text; Go's templates write a dot before it. */
const parameter = /^-?\s*\.?([\w-]+(?:\.[\w-]+)*)\s*(?:\|\s*(?:quote|squote|toString|trim)\s*)*-?$/;
/** Actions of a patch that only steer, and write nothing. */
const steering = /^-?\s*(?:(?:if|else|end|with|range|define|break|continue)\b|\$\w*\s*:?=|\/\*)/;

/**
 * Reads a set of applications of Argo CD: its template, once for each application that its generators list, and the
 * patch of that. What other generators find is not known.
 */
export function readApplicationSet(node: YamlNode | undefined, reading: ResourceReading, read: ReadTemplate): void {
  const spec = valueAt(node, "spec");
  const template = valueAt(spec, "template");
  const patch = scalarOf(valueAt(spec, "templatePatch"));
  const listed = itemsOf(valueAt(spec, "generators")).flatMap((generator) => applicationsOf(generator, 0));
  const applications = listed.slice(0, maximumApplications);
  if (!readForEach(textOfNode(template, reading.text), applications, reading, read)) read(template, reading);
  if (patch === undefined) return;
  readForEach(patch, applications.length === 0 ? [nothing] : applications, reading, read, true);
}

/** Reads a text once for each application; gives whether their parameters stand in it at all. */
function readForEach(
  scalar: YamlScalar | undefined,
  applications: readonly Parameters[],
  reading: ResourceReading,
  read: ReadTemplate,
  isPatch = false,
): boolean {
  if (scalar === undefined) return false;
  const found = applications.map((parameters) => substitutionsIn(scalar.text, parameters, isPatch));
  if (!isPatch && found.every((substitutions) => substitutions.length === 0)) return false;
  const { text, path, siblings } = reading;
  const readText = (source: string): Document => {
    const within = createResourceReading(source, path, siblings);
    for (const { root } of readYaml(source).documents) read(root, within);
    return { ...emptyDocument(path, source), images: usesOf(within) };
  };
  const images = new Map<string, ImageUse>();
  for (const substitutions of found)
    for (const use of readSubstituted(scalar, text, substitutions, readText).images)
      images.set(JSON.stringify([use.site, use.span, use.reference ?? ""]), use);
  reading.inner.push({ ...emptyDocument(path, text), images: [...images.values()] });
  return true;
}

function emptyDocument(path: string, text: string): Document {
  return { path, dialect: "kubernetes", text, images: [], commands: [], jobs: [], problems: [] };
}

function substitutionsIn(text: string, parameters: Parameters, isPatch: boolean): readonly Substitution[] {
  return expressions(text).flatMap(({ start, end, name = "" }) => {
    if (isPatch && steering.test(name)) return { start, end, text: "" };
    const found = parameters.get(parameter.exec(name)?.[1] ?? "");
    if (found === undefined || !isPlainText(found.text)) return [];
    return { start, end, text: found.text, chain: [{ span: found.span, label: "element", text: found.text }] };
  });
}

/** The parameters of each application that a generator lists. */
function applicationsOf(generator: YamlNode | undefined, depth: number): readonly Parameters[] {
  if (depth > maximumDepth) return [];
  const elements = itemsOf(valueAt(generator, "list", "elements"));
  if (elements.length > 0) return elements.slice(0, maximumApplications).map((element) => parametersOf(element));
  const [matrix, merge] = ["matrix", "merge"].map((key) =>
    itemsOf(valueAt(generator, key, "generators")).map((one) => applicationsOf(one, depth + 1)),
  );
  if (matrix !== undefined && matrix.length > 0) {
    const known = matrix.filter((one) => one.length > 0);
    return known.length === 0 ? [] : known.reduce(combined, [nothing]);
  }
  const [first = [], ...others] = merge ?? [];
  const keys = itemsOf(valueAt(generator, "merge", "mergeKeys")).map((key) => textOf(key) ?? "");
  if (merge !== undefined && first.length > 0)
    return first.map((one) => {
      const same = others.flat().filter((other) => keys.every((key) => other.get(key)?.text === one.get(key)?.text));
      return new Map([one, ...same].flatMap((parameters) => [...parameters]));
    });
  // What a generator says besides what it finds.
  const own = entriesOf(generator).flatMap(({ value }) => {
    const values = valueAt(value, "values");
    return values === undefined ? [] : [parametersOf(values, "values.")];
  });
  return own;
}

function combined(some: readonly Parameters[], others: readonly Parameters[]): readonly Parameters[] {
  return some
    .flatMap((one) => others.map((other): Parameters => new Map([...one, ...other])))
    .slice(0, maximumApplications);
}

/** The scalars below a node by their path. */
function parametersOf(node: YamlNode, prefix = "", depth = 0): Parameters {
  const found = new Map<string, YamlScalar>();
  for (const { key, value } of entriesOf(node)) {
    const scalar = scalarOf(value);
    if (scalar !== undefined) found.set(prefix + key.text, scalar);
    else if (depth < maximumDepth)
      for (const [path, inner] of parametersOf(value, `${prefix}${key.text}.`, depth + 1)) found.set(path, inner);
  }
  return found;
}
