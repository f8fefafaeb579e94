/** What may stand at one place of a subject. */
export type CharacterTest = (codePoint: number) => boolean;

/** A regular expression of Go's syntax (RE2), without what has no linear-time meaning there either. */
export type PatternNode =
  | { readonly kind: "character"; readonly test: CharacterTest; readonly any: boolean }
  | { readonly kind: "assertion"; readonly at: "start" | "end" | "word" | "not-word" }
  | { readonly kind: "sequence"; readonly parts: readonly PatternNode[] }
  | { readonly kind: "alternatives"; readonly options: readonly PatternNode[] }
  | { readonly kind: "repeat"; readonly node: PatternNode; readonly least: number; readonly most: number };

/** Why a pattern could not be read, in words; thrown inside the reader and caught at its edge. */
class PatternError extends Error {}

interface Flags {
  readonly ignoreCase: boolean;
  readonly dotMatchesNewline: boolean;
}

const maximumNesting = 50;
const maximumRepeat = 1000;
const end = Infinity;

/** Reads a pattern; gives the reason in words where it is not valid or uses a feature that is not supported. */
export function parsePattern(text: string): PatternNode | { readonly kind: "unreadable"; readonly why: string } {
  try {
    return readPattern(Array.from(text));
  } catch (error) {
    if (error instanceof PatternError) return { kind: "unreadable", why: error.message };
    throw error;
  }
}

function readPattern(input: readonly string[]): PatternNode {
  let at = 0;
  const peek = (ahead = 0): string => input[at + ahead] ?? "";
  const fail = (why: string): never => {
    throw new PatternError(why);
  };
  const accept = (text: string): boolean => {
    if (input.slice(at, at + text.length).join("") !== text) return false;
    at += text.length;
    return true;
  };

  function alternatives(outer: Flags, depth: number): PatternNode {
    if (depth > maximumNesting) fail(`it is nested more than ${maximumNesting} deep`);
    let flags = outer;
    const options: PatternNode[] = [];
    let parts: PatternNode[] = [];
    while (at < input.length && peek() !== ")") {
      if (accept("|")) {
        options.push({ kind: "sequence", parts });
        parts = [];
        continue;
      }
      const found = atom(flags, depth);
      if (found.kind === "flags") flags = found.flags;
      else parts.push(repeated(found));
    }
    options.push({ kind: "sequence", parts });
    const [only] = options;
    return options.length === 1 && only !== undefined ? only : { kind: "alternatives", options };
  }

  function repeated(atomNode: PatternNode): PatternNode {
    const bounds = quantifier();
    if (bounds === undefined) return atomNode;
    // A lazy quantifier finds another match, but not other subjects.
    accept("?");
    if (quantifier() !== undefined) fail("it repeats a repetition");
    return { kind: "repeat", node: atomNode, ...bounds };
  }

  function quantifier(): { least: number; most: number } | undefined {
    if (accept("*")) return { least: 0, most: end };
    if (accept("+")) return { least: 1, most: end };
    if (accept("?")) return { least: 0, most: 1 };
    const counted = /^\{(\d{1,4})(,(\d{1,4})?)?\}/.exec(input.slice(at, at + 12).join(""));
    if (counted === null) return undefined;
    at += counted[0].length;
    const least = Number(counted[1]);
    const most = counted[2] === undefined ? least : counted[3] === undefined ? end : Number(counted[3]);
    if (least > maximumRepeat || (most !== end && (most > maximumRepeat || most < least)))
      fail("it has a repetition out of range");
    return { least, most };
  }

  function atom(flags: Flags, depth: number): PatternNode | { readonly kind: "flags"; readonly flags: Flags } {
    if (accept("(")) return group(flags, depth);
    if (accept("[")) return characterClass(flags);
    if (accept("^")) return { kind: "assertion", at: "start" };
    if (accept("$")) return { kind: "assertion", at: "end" };
    if (accept("."))
      return { kind: "character", any: true, test: flags.dotMatchesNewline ? () => true : (code) => code !== 10 };
    if (accept("\\")) return escape(flags);
    const letter = peek();
    if ("*+?".includes(letter)) fail("it repeats nothing");
    at++;
    return literal(letter, flags);
  }

  function group(flags: Flags, depth: number): PatternNode | { readonly kind: "flags"; readonly flags: Flags } {
    let inner = flags;
    if (accept("?")) {
      const named = /^P?<[A-Za-z_]\w{0,30}>/.exec(input.slice(at, at + 36).join(""));
      const set = /^([is]*)(?:-([is]+))?([:)])/.exec(input.slice(at, at + 8).join(""));
      if (named !== null) at += named[0].length;
      else if (set === null) fail("it has a group of a kind that is not supported");
      else {
        at += set[0].length;
        const [, on = "", off = "", closing] = set;
        inner = {
          ignoreCase: (flags.ignoreCase || on.includes("i")) && !off.includes("i"),
          dotMatchesNewline: (flags.dotMatchesNewline || on.includes("s")) && !off.includes("s"),
        };
        if (closing === ")") return { kind: "flags", flags: inner };
      }
    }
    const node = alternatives(inner, depth + 1);
    if (!accept(")")) fail("a group is not closed");
    return node;
  }

  function escape(flags: Flags): PatternNode {
    if (at >= input.length) fail("it ends in a backslash");
    if (accept("A")) return { kind: "assertion", at: "start" };
    if (accept("z")) return { kind: "assertion", at: "end" };
    if (accept("b")) return { kind: "assertion", at: "word" };
    if (accept("B")) return { kind: "assertion", at: "not-word" };
    if (accept("Q")) {
      const parts: PatternNode[] = [];
      while (at < input.length && !accept("\\E")) parts.push(literal(input[at++] ?? "", flags));
      return { kind: "sequence", parts };
    }
    const set = escapedSet();
    if (set !== undefined) return { kind: "character", any: false, test: set };
    return literal(String.fromCodePoint(escapedCharacter()), flags);
  }

  function escapedSet(): CharacterTest | undefined {
    const test = namedSets.get(peek().toLowerCase());
    if (test === undefined) return undefined;
    const negated = peek() !== peek().toLowerCase();
    at++;
    return negated ? (code) => !test(code) : test;
  }

  function escapedCharacter(): number {
    const hex = /^x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]{1,6})\})/.exec(input.slice(at, at + 10).join(""));
    if (hex !== null) {
      at += hex[0].length;
      const code = Number.parseInt(hex[1] ?? hex[2] ?? "", 16);
      return code <= 0x10ffff ? code : fail("it names a character that does not exist");
    }
    const letter = peek();
    at++;
    const control = controls.get(letter);
    if (control !== undefined) return control;
    if (/^[A-Za-z0-9]$/.test(letter)) fail(`it uses '\\${letter}', which is not supported`);
    return letter.codePointAt(0) ?? fail("it ends in a backslash");
  }

  function characterClass(flags: Flags): PatternNode {
    const negated = accept("^");
    const tests: CharacterTest[] = [];
    for (let first = true; first || peek() !== "]"; first = false) {
      if (at >= input.length) fail("a bracket is not closed");
      const posix = /^\[:(\^?)([a-z]+):\]/.exec(input.slice(at, at + 12).join(""));
      if (posix !== null) {
        const named = posixSets.get(posix[2] ?? "") ?? fail(`it uses '${posix[0]}', which does not exist`);
        at += posix[0].length;
        tests.push(posix[1] === "^" ? (code) => !named(code) : named);
        continue;
      }
      const set = peek() === "\\" && namedSets.has(peek(1).toLowerCase());
      if (set) {
        at++;
        tests.push(escapedSet() ?? (() => false));
        continue;
      }
      const low = classCharacter();
      const isRange = peek() === "-" && peek(1) !== "]" && peek(1) !== "";
      if (isRange) at++;
      const high = isRange ? classCharacter() : low;
      if (high < low) fail("it has a range out of order");
      tests.push(folded((code) => code >= low && code <= high, flags));
    }
    at++;
    const matches: CharacterTest = (code) => tests.some((test) => test(code));
    return { kind: "character", any: false, test: negated ? (code) => !matches(code) : matches };
  }

  function classCharacter(): number {
    if (accept("\\")) return escapedCharacter();
    const letter = peek();
    at++;
    return letter.codePointAt(0) ?? fail("a bracket is not closed");
  }

  const root = alternatives({ ignoreCase: false, dotMatchesNewline: false }, 0);
  if (at < input.length) fail("a group is closed that was not opened");
  return root;
}

function literal(letter: string, flags: Flags): PatternNode {
  const wanted = letter.codePointAt(0);
  return { kind: "character", any: false, test: folded((code) => code === wanted, flags) };
}

function folded(test: CharacterTest, { ignoreCase }: Flags): CharacterTest {
  if (!ignoreCase) return test;
  return (code) => {
    const letter = String.fromCodePoint(code);
    return [letter, letter.toLowerCase(), letter.toUpperCase()].some((form) => test(form.codePointAt(0) ?? -1));
  };
}

function oneOf(form: RegExp): CharacterTest {
  return (code) => form.test(String.fromCodePoint(code));
}

const namedSets = new Map<string, CharacterTest>([
  ["d", oneOf(/^[0-9]$/)],
  ["w", oneOf(/^[0-9A-Za-z_]$/)],
  ["s", oneOf(/^[\t\n\f\r ]$/)],
]);

const posixSets = new Map<string, CharacterTest>([
  ["alnum", oneOf(/^[0-9A-Za-z]$/)],
  ["alpha", oneOf(/^[A-Za-z]$/)],
  ["digit", oneOf(/^[0-9]$/)],
  ["lower", oneOf(/^[a-z]$/)],
  ["upper", oneOf(/^[A-Z]$/)],
  ["word", oneOf(/^[0-9A-Za-z_]$/)],
  ["xdigit", oneOf(/^[0-9A-Fa-f]$/)],
  ["space", oneOf(/^[\t\n\v\f\r ]$/)],
]);

const controls = new Map([
  ["a", 7],
  ["t", 9],
  ["n", 10],
  ["v", 11],
  ["f", 12],
  ["r", 13],
]);
