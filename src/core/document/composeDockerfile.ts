import type { Span } from "../image/span.ts";
import type { Document } from "./document.ts";
import { readDockerfile } from "./dockerfile.ts";
import type { YamlScalar } from "./yamlNode.ts";
import { createScalarMap } from "./yamlScalarMap.ts";

/** Reads the Dockerfile of a compose file's `dockerfile_inline`; all its spans are the compose file's. */
export function readInlineDockerfile(scalar: YamlScalar, text: string, path: string): Document {
  const map = createScalarMap(text, scalar);
  const { source, offsetOf } = withoutEscapes(scalar.text);
  const place = ({ start, end }: Span): Span => map.spanOf(offsetOf(start), offsetOf(end));
  const document = readDockerfile(source, path);
  return {
    ...document,
    images: document.images.map((use) => ({
      ...use,
      span: place(use.span),
      text: text.slice(place(use.span).start, place(use.span).end),
      ...(use.definedAt === undefined ? {} : { definedAt: place(use.definedAt) }),
      ...(use.pinAt === undefined ? {} : { pinAt: place(use.pinAt) }),
      chain: use.chain.map((step) => ({ ...step, span: place(step.span) })),
    })),
    commands: document.commands.map((command) => ({
      ...command,
      span: place(command.span),
      words: command.words.map((word) => ({ ...word, span: place(word.span) })),
    })),
    problems: document.problems.map((problem) =>
      problem.span === undefined ? problem : { ...problem, span: place(problem.span) },
    ),
  };
}

/** Compose reads `$$` as a dollar sign before the Dockerfile is read; gives that text, and its offsets in the value. */
function withoutEscapes(value: string): { readonly source: string; readonly offsetOf: (offset: number) => number } {
  const dropped = [...value.matchAll(/\$\$/g)].map(({ index }, count) => index + 1 - count);
  return {
    source: value.replaceAll("$$", () => "$"),
    offsetOf(offset) {
      let low = 0;
      let high = dropped.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((dropped[middle] ?? 0) <= offset) low = middle + 1;
        else high = middle;
      }
      return offset + low;
    },
  };
}
