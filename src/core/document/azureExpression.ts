import { textOfValue } from "./template.ts";
import type { Value, ValuePart } from "./value.ts";

/** What the names of an expression stand for; undefined for one that is not known. */
export type AzureNames = (path: string) => readonly Value[] | undefined;

/** What is read of an expression; undefined where it is none, or not one that is known here. */
interface Reader {
  readonly source: string;
  at: number;
  readonly names: AzureNames;
}

const maximumDepth = 20;
const maximumLength = 2000;
const maximumValues = 64;
/** Longest text that is taken apart. */
const maximumText = 10_000;
const unknown: Value = { parts: [{}], chain: [] };

/**
 * What an expression of Azure Pipelines comes to (its documentation, "Expressions"), without what stands around it;
 * undefined for one that is not understood. A name that is not known is an unknown value.
 */
export function azureExpression(source: string, names: AzureNames): readonly Value[] | undefined {
  if (source.length > maximumLength) return undefined;
  const reader = { source, at: 0, names };
  const found = expression(reader, 0);
  skip(reader);
  return reader.at === source.length ? found : undefined;
}

/**
 * The parts of a text that an expression takes apart: `split(text, ',')`, whose second argument is the characters that
 * part it; undefined for any other expression, and where the text is not known.
 */
export function azureParts(source: string, names: AzureNames): readonly string[] | undefined {
  if (source.length > maximumLength) return undefined;
  const reader = { source, at: 0, names };
  if (take(reader, /split\s*\(/iy) === undefined) return undefined;
  const text = expression(reader, 1);
  if (text === undefined || take(reader, /,/y) === undefined) return undefined;
  const separators = expression(reader, 1);
  if (separators === undefined || take(reader, /\)\s*$/y) === undefined) return undefined;
  const [held, ...others] = text.map(textOfValue);
  const [signs] = separators.map(textOfValue);
  if (held === undefined || signs === undefined || others.some((other) => other !== held)) return undefined;
  const parts = [""];
  for (const sign of held.slice(0, maximumText))
    if (signs.includes(sign)) parts.push("");
    else parts[parts.length - 1] += sign;
  return parts.slice(0, maximumValues);
}

/** Whether a condition holds; undefined where it cannot be told. */
export function azureCondition(source: string, names: AzureNames): boolean | undefined {
  const values = azureExpression(source, names);
  const [first, ...others] = (values ?? [unknown]).map(textOfValue);
  if (first === undefined || others.some((other) => other !== first)) return undefined;
  return first.toLowerCase() !== "false" && first !== "" && first !== "0";
}

function skip(reader: Reader): void {
  while (/\s/.test(reader.source.charAt(reader.at))) reader.at++;
}

function take(reader: Reader, form: RegExp): string | undefined {
  skip(reader);
  form.lastIndex = reader.at;
  const found = form.exec(reader.source)?.[0];
  if (found !== undefined) reader.at += found.length;
  return found;
}

function expression(reader: Reader, depth: number): readonly Value[] | undefined {
  if (depth > maximumDepth) return undefined;
  const text = take(reader, /'(?:[^']|'')*'/y);
  if (text !== undefined) return [made(text.slice(1, -1).replaceAll("''", "'"))];
  const number = take(reader, /-?\d+(?:\.\d+)?/y);
  if (number !== undefined) return [made(number)];
  const name = take(reader, /[A-Za-z_]\w*/y);
  if (name === undefined) return undefined;
  if (take(reader, /\(/y) !== undefined) {
    const args: (readonly Value[])[] = [];
    while (take(reader, /\)/y) === undefined) {
      if (args.length > 0 && take(reader, /,/y) === undefined) return undefined;
      const arg = expression(reader, depth + 1);
      if (arg === undefined) return undefined;
      args.push(arg);
    }
    return call(name.toLowerCase(), args);
  }
  if (/^(?:true|false)$/i.test(name)) return [made(name)];
  const rest = take(reader, /(?:\.[\w-]+|\[\s*'[^']*'\s*\])+/y) ?? "";
  return reader.names(name + rest) ?? [unknown];
}

function made(text: string): Value {
  return { parts: text === "" ? [] : [{ text }], chain: [] };
}

function call(name: string, args: readonly (readonly Value[])[]): readonly Value[] {
  const only = (index: number): string | undefined => {
    const [first, ...others] = (args[index] ?? [made("")]).map(textOfValue);
    return others.some((other) => other !== first) ? undefined : first;
  };
  const texts = args.map((_, index) => only(index));
  const [first, second, third] = texts;
  const lower = texts.map((text) => text?.toLowerCase());
  switch (name) {
    case "format":
      return format(args);
    case "coalesce":
      return (
        args.find((_, index) => texts[index] !== "" && texts[index] !== undefined) ??
        args.find((_, index) => texts[index] === undefined) ?? [made("")]
      );
    case "iif": {
      const holds = isTrue(first);
      return holds === undefined ? args.slice(1).flat() : (args[holds ? 1 : 2] ?? [unknown]);
    }
    case "lower":
      return [changed(first, (text) => text.toLowerCase())];
    case "upper":
      return [changed(first, (text) => text.toUpperCase())];
    case "trim":
      return [changed(first, (text) => text.trim())];
    case "replace":
      return second === undefined || third === undefined || second === ""
        ? [unknown]
        : [changed(first, (text) => text.replaceAll(second, () => third))];
    case "eq":
      return [truth(areEqual(lower[0], lower[1]))];
    case "ne":
      return [truth(not(areEqual(lower[0], lower[1])))];
    case "not":
      return [truth(not(isTrue(first)))];
    case "and":
      return [truth(joined(texts, false))];
    case "or":
      return [truth(joined(texts, true))];
    case "in":
      return [
        truth(
          joined(
            lower.slice(1).map((text) => truthText(areEqual(lower[0], text))),
            true,
          ),
        ),
      ];
    case "notin":
      return [
        truth(
          not(
            joined(
              lower.slice(1).map((text) => truthText(areEqual(lower[0], text))),
              true,
            ),
          ),
        ),
      ];
    case "contains":
      return [truth(both(lower, (text, part) => text.includes(part)))];
    case "startswith":
      return [truth(both(lower, (text, part) => text.startsWith(part)))];
    case "endswith":
      return [truth(both(lower, (text, part) => text.endsWith(part)))];
    default:
      return [unknown];
  }
}

function changed(text: string | undefined, change: (text: string) => string): Value {
  return text === undefined ? unknown : made(change(text));
}

function truth(value: boolean | undefined): Value {
  return value === undefined ? unknown : made(value ? "True" : "False");
}

function truthText(value: boolean | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

function isTrue(text: string | undefined): boolean | undefined {
  return text === undefined ? undefined : text !== "" && text !== "0" && text.toLowerCase() !== "false";
}

function areEqual(one: string | undefined, other: string | undefined): boolean | undefined {
  return one === undefined || other === undefined ? undefined : one === other;
}

function not(value: boolean | undefined): boolean | undefined {
  return value === undefined ? undefined : !value;
}

/** `decisive` is what one side decides alone: true for `or`. */
function joined(texts: readonly (string | undefined)[], decisive: boolean): boolean | undefined {
  const values = texts.map(isTrue);
  if (values.includes(decisive)) return decisive;
  return values.includes(undefined) ? undefined : !decisive;
}

function both(
  [text, part]: readonly (string | undefined)[],
  holds: (text: string, part: string) => boolean,
): boolean | undefined {
  return text === undefined || part === undefined ? undefined : holds(text, part);
}

/** `format('{0}/app:{1}', registry, tag)`: one text for each combination of what the arguments may be. */
function format([pattern, ...args]: readonly (readonly Value[])[]): readonly Value[] {
  const text = pattern?.[0] === undefined ? undefined : textOfValue(pattern[0]);
  if (text === undefined) return [unknown];
  let values: Value[] = [{ parts: [], chain: [] }];
  for (const [piece, index] of text.matchAll(/\{\{|\}\}|\{(\d+)\}|[^{}]+|[{}]/g)) {
    const fixed: ValuePart = { text: piece === "{{" ? "{" : piece === "}}" ? "}" : piece };
    const given = index === undefined ? [{ parts: [fixed], chain: [] }] : (args[Number(index)] ?? [unknown]);
    values = values
      .flatMap((value) =>
        given.map(({ parts, chain }) => ({ parts: [...value.parts, ...parts], chain: [...value.chain, ...chain] })),
      )
      .slice(0, maximumValues);
  }
  return values;
}
