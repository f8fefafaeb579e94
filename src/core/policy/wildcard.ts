/**
 * Whether the whole of `text` matches `pattern`, in which `*` is anything and `?` any one character. Two pointers and
 * one remembered star, so that the time grows with the product of both lengths at most. `single: false` makes `?` itself.
 */
export function matchesWildcards(pattern: string, text: string, { single = true } = {}): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  for (let position = 0; position < text.length;) {
    const symbol = pattern[at];
    if (symbol === "*") {
      star = at++;
      resume = position;
    } else if (symbol !== undefined && (symbol === text[position] || (single && symbol === "?"))) {
      at++;
      position++;
    } else if (star >= 0) {
      at = star + 1;
      position = ++resume;
    } else return false;
  }
  while (pattern[at] === "*") at++;
  return at === pattern.length;
}
