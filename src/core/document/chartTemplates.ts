import { keepingLast } from "../lastResults.ts";
import { chartCalls } from "./chartCalls.ts";
import { namedTemplates } from "./chartDefines.ts";
import { parseTemplate, type TemplateNode } from "./goTemplate.ts";
import { siblingPath, type Siblings } from "./siblings.ts";
import {
  itemsOfLoop,
  nothingElse,
  textData,
  unknownData,
  type TemplateData,
  type TemplateStretch,
} from "./templateData.ts";
import { evaluateTemplate } from "./templateEvaluate.ts";
import { templateScopes, type TemplateScopes } from "./templateScope.ts";
import { readYaml } from "./yaml.ts";
import { mappingOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

/** What expressions in a chart's template come to. */
export interface ChartExpressions {
  /** `offset` is where it stands in the template: what surrounds it there may say what its variables are. */
  evaluate(source: string, offset?: number): readonly TemplateStretch[];
  /** Within loops, what it comes to for each item. */
  evaluateEach(source: string, offset: number): readonly (readonly TemplateStretch[])[];
  /** Whether the nearest condition around a place of the template is known to leave out what stands there, for one item of several. */
  leavesOut(offset: number, item: { readonly index: number; readonly count: number }): boolean;
}

/** Values that are given beside those of the chart itself (`values-prod.yaml`), and win over them. */
export interface GivenValues {
  readonly path: string;
  readonly node: YamlNode | undefined;
  /** The values that they are a part of, where they are those of a chart within another, which sees what is `global` there. */
  readonly around?: YamlNode | undefined;
}

/** What else templates see, and only a release tells; nothing of another name is there. */
const namesOfHelm = ["Release", "Capabilities", "Files", "Subcharts"];
/** Different expressions that are evaluated for one template. */
const maximumExpressions = 300;
/** Steps of all of them together. */
const maximumSteps = 200_000;
/** Begins the name of what stands for a piece of a named template; how far callers of its callers are followed. */
const hidden = "\0";
const maximumLevels = 3;

/**
 * Evaluates expressions of the template at `path` (Helm) with the chart's own values, its `Chart.yaml`, and the named
 * templates of this file, `own`, and of those where charts keep them. The chart is the one in `folder`, of which the
 * template may be a library's.
 */
export function chartExpressions(
  path: string,
  own: string,
  siblings: Siblings,
  folder: string = folderOfTemplates(path),
  data: () => TemplateData = chartData(folder, siblings),
): ChartExpressions {
  const named = namedTemplates(path, folder, own, siblings);
  const bodies: string[] = [];
  const given = new Map<string, readonly (readonly TemplateStretch[])[]>();
  const define = (name: string): readonly TemplateNode[] | undefined =>
    name.startsWith(hidden) ? parseTemplate(bodies[Number(name.slice(hidden.length))] ?? "").nodes : named(name);
  const calls = chartCalls(path, folder, own, siblings);
  let scopes: TemplateScopes | undefined;
  const budget = { left: maximumSteps };
  const known = new Map<string, readonly (readonly TemplateStretch[])[]>();
  const evaluateEach = (source: string, isOfFile = false): readonly (readonly TemplateStretch[])[] => {
    const asked = isOfFile ? `${hidden}${source}` : source;
    const before = known.get(asked);
    if (before !== undefined) return before;
    if (known.size >= maximumExpressions) return [[{}]];
    // A named template may be given anything; what a file sees is what Helm gives it.
    const given = data();
    const root = isOfFile && given.kind === "dictionary" ? { ...given, rest: nothingElse } : given;
    const each = itemsOfLoop(evaluateTemplate(parseTemplate(source).nodes, { root, define, budget }));
    known.set(asked, each);
    return each;
  };
  /** What a piece of a named template comes to with what its callers give it, as far as that is known. */
  const givenTo = (name: string, piece: string, level: number): readonly (readonly TemplateStretch[])[] => {
    const asked = `${name}${hidden}${piece}`;
    const before = given.get(asked);
    if (before !== undefined) return before;
    // Templates may call themselves.
    given.set(asked, []);
    if (!bodies.includes(piece)) bodies.push(piece);
    const place = hidden + String(bodies.indexOf(piece));
    const found = calls(name).flatMap(({ calling, within }) => {
      if (known.size >= maximumExpressions) return [];
      const source = calling(place);
      const each = evaluateEach(source);
      const outer = each.every(isKnown) || level >= maximumLevels ? undefined : within();
      return outer === undefined ? each.filter(isKnown) : givenTo(outer, source, level + 1);
    });
    const different = [...new Map(found.map((stretches) => [writtenBy(stretches), stretches])).values()];
    given.set(asked, different);
    return different;
  };
  const evaluateAt = (expression: string, offset: number): readonly (readonly TemplateStretch[])[] => {
    scopes ??= templateScopes(own);
    const source = scopes.around(expression, offset);
    const body = scopes.namedAround(offset);
    const each = evaluateEach(source, body === undefined);
    const name = each.every(isKnown) ? undefined : body;
    const found = name === undefined ? [] : givenTo(name, source, 1);
    return found.length === 0 ? each : found;
  };
  return {
    evaluate(expression, offset) {
      const each = offset === undefined ? evaluateEach(expression) : evaluateAt(expression, offset);
      const [first = [], ...others] = each;
      return others.every((other) => writtenBy(other) === writtenBy(first)) ? first : [{}];
    },
    evaluateEach: evaluateAt,
    leavesOut(offset, { index, count }) {
      const condition = (scopes ??= templateScopes(own)).conditionAround(offset);
      const each = condition === undefined ? [] : evaluateEach(condition);
      // One around a loop chooses none of its items.
      const asked = count === 1 ? each : each.length === count ? each.slice(index, index + 1) : [];
      return asked.length > 0 && asked.every((stretches) => writtenBy(stretches) === ".");
    },
  };
}

function isKnown(stretches: readonly TemplateStretch[]): boolean {
  return stretches.every(({ text }) => text !== undefined);
}

function writtenBy(stretches: readonly TemplateStretch[]): string {
  return stretches.map(({ text }) => text ?? "\0").join("");
}

function folderOfTemplates(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("templates/")));
}

/** What the templates of the chart in `folder` see, read when it is first asked for. */
export function chartData(folder: string, siblings: Siblings, given?: GivenValues): () => TemplateData {
  let root: TemplateData | undefined;
  return () => (root ??= rootOf(folder, siblings, given));
}

function rootOf(folder: string, siblings: Siblings, given: GivenValues | undefined): TemplateData {
  const file = (name: string, label: string): TemplateData => {
    const place = siblingPath(folder + name, name);
    const text = place === undefined ? undefined : siblings(place);
    const node = text === undefined ? undefined : readYaml(text).documents[0]?.root;
    return { kind: "node", node, file: text === undefined ? undefined : place, label };
  };
  const chart = file("Chart.yaml", ".Chart");
  const fields = ["Name", "Version", "AppVersion"].map((name): [string, TemplateData] => {
    const key = name.charAt(0).toLowerCase() + name.slice(1);
    return [
      name,
      chart.kind === "node" ? { ...chart, node: valueAt(chart.node, key), label: `.Chart.${name}` } : chart,
    ];
  });
  const own = file("values.yaml", ".Values");
  const around = globalAround(folder, siblings);
  const values: TemplateData = around === undefined ? own : { kind: "node", ...around, label: ".Values", base: own };
  const chartName = chart.kind === "node" ? textOf(valueAt(chart.node, "name")) : undefined;
  return {
    kind: "dictionary",
    entries: new Map<string, TemplateData>([
      ["Values", given === undefined ? values : givenOver(given, values)],
      ["Chart", { kind: "dictionary", entries: new Map(fields) }],
      ...namesOfHelm.map((name) => [name, unknownData] as const),
      ["Template", chartName === undefined ? unknownData : textData(chartName)],
    ]),
  };
}

function givenOver({ path, node, around }: GivenValues, base: TemplateData): TemplateData {
  const given = { kind: "node", file: path, label: ".Values" } as const;
  const global = globalOf(around);
  if (global === undefined) return { ...given, node, base };
  return { ...given, node, base: { ...given, node: global, base } };
}

/** Values without all that is not `global`. */
function globalOf(values: YamlNode | undefined): YamlNode | undefined {
  const all = mappingOf(values);
  return all === undefined ? undefined : { ...all, entries: all.entries.filter(({ key }) => key.text === "global") };
}

const globalIn = keepingLast(8, (text) => globalOf(readYaml(text).documents[0]?.root));

/** What is `global` in the values of the chart in whose folder `charts` another lies: it holds there, too. */
export function globalAround(
  folder: string,
  siblings: Siblings,
): { readonly node: YamlNode; readonly file: string } | undefined {
  const above = /^(|.*\/)charts\/[^/]+\/$/.exec(folder)?.[1];
  if (above === undefined || siblings(`${above}Chart.yaml`) === undefined) return undefined;
  const file = `${above}values.yaml`;
  const text = siblings(file);
  const node = text === undefined || !/^global\b/m.test(text) ? undefined : globalIn(text);
  return node === undefined ? undefined : { node, file };
}
