import type { Severity } from "../rules/rule.ts";
import type { VerdictState } from "../verdict/verdict.ts";

/** What a line of the text report can be marked as. */
export type Marked = VerdictState | Severity | "unchecked";

/** The colours that the text report uses; every mark also differs in shape. */
export type Colour = "green" | "yellow" | "red" | "grey";

const unicodeMarks: Readonly<Record<Marked, string>> = {
  verified: "✔",
  untrusted: "◇",
  invalid: "✘",
  unsigned: "⊘",
  unknown: "?",
  unchecked: "○",
  error: "✖",
  warning: "▲",
  note: "•",
};

const asciiMarks: Readonly<Record<Marked, string>> = {
  verified: "+",
  untrusted: "~",
  invalid: "x",
  unsigned: "-",
  unknown: "?",
  unchecked: "o",
  error: "E",
  warning: "W",
  note: "N",
};

/** The mark of each kind of line, in the characters that the terminal shows. */
export function marksFor(unicode: boolean): Readonly<Record<Marked, string>> {
  return unicode ? unicodeMarks : asciiMarks;
}

/** The colour of a mark; green for `verified` alone. */
export function colourOf(marked: Marked): Colour {
  switch (marked) {
    case "verified":
      return "green";
    case "untrusted":
    case "unsigned":
    case "warning":
      return "yellow";
    case "invalid":
    case "error":
      return "red";
    case "unknown":
    case "unchecked":
    case "note":
      return "grey";
  }
}

const codes: Readonly<Record<Colour, number>> = { green: 32, yellow: 33, red: 31, grey: 90 };

/** Text in a colour (ECMA-48 SGR), or as it is where there shall be none. */
export function paint(text: string, colour: Colour, enabled: boolean): string {
  return enabled ? `\u001b[${codes[colour]}m${text}\u001b[0m` : text;
}
