import { readDocument } from "../../src/core/document/readDocument.ts";
import { formatReference } from "../../src/core/image/reference.ts";

/** What a file refers to, in order: `line:column reference`, with the resolution where nothing is known. */
export function references(text: string, path: string): readonly string[] {
  const document = readDocument(text, path);
  return document.images.map(({ span, reference, resolution }) => {
    const before = document.text.slice(0, span.start).split("\n");
    const place = `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
    return `${place} ${reference === undefined ? resolution : formatReference(reference)}`;
  });
}
