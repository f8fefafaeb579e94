import { Composer, Lexer, Parser, type CST, type Document as ParsedDocument } from "yaml";
import type { Span } from "../image/span.ts";
import { keepingLast } from "../lastResults.ts";
import type { Problem } from "../problem.ts";
import { readSimpleYaml } from "./yamlBlock.ts";
import { withJoinedLines } from "./yamlContinuation.ts";
import { createYamlConverter } from "./yamlConvert.ts";
import type { YamlNode } from "./yamlNode.ts";

/** One document of a YAML stream; `root` is absent for an empty one. */
interface YamlDocument {
  readonly root: YamlNode | undefined;
  /** What could not be read of this document; the rest of it was. */
  readonly problems: readonly Problem[];
}

/** What a YAML text holds. `problems` repeats those of its documents, in order, and adds those of the whole. */
export interface YamlStream {
  readonly documents: readonly YamlDocument[];
  readonly problems: readonly Problem[];
}

/** UTF-16 units; larger than the largest manifests that people keep in repositories. */
const maximumLength = 4_000_000;
/** Lexical tokens of a stream: bounds time and memory. */
const maximumTokens = 600_000;
/** Nesting; composing a document recurses, so that more would exhaust the stack. */
const maximumDepth = 100;
const maximumDocuments = 2_000;
const maximumProblems = 100;

/**
 * Reads YAML 1.2 with exact positions, never throwing and never expanding aliases beyond a bound. `text` is without
 * byte-order mark. Problems: `yaml-syntax`, `yaml-duplicate-key`, `yaml-alias-unknown`, `yaml-alias-cycle`,
 * `yaml-alias-limit`, `yaml-too-large`, `yaml-too-deep`.
 */
export const readYaml: (text: string) => YamlStream = keepingLast(4, (text) => {
  if (text.length > maximumLength) {
    const message = `This YAML text is longer than ${maximumLength} characters, so that nothing of it was read.`;
    return { documents: [], problems: [{ code: "yaml-too-large", message, span: { start: 0, end: 0 } }] };
  }
  return readSimply(text, false) ?? parseYaml(text);
});

/**
 * As `readYaml`, for a template whose actions are hidden: it writes the ways that it chooses from one after the other, so
 * that a key may stand several times.
 */
export const readTemplateYaml: (masked: string) => YamlStream = keepingLast(
  4,
  (masked) => readSimply(masked, true) ?? readYaml(masked),
);

function readSimply(text: string, mayRepeat: boolean): YamlStream | undefined {
  const roots = readSimpleYaml(text, mayRepeat);
  return roots === undefined ? undefined : { documents: roots.map((root) => ({ root, problems: [] })), problems: [] };
}

/** Reads any YAML with the parser, token by token. Beside `readYaml`, so that the two readers can be compared. */
export function parseYaml(text: string): YamlStream {
  const first = parse(text);
  const errorsOf = (parsed: readonly ParsedDocument.Parsed[]) => parsed.flatMap(({ errors }) => errors);
  const errors = errorsOf(first.parsed);
  const joined =
    errors.length === 0 ? undefined : withJoinedLines(text, errors, (inner) => errorsOf(parse(inner).parsed));
  const { parsed, limit } = joined === undefined ? first : parse(joined);
  const documents = parsed.map((document) => convert(document, text));
  const problems = documents.flatMap((document) => document.problems);
  return {
    documents,
    problems: [...problems.slice(0, maximumProblems), ...(limit === undefined ? [] : [limit])],
  };
}

function parse(text: string): {
  readonly parsed: readonly ParsedDocument.Parsed[];
  readonly limit: Problem | undefined;
} {
  const { tokens, limit } = tokenize(text);
  const composer = new Composer({ schema: "failsafe", uniqueKeys: false, prettyErrors: false, logLevel: "silent" });
  return { parsed: [...composer.compose(tokens, false, text.length)], limit };
}

/** The parser keeps its own stack, so that its depth can be watched before anything recurses over its result. */
function tokenize(text: string): { readonly tokens: readonly CST.Token[]; readonly limit: Problem | undefined } {
  const tokens: CST.Token[] = [];
  const parser = new Parser();
  let count = 0;
  let documents = 0;
  let errors = 0;
  const stop = (code: string, what: string): { tokens: readonly CST.Token[]; limit: Problem } => ({
    tokens,
    limit: {
      code,
      message: `This YAML text ${what}, so that it was read only up to the document before.`,
      span: { start: Math.min(parser.offset, text.length), end: Math.min(parser.offset, text.length) },
    },
  });
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) {
      tokens.push(token);
      if (token.type === "document" && ++documents > maximumDocuments)
        return stop("yaml-too-large", `has more than ${maximumDocuments} documents`);
      if (token.type === "error" && ++errors > maximumProblems)
        return stop("yaml-syntax", `has more than ${maximumProblems} errors`);
    }
    if (parser.stack.length > maximumDepth) return stop("yaml-too-deep", `is nested more than ${maximumDepth} deep`);
    if (++count > maximumTokens) return stop("yaml-too-large", `has more than ${maximumTokens} tokens`);
  }
  tokens.push(...parser.end());
  return { tokens, limit: undefined };
}

function convert(parsed: ParsedDocument.Parsed, text: string): YamlDocument {
  const syntax = parsed.errors.slice(0, maximumProblems).map((error): Problem => ({
    code: "yaml-syntax",
    message: `This is not valid YAML: ${sentence(error.message)}`,
    span: within(text, error.pos[0], error.pos[1]),
  }));
  const converter = createYamlConverter(text);
  const contents: unknown = parsed.contents;
  const root = contents === null || contents === undefined ? undefined : converter.convert(contents);
  return { root, problems: [...syntax, ...converter.problems()].slice(0, maximumProblems) };
}

function within(text: string, start: number, end: number): Span {
  const from = Math.max(0, Math.min(start, text.length));
  return { start: from, end: Math.max(from, Math.min(end, text.length)) };
}

function sentence(message: string): string {
  const [first = ""] = message.split("\n");
  const lower = first.charAt(0).toLowerCase() + first.slice(1);
  return /[.!?]$/.test(lower) ? lower : `${lower}.`;
}
