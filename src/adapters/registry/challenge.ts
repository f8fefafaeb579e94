/** One challenge of a WWW-Authenticate header; scheme and parameter names in lower case. */
export interface Challenge {
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const token = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/uy;
const separator = /[ \t]*(?:,[ \t]*)*/uy;
const quoted = /"((?:[^"\\]|\\[^])*)"/uy;
const token68 = /[A-Za-z0-9._~+/-]+=*(?=[ \t]*(?:,|$))/uy;

const maximumLength = 8192;

/**
 * Reads the challenges of a WWW-Authenticate header (RFC 9110, 11.6.1): several in one value, parameters in any order,
 * quoted strings with commas and escapes. What follows something unreadable is not looked at.
 */
export function parseChallenges(header: string): readonly Challenge[] {
  const challenges: Challenge[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const match = pattern.exec(header);
    if (match === null) return undefined;
    at = pattern.lastIndex;
    return match[0];
  };

  if (header.length > maximumLength) return [];
  take(separator);
  while (at < header.length) {
    const scheme = take(token)?.toLowerCase();
    if (scheme === undefined) return challenges;
    const parameters = new Map<string, string>();
    challenges.push({ scheme, parameters });
    const afterScheme = at;
    take(/[ \t]+/uy);
    if (at > afterScheme && !isParameter(header, at)) take(token68);
    take(separator);
    while (isParameter(header, at)) {
      const name = take(token)?.toLowerCase() ?? "";
      take(/[ \t]*=[ \t]*/uy);
      const value = take(quoted);
      const text = value === undefined ? take(token) : value.slice(1, -1).replaceAll(/\\([^])/gu, "$1");
      if (text === undefined) return challenges;
      // A repeated name is refused by the RFC; the first stands, so that what follows cannot replace it.
      if (!parameters.has(name)) parameters.set(name, text);
      const before = at;
      take(separator);
      if (at === before && at < header.length) return challenges;
    }
  }
  return challenges;
}

/** Whether a name, an equals sign and a value stand here; a token68 that ends in `=` has no value. */
function isParameter(header: string, at: number): boolean {
  const pattern = /[!#$%&'*+.^_`|~0-9A-Za-z-]+[ \t]*=[ \t]*["!#$%&'*+.^_`|~0-9A-Za-z-]/uy;
  pattern.lastIndex = at;
  return pattern.test(header);
}
