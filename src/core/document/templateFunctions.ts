import {
  itemsOfData,
  notGiven,
  textData,
  textOfData,
  truthOf,
  unknownData,
  type TemplateData,
} from "./templateData.ts";
import { dictionaryFunctions } from "./templateDictionaries.ts";
import { listFunctions } from "./templateLists.ts";
import { textFunctions } from "./templateTexts.ts";

/** A function of templates; what was piped into it is its last argument. */
type TemplateFunction = (args: readonly TemplateData[]) => TemplateData;

const identity: TemplateFunction = (args) => args.at(-1) ?? unknownData;

/** The functions of templates (text/template, Sprig, Helm) that names of images are put together with. */
export const templateFunctions: ReadonlyMap<string, TemplateFunction> = new Map<string, TemplateFunction>([
  ["quote", identity],
  ["squote", identity],
  ["toString", identity],
  ["required", identity],
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
  ...textFunctions,
  ...dictionaryFunctions,
  ...listFunctions,
  ["deepCopy", identity],
  ["env", () => notGiven("env")],
  ["kindIs", ([kind, value]) => isOfKind(kind, value)],
  ["typeIs", ([kind, value]) => isOfKind(kind, value)],
  ["lt", ([one, other]) => ordered(one, other, (a, b) => a < b)],
  ["le", ([one, other]) => ordered(one, other, (a, b) => a <= b)],
  ["gt", ([one, other]) => ordered(one, other, (a, b) => a > b)],
  ["ge", ([one, other]) => ordered(one, other, (a, b) => a >= b)],
  ["len", ([value]) => lengthOf(value)],
]);

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

function ordered(
  one: TemplateData | undefined,
  other: TemplateData | undefined,
  test: (one: number, other: number) => boolean,
): TemplateData {
  const [a, b] = [one, other].map((data) => Number((data === undefined ? undefined : textOfData(data)) || Number.NaN));
  return a === undefined || b === undefined || Number.isNaN(a + b) ? unknownData : boolean(test(a, b));
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
