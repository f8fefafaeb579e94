import type { Span } from "../image/span.ts";
import type { Problem } from "../problem.ts";

/** What the comment lines at a Dockerfile's very top say about how to read it. */
export interface Directives {
  /** The character that escapes and continues lines. */
  readonly escape: "\\" | "`";
  /** Image of the frontend that BuildKit runs instead of its own: `# syntax=...`, `// syntax=...` or JSON. */
  readonly syntax: { readonly text: string; readonly span: Span } | undefined;
  /** Whether the rest is a Dockerfile: a frontend named in `//` or JSON form reads a language of its own. */
  readonly isDockerfile: boolean;
  readonly problems: readonly Problem[];
}

interface Directive {
  readonly name: string;
  readonly value: string;
  readonly span: Span;
}

const known = new Set(["syntax", "escape", "check"]);
const directiveForm = /^[ \t\f\v\r]*([A-Za-z][A-Za-z0-9]*)([ \t\f\v\r]*=[ \t\f\v\r]*)(?=\S)(.*)$/;

/** Longest line that can be a directive; longer ones are comments. */
const maximumLine = 4096;

/** Reads the parser directives (BuildKit: the first unbroken block of directive lines, each at most once, names in any case). */
export function readDirectives(text: string): Directives {
  const lines = readBlock(text, 0, "#", true);
  const problems: Problem[] = [];
  if (lines.repeated !== undefined) {
    const { name, span } = lines.repeated;
    problems.push({
      code: "directive-repeated",
      message: `Only one '${name}' directive may be used; BuildKit refuses this file.`,
      span,
    });
  }
  const escape = lines.directives.find(({ name }) => name === "escape");
  if (escape !== undefined && escape.value !== "\\" && escape.value !== "`") {
    const message = `'${escape.value}' cannot be the escape character; BuildKit accepts only \\ and \`.`;
    problems.push({ code: "directive-invalid", message, span: escape.span });
  }
  const start = text.startsWith("#!") ? lineAt(text, 0).next : 0;
  const hash = readBlock(text, start, "#", false).directives.find(({ name }) => name === "syntax");
  const foreign =
    hash === undefined
      ? (readBlock(text, start, "//", false).directives.find(({ name }) => name === "syntax") ?? readJson(text))
      : undefined;
  return {
    escape: escape?.value === "`" ? "`" : "\\",
    syntax: firstWord(hash ?? foreign),
    isDockerfile: foreign === undefined,
    problems,
  };
}

function readBlock(
  text: string,
  start: number,
  comment: string,
  indented: boolean,
): { directives: Directive[]; repeated?: Directive } {
  const directives: Directive[] = [];
  for (let at = start; at < text.length;) {
    const { end, next } = lineAt(text, at);
    const line = end - at > maximumLine ? "" : text.slice(at, end).replace(/\r+$/, "");
    const body = indented ? line.replace(/^[ \t\f\v\r]+/, "") : line;
    const match = body.startsWith(comment) ? directiveForm.exec(body.slice(comment.length)) : null;
    const [matched = "", key = "", , raw = ""] = match ?? [];
    const name = key.toLowerCase();
    if (match === null || !known.has(name)) break;
    const value = raw.trimEnd();
    const valueStart = at + line.length - body.length + comment.length + matched.length - raw.length;
    const directive = { name, value, span: { start: valueStart, end: valueStart + value.length } };
    if (directives.some((other) => other.name === name)) return { directives, repeated: directive };
    directives.push(directive);
    at = next;
  }
  return { directives };
}

/** `{"syntax": "..."}`: the whole file must be one JSON object. */
function readJson(text: string): Directive | undefined {
  if (!/^\s*\{/.test(text) || !text.includes('"syntax"')) return undefined;
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== "object" || parsed === null || !("syntax" in parsed) || typeof parsed.syntax !== "string")
      return undefined;
    const literal = JSON.stringify(parsed.syntax);
    const at = text.indexOf(literal, text.indexOf('"syntax"') + 8);
    return at < 0
      ? undefined
      : { name: "syntax", value: parsed.syntax, span: { start: at + 1, end: at + literal.length - 1 } };
  } catch {
    return undefined;
  }
}

function firstWord(directive: Directive | undefined): Directives["syntax"] {
  if (directive === undefined) return undefined;
  const text = directive.value.split(" ", 1)[0] ?? "";
  return { text, span: { start: directive.span.start, end: directive.span.start + text.length } };
}

function lineAt(text: string, at: number): { end: number; next: number } {
  const lineBreak = text.indexOf("\n", at);
  return lineBreak < 0 ? { end: text.length, next: text.length } : { end: lineBreak, next: lineBreak + 1 };
}
