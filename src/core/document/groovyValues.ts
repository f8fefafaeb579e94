import type { Span } from "../image/span.ts";
import { textOfStretches } from "../shell/stretch.ts";
import type { WordPart } from "./document.ts";
import { nameAt, signAt, type GroovyToken } from "./groovy.ts";
import { groovyCollections, type GroovyLoop } from "./groovyCollections.ts";
import { definitionsAt, groovyDefinitions, growthAt, type GroovyDefinition } from "./groovyDefinitions.ts";
import { createGroovyEvaluation, type GroovyEvaluation } from "./groovyEvaluate.ts";
import { groovyFunctions } from "./groovyFunctions.ts";
import { noLibrary, type GroovyLibrary } from "./groovyLibrary.ts";
import { importedName } from "./groovyNames.ts";
import { createGroovyMerges } from "./groovyMerges.ts";

/** The values of a script's variables, environment and parameters. */
export interface GroovyValues extends Pick<GroovyEvaluation, "valueAt" | "partsOf" | "grownAt"> {
  /** Whether a token belongs to a place that defines a variable's value. */
  isDefinition(index: number): boolean;
  /** The tokens at which values begin of the name, or of what the function returns, that stands at a token. */
  sourcesOf(index: number): readonly number[];
  /** Whether the script has a function or closure of a name. */
  defines(name: string): boolean;
  /** What other files call what stands at a token; undefined where it is the script's own. */
  importedAt(index: number, path: string): string | undefined;
  /** What `environment` and `withEnv` set for a place, as far as it is known. */
  environmentAt(offset: number): Readonly<Record<string, string>>;
  /** What the axes of a matrix around a place set in each of its cells. */
  cellsAt(offset: number): readonly ReadonlyMap<string, string>[];
}

/** Cells of a matrix that are told apart. */
const maximumCells = 64;

/** Finds what a script's tokens define; `library` is what other files do. A name that is given different values is not known. */
export function createGroovyValues(
  text: string,
  tokens: readonly GroovyToken[],
  library: GroovyLibrary = noLibrary,
): GroovyValues {
  const { parameters, parameterNames, scopes, results, tokens: all } = groovyFunctions(text, tokens);
  const { members, lists, loops: over } = groovyCollections(tokens, parameters);
  const { places, tokens: defining, environment: names, lines, settings } = groovyDefinitions(text, tokens);
  const loops = [...parameters, ...over];
  const branches = new Map([...places.values()].flat().map(({ at, block }) => [at, block.start]));
  const belonging = new Set([
    ...defining,
    ...[...members.values()].flat(),
    ...loops.flatMap(({ items }) => items.flatMap((at) => at ?? [])),
  ]);
  const loopsOf = new Map<string, GroovyLoop[]>();
  for (const loop of loops) {
    const known = loopsOf.get(loop.name);
    if (known === undefined) loopsOf.set(loop.name, [loop]);
    else known.push(loop);
  }
  const isAround = (span: Span, offset: number): boolean => span.start <= offset && offset <= span.end;
  /** Where a name is a function's own: its parameter, or what is declared in a block of it. */
  const scopeAt = (name: string, offset: number): Span | undefined => {
    const declared = (places.get(name) ?? []).filter(({ declares, block }) => declares && isAround(block, offset));
    const given = parameterNames.has(name)
      ? scopes.filter(({ names, span }) => names.has(name) && isAround(span, offset))
      : [];
    const around = [...declared.map(({ block }) => block), ...given.map(({ span }) => span)];
    return around.toSorted((one, other) => one.end - one.start - (other.end - other.start))[0];
  };
  /** The definitions of a name, without those of what has the same name in other functions. */
  const definitionsOf = (name: string, offset: number): readonly GroovyDefinition[] => {
    const all = places.get(name) ?? [];
    const scope = all.length < 2 ? undefined : scopeAt(/^\w+/.exec(name)?.[0] ?? name, offset);
    return scope === undefined ? all : all.filter(({ span }) => isAround(scope, span.start));
  };
  const lookUp = (name: string, offset: number): readonly (number | undefined)[] => {
    const own = members.get(name) ?? [];
    const found = definitionsAt(definitionsOf(name, offset), offset).map(({ at }) => at);
    return own.length === 0 ? found : [...found, ...own.filter((at) => !found.includes(at))];
  };
  const placesOf = (name: string, offset: number): readonly (number | undefined)[] => {
    const found = lookUp(name, offset);
    if (found.length > 0) return found;
    // Parameters are variables, too; a class's own are said with its name.
    const other = name.includes(".") ? name.replace(/^(?:this|[A-Z]\w*)\./, "") : `params.${name}`;
    const given = other === name ? found : lookUp(other, offset);
    return given.length > 0 || name.includes(".") ? given : lookUp(`this.${name}`, offset);
  };
  const loopAt = (name: string, { start, end }: Span): GroovyLoop | undefined =>
    loopsOf.get(name)?.findLast(({ span }) => start >= span.start && end <= span.end);
  const merged = createGroovyMerges(tokens, {
    valuesOf: (name, offset) =>
      name.endsWith("()")
        ? (results.get(name.slice(0, -2)) ?? [])
        : definitionsAt(places.get(name) ?? [], offset).map(({ at }) => at),
    membersOf: (path, offset) => loopAt(path, { start: offset, end: offset })?.items ?? placesOf(path, offset),
  });
  const isParameter = (name: string): boolean => parameterNames.has(name);
  const own = { isParameter, placesOf };
  const evaluation = createGroovyEvaluation(text, all, {
    loopAt,
    placesOf(name, offset) {
      if (!name.includes(".")) return placesOf(name, offset);
      const changed = merged.changedAt(name, offset);
      const found = changed.length > 0 ? changed : placesOf(name, offset);
      return found.length > 0 ? found : merged.heldAt(name, offset);
    },
    growthAt: (name, offset) => growthAt(definitionsOf(name, offset), offset),
    itemsOf: (name) => lists.get(name) ?? [],
    settingAt: (name, offset) => settings.findLast((one) => one.name === name && isAround(one.span, offset))?.pieces,
    isLines: (index) => lines.has(index),
    branchOf: (index) => branches.get(index) ?? 0,
    resultsOf: (name) => results.get(name) ?? [],
    isParameter,
    library,
  });
  const known = (parts: readonly WordPart[]): string | undefined =>
    parts.every((part) => part.text !== undefined) ? textOfStretches(parts) : undefined;
  const set = [...names].map((name) => ({ name, definitions: places.get(name) ?? places.get(`params.${name}`) ?? [] }));
  const blocks = [...new Set(set.flatMap(({ definitions }) => definitions.map(({ block }) => block)))];
  const environments = new Map<string, Readonly<Record<string, string>>>();
  /** What holds in the blocks around a place; what a script sets there holds everywhere. */
  const environmentOf = (offset: number): Readonly<Record<string, string>> => {
    const key = blocks.map((block) => (isAround(block, offset) ? "1" : "0")).join("");
    const found = environments.get(key);
    if (found !== undefined) return found;
    const around = set.filter(({ definitions }) =>
      definitions.some(({ declares, block }) => !declares || isAround(block, offset)),
    );
    const made = Object.fromEntries(
      around.flatMap(({ name }) => {
        const value = known(evaluation.expand(name, { start: offset, end: offset }));
        return value === undefined ? [] : [[name, value]];
      }),
    );
    environments.set(key, made);
    return made;
  };
  return {
    valueAt: (index) => evaluation.valueAt(index),
    partsOf: (pieces) => evaluation.partsOf(pieces),
    grownAt: (index) => evaluation.grownAt(index),
    isDefinition: (index) => belonging.has(index),
    defines: (name) => results.has(name),
    importedAt: (index, path) => importedName(path, tokens[index]?.span.start ?? 0, own, tokens),
    sourcesOf(index) {
      const name = nameAt(tokens, index);
      if (signAt(tokens, index + 1) === "(") return results.get(name) ?? [];
      const offset = tokens[index]?.span.start ?? 0;
      return definitionsAt(places.get(name) ?? [], offset).flatMap(({ at }) => at ?? []);
    },
    environmentAt(offset) {
      const own = settings.filter(({ span }) => isAround(span, offset));
      const environment = environmentOf(offset);
      if (own.length === 0) return environment;
      const changed = new Map(Object.entries(environment));
      for (const { name, pieces } of own) {
        const value = known(evaluation.partsOf(pieces));
        if (value === undefined) changed.delete(name);
        else changed.set(name, value);
      }
      return Object.fromEntries(changed);
    },
    cellsAt(offset) {
      let cells: readonly ReadonlyMap<string, string>[] = [];
      for (const { name, items, span, kind } of loops) {
        if (kind !== "axis" || !isAround(span, offset)) continue;
        const given = items.flatMap((at) => {
          const value = at === undefined ? undefined : evaluation.valueAt(at);
          return value === undefined ? [] : (known(value.parts) ?? []);
        });
        const before = cells.length === 0 ? [new Map<string, string>()] : cells;
        cells = before.flatMap((cell) => given.map((value) => new Map([...cell, [name, value]])));
        if (cells.length > maximumCells) return [];
      }
      return cells;
    },
  };
}
