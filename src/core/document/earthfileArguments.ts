import type { EarthfileLine } from "./earthfileLines.ts";
import type { Literal } from "./literalUses.ts";

/** What the targets of a file are given by others of it: for each target, the values of each argument. */
export type GivenArguments = ReadonlyMap<string, ReadonlyMap<string, readonly Literal[]>>;

const callers = new Set(["BUILD", "DO", "FROM", "COPY"]);
const target = /(?:^|[\s(])\+([A-Za-z][\w.-]*)/;
const argument = /(?:^|\s)--([A-Za-z_]\w*)=(?:"([^"$\\\n]*)"|'([^'\\\n]*)'|([^\s"'$\\()]+))(?=[\s)]|$)/g;
const maximumValues = 2_000;

/** Collects the arguments that instructions of a file give to its own targets (`BUILD +test --image=a --image=b`). */
export function givenArguments(text: string, lines: readonly EarthfileLine[]): GivenArguments {
  const given = new Map<string, Map<string, Literal[]>>();
  let left = maximumValues;
  for (const { keyword, rest, pieces } of lines) {
    const name = callers.has(keyword) ? target.exec(rest)?.[1] : undefined;
    if (name === undefined) continue;
    for (const piece of pieces)
      for (const match of text.slice(piece.start, piece.end).matchAll(argument)) {
        const value = match[2] ?? match[3] ?? match[4] ?? "";
        const key = match[1] ?? "";
        if (value === "" || left-- <= 0) continue;
        const start = piece.start + match.index + match[0].lastIndexOf(value);
        const values = given.get(name) ?? new Map<string, Literal[]>();
        given.set(name, values);
        values.set(key, [...(values.get(key) ?? []), { text: value, span: { start, end: start + value.length } }]);
      }
  }
  return given;
}
