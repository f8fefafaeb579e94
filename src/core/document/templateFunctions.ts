import {
  dictionaryOf,
  fieldOf,
  itemsOfData,
  mergedData,
  notGiven,
  nothingElse,
  stretchesOf,
  textData,
  textOfData,
  truthOf,
  unknownData,
  type TemplateData,
  type TemplateStretch,
} from "./templateData.ts";
import { listFunctions } from "./templateLists.ts";
import { dereference } from "./yamlNode.ts";

/** A function of templates; what was piped into it is its last argument. */
type TemplateFunction = (args: readonly TemplateData[]) => TemplateData;

const identity: TemplateFunction = (args) => args.at(-1) ?? unknownData;
const trimmed: TemplateFunction = (args) => changed(args.at(-1), (text) => text.trim());

/** The functions of templates (text/template, Sprig, Helm) that names of images are put together with. */
export const templateFunctions: ReadonlyMap<string, TemplateFunction> = new Map<string, TemplateFunction>([
  ["quote", identity],
  ["squote", identity],
  ["toString", identity],
  ["required", identity],
  ["trim", trimmed],
  ["nospace", trimmed],
  ["lower", (args) => changed(args.at(-1), (text) => text.toLowerCase())],
  ["trimSuffix", ([suffix, value]) => changed(value, (text) => withoutEnd(text, suffix))],
  ["trimPrefix", ([prefix, value]) => changed(value, (text) => withoutStart(text, prefix))],
  ["trimAll", ([cut, value]) => changed(value, (text) => withoutStart(withoutEnd(text, cut), cut))],
  ["print", (args) => ({ kind: "text", stretches: args.flatMap(stretchesOf) })],
  ["printf", printf],
  ["default", ([fallback = unknownData, value]) => chosen(value === undefined ? [fallback] : [value, fallback])],
  ["coalesce", chosen],
  ["ternary", ([yes, no, test]) => branch(test, yes, no)],
  ["empty", ([value]) => negated(value)],
  ["not", ([value]) => negated(value)],
  ["and", (args) => connected(args, false)],
  ["or", (args) => connected(args, true)],
  ["eq", ([value, ...others]) => compared(value, others, (one, other) => one === other)],
  ["ne", ([value, other]) => negated(compared(value, [other ?? unknownData], (one, two) => one === two))],
  ["contains", ([part, value]) => compared(value, [part ?? unknownData], (text, inner) => text.includes(inner))],
  ["hasPrefix", ([part, value]) => compared(value, [part ?? unknownData], (text, inner) => text.startsWith(inner))],
  ["hasSuffix", ([part, value]) => compared(value, [part ?? unknownData], (text, inner) => text.endsWith(inner))],
  ["dict", dictionary],
  ["merge", merged],
  ["mergeOverwrite", (args) => merged(args.toReversed())],
  ...listFunctions,
  ["deepCopy", identity],
  ["upper", (args) => changed(args.at(-1), (text) => text.toUpperCase())],
  ["replace", ([old, fresh, value]) => changed(value, (text) => replaced(text, old, fresh))],
  ["trunc", ([length, value]) => changed(value, (text) => cut(text, length))],
  ["get", got],
  ["getOrNil", got],
  ["env", () => notGiven("env")],
  ["index", ([value, ...names]) => names.reduce((current, name) => entry(current, name), value ?? unknownData)],
  ["hasKey", hasKey],
  ["kindIs", ([kind, value]) => isOfKind(kind, value)],
  ["typeIs", ([kind, value]) => isOfKind(kind, value)],
  ["regexMatch", matches],
  ["mustRegexMatch", matches],
  ["substr", ([from, to, value]) => changed(value, (text) => between(text, from, to))],
  ["dig", (args) => dug(args)],
  ["lt", ([one, other]) => ordered(one, other, (a, b) => a < b)],
  ["le", ([one, other]) => ordered(one, other, (a, b) => a <= b)],
  ["gt", ([one, other]) => ordered(one, other, (a, b) => a > b)],
  ["ge", ([one, other]) => ordered(one, other, (a, b) => a >= b)],
  ["set", ([value, name, fresh]) => withEntry(value, name, fresh)],
  ["unset", ([value, name]) => withEntry(value, name, nothingElse)],
  ["base", (args) => changed(args.at(-1), (text) => text.slice(text.lastIndexOf("/") + 1))],
  ["len", ([value]) => lengthOf(value)],
]);

function changed(value: TemplateData | undefined, change: (text: string) => string | undefined): TemplateData {
  if (value === undefined) return unknownData;
  const text = textOfData(value);
  const after = text === undefined ? undefined : change(text);
  if (text === after) return value;
  const stretches = stretchesOf(value);
  if (after === undefined || stretches.length !== 1)
    return after === undefined ? unknownData : textWithSteps(after, stretches);
  return { kind: "text", stretches: [{ ...stretches[0], text: after }] };
}

/** What was changed as a whole is said by all of its files. */
function textWithSteps(text: string, stretches: readonly TemplateStretch[]): TemplateData {
  const step = stretches.find((stretch) => stretch.step !== undefined)?.step;
  return { kind: "text", stretches: [step === undefined ? { text } : { text, step }] };
}

function withoutEnd(text: string, suffix: TemplateData | undefined): string {
  const end = suffix === undefined ? undefined : textOfData(suffix);
  return end !== undefined && end !== "" && text.endsWith(end) ? text.slice(0, -end.length) : text;
}

function withoutStart(text: string, prefix: TemplateData | undefined): string {
  const start = prefix === undefined ? undefined : textOfData(prefix);
  return start !== undefined && text.startsWith(start) ? text.slice(start.length) : text;
}

function replaced(text: string, old: TemplateData | undefined, fresh: TemplateData | undefined): string | undefined {
  const [from, to] = [old, fresh].map((data) => (data === undefined ? undefined : textOfData(data)));
  return from === undefined || to === undefined || from === "" ? undefined : text.replaceAll(from, () => to);
}

/** At most so much from the start, or from the end where the length is negative (Sprig). */
function cut(text: string, length: TemplateData | undefined): string | undefined {
  const count = Number(length === undefined ? "" : textOfData(length));
  if (!Number.isInteger(count)) return undefined;
  return count < 0 ? text.slice(count) : text.slice(0, count);
}

/** From one place to another, or to the end where that is negative (Sprig). */
function between(text: string, from: TemplateData | undefined, to: TemplateData | undefined): string | undefined {
  const [start, end] = [from, to].map((data) => Number(data === undefined ? Number.NaN : textOfData(data)));
  if (!Number.isInteger(start) || !Number.isInteger(end)) return undefined;
  return (end ?? 0) < 0 ? text.slice(start) : text.slice(start, end);
}

function printf([format, ...args]: readonly TemplateData[]): TemplateData {
  const pattern = format === undefined ? undefined : textOfData(format);
  if (pattern === undefined) return unknownData;
  const stretches: TemplateStretch[] = [];
  let next = 0;
  let at = 0;
  for (const { index, 0: verb } of pattern.matchAll(/%[-+#0 ]*\d*(?:\.\d+)?[a-zA-Z%]/g)) {
    stretches.push({ text: pattern.slice(at, index) });
    at = index + verb.length;
    if (verb === "%%") stretches.push({ text: "%" });
    else if (!/^%[svdq]$/.test(verb)) stretches.push({});
    else stretches.push(...stretchesOf(args[next++] ?? unknownData));
  }
  return { kind: "text", stretches: [...stretches, { text: pattern.slice(at) }] };
}

function chosen(values: readonly TemplateData[]): TemplateData {
  for (const value of values) {
    const truth = truthOf(value);
    if (truth === undefined) return unknownData;
    if (truth) return value;
  }
  return values.at(-1) ?? textData("");
}

function branch(
  test: TemplateData | undefined,
  yes: TemplateData | undefined,
  no: TemplateData | undefined,
): TemplateData {
  const truth = test === undefined ? undefined : truthOf(test);
  return (truth === undefined ? undefined : truth ? yes : no) ?? unknownData;
}

function boolean(value: boolean | undefined): TemplateData {
  return value === undefined ? unknownData : { kind: "boolean", value };
}

function negated(value: TemplateData | undefined): TemplateData {
  const truth = value === undefined ? undefined : truthOf(value);
  return boolean(truth === undefined ? undefined : !truth);
}

function connected(values: readonly TemplateData[], stopsAt: boolean): TemplateData {
  for (const value of values) {
    const truth = truthOf(value);
    if (truth === undefined) return unknownData;
    if (truth === stopsAt) return value;
  }
  return values.at(-1) ?? unknownData;
}

function compared(
  value: TemplateData | undefined,
  others: readonly TemplateData[],
  test: (one: string, other: string) => boolean,
): TemplateData {
  const one = value === undefined ? undefined : textOfData(value);
  const texts = others.map(textOfData);
  if (one === undefined || texts.includes(undefined)) return unknownData;
  return boolean(texts.some((other) => test(one, other ?? "")));
}

/** A pattern without groups and with few repetitions, which is matched in little time. */
const plainPattern =
  /^\^?(?:[\w./:@ -]|\\[.dw/-]|\[\^?[\w./:@ -]+\])(?:[\w./:@ -]|\\[.dw/-]|\[\^?[\w./:@ -]+\]|\{\d{1,3}\}|[+*?])*\$?$/;
const maximumRepetitions = 3;
const maximumMatched = 500;

function matches([pattern, value]: readonly TemplateData[]): TemplateData {
  const [source, text] = [pattern, value].map((data) => (data === undefined ? undefined : textOfData(data)));
  if (source === undefined || text === undefined || text.length > maximumMatched) return unknownData;
  if (!plainPattern.test(source) || (source.match(/[+*?{]/g) ?? []).length > maximumRepetitions) return unknownData;
  return boolean(new RegExp(source).test(text));
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
  const isNothing = found.kind === "node" && found.node === undefined;
  return isNothing && fallback !== undefined ? fallback : found;
}

/** What is found by names, one below the other, or the text before the value. */
function dug(args: readonly TemplateData[]): TemplateData {
  const [names, fallback, value] = [args.slice(0, -2), args.at(-2), args.at(-1)];
  const found = names.reduce<TemplateData | undefined>(entry, value) ?? unknownData;
  const isNothing = found.kind === "node" && found.node === undefined;
  return isNothing && fallback !== undefined ? fallback : found;
}

function ordered(
  one: TemplateData | undefined,
  other: TemplateData | undefined,
  test: (one: number, other: number) => boolean,
): TemplateData {
  const [a, b] = [one, other].map((data) => Number((data === undefined ? undefined : textOfData(data)) || Number.NaN));
  return a === undefined || b === undefined || Number.isNaN(a + b) ? unknownData : boolean(test(a, b));
}

function withEntry(
  value: TemplateData | undefined,
  name: TemplateData | undefined,
  fresh: TemplateData | undefined,
): TemplateData {
  const key = name === undefined ? undefined : textOfData(name);
  if (value === undefined || key === undefined) return unknownData;
  const entries = new Map([[key, fresh ?? unknownData]]);
  const all = value.kind === "dictionary" ? value : dictionaryOf(value);
  if (all === undefined) return unknownData;
  const rest = value.kind === "dictionary" ? value.rest : nothingElse;
  return {
    kind: "dictionary",
    entries: new Map([...all.entries, ...entries]),
    ...(rest === undefined ? {} : { rest }),
  };
}

function hasKey([value, name]: readonly TemplateData[]): TemplateData {
  const found = entry(value, name);
  if (value?.kind === "dictionary") return boolean(found.kind !== "unknown" && found !== nothingElse);
  return found.kind === "node" ? boolean(found.node !== undefined) : unknownData;
}

function isOfKind(kind: TemplateData | undefined, value: TemplateData | undefined): TemplateData {
  const name = kind === undefined ? undefined : textOfData(kind);
  if (name === undefined || value === undefined || value.kind === "unknown") return unknownData;
  if (name === "string") return boolean(textOfData(value) !== undefined && value.kind !== "boolean");
  if (name === "map")
    return boolean(value.kind === "dictionary" || (value.kind === "node" && value.node?.kind === "mapping"));
  return unknownData;
}

function lengthOf(value: TemplateData | undefined): TemplateData {
  const items = value === undefined || value.kind === "text" ? undefined : itemsOfData(value);
  if (items !== undefined) return textData(String(items.length));
  const text = value?.kind === "text" ? textOfData(value) : undefined;
  return text === undefined ? unknownData : textData(String(text.length));
}
