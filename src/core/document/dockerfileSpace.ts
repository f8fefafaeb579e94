/** White space as BuildKit's Go sees it; unlike `\s` it holds U+0085 and no byte-order mark. */
const space = /[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/** Whether a character is white space to BuildKit. */
export function isSpace(character: string | undefined): boolean {
  if (character === undefined) return false;
  const code = character.charCodeAt(0);
  return code <= 0x20 || code >= 0x85 ? space.test(character) : false;
}

/** Whether a character is white space between the words of one line, as BuildKit splits them. */
export function isBlank(character: string | undefined): boolean {
  const code = character?.charCodeAt(0);
  return code === 0x20 || (code !== undefined && code >= 0x09 && code <= 0x0d && code !== 0x0a);
}
