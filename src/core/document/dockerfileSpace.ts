/** White space as BuildKit's Go sees it; unlike `\s` it holds U+0085 and no byte-order mark. */
const space = /[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/** Whether a character is white space to BuildKit. */
export function isSpace(character: string | undefined): boolean {
  return character !== undefined && space.test(character);
}
