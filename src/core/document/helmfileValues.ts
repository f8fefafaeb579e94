import { parseTemplate } from "./goTemplate.ts";
import { folderOf, namesBeside, siblingPath, type Siblings } from "./siblings.ts";
import { evaluateAction, type ActionValue } from "./templateAction.ts";
import { itemsOfLoop, notGiven, textData, unknownData, type TemplateData } from "./templateData.ts";
import { evaluateTemplate } from "./templateEvaluate.ts";
import { isMasked, maskTemplate } from "./templateMask.ts";
import { templateScopes } from "./templateScope.ts";
import { readTemplateYaml } from "./yaml.ts";
import { dereference, entriesOf, itemsOf, mappingOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

/** Where the helmfile stands whose values a template beside it sees. */
const helmfiles = ["", "../", "../../", "../../../"].flatMap((folder) => [
  `${folder}helmfile.yaml`,
  `${folder}helmfile.yaml.gotmpl`,
]);
/** The environment of a command that names none (helmfile, "Environment"). */
const usualEnvironment = "default";
const nothing = notGiven(".Values");
const maximumEntries = 3000;
const maximumDepth = 30;
const maximumFiles = 10;
/** Files that one pattern stands for, and places in it that may be anything. */
const maximumMatches = 40;
const maximumStars = 2;

/** What actions in the template at `path` come to, which sees the values of the helmfile that `values` gives. */
export function helmfileActions(
  text: string,
  path: string,
  values: () => TemplateData,
): (source: string, start: number) => ActionValue {
  const scopes = templateScopes(text);
  let root: TemplateData | undefined;
  return (source, start) => {
    const alone = evaluateAction(source);
    if (alone.text !== undefined || alone.isUnset === true || !/[.$]/.test(source)) return alone;
    root ??= rootOf(values());
    const { nodes } = parseTemplate(scopes.around(`{{ ${source} }}`, start));
    const stretches = evaluateTemplate(nodes, { root, define: () => undefined });
    if (stretches.some((stretch) => stretch.text === undefined)) return { steps: [] };
    const steps = stretches.flatMap(({ step }) => step ?? []);
    const [said = "", ...others] = itemsOfLoop(stretches).map((item) =>
      item
        .map(({ text: piece }) => piece ?? "")
        .join("")
        .trim(),
    );
    // In a loop, what differs from item to item is not one text.
    if (others.some((other) => other !== said)) return { steps: [] };
    return {
      text: said,
      // What stands in the file itself is said without its name.
      steps: steps.map(({ file, ...step }) => (file === path || file === undefined ? step : { ...step, file })),
    };
  };
}

/** What a template sees: the values, also by the name that they had before. */
function rootOf(values: TemplateData): TemplateData {
  const environment = new Map([
    ["Name", textData(usualEnvironment)],
    ["Values", values],
  ]);
  return {
    kind: "dictionary",
    entries: new Map<string, TemplateData>([
      ["Values", values],
      ["StateValues", values],
      ["Environment", { kind: "dictionary", entries: environment }],
    ]),
  };
}

/** The values that a helmfile states for all, and for the environment that is taken where none is named. */
export function valuesOfHelmfile(roots: readonly YamlNode[], path: string, siblings: Siblings): TemplateData {
  const lists = roots.flatMap((root) => [
    valueAt(root, "values"),
    valueAt(root, "environments", usualEnvironment, "values"),
  ]);
  return valuesIn(lists, path, siblings);
}

/** What lists of values in the helmfile at `path` come to: mappings, and files that may be named by a pattern. */
function valuesIn(lists: readonly (YamlNode | undefined)[], path: string, siblings: Siblings): TemplateData {
  const budget = { left: maximumEntries };
  const layers: TemplateData[] = [];
  for (const list of lists)
    for (const item of itemsOf(list).slice(0, maximumFiles)) {
      if (mappingOf(item) !== undefined) layers.push(dataOf(item, path, budget, 0));
      else
        for (const file of filesNamed(textOf(item) ?? "", path, siblings)) {
          const text = siblings(file);
          if (text === undefined) continue;
          const documents = readTemplateYaml(maskTemplate(text).text).documents;
          for (const document of documents) layers.push(dataOf(document.root, file, budget, 0));
        }
    }
  return layers.length === 0 ? nothing : layers.reduce(merged);
}

/** The files that a helmfile names: one, or those of a folder that fit a pattern. */
function filesNamed(name: string, path: string, siblings: Siblings): readonly string[] {
  const place = siblingPath(path, name);
  if (place === undefined) return [];
  const stars = place.split(/[*?]/).length - 1;
  if (stars === 0) return [place];
  const start = place.lastIndexOf("/") + 1;
  const folder = place.slice(0, start);
  if (stars > maximumStars || /[*?]/.test(folder)) return [];
  const literal = place.slice(start).replaceAll(/[^\w*?]/g, "\\$&");
  const pattern = new RegExp(`^${literal.replaceAll("*", ".*").replaceAll("?", ".")}$`);
  return (namesBeside(`${folder}x`, siblings) ?? [])
    .filter((one) => pattern.test(one))
    .slice(0, maximumMatches)
    .map((one) => folder + one);
}

/** The values of the helmfile that stands beside or above a template of values, and those that one above hands on to it. */
export function valuesAround(path: string, siblings: Siblings): TemplateData {
  let own: TemplateData | undefined;
  for (const relative of helmfiles) {
    const file = siblingPath(path, relative);
    const text = file === undefined ? undefined : siblings(file);
    if (file === undefined || text === undefined) continue;
    const roots = readTemplateYaml(maskTemplate(text).text).documents.flatMap(({ root }) => root ?? []);
    own ??= valuesOfHelmfile(roots, file, siblings);
    const handed = handedOn(roots, file, path, siblings);
    if (handed !== nothing) own = merged(own, handed);
  }
  return own ?? nothing;
}

/** The values that a helmfile hands on to those that it includes in whose folders a template stands. */
function handedOn(roots: readonly YamlNode[], path: string, template: string, siblings: Siblings): TemplateData {
  const included = roots.flatMap((root) => itemsOf(valueAt(root, "helmfiles")));
  const lists = included.flatMap((one) => {
    const file = siblingPath(path, textOf(valueAt(one, "path")) ?? "");
    return file !== undefined && template.startsWith(folderOf(file)) ? [valueAt(one, "values")] : [];
  });
  return valuesIn(lists, path, siblings);
}

/** Values as templates see them; what a template itself fills in is not known. */
function dataOf(
  node: YamlNode | undefined,
  file: string,
  budget: { left: number },
  depth: number,
  label = ".Values",
): TemplateData {
  if (budget.left-- <= 0 || depth > maximumDepth) return unknownData;
  const found = dereference(node);
  if (found?.kind === "scalar") return isMasked(found.text) ? unknownData : { kind: "node", node: found, file, label };
  const within = (inner: YamlNode, key: string): TemplateData =>
    dataOf(inner, file, budget, depth + 1, `${label}.${key}`);
  if (found?.kind !== "mapping") return unknownData;
  const entries = entriesOf(node).map(({ key, value }): [string, TemplateData] => [key.text, within(value, key.text)]);
  return { kind: "dictionary", entries: new Map(entries), rest: nothing };
}

/** Later values win, key by key. */
function merged(one: TemplateData, other: TemplateData): TemplateData {
  if (one.kind !== "dictionary" || other.kind !== "dictionary") return other;
  const entries = new Map(one.entries);
  for (const [key, value] of other.entries) {
    const before = entries.get(key);
    entries.set(key, before === undefined ? value : merged(before, value));
  }
  return { kind: "dictionary", entries, rest: nothing };
}
