import {
  dereference,
  entriesOf,
  isNull,
  itemsOf,
  mappingOf,
  scalarOf,
  valueAt,
  type YamlNode,
  type YamlScalar,
} from "./yamlNode.ts";

/** One job that a matrix yields: its values by name. */
export type MatrixCombination = ReadonlyMap<string, YamlNode>;

/** GitHub's own limit of jobs that a matrix may yield. */
const maximumCombinations = 256;

/**
 * The combinations of a job's `strategy.matrix`, with `include` and `exclude` applied as GitHub does. One empty
 * combination for a job without matrix; undefined where nothing tells what the matrix is. `nodesOf` says what an
 * expression comes to; an axis that nothing tells has its expression for a value.
 */
export function matrixCombinations(
  job: YamlNode,
  nodesOf: (scalar: YamlScalar) => readonly YamlNode[],
): readonly MatrixCombination[] | undefined {
  const written = (node: YamlNode | undefined): readonly YamlNode[] => {
    const found = dereference(node);
    if (found?.kind !== "scalar") return found === undefined ? [] : [found];
    const nodes = nodesOf(found);
    return nodes.length === 0 ? [found] : nodes;
  };
  const matrix = dereference(valueAt(job, "strategy", "matrix"));
  if (matrix === undefined || (matrix.kind === "scalar" && isNull(matrix))) return [new Map<string, YamlNode>()];
  const known = written(matrix).flatMap((one) => combinationsOf(one, written) ?? []);
  return known.length === 0 ? undefined : known.slice(0, maximumCombinations);
}

function combinationsOf(
  matrix: YamlNode,
  written: (node: YamlNode | undefined) => readonly YamlNode[],
): readonly MatrixCombination[] | undefined {
  if (mappingOf(matrix) === undefined) return undefined;
  const entries = entriesOf(matrix);
  const named = (name: string): readonly YamlNode[] =>
    entries.filter(({ key }) => key.text === name).flatMap(({ value }) => written(value));
  // What is included may bring names of its own.
  if (named("include").some((node) => scalarOf(node) !== undefined)) return undefined;
  const axes = entries.filter(({ key }) => key.text !== "include" && key.text !== "exclude");
  let products: Map<string, YamlNode>[] = axes.length === 0 ? [] : [new Map()];
  for (const { key, value } of axes) {
    const items = written(value).flatMap((node) => (scalarOf(node) === undefined ? itemsOf(node) : [node]));
    products = products
      .flatMap((product) => items.map((item) => new Map(product).set(key.text, item)))
      .slice(0, maximumCombinations);
  }
  const excluded = named("exclude").flatMap(itemsOf);
  const kept = products.filter((product) => !excluded.some((exclusion) => covers(exclusion, product)));
  return include(named("include").flatMap(itemsOf), kept, new Set(axes.map(({ key }) => key.text)));
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
    const agrees = (product: MatrixCombination, isSame: typeof isEqual): boolean =>
      values.every(({ key, value }) => !axes.has(key.text) || isSame(product.get(key.text), value));
    const maybe = originals.filter((product) => agrees(product, mayBeEqual));
    const possible = maybe.length > 0 ? maybe : [new Map<string, YamlNode>()];
    for (const product of possible) {
      const isCertain = maybe.length > 0 && agrees(product, isEqual);
      const extended = isCertain ? product : new Map(product);
      for (const { key, value } of values) extended.set(key.text, value);
      if (!isCertain && originals.length + added.length < maximumCombinations) added.push(extended);
    }
  }
  return [...originals, ...added];
}

function covers(exclusion: YamlNode, product: MatrixCombination): boolean {
  const values = entriesOf(exclusion);
  return values.length > 0 && values.every(({ key, value }) => isEqual(product.get(key.text), value));
}

/** A value that nothing tells may be any. */
function mayBeEqual(one: YamlNode | undefined, other: YamlNode | undefined): boolean {
  return scalarOf(one)?.text.includes("${{") === true || isEqual(one, other);
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
