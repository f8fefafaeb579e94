import type { WordPart } from "../document/document.ts";
import type { Span } from "../image/span.ts";
import { withoutPlace } from "./alternatives.ts";

/** What a document writes for some characters. */
const escapes = new Map([
  ["n", "\n"],
  ["t", "\t"],
]);
const space = /\s*/y;

/**
 * The stretches of a text that its document does not hold as it is, each where it stands: between them are the first of
 * two dollars or quotes, backslashes, and how lines are indented and folded. A text that differs otherwise has no place.
 */
export function placedParts(part: WordPart, document: string): readonly WordPart[] {
  const { text = "", literal, chain, choices } = part;
  if (text === "" || literal === undefined || chain.length > 0 || choices !== undefined) return [withoutPlace(part)];
  const parts: WordPart[] = [];
  // The last character may stand behind its backslash.
  const last = document[literal.end - 1] === "\\" ? literal.end + 1 : literal.end;
  let at = literal.start;
  let from = 0;
  const take = (length: number, span: Span): void => {
    parts.push({ ...withoutPlace(part), text: text.slice(from, from + length), span });
    from += length;
    at = span.end;
  };
  while (from < text.length) {
    const length = commonLength(text, from, document, at, last);
    if (length > 0) {
      const place = { start: at, end: at + length };
      parts.push({ ...part, text: text.slice(from, from + length), span: place, literal: place });
      from += length;
      at += length;
    } else if (document[at] === "\\" && at + 1 < last) {
      const made = escapes.get(document.charAt(at + 1));
      if (made !== undefined && made === text[from]) take(1, { start: at, end: at + 2 });
      else if (document[at + 1] === text[from]) at += 1;
      else return [withoutPlace(part)];
    } else {
      const spaces = spacesAt(document, at);
      const isDoubled = /^(?:\$\$|'')$/.test(document.slice(at - 1, at + 1)) && at + 1 < last;
      if (isDoubled && document[at + 1] === text[from]) at += 1;
      else if (spaces > 0 && at + spaces < last && breaksLine(document, at, spaces))
        take(spacesAt(text, from), { start: at, end: at + spaces });
      else return [withoutPlace(part)];
    }
  }
  return parts;
}

function commonLength(text: string, from: number, document: string, at: number, last: number): number {
  let length = 0;
  while (from + length < text.length && at + length < last && text[from + length] === document[at + length])
    length += 1;
  return length;
}

function spacesAt(text: string, at: number): number {
  space.lastIndex = at;
  return space.exec(text)?.[0].length ?? 0;
}

/** Whether spaces end a line, or are how the next one is indented. */
function breaksLine(document: string, at: number, length: number): boolean {
  if (document.slice(at, at + length).includes("\n")) return true;
  for (let before = at - 1; before >= 0; before--) {
    if (document[before] === "\n") return true;
    if (document[before] !== " " && document[before] !== "\t") return false;
  }
  return false;
}
