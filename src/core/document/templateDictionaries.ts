import {
  dataOfText,
  dictionaryOf,
  fieldOf,
  itemsOfData,
  mergedData,
  nothingElse,
  textOfData,
  unknownData,
  type TemplateData,
} from "./templateData.ts";
import { dereference } from "./yamlNode.ts";

type DictionaryFunction = (args: readonly TemplateData[]) => TemplateData;

/** The functions of templates (text/template, Sprig, helmfile) that make dictionaries and look into them. */
export const dictionaryFunctions: readonly (readonly [name: string, of: DictionaryFunction])[] = [
  ["dict", dictionary],
  ["merge", merged],
  ["mergeOverwrite", (args) => merged(args.toReversed())],
  ["get", got],
  ["getOrNil", got],
  ["dig", dug],
  ["set", ([value, name, fresh]) => withEntry(value, name, fresh)],
  ["unset", ([value, name]) => withEntry(value, name, nothingElse)],
  ["index", ([value, ...names]) => names.reduce((current, name) => entry(current, name), value ?? unknownData)],
  ["hasKey", hasKey],
  ["pluck", plucked],
  ["toYaml", written],
  ["toJson", written],
  ["fromYaml", ([text]) => (text === undefined ? undefined : dataOfText(text)) ?? unknownData],
  ["fromJson", ([text]) => (text === undefined ? undefined : dataOfText(text)) ?? unknownData],
];

/** What dictionaries have under a name, without those that have nothing. */
function plucked([name, ...all]: readonly TemplateData[]): TemplateData {
  const found = all.map((data) => entry(data, name));
  if (found.some(({ kind }) => kind === "unknown")) return unknownData;
  return { kind: "list", items: found.filter((data) => !isNothing(data)) };
}

/** A text that can be taken for what it was written from again; one of a single value is that value. */
function written([value]: readonly TemplateData[]): TemplateData {
  if (value === undefined || textOfData(value) !== undefined) return value ?? unknownData;
  return { kind: "text", stretches: [{ data: value }] };
}

function dictionary(args: readonly TemplateData[]): TemplateData {
  const entries = new Map<string, TemplateData>();
  let isKnown = true;
  for (let at = 0; at + 1 < args.length; at += 2) {
    const name = textOfData(args[at] ?? unknownData);
    if (name !== undefined) entries.set(name, args[at + 1] ?? unknownData);
    else isKnown = false;
  }
  return isKnown ? { kind: "dictionary", entries, rest: nothingElse } : { kind: "dictionary", entries };
}

function merged([first, ...others]: readonly TemplateData[]): TemplateData {
  return others.reduce(mergedData, first ?? unknownData);
}

function entry(value: TemplateData | undefined, name: TemplateData | undefined): TemplateData {
  const key = name === undefined ? undefined : textOfData(name);
  const items = value === undefined || !/^\d+$/.test(key ?? "") ? undefined : itemsOfData(value);
  if (value?.kind === "list" || isSequence(value)) return items?.[Number(key)]?.value ?? unknownData;
  return value === undefined || key === undefined ? unknownData : fieldOf(value, key);
}

function isSequence(value: TemplateData | undefined): boolean {
  return value?.kind === "node" && dereference(value.node)?.kind === "sequence";
}

/** Of Sprig: what a dictionary has under a name; of helmfile: what values have at a path, or the default before them. */
function got([first, second, third]: readonly TemplateData[]): TemplateData {
  const path = first?.kind === "text" ? textOfData(first) : undefined;
  if (path === undefined || first === undefined) return entry(first, second);
  const [fallback, values] = third === undefined ? [undefined, second] : [second, third];
  const found = path.split(".").reduce(fieldOf, values ?? unknownData);
  return orElse(found, fallback);
}

/** What is found by names, one below the other, or the text before the value. */
function dug(args: readonly TemplateData[]): TemplateData {
  const [names, fallback, value] = [args.slice(0, -2), args.at(-2), args.at(-1)];
  const found = names.reduce<TemplateData | undefined>(entry, value) ?? unknownData;
  return orElse(found, fallback);
}

function isNothing(data: TemplateData): boolean {
  return data.kind === "node" && data.node === undefined;
}

function orElse(found: TemplateData, fallback: TemplateData | undefined): TemplateData {
  return fallback !== undefined && isNothing(found) ? fallback : found;
}

function withEntry(
  value: TemplateData | undefined,
  name: TemplateData | undefined,
  fresh: TemplateData | undefined,
): TemplateData {
  const key = name === undefined ? undefined : textOfData(name);
  if (value === undefined || key === undefined) return unknownData;
  const all = value.kind === "dictionary" ? value : dictionaryOf(value);
  if (all === undefined) return unknownData;
  const rest = value.kind === "dictionary" ? value.rest : nothingElse;
  return {
    kind: "dictionary",
    entries: new Map([...all.entries, [key, fresh ?? unknownData]]),
    ...(rest === undefined ? {} : { rest }),
  };
}

function hasKey([value, name]: readonly TemplateData[]): TemplateData {
  const key = name === undefined ? undefined : textOfData(name);
  if (value === undefined || key === undefined) return unknownData;
  if (value.kind === "dictionary") return { kind: "boolean", value: value.entries.has(key) };
  const found = fieldOf(value, key);
  return found.kind === "node" ? { kind: "boolean", value: found.node !== undefined } : unknownData;
}
