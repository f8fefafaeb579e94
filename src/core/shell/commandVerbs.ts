import { mentioned, type CommandImages } from "./mention.ts";
import { readOptions, type OptionTable } from "./optionTable.ts";
import { afterPrefix, textOfSlice, wholeSlice, type WordSlice, type WordValue } from "./wordValue.ts";

/** Reads the images that a tool's command line names; `words` are those after the tool's own. */
export type ToolReader = (words: readonly WordValue[]) => CommandImages;

/** What names no image. */
export const noImages: CommandImages = { mentions: [], outputs: [] };

/** Which of a command's arguments are references; `copied`: the first, and the second is what it makes of it. */
type Counted = "all" | "first" | "second" | "butLast" | "copied";

/** Commands of one or two words, with their arguments that are references. */
export type Verbs = ReadonlyMap<string, Counted>;

/** Makes verbs out of names separated by commas. */
export function verbsOf(names: Readonly<Partial<Record<Counted, string>>>): Verbs {
  const counts = ["all", "first", "second", "butLast", "copied"] as const;
  return new Map(
    counts.flatMap((counted) =>
      (names[counted] ?? "")
        .split(/,\s*/)
        .flatMap((name): [string, Counted][] => (name === "" ? [] : [[name, counted]])),
    ),
  );
}

/** The references among the arguments of commands of one or two words. */
export function atVerbs(words: readonly WordValue[], options: OptionTable, verbs: Verbs): CommandImages {
  const { positionals } = readOptions(words, options);
  const one = positionals[0]?.text ?? "";
  const two = `${one} ${positionals[1]?.text ?? ""}`;
  const counted = verbs.get(two) ?? verbs.get(one);
  if (counted === undefined) return noImages;
  const given = positionals.slice(verbs.has(two) ? 2 : 1);
  const outputs = counted === "copied" ? given.slice(1, 2).map(wholeSlice) : [];
  return { ...mentioned(countedOf(given, counted).map(wholeSlice)), outputs };
}

function countedOf(given: readonly WordValue[], counted: Counted): readonly WordValue[] {
  switch (counted) {
    case "all":
      return given;
    case "first":
    case "copied":
      return given.slice(0, 1);
    case "second":
      return given.slice(1, 2);
    case "butLast":
      return given.length < 2 ? given : given.slice(0, -1);
  }
}

/** Images that may be on this machine alone, since the same script may build them. */
export function local(slices: readonly (WordSlice | undefined)[]): CommandImages {
  return {
    mentions: slices.flatMap((slice) => (slice === undefined ? [] : [{ slice, mayBeLocal: true }])),
    outputs: [],
  };
}

/** Images that a cluster is told to run. */
export function deployed(slices: readonly (WordSlice | undefined)[]): CommandImages {
  const { mentions, outputs } = local(slices);
  return { mentions: mentions.map((mention) => ({ ...mention, isDeployed: true })), outputs };
}

/** An image that is on this machine, and further names for it: only what something fetches is a registry's. */
export function aliased([source, ...aliases]: readonly WordSlice[]): CommandImages {
  const mentions = source === undefined ? [] : [{ slice: source, mayBeLocal: true, isThere: true }];
  return { mentions, outputs: [], aliases };
}

/** Options by name where one of the command's words says so; whatever else stands there does not matter for them. */
export function flagged(verbs: readonly string[], names: readonly string[]): ToolReader {
  return (words) =>
    verbs.length > 0 && !words.some(({ text }) => verbs.includes(text)) ? noImages : local(namedValues(words, names));
}

/** Values of `--name=value` and `--name value` before `--`. */
export function namedValues(words: readonly WordValue[], names: readonly string[]): readonly WordSlice[] {
  const end = words.findIndex(({ text }) => text === "--");
  return words.slice(0, end < 0 ? words.length : end).flatMap((value, index) => {
    const equals = value.text.indexOf("=");
    if (equals > 0 && names.includes(value.text.slice(0, equals)))
      return [{ value, from: equals + 1, to: value.text.length }];
    const next = words[index + 1];
    return names.includes(value.text) && next !== undefined ? [wholeSlice(next)] : [];
  });
}

/** Only what is written as an image's address: `docker://...`. */
export function addressed(words: readonly WordValue[], ...prefixes: readonly string[]): readonly WordSlice[] {
  return words.flatMap((word) => {
    const slice = prefixes.map((prefix) => afterPrefix(wholeSlice(word), prefix)).find((found) => found !== undefined);
    return slice === undefined ? [] : [slice];
  });
}

/** The values of a field in a structure, written as JSON or in the AWS CLI's own short way. */
export function fieldValues(slice: WordSlice, field: string): readonly WordSlice[] {
  const form = new RegExp(String.raw`(?:^|[,{[\s])(?:"${field}"\s*:\s*"([^"]+)"|${field}=([^,{}[\]\s"']+))`, "g");
  return [...textOfSlice(slice).matchAll(form)].map(({ 0: whole, 1: quoted, 2: plain, index }) => {
    const end = slice.from + index + whole.length - (quoted === undefined ? 0 : 1);
    return { ...slice, from: end - (quoted ?? plain ?? "").length, to: end };
  });
}
