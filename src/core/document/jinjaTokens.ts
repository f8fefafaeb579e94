import type { Span } from "../image/span.ts";

const maximumTokens = 20_000;
/** Longer expressions name no image. */
const maximumLength = 2000;

/** `{{ expression }}`, `{% statement %}` or `{# comment #}`. */
export interface JinjaToken extends Span {
  readonly kind: "expression" | "statement" | "comment";
  readonly inner: string;
}

const kinds = new Map<string, readonly [kind: JinjaToken["kind"], close: string]>([
  ["{", ["expression", "}}"]],
  ["%", ["statement", "%}"]],
  ["#", ["comment", "#}"]],
]);

/** The tokens of a text, in order; what stands between `raw` and `endraw` is none. */
export function jinjaTokens(text: string): readonly JinjaToken[] {
  const found: JinjaToken[] = [];
  const next = createFinder(text);
  for (let start = text.indexOf("{"); start >= 0 && found.length < maximumTokens;) {
    const [kind, close] = kinds.get(text.charAt(start + 1)) ?? [];
    const end = kind === undefined || close === undefined ? -1 : endOf(text, start + 2, next(close, start + 2), kind);
    if (kind === undefined || end < 0) {
      start = text.indexOf("{", start + 1);
      continue;
    }
    const inner = text
      .slice(start + 2, end - 2)
      .replace(/^[-+]/, "")
      .replace(/[-+]$/, "")
      .trim();
    found.push({ kind, start, end, inner });
    // What is raw is no template.
    const raw = kind === "statement" && inner === "raw" ? next("endraw", end) : -1;
    start = text.indexOf("{", raw < 0 ? end : text.lastIndexOf("{%", raw));
  }
  return found;
}

/** Finds what comes next in a text; what is not there any more is not looked for again. */
function createFinder(text: string): (part: string, from: number) => number {
  const gone = new Set<string>();
  return (part, from) => {
    const at = gone.has(part) ? -1 : text.indexOf(part, from);
    if (at < 0) gone.add(part);
    return at;
  };
}

/** The offset after what closes a token, first met at `close`; in an expression, texts hide it. */
function endOf(text: string, from: number, close: number, kind: JinjaToken["kind"]): number {
  if (close < 0 || kind !== "expression") return close < 0 ? -1 : close + 2;
  const limit = Math.min(text.length, from + maximumLength);
  for (let at = from; at < limit; at++) {
    const character = text.charAt(at);
    if (character === "}" && text.charAt(at + 1) === "}") return at + 2;
    if (character !== '"' && character !== "'") continue;
    const written = /[^"'\n]*/y;
    written.lastIndex = at + 1;
    written.test(text);
    if (text.charAt(written.lastIndex) === character) at = written.lastIndex;
  }
  return -1;
}
