import { writtenJson } from "./githubJson.ts";
import { dereference, entriesOf, isNull, itemsOf, mappingOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

/** One job that a matrix yields: its values by name. */
export type MatrixCombination = ReadonlyMap<string, YamlNode>;

/** GitHub's own limit of jobs that a matrix may yield. */
const maximumCombinations = 256;

/**
 * The combinations of a job's `strategy.matrix`, with `include` and `exclude` applied as GitHub does. One empty
 * combination for a job without matrix; undefined where the matrix is not written out in the file, as YAML or as JSON.
 */
export function matrixCombinations(job: YamlNode, text: string): readonly MatrixCombination[] | undefined {
  const written = (node: YamlNode | undefined): YamlNode | undefined => {
    const found = dereference(node);
    return found?.kind === "scalar" ? (writtenJson(text, found) ?? found) : found;
  };
  const matrix = written(valueAt(job, "strategy", "matrix"));
  if (matrix === undefined || (matrix.kind === "scalar" && isNull(matrix))) return [new Map<string, YamlNode>()];
  if (mappingOf(matrix) === undefined) return undefined;
  const entries = entriesOf(matrix).map(({ key, value }) => ({ key, value: written(value) ?? value }));
  const isComputed = entries.some(({ value }) => textOf(value) !== undefined);
  if (isComputed) return undefined;
  const axes = entries.filter(({ key }) => key.text !== "include" && key.text !== "exclude");
  let products: Map<string, YamlNode>[] = axes.length === 0 ? [] : [new Map()];
  for (const { key, value } of axes)
    products = products
      .flatMap((product) => itemsOf(value).map((item) => new Map(product).set(key.text, item)))
      .slice(0, maximumCombinations);
  const itemsOfKey = (name: string): readonly YamlNode[] =>
    itemsOf(entries.find(({ key }) => key.text === name)?.value);
  const excluded = itemsOfKey("exclude");
  const kept = products.filter((product) => !excluded.some((exclusion) => covers(exclusion, product)));
  return include(itemsOfKey("include"), kept, new Set(axes.map(({ key }) => key.text)));
}

/** Keys of a job that say where and when it runs, not with which images. */
const elsewhere = new Set(["name", "runs-on", "strategy", "timeout-minutes", "continue-on-error"]);

/**
 * The combinations that differ in what the job's containers, services and steps mention of them, each once: a matrix of
 * operating systems alone yields one.
 */
export function distinctCombinations(
  job: YamlNode,
  combinations: readonly MatrixCombination[],
  text: string,
): readonly MatrixCombination[] {
  if (combinations.length < 2) return combinations;
  const rest = entriesOf(job)
    .filter(({ key }) => !elsewhere.has(key.text))
    .map(({ value: { span } }) => text.slice(span.start, span.end))
    .join("\n");
  const mentions = [...rest.matchAll(/\bmatrix\b(?:\.([\w-]+))?/g)].map((mention) => mention[1]);
  const names = new Set(mentions);
  // The whole matrix may be asked for, and an alias stands for text from elsewhere.
  if (names.has(undefined) || /(?:^|[\s,[{])\*\w/.test(rest)) return combinations;
  const ids = new Map<YamlNode, number>();
  const distinct = new Map<string, MatrixCombination>();
  for (const combination of combinations) {
    const seen = [...combination].filter(([name]) => names.has(name));
    for (const [, node] of seen) if (!ids.has(node)) ids.set(node, ids.size);
    const identity = seen.map(([name, node]) => `${name} ${ids.get(node)}`).join("\n");
    if (!distinct.has(identity)) distinct.set(identity, new Map(seen));
  }
  return [...distinct.values()];
}

/** An inclusion extends every combination whose original values it does not change; one that extends none stands alone. */
function include(
  inclusions: readonly YamlNode[],
  originals: readonly Map<string, YamlNode>[],
  axes: ReadonlySet<string>,
): readonly MatrixCombination[] {
  const added: Map<string, YamlNode>[] = [];
  for (const inclusion of inclusions) {
    const values = entriesOf(inclusion);
    const extended = originals.filter((product) =>
      values.every(({ key, value }) => !axes.has(key.text) || isEqual(product.get(key.text), value)),
    );
    for (const product of extended) for (const { key, value } of values) product.set(key.text, value);
    if (extended.length === 0 && originals.length + added.length < maximumCombinations)
      added.push(new Map(values.map(({ key, value }) => [key.text, value])));
  }
  return [...originals, ...added];
}

function covers(exclusion: YamlNode, product: MatrixCombination): boolean {
  const values = entriesOf(exclusion);
  return values.length > 0 && values.every(({ key, value }) => isEqual(product.get(key.text), value));
}

function isEqual(one: YamlNode | undefined, other: YamlNode | undefined): boolean {
  const left = dereference(one);
  const right = dereference(other);
  if (left?.kind === "scalar") return right?.kind === "scalar" && left.text === right.text;
  if (left?.kind === "mapping" && right?.kind === "mapping") {
    const entries = entriesOf(right);
    return (
      entriesOf(left).length === entries.length &&
      entries.every(({ key, value }) => isEqual(valueAt(left, key.text), value))
    );
  }
  if (left?.kind !== "sequence" || right?.kind !== "sequence") return false;
  return (
    left.items.length === right.items.length && left.items.every((item, index) => isEqual(item, right.items[index]))
  );
}
