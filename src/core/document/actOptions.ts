import { withoutByteOrderMark } from "../image/span.ts";
import type { Document } from "./document.ts";
import { createLiteralUses } from "./literalUses.ts";

/** The image for a platform of runners; `-self-hosted` runs on the machine itself. */
const platform = /^[ \t]*(?:-P|--platform)[ \t=]+[^\s=]+=(?!-self-hosted\b)(\S+)[ \t]*\r?$/gm;

/** Reads the options that a project gives act (`.actrc`, one a line): the images that its runners are. */
export function readActOptions(source: string, path: string): Document {
  const text = withoutByteOrderMark(source);
  const uses = createLiteralUses(text);
  for (const { 0: whole, 1: image = "", index } of text.matchAll(platform)) {
    const start = index + whole.lastIndexOf(image);
    uses.add({ text: image, span: { start, end: start + image.length } }, "platform");
  }
  return uses.document(path, "act-options");
}
