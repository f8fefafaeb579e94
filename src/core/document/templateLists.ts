import {
  itemsOfData,
  nothingElse,
  stretchesOf,
  textData,
  textOfData,
  truthOf,
  unknownData,
  type TemplateData,
  type TemplateStretch,
} from "./templateData.ts";

type ListFunction = (args: readonly TemplateData[]) => TemplateData;

/** Longer lists hold no parts of a name. */
const maximumItems = 200;

/** The functions of templates (Sprig) that put lists together and take them apart. */
export const listFunctions: readonly (readonly [name: string, of: ListFunction])[] = [
  ["list", list],
  ["tuple", list],
  ["append", ([items, item]) => onItems(items, (all) => list([...all, item ?? unknownData]))],
  ["prepend", ([items, item]) => onItems(items, (all) => list([item ?? unknownData, ...all]))],
  ["concat", concatenated],
  ["first", ([items]) => onItems(items, (all) => all.at(0) ?? textData(""))],
  ["last", ([items]) => onItems(items, (all) => all.at(-1) ?? textData(""))],
  ["rest", ([items]) => onItems(items, (all) => list(all.slice(1)))],
  ["initial", ([items]) => onItems(items, (all) => list(all.slice(0, -1)))],
  ["slice", ([items, from, to]) => onItems(items, (all) => list(all.slice(count(from), count(to))))],
  ["compact", ([items]) => onItems(items, compacted)],
  ["uniq", ([items]) => onItems(items, unique)],
  ["has", ([item, items]) => onItems(items, (all) => contains(all, item))],
  ["splitList", ([separator, text]) => split(text, separator)],
  ["split", ([separator, text]) => named(split(text, separator))],
  ["join", join],
];

function list(items: readonly TemplateData[]): TemplateData {
  return items.length > maximumItems ? unknownData : { kind: "list", items };
}

function onItems(data: TemplateData | undefined, make: (items: readonly TemplateData[]) => TemplateData): TemplateData {
  const items = data === undefined ? undefined : itemsOfData(data);
  return items === undefined ? unknownData : make(items.map(({ value }) => value));
}

function concatenated(lists: readonly TemplateData[]): TemplateData {
  const items = lists.map(itemsOfData);
  return items.includes(undefined) ? unknownData : list(items.flatMap((all) => (all ?? []).map(({ value }) => value)));
}

function count(data: TemplateData | undefined): number | undefined {
  const number = Number(data === undefined ? Number.NaN : textOfData(data));
  return Number.isInteger(number) ? number : undefined;
}

/** Without those that are empty. */
function compacted(items: readonly TemplateData[]): TemplateData {
  const truths = items.map(truthOf);
  return truths.includes(undefined) ? unknownData : list(items.filter((_, index) => truths[index] === true));
}

function unique(items: readonly TemplateData[]): TemplateData {
  const texts = items.map(textOfData);
  return texts.includes(undefined) ? unknownData : list(items.filter((_, at) => texts.indexOf(texts[at]) === at));
}

function contains(items: readonly TemplateData[], item: TemplateData | undefined): TemplateData {
  const wanted = item === undefined ? undefined : textOfData(item);
  const texts = items.map(textOfData);
  if (wanted === undefined || texts.includes(undefined)) return unknownData;
  return { kind: "boolean", value: texts.includes(wanted) };
}

/** Pieces of a text; each says where it is from. */
function split(text: TemplateData | undefined, separator: TemplateData | undefined): TemplateData {
  const between = separator === undefined ? undefined : textOfData(separator);
  if (text === undefined || between === undefined || between === "") return unknownData;
  const pieces: TemplateStretch[][] = [[]];
  for (const stretch of stretchesOf(text)) {
    if (stretch.text === undefined) return unknownData;
    const [head = "", ...others] = stretch.text.split(between);
    pieces.at(-1)?.push({ ...stretch, text: head });
    for (const other of others) pieces.push([{ ...stretch, text: other }]);
  }
  return list(pieces.map((stretches) => ({ kind: "text", stretches })));
}

/** The pieces under `_0`, `_1` and so on. */
function named(pieces: TemplateData): TemplateData {
  return onItems(pieces, (all) => ({
    kind: "dictionary",
    entries: new Map(all.map((piece, index) => [`_${String(index)}`, piece])),
    rest: nothingElse,
  }));
}

function join([separator, items]: readonly TemplateData[]): TemplateData {
  const between = separator === undefined ? [] : stretchesOf(separator);
  return onItems(items, (all) => ({
    kind: "text",
    stretches: all.flatMap((item, index) => [...(index === 0 ? [] : between), ...stretchesOf(item)]),
  }));
}
