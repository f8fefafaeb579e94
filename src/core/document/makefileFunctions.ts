import type { WordPart } from "./document.ts";

/** An argument of a function, by its offset after `$(`. */
export interface Argument {
  readonly start: number;
  readonly length: number;
}

/** What a function may ask for. */
export interface MakeContext {
  readonly textOf: (file: string) => string | undefined;
  readonly expand: (argument: Argument, locals?: ReadonlyMap<string, readonly WordPart[]>) => readonly WordPart[];
  /** What a variable is, where it is one thing alone. */
  readonly lookup: (name: string) => readonly WordPart[];
}

const maximumFile = 10_000;

/**
 * What a function of make (GNU make, 8) comes to, where text alone decides it; undefined for any other. What is not
 * set counts as empty where the function chooses, since a default counts and an override does not.
 */
export function evaluateMakeFunction(inner: string, context: MakeContext): string | undefined {
  const { textOf, expand } = context;
  if (/^[\w.@*-]+:/.test(inner)) return substituted(inner, context);
  const [head, name] = /^([a-z-]+)[ \t]+/.exec(inner) ?? [];
  if (head === undefined || name === undefined) return undefined;
  if (name === "foreach") return looped(inner, head.length, context);
  const values = argumentsAfter(inner, head.length).map((argument) => valueOf(expand(argument)));
  const [first, second, third] = values;
  switch (name) {
    case "or":
      return values.find((value) => value !== undefined && value !== "");
    case "if":
      if (first !== undefined && first !== "") return second;
      return values.length > 2 ? third : "";
    case "strip":
      return first?.trim().replaceAll(/\s+/g, " ");
    case "firstword":
      return words(first)?.[0];
    case "lastword":
      return words(first)?.at(-1);
    case "findstring":
      return first === undefined || second === undefined ? undefined : second.includes(first) ? first : "";
    case "subst":
      return first === undefined || first === "" || second === undefined ? undefined : third?.replaceAll(first, second);
    case "addprefix":
      return first === undefined
        ? undefined
        : words(second)
            ?.map((word) => first + word)
            .join(" ");
    case "addsuffix":
      return first === undefined
        ? undefined
        : words(second)
            ?.map((word) => word + first)
            .join(" ");
    case "word":
      return words(second)?.[Number(first) - 1];
    case "wordlist":
      return words(third)
        ?.slice(Number(first) - 1, Number(second))
        .join(" ");
    case "sort":
      return [...new Set(words(first))].toSorted().join(" ") || undefined;
    case "join": {
      const [one, other] = [words(first), words(second)];
      if (one === undefined || other === undefined) return undefined;
      return Array.from(
        { length: Math.max(one.length, other.length) },
        (_, at) => (one[at] ?? "") + (other[at] ?? ""),
      ).join(" ");
    }
    case "filter":
    case "filter-out":
      return filtered(words(first), words(second), name === "filter");
    case "patsubst":
      return first === undefined || second === undefined ? undefined : replaced(words(third), first, second);
    case "notdir":
      return words(first)
        ?.map((word) => word.slice(word.lastIndexOf("/") + 1))
        .join(" ");
    case "basename":
      return words(first)
        ?.map((word) => word.replace(/\.[^./]*$/, ""))
        .join(" ");
    case "file": {
      const file = /^<[ \t]*([\w./-]+)[ \t]*$/.exec(inner.slice(head.length))?.[1];
      return file === undefined ? undefined : printed(textOf(file));
    }
    case "shell": {
      const command = inner.slice(head.length);
      const file = /^cat[ \t]+([\w./-]+)[ \t]*$/.exec(command)?.[1];
      if (file !== undefined) return printed(textOf(file));
      const program = columnProgram.exec(first ?? "");
      if (program !== null) return columnOf(textOf(program[4] ?? ""), program);
      return /^echo[ \t]+(["']?)([\w.:/@-]+)\1[ \t]*$/.exec(first ?? "")?.[2];
    }
    default:
      return undefined;
  }
}

/** `awk '$4=="name" {print $2}' FILE`: a column of the line that holds a word in another one. */
const columnProgram =
  /^awk[ \t]+'[ \t]*\$([1-9])[ \t]*==[ \t]*"([^"'\\]+)"[ \t]*\{[ \t]*print[ \t]+\$([1-9]);?[ \t]*\}[ \t]*'[ \t]+([\w./-]+)[ \t]*$/;

function columnOf(text: string | undefined, [, key = "", word, column = ""]: RegExpExecArray): string | undefined {
  if (text === undefined || text.length > maximumFile) return undefined;
  const rows = text.split(/\r?\n/).map((line) => line.trim().split(/[ \t]+/));
  const [found, ...others] = rows.filter((row) => row[Number(key) - 1] === word);
  return others.length > 0 ? undefined : found?.[Number(column) - 1];
}

/** `$(NAME:before%after=prefix%suffix)` and `$(NAME:.c=.o)` (GNU make, 6.3.1). */
function substituted(inner: string, { lookup, expand }: MakeContext): string | undefined {
  const [head, name] = /^([\w.@*-]+):/.exec(inner) ?? [];
  const equals = inner.indexOf("=");
  if (head === undefined || name === undefined || equals < 0) return undefined;
  const list = words(valueOf(lookup(name)));
  const pattern = valueOf(expand({ start: head.length, length: equals - head.length }));
  const replacement = valueOf(expand({ start: equals + 1, length: inner.length - equals - 1 }));
  if (list === undefined || pattern === undefined || replacement === undefined) return undefined;
  const isSuffix = !pattern.includes("%");
  return replaced(list, isSuffix ? `%${pattern}` : pattern, isSuffix ? `%${replacement}` : replacement);
}

/** `$(patsubst before%after,prefix%suffix,words)`. */
function replaced(list: readonly string[] | undefined, pattern: string, replacement: string): string | undefined {
  return list
    ?.map((word) => {
      const stem = stemOf(word, pattern);
      return stem === undefined ? word : replacement.replace("%", () => stem);
    })
    .join(" ");
}

/** What `%` stands for where a word matches a pattern. */
function stemOf(word: string, pattern: string): string | undefined {
  const [before = "", after] = pattern.split("%");
  if (after === undefined) return word === pattern ? "" : undefined;
  const isMatch = word.length >= before.length + after.length && word.startsWith(before) && word.endsWith(after);
  return isMatch ? word.slice(before.length, word.length - after.length) : undefined;
}

function filtered(
  patterns: readonly string[] | undefined,
  list: readonly string[] | undefined,
  keeps: boolean,
): string | undefined {
  return patterns === undefined
    ? undefined
    : list?.filter((word) => patterns.some((pattern) => stemOf(word, pattern) !== undefined) === keeps).join(" ");
}

/** `$(foreach NAME,LIST,TEXT)` as one text. */
function looped(inner: string, from: number, { expand }: MakeContext): string | undefined {
  const [variable, list, body, ...rest] = argumentsAfter(inner, from);
  const last = rest.at(-1) ?? body;
  if (variable === undefined || list === undefined || body === undefined || last === undefined) return undefined;
  const items = words(valueOf(expand(list)));
  const name = inner.slice(variable.start, variable.start + variable.length).trim();
  const whole = { start: body.start, length: last.start + last.length - body.start };
  const span = { start: 0, end: 0 };
  const texts = items
    ?.slice(0, maximumItems)
    .map((text) => valueOf(expand(whole, new Map([[name, [{ text, span, chain: [] }]]]))));
  return texts === undefined || texts.some((text) => text === undefined) ? undefined : texts.join(" ");
}

const maximumItems = 200;

/** What printing a file gives: a short text on one line. */
function printed(text: string | undefined): string | undefined {
  const value = text === undefined || text.length > maximumFile ? "" : text.trim();
  return value === "" || /[\r\n]/.test(value) ? undefined : value;
}

function words(text: string | undefined): readonly string[] | undefined {
  return text?.split(/\s+/).filter((word) => word !== "");
}

function valueOf(parts: readonly WordPart[]): string | undefined {
  return parts.every(({ text }) => text !== undefined) ? parts.map(({ text = "" }) => text).join("") : undefined;
}

/** The arguments of a function, separated by commas outside parentheses. */
export function argumentsAfter(inner: string, from: number): readonly Argument[] {
  const found: Argument[] = [];
  let depth = 0;
  let start = from;
  for (let at = from; at <= inner.length; at++) {
    const character = at === inner.length ? "," : inner[at];
    if (character === "(" || character === "{") depth += 1;
    else if (character === ")" || character === "}") depth -= 1;
    else if (character === "," && (depth <= 0 || at === inner.length)) {
      found.push({ start, length: at - start });
      start = at + 1;
    }
  }
  return found;
}
