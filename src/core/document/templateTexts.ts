import { stretchesOf, textOfData, unknownData, type TemplateData, type TemplateStretch } from "./templateData.ts";

type TextFunction = (args: readonly TemplateData[]) => TemplateData;

/** A pattern without groups and with few repetitions, which is matched in little time. */
const plainPattern =
  /^\^?(?:[\w./:@ -]|\\[.dw/-]|\[\^?[\w./:@ -]+\])(?:[\w./:@ -]|\\[.dw/-]|\[\^?[\w./:@ -]+\]|\{\d{1,3}\}|[+*?])*\$?$/;
const maximumRepetitions = 3;
const maximumMatched = 500;

const trimmed: TextFunction = (args) => changed(args.at(-1), (text) => text.trim());

/** The functions of templates (Sprig) that put texts together and change them. */
export const textFunctions: readonly (readonly [name: string, of: TextFunction])[] = [
  ["trim", trimmed],
  ["nospace", trimmed],
  ["lower", (args) => changed(args.at(-1), (text) => text.toLowerCase())],
  ["upper", (args) => changed(args.at(-1), (text) => text.toUpperCase())],
  ["trimSuffix", ([suffix, value]) => changed(value, (text) => withoutEnd(text, suffix))],
  ["trimPrefix", ([prefix, value]) => changed(value, (text) => withoutStart(text, prefix))],
  ["trimAll", ([ends, value]) => changed(value, (text) => withoutStart(withoutEnd(text, ends), ends))],
  ["replace", ([old, fresh, value]) => changed(value, (text) => replaced(text, old, fresh))],
  ["trunc", ([length, value]) => changed(value, (text) => cut(text, length))],
  ["substr", ([from, to, value]) => changed(value, (text) => between(text, from, to))],
  ["base", (args) => changed(args.at(-1), (text) => text.slice(text.lastIndexOf("/") + 1))],
  ["print", (args) => ({ kind: "text", stretches: args.flatMap(stretchesOf) })],
  ["printf", printf],
  ["regexMatch", matches],
  ["mustRegexMatch", matches],
];

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

function matches([pattern, value]: readonly TemplateData[]): TemplateData {
  const [source, text] = [pattern, value].map((data) => (data === undefined ? undefined : textOfData(data)));
  if (source === undefined || text === undefined || text.length > maximumMatched) return unknownData;
  if (!plainPattern.test(source) || (source.match(/[+*?{]/g) ?? []).length > maximumRepetitions) return unknownData;
  return { kind: "boolean", value: new RegExp(source).test(text) };
}
