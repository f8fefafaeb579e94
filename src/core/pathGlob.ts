/**
 * Whether a workspace path is covered by a path or glob of the configuration: from the workspace's root, `*` within a
 * segment, `**` over any number of them; what names a folder covers everything in it.
 */
export function isCoveredBy(glob: string, path: string): boolean {
  const pattern = glob.replace(/^\.\//, "").replace(/\/+$/, "").split("/").slice(0, maximumSegments);
  const segments = path.split("/").slice(0, maximumSegments);
  return segmentsMatcher(pattern)(segments) || segmentsMatcher([...pattern, "**"])(segments);
}

const maximumSegments = 100;

/** Tells whether the segments of a path match, each as in gitignore(5), with `**` for any number of segments. Linear in the product of both lengths. */
export function segmentsMatcher(pattern: readonly string[]): (path: readonly string[]) => boolean {
  if (!pattern.includes("**")) {
    const parts = pattern.map(segmentMatcher);
    return (path) => path.length === parts.length && parts.every((matches, at) => matches(path[at] ?? ""));
  }
  const parts = pattern.map((part) => (part === "**" ? part : segmentMatcher(part)));
  return (path) => matchesAcross(parts, path);
}

type Part = "**" | ((segment: string) => boolean);

function matchesAcross(parts: readonly Part[], path: readonly string[]): boolean {
  // `reachable[i]`: the pattern so far matches the first i segments.
  let reachable = [true, ...path.map(() => false)];
  for (const [index, part] of parts.entries()) {
    const last = index === parts.length - 1;
    const next = reachable.map(() => false);
    for (let at = 0; at <= path.length; at++) {
      if (reachable[at] !== true) continue;
      if (part === "**") {
        // At the end, `**` stands for what is inside, not for the folder itself.
        for (let to = last ? at + 1 : at; to <= path.length; to++) next[to] = true;
      } else if (at < path.length && part(path[at] ?? "")) {
        next[at + 1] = true;
      }
    }
    reachable = next;
  }
  return reachable[path.length] === true;
}

/** Tells whether one path segment matches `*`, `?`, `[...]` and escapes, without backtracking beyond the last `*`. */
export function segmentMatcher(pattern: string): (segment: string) => boolean {
  if (!/[*?[\\]/.test(pattern)) return (segment) => segment === pattern;
  const ending = /^\*([^*?[\\]*)$/.exec(pattern)?.[1];
  if (ending !== undefined) return (segment) => segment.endsWith(ending);
  const tokens = tokensOf(pattern);
  return (segment) => matchesTokens(tokens, segment);
}

function matchesTokens(tokens: readonly Token[], text: string): boolean {
  let at = 0;
  let token = 0;
  let star = -1;
  let resume = 0;
  while (at < text.length) {
    const current = tokens[token];
    if (current === "*") {
      star = token++;
      resume = at;
    } else if (current !== undefined && current(text[at] ?? "")) {
      token++;
      at++;
    } else if (star >= 0) {
      token = star + 1;
      at = ++resume;
    } else {
      return false;
    }
  }
  while (tokens[token] === "*") token++;
  return token === tokens.length;
}

type Token = "*" | ((character: string) => boolean);

function tokensOf(pattern: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at] ?? "";
    const close = character === "[" ? pattern.indexOf("]", at + 2) : -1;
    if (character === "*") tokens.push("*");
    else if (character === "?") tokens.push(() => true);
    else if (close > 0) {
      tokens.push(characterClass(pattern.slice(at + 1, close)));
      at = close;
    } else {
      const literal = character === "\\" ? (pattern[++at] ?? "") : character;
      tokens.push((each) => each === literal);
    }
  }
  return tokens;
}

function characterClass(body: string): (character: string) => boolean {
  const negated = body.startsWith("!") || body.startsWith("^");
  const members = negated ? body.slice(1) : body;
  return (character) => {
    let found = false;
    for (let at = 0; at < members.length; at++) {
      const from = members[at] ?? "";
      const to = members[at + 1] === "-" && members[at + 2] !== undefined ? (members[at + 2] ?? "") : from;
      if (to !== from) at += 2;
      if (from <= character && character <= to) found = true;
    }
    return found !== negated;
  };
}
