/** An error of the parser, in its own words. */
interface ParserError {
  readonly message: string;
  readonly pos: readonly [number, number];
}

/** Longest text that is looked at again, and how often: each time its document is parsed as a whole. */
const maximumLength = 400_000;
const maximumJoins = 60;
/** How much is parsed again of one text, in UTF-16 units, and how many errors are made of it, which take as long. */
const maximumParsed = 4_000_000;
const maximumErrors = 2000;

interface Budget {
  parsed: number;
  errors: number;
}

const missingQuote = /^Missing closing (["'])/;
const shortFlow = /^Flow (?:sequence|map) in block collection must/;

/**
 * Undoes line breaks that the parser takes for the end of a quoted text or a flow collection, since the next line is
 * not indented: libyaml and Go's parsers, which Kubernetes and others use, read on. `parse` gives the errors of a text.
 * Gives a text of the same length without any, or undefined.
 */
export function withJoinedLines(
  text: string,
  errors: readonly ParserError[],
  parse: (text: string) => readonly ParserError[],
): string | undefined {
  if (text.length > maximumLength) return undefined;
  // Documents stand for themselves (YAML 1.2.2, 9.1): only those with errors are parsed again.
  const joined: string[] = [];
  const budget = { parsed: maximumParsed, errors: maximumErrors };
  const parseWithin = (part: string): readonly ParserError[] => {
    const found = parse(part);
    budget.parsed -= part.length;
    budget.errors -= found.length;
    return found;
  };
  let end = 0;
  for (const part of text.split(/^(?=---(?:[ \t\r\n]|$))/m)) {
    const start = end;
    end += part.length;
    const own = errors.filter(({ pos }) => pos[0] >= start && (pos[0] < end || end === text.length));
    const read =
      own.length === 0
        ? part
        : joinedDocument(part, start === 0 && end === text.length ? own : parseWithin(part), budget, parseWithin);
    if (read === undefined) return undefined;
    joined.push(read);
  }
  return joined.join("");
}

function joinedDocument(
  text: string,
  errors: readonly ParserError[],
  budget: Budget,
  parse: (text: string) => readonly ParserError[],
): string | undefined {
  let joined = text;
  let left = errors;
  let reached = -1;
  const content = text.trimEnd().length;
  for (let count = 0; left.length > 0; count++) {
    // What comes behind another error does not mend it.
    const error = left.reduce((first, one) => (one.pos[0] < first.pos[0] ? one : first));
    if (!missingQuote.test(error.message) && !shortFlow.test(error.message)) return undefined;
    if (count >= maximumJoins || budget.parsed < 0 || budget.errors < 0) return undefined;
    const [at] = error.pos;
    // What is not closed at all stops the parser at the end, or at the same place again.
    if (at <= reached || at >= content) return undefined;
    const quote = missingQuote.exec(error.message)?.[1];
    const next = quote === undefined ? joinFlow(joined, at) : joinQuoted(joined, at, quote);
    if (next === undefined) return undefined;
    reached = at;
    joined = next;
    left = parse(joined);
  }
  return joined;
}

/** Joins the lines up to the quote that closes the text, which the parser gave up at `at`. */
function joinQuoted(text: string, at: number, quote: string): string | undefined {
  for (let end = at; end < text.length; end++) {
    const character = text.charAt(end);
    if (character === "\\" && quote === '"') end++;
    else if (character === quote && quote === "'" && text.charAt(end + 1) === "'") end++;
    else if (character === quote)
      return end === at || !isFollowed(text, end + 1) ? undefined : withoutBreaks(text, at, end);
  }
  return undefined;
}

/** Whether what stands behind a text's last quote may stand there: otherwise the quote begins another text. */
function isFollowed(text: string, at: number): boolean {
  return /^[ \t]*(?:[\r\n,\]}:]|[ \t]#|$)/.test(text.slice(at, at + 80));
}

function withoutBreaks(text: string, start: number, end: number): string {
  return text.slice(0, start) + text.slice(start, end).replace(/[\r\n]/g, " ") + text.slice(end);
}

/** What brackets are looked for in: texts in quotes are gone over as a whole. */
const flowPiece = /"(?:[^"\\]|\\[^])*"|'(?:[^']|'')*'|[[\]{}]/g;

/** Joins the lines from the one before `at` to the one that closes the collection, whose comments cannot stay. */
function joinFlow(text: string, at: number): string | undefined {
  const newline = text.lastIndexOf("\n", at - 1);
  if (newline < 0) return undefined;
  const start = text.lastIndexOf("\n", newline - 1) + 1;
  const bare = text.slice(0, start) + withoutComments(text.slice(start));
  let depth = 0;
  flowPiece.lastIndex = newline;
  for (let found = flowPiece.exec(bare); found !== null; found = flowPiece.exec(bare)) {
    const [piece] = found;
    if (piece === "[" || piece === "{") depth++;
    else if ((piece === "]" || piece === "}") && --depth < 0)
      return bare.slice(0, start) + bare.slice(start, found.index).replace(/[\r\n]/g, " ") + text.slice(found.index);
  }
  return undefined;
}

/** Each line with blanks in the place of the comment at its end. */
function withoutComments(text: string): string {
  return text.replaceAll(/(?:^|[ \t])#[^"'\r\n]*$/gm, (comment) => " ".repeat(comment.length));
}
