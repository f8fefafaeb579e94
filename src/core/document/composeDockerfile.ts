import type { BuildArguments } from "./buildArguments.ts";
import type { Document } from "./document.ts";
import { readDockerfile } from "./dockerfile.ts";
import { placeDocument } from "./embedded.ts";
import { noSiblings } from "./siblings.ts";
import type { YamlScalar } from "./yamlNode.ts";

/** Reads the Dockerfile of a compose file's `dockerfile_inline`; all its spans are the compose file's. */
export function readInlineDockerfile(
  scalar: YamlScalar,
  text: string,
  path: string,
  supplied: BuildArguments,
): Document {
  const { source, offsetOf } = withoutEscapes(scalar.text);
  return placeDocument(readDockerfile(source, path, noSiblings, supplied), scalar, text, offsetOf);
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
