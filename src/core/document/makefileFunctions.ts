import type { WordPart } from "./document.ts";

/** An argument of a function, by its offset after `$(`. */
interface Argument {
  readonly start: number;
  readonly length: number;
}

/** What a function may ask for. */
export interface MakeContext {
  readonly textOf: (file: string) => string | undefined;
  readonly expand: (argument: Argument) => readonly WordPart[];
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
  if (/^[\w.-]+:/.test(inner)) return substituted(inner, context);
  const [head, name] = /^([a-z]+)[ \t]+/.exec(inner) ?? [];
  if (head === undefined || name === undefined) return undefined;
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
    case "shell": {
      const file = /^cat[ \t]+([\w./-]+)[ \t]*$/.exec(inner.slice(head.length))?.[1];
      return file === undefined ? undefined : printed(textOf(file));
    }
    default:
      return undefined;
  }
}

/** `$(NAME:before%after=prefix%suffix)` and `$(NAME:.c=.o)` (GNU make, 6.3.1). */
function substituted(inner: string, { lookup, expand }: MakeContext): string | undefined {
  const [head, name] = /^([\w.-]+):/.exec(inner) ?? [];
  const equals = inner.indexOf("=");
  if (head === undefined || name === undefined || equals < 0) return undefined;
  const list = words(valueOf(lookup(name)));
  const pattern = valueOf(expand({ start: head.length, length: equals - head.length }));
  const replacement = valueOf(expand({ start: equals + 1, length: inner.length - equals - 1 }));
  if (list === undefined || pattern === undefined || replacement === undefined) return undefined;
  const [before = "", after] = (pattern.includes("%") ? pattern : `%${pattern}`).split("%");
  const to = pattern.includes("%") ? replacement : `%${replacement}`;
  return list
    .map((word) => {
      const matches = word.length >= before.length + (after ?? "").length && word.startsWith(before);
      if (!matches || !word.endsWith(after ?? "")) return word;
      return to.replace("%", () => word.slice(before.length, word.length - (after ?? "").length));
    })
    .join(" ");
}

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

function argumentsAfter(inner: string, from: number): readonly Argument[] {
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
