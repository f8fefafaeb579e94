import type { Span } from "../image/span.ts";
import { textOfStretches } from "../shell/stretch.ts";
import type { ValueStep, WordPart } from "./document.ts";
import { nameAt, signAt, type GroovyPiece, type GroovyToken } from "./groovy.ts";
import type { GroovyLoop } from "./groovyCollections.ts";
import type { GroovyGrowth } from "./groovyDefinitions.ts";
import { filledTemplates, type GroovyLibrary } from "./groovyLibrary.ts";
import { partBetween, separatorAt, takesApart } from "./groovyParts.ts";
import { contentOf, firstLine, within, type GroovyValue } from "./groovyValue.ts";

/** Where the values of a script's names are found. */
export interface GroovySources {
  /** The loop around an offset whose variable has the name. */
  loopAt(name: string, span: Span): GroovyLoop | undefined;
  /** The tokens at which the values begin that a name may have there; undefined for one that the script does not say. */
  placesOf(name: string, offset: number): readonly (number | undefined)[];
  /** What a name is made of that grows there; undefined where that is not said. */
  growthAt(name: string, offset: number): readonly GroovyGrowth[] | undefined;
  /** The tokens at which the items begin of a list or map of the name. */
  itemsOf(name: string): readonly number[];
  /** What `withEnv` sets a name to around an offset. */
  settingAt(name: string, offset: number): readonly GroovyPiece[] | undefined;
  /** Whether only the first line counts of the value that begins at a token. */
  isLines(index: number): boolean;
  /** Where the block begins in which a definition stands whose value begins at a token. */
  branchOf(index: number): number;
  /** The tokens at which values begin that a function returns. */
  resultsOf(name: string): readonly number[];
  /** Whether a function of the script has a parameter of the name. */
  isParameter(name: string): boolean;
  /** What other files say. */
  readonly library: GroovyLibrary;
}

/** How the values are read that a name stands for. */
interface GroovyExpressions {
  valueAt(index: number, depth: number): GroovyValue | undefined;
  partsOf(pieces: readonly GroovyPiece[], depth: number): readonly WordPart[];
  /** What stands under a key of what a call gives that another file defines; the call stands at a token. */
  memberAt(index: number, key: string, span: Span, depth: number): readonly WordPart[] | undefined;
  /** One more name is followed; false where too many were. */
  follow(): boolean;
}

/** Names that stand for others are followed as deep as this. */
export const maximumDepth = 10;
/** Pieces of a value that grows. */
const maximumGrowth = 40;
/** A name that is given more values than this is not followed. */
const maximumDefinitions = 8;
/** Calls that give an image by its name. */
export const isHandle = /(?:^|\.)docker\.(?:build|image)$/;

/** What names are in a script. */
export interface GroovyNames {
  /** What a name is at a place, in the words that its values have there. */
  readonly expand: (name: string, span: Span, depth: number) => readonly WordPart[];
  /** The parts of a name's text as they are written, where the script puts it together one after the other. */
  readonly grownAt: (name: string, offset: number) => readonly WordPart[] | undefined;
}

/** Says what a name is at a place of a script, in the words that its values have there. */
export function createGroovyNames(
  text: string,
  tokens: readonly GroovyToken[],
  sources: GroovySources,
  expressions: GroovyExpressions,
): GroovyNames {
  const groups = new Map<string, object>();
  const stepAt = (span: Span, label: string): ValueStep => ({ span, label, text: text.slice(span.start, span.end) });

  const expand = (name: string, span: Span, depth: number): readonly WordPart[] => {
    const known = name.replace(/^env\./, "").replaceAll(/\[\s*(?:'(\w+)'|"(\w+)")\s*\]/g, ".$1$2");
    const short = known.slice(known.lastIndexOf(".") + 1);
    const step = stepAt(span, `variable ${/^\w+$/.test(short) ? short : name}`);
    if (!expressions.follow()) return [{ span, chain: [step] }];
    const setting = sources.settingAt(known, span.start);
    if (setting !== undefined && depth < maximumDepth)
      return expressions.partsOf(setting, depth + 1).map((part) => ({ ...part, span, chain: [step, ...part.chain] }));
    const loop = sources.loopAt(known, span);
    const placed = sources.placesOf(known, span.start);
    if (loop !== undefined && depth < maximumDepth && !placed.some((at) => isWithin(at, loop.span)))
      return oneOf(loop, span, step, depth);
    // `image.id` is the name of what `image` was made of.
    const found = placed.length === 0 && known.endsWith(".id") ? handlesOf(known.slice(0, -3), span.start) : placed;
    const grown = found.includes(undefined) && depth < maximumDepth ? grownAt(known, span.start, depth) : undefined;
    if (grown !== undefined) return grown.map((part) => ({ ...part, span, chain: [step, ...part.chain] }));
    const places = found.length > maximumDefinitions || depth >= maximumDepth ? [] : found;
    if (places.length === 0 && depth < maximumDepth) {
      const passed = memberOf(known, span, step, depth);
      if (passed !== undefined) return passed;
      if (known.endsWith("]")) return itemOf(known, span, step, depth);
    }
    const values = places.map((place) => {
      const value = place === undefined ? undefined : expressions.valueAt(place, depth + 1);
      return place !== undefined && value !== undefined && sources.isLines(place) ? firstLine(value) : value;
    });
    // A text that grows out of nothing is a list of words rather than one image.
    if (places.includes(undefined)) {
      const isGrown = values.every((one) => one === undefined || textOfStretches(one.parts) === "");
      return [{ span, chain: isGrown ? [] : [step] }];
    }
    const assigned = telling(values);
    const [only, ...others] = assigned.map(({ value }) =>
      within(value, span, [step, stepAt(contentOf(value), `value of ${name}`)]),
    );
    if (only === undefined) return importedAt(known, span, step, depth) ?? [{ span, chain: [step] }];
    if (others.length === 0) return only;
    return [{ span, chain: [step], choices: [only, ...others], group: groupOf(assigned.map(({ at }) => places[at])) }];
  };

  /** What another file says a name to be: a class's constant, what the object of a class has, a variable of a step. */
  const importedAt = (path: string, span: Span, step: ValueStep, depth: number): readonly WordPart[] | undefined => {
    const imported = importedName(path, span.start, sources, tokens);
    if (imported !== undefined) return filledTemplates(sources.library.valuesOf(imported), span, step, () => undefined);
    // `def images = teamImages()`, of which it says `images.node`.
    const [, holder, key] = /^(\w+)\.(\w+)$/.exec(path) ?? [];
    if (holder === undefined || key === undefined || sources.isParameter(holder)) return undefined;
    const [place, ...others] = sources.placesOf(holder, span.start);
    if (place === undefined || others.length > 0) return undefined;
    return expressions
      .memberAt(place, key, span, depth + 1)
      ?.map((part) => ({ ...part, chain: [step, ...part.chain] }));
  };

  /** The text of a name that is put together by `+=`, as it is written. */
  function grownAt(name: string, offset: number, depth: number): readonly WordPart[] | undefined {
    const growth = sources.growthAt(name, offset);
    if (growth === undefined || growth.length < 2 || growth.length > maximumGrowth) return undefined;
    const parts: WordPart[] = [];
    for (const { at, isSure } of growth) {
      const value = isNumber(at) ? undefined : expressions.valueAt(at, depth + 1);
      const known = parts.length === 0 ? "" : parts.at(-1)?.text;
      if (value === undefined) return undefined;
      if (isSure) parts.push(...value.parts);
      else if (isNextOption(value, known)) continue;
      else if (parts.every(({ text: one }) => one === "")) return undefined;
      else if (!/^\s/.test(value.parts[0]?.text ?? "")) parts.push({ span: value.span, chain: [] });
      else parts.push({ text: " ", span: value.span, chain: [] }, { span: value.span, chain: [] });
    }
    return parts.filter(({ text: known }) => known !== "");
  }

  const isNumber = (index: number): boolean => {
    const token = tokens[index];
    const [piece] = token?.kind === "string" ? token.pieces : [];
    return piece?.kind === "text" && piece.isBare === true;
  };

  /** `config.image`, where a function is given the map by the name that it has outside. */
  function memberOf(path: string, span: Span, step: ValueStep, depth: number): readonly WordPart[] | undefined {
    const [, name = "", rest = ""] = /^(\w+)((?:\.\w+|\[\d+\])+)$/.exec(path) ?? [];
    const given = name === "" ? undefined : sources.loopAt(name, span);
    if (given?.kind !== "parameter") return undefined;
    const choices = given.items.flatMap((item) => {
      const token = item === undefined ? undefined : tokens[item];
      if (token?.kind !== "name") return [];
      return [expand(token.text + rest, token.span, depth + 1).map((part) => ({ ...part, span }))];
    });
    const [only, ...others] = choices;
    return others.length === 0 ? only : [{ span, chain: [step], choices, group: given.group }];
  }

  /** `images[name]`, `images["$name"]`, for what the name is. */
  function itemOf(path: string, span: Span, step: ValueStep, depth: number): readonly WordPart[] {
    const [, parted, index] = /^([\w.]+)\[(\d+)\]$/.exec(path) ?? [];
    if (parted !== undefined) return partOf(parted, Number(index), span, step, depth);
    const [, list, variable] = /^([\w.]+)\[(?:(?=\w)|"\$\{?(?=\w+\}?"))([\w.]+)\}?"?\]$/.exec(path) ?? [];
    if (list === undefined || variable === undefined) return [{ span, chain: [step] }];
    const [key, ...rest] = expand(variable, span, depth + 1);
    const keys = key === undefined || rest.length > 0 ? [[{ span, chain: [] }]] : (key.choices ?? [[key]]);
    const choices = keys.flatMap((parts: readonly WordPart[]) => {
      const isTold = parts.every(({ text: known }) => known !== undefined);
      return isTold ? [expand(`${list}.${textOfStretches(parts)}`, span, depth + 1)] : anyOf(list, span, step, depth);
    });
    const [only, ...others] = choices;
    if (only === undefined) return [{ span, chain: [step] }];
    return others.length === 0 ? only : [{ span, chain: [step], choices, group: key?.group ?? choices }];
  }

  /** Each of the texts of a list or map, where only running the script tells which it is. */
  function anyOf(list: string, span: Span, step: ValueStep, depth: number): readonly (readonly WordPart[])[] {
    const items = sources.itemsOf(list);
    const values = items.flatMap((at) =>
      tokens[at]?.kind === "string" ? (expressions.valueAt(at, depth + 1) ?? []) : [],
    );
    if (items.length === 0 || values.length < items.length) return [[{ span, chain: [step] }]];
    return values.map((value) => within(value, span, [step, stepAt(contentOf(value), `item of ${list}`)]));
  }

  /** `parts[1]`, where a text was taken apart: `def parts = text.split(':')`. */
  function partOf(name: string, index: number, span: Span, step: ValueStep, depth: number): readonly WordPart[] {
    const [place, ...others] = sources.placesOf(name, span.start);
    const token = place === undefined || others.length > 0 ? undefined : tokens[place];
    const [, text, method = ""] = (token?.kind === "name" ? /^([\w.]+)\.(\w+)$/.exec(token.text) : null) ?? [];
    const separator = takesApart.test(method) && place !== undefined ? separatorAt(tokens, place + 1) : undefined;
    if (token === undefined || text === undefined || separator === undefined) return [{ span, chain: [step] }];
    return partBetween(expand(text, token.span, depth + 1), separator, index, { span, step });
  }

  const isWithin = (at: number | undefined, { start, end }: Span): boolean => {
    const offset = at === undefined ? -1 : (tokens[at]?.span.start ?? -1);
    return start <= offset && offset <= end;
  };

  /** What branches assign: each value once, and nothing that only says that another is to come. */
  function telling(
    values: readonly (GroovyValue | undefined)[],
  ): readonly { readonly value: GroovyValue; readonly at: number }[] {
    const found = new Map<string, { value: GroovyValue; at: number }>();
    for (const [at, value] of values.entries()) {
      if (value === undefined) continue;
      const isTold = values.length === 1 || value.parts.some(({ text: known, choices }) => known ?? choices);
      const text = value.parts.some(({ choices }) => choices) ? `${at}` : textOfStretches(value.parts);
      if (isTold && !found.has(text)) found.set(text, { value, at });
    }
    return [...found.values()];
  }

  /** What is assigned in the same branches is taken together. */
  function groupOf(places: readonly (number | undefined)[]): object {
    const key = places.map((place) => (place === undefined ? "" : sources.branchOf(place))).join(" ");
    const group = groups.get(key) ?? {};
    groups.set(key, group);
    return group;
  }

  /** Where the images stand that a variable holds: `def image = docker.build('name')`. */
  const handlesOf = (name: string, offset: number): readonly (number | undefined)[] =>
    sources.placesOf(name, offset).filter((at) => at !== undefined && isHandle.test(nameAt(tokens, at)));

  /** What a variable of a loop is, one after the other. */
  const oneOf = (loop: GroovyLoop, span: Span, step: ValueStep, depth: number): readonly WordPart[] => {
    const choices = loop.items.map((item): readonly WordPart[] => {
      const value = item === undefined ? undefined : (keyAt(item) ?? expressions.valueAt(item, depth + 1));
      if (value === undefined) return [{ span, chain: [step] }];
      const label = `${loop.kind === "parameter" ? "argument for" : "item of"} ${loop.name}`;
      return within(value, span, [step, stepAt(contentOf(value), label)]);
    });
    const [first, ...others] = choices;
    const isKnown = first?.every((part) => part.text !== undefined) === true;
    const isOne =
      others.length === 0 || (isKnown && others.every((one) => textOfStretches(one) === textOfStretches(first)));
    return first !== undefined && isOne ? first : [{ span, chain: [step], choices, group: loop.group }];
  };

  /** The key of a map, which needs no quotes. */
  const keyAt = (index: number): GroovyValue | undefined => {
    const token = tokens[index];
    if (token?.kind !== "name" || signAt(tokens, index + 1) !== ":") return undefined;
    const { span } = token;
    return { parts: [{ text: token.text, span, chain: [] }], span, next: index + 1, endsWithName: true };
  };

  return { expand, grownAt: (name, offset) => grownAt(name, offset, 0) };
}

/** Whether a value begins with an option, where a word begins. */
function isNextOption({ parts: [first] }: GroovyValue, before: string | undefined): boolean {
  const text = first?.text ?? "";
  return /^\s+-/.test(text) || (text.startsWith("-") && /(?:^|\s)$/.test(before ?? "x"));
}

/**
 * A path as other files know it, which name classes rather than objects of them, and `load:file:member` for what a script
 * has loaded; undefined for one of the script's own.
 */
export function importedName(
  path: string,
  offset: number,
  sources: Pick<GroovySources, "isParameter" | "placesOf">,
  tokens: readonly GroovyToken[],
): string | undefined {
  const [first = "", ...members] = path.split(".");
  if (sources.isParameter(first)) return undefined;
  const places = members.length === 0 ? [] : sources.placesOf(first, offset);
  if (places.length === 0) return path;
  const member = members.join(".");
  const [made, ...others] = new Set(
    places.map((place) => (place === undefined ? "" : objectAt(tokens, place, member))),
  );
  return made === "" || others.length > 0 ? undefined : made;
}

/** A member of the object that is made at a token: `new Images(this)`, `load 'ci/images.groovy'`. */
function objectAt(tokens: readonly GroovyToken[], at: number, member: string): string {
  if (nameAt(tokens, at) === "new") return `${nameAt(tokens, at + 1)}.${member}`;
  const token = nameAt(tokens, at) === "load" ? tokens[signAt(tokens, at + 1) === "(" ? at + 2 : at + 1] : undefined;
  const [first, ...rest] = token?.kind === "string" ? token.pieces : [];
  // The folder that a job works in is said by many names.
  const pieces = first?.kind === "expression" ? rest : [first, ...rest];
  const file = pieces.map((piece) => (piece?.kind === "text" ? piece.text : "$")).join("");
  return file === "" || file.includes("$") ? "" : `load:${file.replace(/^(?:\.?\/)+/, "")}:${member}`;
}
