/** Longest value and pattern that are matched; what is longer is treated as not known, so that matching stays cheap. */
const maximumLength = 256;

/** One element of a pattern: any run, any one character, or the character itself. */
type Token =
  | { readonly kind: "run" }
  | { readonly kind: "one" }
  | { readonly kind: "character"; readonly character: string };

/**
 * `${value#pattern}` and `${value%pattern}` (POSIX shell, 2.6.2): `value` without the shortest or longest match of the
 * pattern at its start or end. Undefined where the pattern uses more than `*`, `?` and backslash, or is too long.
 */
export function removeMatch(
  value: string,
  pattern: string,
  from: "start" | "end",
  longest: boolean,
): string | undefined {
  const tokens = tokensOf(pattern);
  if (tokens === undefined || value.length > maximumLength) return undefined;
  if (from === "start") {
    const length = matchLength(value, tokens, longest);
    return length === undefined ? value : value.slice(length);
  }
  const length = matchLength(reversed(value), tokens.toReversed(), longest);
  return length === undefined ? value : value.slice(0, value.length - length);
}

/**
 * `${value/pattern/replacement}`, or with `all` `${value//pattern/replacement}`: the leftmost longest match replaced,
 * or with `start` (`/#`) and `end` (`/%`) only the one there. Undefined where the pattern is empty but for those two,
 * uses more than `*`, `?` and backslash, or is too long.
 */
export function replaceMatch(
  value: string,
  pattern: string,
  replacement: string,
  which: "first" | "all" | "start" | "end",
): string | undefined {
  if (which === "start" || which === "end") {
    const rest = removeMatch(value, pattern, which, true);
    if (rest === undefined || (rest === value && pattern !== "")) return rest;
    return which === "start" ? replacement + rest : rest + replacement;
  }
  const tokens = tokensOf(pattern);
  if (tokens === undefined || tokens.length === 0 || value.length > maximumLength) return undefined;
  let result = "";
  let at = 0;
  while (at < value.length) {
    const length = matchLength(value.slice(at), tokens, true);
    if (length === undefined || length === 0) {
      result += value[at] ?? "";
      at += 1;
      continue;
    }
    result += replacement;
    at += length;
    if (which === "first") break;
  }
  return result + value.slice(at);
}

function tokensOf(pattern: string): readonly Token[] | undefined {
  if (pattern.length > maximumLength) return undefined;
  const tokens: Token[] = [];
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern[i] ?? "";
    if (character === "[") return undefined;
    if (character === "*") tokens.push({ kind: "run" });
    else if (character === "?") tokens.push({ kind: "one" });
    else if (character === "\\" && i + 1 < pattern.length)
      tokens.push({ kind: "character", character: pattern[++i] ?? "" });
    else tokens.push({ kind: "character", character });
  }
  return tokens;
}

/** Length of the longest or shortest match at the start of `value`, by carrying the set of lengths matched so far. */
function matchLength(value: string, tokens: readonly Token[], longest: boolean): number | undefined {
  let reached: boolean[] = [true];
  for (const token of tokens) {
    const next: boolean[] = [];
    let open = false;
    for (let i = 0; i <= value.length; i++) {
      open ||= reached[i] === true;
      if (token.kind === "run") next[i] = open;
      else next[i] = i > 0 && reached[i - 1] === true && (token.kind === "one" || value[i - 1] === token.character);
    }
    reached = next;
  }
  const found = longest ? reached.lastIndexOf(true) : reached.indexOf(true);
  return found < 0 ? undefined : found;
}

function reversed(text: string): string {
  let result = "";
  for (let i = text.length - 1; i >= 0; i--) result += text[i] ?? "";
  return result;
}
