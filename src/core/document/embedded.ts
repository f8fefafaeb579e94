import type { Span } from "../image/span.ts";
import { placeWord } from "../shell/wordParts.ts";
import type { Document, ImageUse } from "./document.ts";
import { readYaml } from "./yaml.ts";
import type { YamlNode, YamlScalar } from "./yamlNode.ts";
import { createScalarMap } from "./yamlScalarMap.ts";

/**
 * Moves what was read from a scalar's value to the text that holds the scalar. `offsetOf` gives the offset in the
 * value where what was read is not the value itself, of a beginning or of an end.
 */
export function placeDocument(
  document: Document,
  scalar: YamlScalar,
  text: string,
  offsetOf: (offset: number, isEnd: boolean) => number = (offset) => offset,
): Document {
  const map = createScalarMap(text, scalar);
  const place = ({ start, end }: Span): Span => map.spanOf(offsetOf(start, false), offsetOf(end, end > start));
  return {
    ...document,
    text,
    images: document.images.map((use) => placeUse(use, place, text)),
    commands: document.commands.map((command) => ({
      ...command,
      span: place(command.span),
      words: command.words.map((word) => placeWord(word, place)),
      ...(command.input === undefined ? {} : { input: placeWord(command.input, place) }),
    })),
    jobs: [],
    problems: document.problems.map((problem) =>
      problem.span === undefined ? problem : { ...problem, span: place(problem.span) },
    ),
  };
}

function placeUse(use: ImageUse, place: (span: Span) => Span, text: string): ImageUse {
  const { pinAt, pinBefore, definedAt, ...rest } = use;
  const span = place(use.span);
  // A new line would need the indentation of the text around, too.
  const pin = pinAt === undefined || pinBefore?.includes("\n") === true ? undefined : place(pinAt);
  return {
    ...rest,
    span,
    text: text.slice(span.start, span.end),
    ...(definedAt === undefined ? {} : { definedAt: place(definedAt) }),
    ...(pin === undefined ? {} : { pinAt: pin }),
    ...(pin === undefined || pinBefore === undefined ? {} : { pinBefore }),
    chain: use.chain.map((step) => (step.file === undefined ? { ...step, span: place(step.span) } : step)),
  };
}

/**
 * Reads the YAML that a scalar holds as text; what is found stands where the scalar does. `inner` is that text where
 * something in it is hidden from the reader; it is as long.
 */
export function readEmbeddedYaml(
  scalar: YamlScalar,
  text: string,
  path: string,
  read: (root: YamlNode | undefined, inner: string) => readonly ImageUse[],
  inner = scalar.text,
): Document {
  const images = readYaml(inner).documents.flatMap(({ root }) => read(root, inner));
  const found: Document = {
    path,
    dialect: "kubernetes",
    text: scalar.text,
    images,
    commands: [],
    jobs: [],
    problems: [],
  };
  return placeDocument(found, scalar, text);
}

/** The text of a mapping as one value, from the beginning of its line on, so that its lines stay aligned. */
export function textOfNode(node: YamlNode | undefined, text: string): YamlScalar | undefined {
  if (node?.kind !== "mapping") return undefined;
  const line = text.lastIndexOf("\n", node.span.start - 1) + 1;
  const start = text.slice(line, node.span.start).trim() === "" ? line : node.span.start;
  const span: Span = { start, end: node.span.end };
  const source = text.slice(span.start, span.end);
  return { kind: "scalar", span, text: source, style: "plain", exact: true, contentStart: start };
}
