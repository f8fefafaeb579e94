import type { Span } from "../image/span.ts";
import { listNamed } from "./ansibleScope.ts";
import { fieldAt, type VariableLookup } from "./ansibleVariables.ts";
import type { JinjaToken } from "./jinjaTokens.ts";
import { wholeOf } from "./templateLines.ts";
import { entriesOf, itemsOf, scalarOf, textOf, type YamlNode } from "./yamlNode.ts";

/** A loop of a template, and those within it. */
interface JinjaLoop extends Span {
  readonly names: readonly string[];
  readonly of: string;
  readonly inner: JinjaLoop[];
}

type Found = NonNullable<ReturnType<VariableLookup>>;

/** What the variables of loops stand for while a template is gone through once. */
export interface JinjaRound {
  /** What a name stands for at an offset, where a loop around it has that name and a file tells. */
  at(offset: number, name: string): { readonly of?: Found | undefined; readonly isOfLoop: boolean };
  /** The loops around an offset: a text that is the same wherever they are. */
  around(offset: number): string;
}

const maximumDepth = 10;
/** Times that a template is read, once for each item of what its loops go through. */
const maximumRounds = 40;

/** Longer statements go through nothing that a file lists. */
const maximumLength = 400;

type Names = ReadonlyMap<string, Found | undefined>;

/** The rounds in which each item of every loop comes up once, as far as the files tell them; always at least one. */
export function roundsOf(tokens: readonly JinjaToken[], variables: VariableLookup): readonly JinjaRound[] {
  const loops = loopsIn(tokens);
  const rows = loops.length === 0 ? [new Map<JinjaLoop, Names>()] : beside(loops, variables, 0);
  return rows.map((row) => {
    const enclosing = (offset: number): readonly JinjaLoop[] => enclosingIn(loops, offset);
    return {
      at(offset, name) {
        const loop = enclosing(offset).findLast(({ names }) => names.includes(name));
        return loop === undefined ? { isOfLoop: false } : { isOfLoop: true, of: row.get(loop)?.get(name) };
      },
      around: (offset) =>
        enclosing(offset)
          .map(({ start }) => start)
          .join(),
    };
  });
}

function enclosingIn(loops: readonly JinjaLoop[], offset: number): readonly JinjaLoop[] {
  const loop = loops.find(({ start, end }) => start <= offset && offset < end);
  return loop === undefined ? [] : [loop, ...enclosingIn(loop.inner, offset)];
}

function loopsIn(tokens: readonly JinjaToken[]): readonly JinjaLoop[] {
  const all: JinjaLoop[] = [];
  const open: (Omit<JinjaLoop, "end"> & { readonly found: JinjaLoop[] })[] = [];
  for (const { kind, inner, start, end } of tokens) {
    if (kind !== "statement" || inner.length > maximumLength) continue;
    const [, names, of] = /^for\s+([\w\s,]+?)\s+in\s+([\s\S]+?)(?:\s+if\s[\s\S]*|\s+recursive)?$/.exec(inner) ?? [];
    if (names !== undefined && of !== undefined)
      open.push({ names: names.split(/\s*,\s*/), of, start: end, inner: [], found: open.at(-1)?.inner ?? all });
    else if (/^endfor\b/.test(inner)) {
      const loop = open.pop();
      if (loop !== undefined)
        loop.found.push({ names: loop.names, of: loop.of, inner: loop.inner, start: loop.start, end: start });
    }
  }
  return all;
}

type Row = ReadonlyMap<JinjaLoop, Names>;

/** Loops beside each other: none depends on where another one is. */
function beside(loops: readonly JinjaLoop[], variables: VariableLookup, depth: number): readonly Row[] {
  const rows = loops.map((loop) => rowsOf(loop, variables, depth));
  const count = Math.min(maximumRounds, Math.max(1, ...rows.map(({ length }) => length)));
  return Array.from(
    { length: count },
    (_, index) => new Map(rows.flatMap((one) => [...(one[Math.min(index, one.length - 1)] ?? [])])),
  );
}

function rowsOf(loop: JinjaLoop, variables: VariableLookup, depth: number): readonly Row[] {
  const items = depth > maximumDepth ? [] : itemsOfLoop(loop, variables, 0).slice(0, maximumRounds);
  const all = items.length === 0 ? [new Map(loop.names.map((name) => [name, undefined] as const))] : items;
  return all
    .flatMap((names: Names) => {
      const within: VariableLookup = (name) => (names.has(name) ? names.get(name) : variables(name));
      return beside(loop.inner, within, depth + 1).map((row) => new Map([...row, [loop, names] as const]));
    })
    .slice(0, maximumRounds);
}

/** What the names of a loop are for each of its items; none where no file tells. */
function itemsOfLoop(
  { names, of }: Pick<JinjaLoop, "names" | "of">,
  variables: VariableLookup,
  depth: number,
): readonly Names[] {
  const isOfPairs = of.endsWith(".items()");
  const { path: [first = "", ...fields] = [], as } = listNamed(`{{ ${of.replace(/\.items\(\)$/, "")} }}`) ?? {};
  const found = first === "" ? undefined : variables(first);
  const node = found && fieldAt(found.node, fields);
  if (found === undefined || node === undefined) return [];
  const [, further] = /^\s*\{\{(.*)\}\}\s*$/.exec(textOf(node) ?? "") ?? [];
  if (further !== undefined)
    return depth > maximumDepth
      ? []
      : itemsOfLoop({ names, of: further.trim() + (isOfPairs ? ".items()" : "") }, variables, depth + 1);
  const [one = "", other] = names;
  const namesFor = (...nodes: readonly YamlNode[]): Names =>
    new Map(names.map((name, index) => [name, { ...found, node: nodes[index] ?? emptyNode, label: `item of ${of}` }]));
  const pairs = entriesOf(node);
  if (as === "values") return pairs.map(({ value }) => namesFor(value));
  if (isOfPairs || (as === "items" && other !== undefined)) return pairs.map(({ key, value }) => namesFor(key, value));
  if (as === "items")
    return pairs.map((pair) => {
      const entries = [
        { key: wholeOf("key"), value: pair.key },
        { key: wholeOf("value"), value: pair.value },
      ];
      return new Map([[one, { ...found, node: { kind: "mapping", span: pair.key.span, entries } }]]);
    });
  if (scalarOf(node) !== undefined) return [];
  return pairs.length > 0 ? pairs.map(({ key }) => namesFor(key)) : itemsOf(node).map((item) => namesFor(item));
}

const emptyNode: YamlNode = { kind: "mapping", span: { start: 0, end: 0 }, entries: [] };
