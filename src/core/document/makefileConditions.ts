import type { MakeSource, MakeVariables } from "./makefileVariables.ts";

/** Whether make reads a line: what a condition asks may be known, as a default counts and an override does not. */
export type Certainty = "always" | "perhaps" | "never";

/** The conditions that a line of a makefile stands in (GNU make, 7). */
export interface MakeConditions {
  /** Takes a line that may begin, turn or end a condition; gives whether it does. `start` is where it stands. */
  read(content: string, start: number, source?: MakeSource): boolean;
  certainty(): Certainty;
}

/** One condition: what holds in the branch at hand, and in those before it. */
interface Condition {
  readonly now: Certainty;
  readonly before: Certainty;
}

const directive = /^[ \t]*(?:(ifn?(?:def|eq))\b|else\b[ \t]*(?:(ifn?(?:def|eq))\b)?|(endif)\b)/;

/** Follows conditions from line to line; what they compare is what the variables are there. */
export function createMakeConditions(variables: MakeVariables): MakeConditions {
  let conditions: readonly Condition[] = [];

  const test = (kind: string, content: string, from: number, start: number, source?: MakeSource): Certainty => {
    const isNegated = kind.startsWith("ifn");
    const answer = kind.endsWith("def")
      ? isSet(content.slice(from).trim())
      : compared(content, from, (begin, end) => {
          const parts = variables.expand({ start: start + begin, end: start + end }, undefined, source);
          return parts.every(({ text }) => text !== undefined) ? parts.map(({ text }) => text).join("") : undefined;
        });
    if (answer === undefined) return "perhaps";
    return answer === isNegated ? "never" : "always";
  };
  // Whoever calls make may set what nothing sets here.
  const isSet = (name: string): boolean | undefined => {
    const value = variables.named(name)?.map(({ text }) => text);
    return value === undefined || value.includes(undefined) ? undefined : value.join("") !== "";
  };

  return {
    read(content, start, source) {
      const match = directive.exec(content);
      if (match === null) return false;
      const [whole, opened, turned, closed] = match;
      if (closed !== undefined) conditions = conditions.slice(0, -1);
      else if (opened !== undefined)
        conditions = [...conditions, { now: test(opened, content, whole.length, start, source), before: "never" }];
      else {
        const last = conditions.at(-1);
        if (last === undefined) return true;
        const before = either(last.before, last.now);
        const own = turned === undefined ? "always" : test(turned, content, whole.length, start, source);
        conditions = [...conditions.slice(0, -1), { now: both(not(before), own), before }];
      }
      return true;
    },
    certainty: () => conditions.map(({ now }) => now).reduce(both, "always"),
  };
}

function not(one: Certainty): Certainty {
  if (one === "perhaps") return one;
  return one === "always" ? "never" : "always";
}

/** What holds where both hold. */
export function both(one: Certainty, other: Certainty): Certainty {
  if (one === "never" || other === "never") return "never";
  return one === "always" ? other : one;
}

function either(one: Certainty, other: Certainty): Certainty {
  return not(both(not(one), not(other)));
}

/** Whether `(A,B)`, `"A" "B"` or `'A' 'B'` are the same text; undefined where that is not known. */
function compared(
  content: string,
  from: number,
  valueOf: (begin: number, end: number) => string | undefined,
): boolean | undefined {
  const sides = sidesOf(content, from);
  if (sides === undefined) return undefined;
  const [one, other] = sides.map(([begin, end]) => valueOf(begin, end));
  return one === undefined || other === undefined ? undefined : one.trim() === other.trim();
}

type Side = readonly [begin: number, end: number];

function sidesOf(content: string, from: number): readonly [Side, Side] | undefined {
  const quoted = /^[ \t]*(["'])(.*?)\1[ \t]*(["'])(.*?)\3/.exec(content.slice(from));
  if (quoted !== null) {
    const [whole, , one = "", , other = ""] = quoted;
    const first = from + whole.search(/["']/) + 1;
    const last = from + whole.length - 1;
    return [
      [first, first + one.length],
      [last - other.length, last],
    ];
  }
  const open = content.indexOf("(", from);
  if (open < 0 || content.slice(from, open).trim() !== "") return undefined;
  let depth = 0;
  let comma: number | undefined;
  for (let at = open; at < content.length; at++) {
    const character = content[at];
    if (character === "(" || character === "{") depth += 1;
    else if (character === "," && depth === 1) comma ??= at;
    else if ((character === ")" || character === "}") && --depth === 0)
      return comma === undefined
        ? undefined
        : [
            [open + 1, comma],
            [comma + 1, at],
          ];
  }
  return undefined;
}
