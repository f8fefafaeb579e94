import type { Span } from "../image/span.ts";
import { textOfStretches } from "../shell/stretch.ts";
import type { WordPart } from "./document.ts";
import type { GroovyArgument } from "./groovyFunctions.ts";
import type { GroovyTemplate, JenkinsLibrary } from "./groovyLibrary.ts";
import type { GroovyValue } from "./groovyValue.ts";
import type { GroovyValues } from "./groovyValues.ts";
import { isPossibleImage } from "./imageShape.ts";

/** An image of which a step's argument is the name. */
interface HandedImage {
  readonly parts: readonly WordPart[];
  readonly value: GroovyValue;
  /** The token at which the argument's value begins. */
  readonly index: number;
  /** Whether nothing can be written behind it. */
  readonly endsWithName: boolean;
}

/** The images that a step of the library runs, as far as their names are what the script gives it. */
export function ownImages(
  library: JenkinsLibrary,
  step: string,
  given: readonly GroovyArgument[],
  values: Pick<GroovyValues, "valueAt">,
): readonly HandedImage[] {
  if (!given.some(({ at }) => library.mayHand(values.valueAt(at)?.parts ?? []))) return [];
  const templates = library.imagesOf(
    step,
    given.map(({ key }) => key ?? ""),
  );
  return templates.flatMap((template): readonly HandedImage[] => {
    const naming = given[nameOf(template) ?? -1];
    const value = naming === undefined ? undefined : values.valueAt(naming.at);
    if (naming === undefined || value === undefined || !mayName(value.parts)) return [];
    const start = value.parts[0]?.span.start ?? value.span.start;
    const end = value.parts.at(-1)?.span.end ?? value.span.end;
    const name = nameOf(template);
    let isBefore = true;
    const parts = template.flatMap((piece, at): readonly WordPart[] => {
      if (piece === name) isBefore = false;
      const place = isBefore ? { start, end: start } : { start: end, end };
      if (typeof piece === "string")
        return [{ text: piece, span: place, chain: [{ span: place, label: `step ${step}`, text: piece }] }];
      // Nothing is pinned before a tag that the step has of its own.
      if (piece === name && at === template.length - 1) return value.parts;
      const argument = piece === undefined ? undefined : given[piece];
      const other = argument === undefined ? undefined : values.valueAt(argument.at)?.parts;
      return [wholeOf(other ?? [{ span: place, chain: [] }], piece === name ? { start, end } : place)];
    });
    return [{ parts, value, index: naming.at, endsWithName: value.endsWithName || template.at(-1) !== name }];
  });
}

/** Whether parts may be the name of an image as far as they are known: not a file, and not one of which no beginning is. */
export function mayName(parts: readonly WordPart[]): boolean {
  const [first] = parts;
  if (parts.length === 1 && first?.choices !== undefined) return first.choices.some(mayName);
  return parts.every(({ text }) => text !== undefined)
    ? isPossibleImage(textOfStretches(parts))
    : /^\w/.test(first?.text ?? "");
}

/** Parts as one that stands at a place. */
function wholeOf(parts: readonly WordPart[], span: Span): WordPart {
  const isKnown = parts.every(({ text }) => text !== undefined);
  const chain = parts.flatMap((part) => part.chain);
  return isKnown ? { text: textOfStretches(parts), span, chain } : { span, chain };
}

/** The argument that ends the path of an image: what stands before its tag. */
function nameOf(template: GroovyTemplate): number | undefined {
  let found: number | undefined;
  for (const piece of template) {
    if (typeof piece === "number") found = piece;
    // The host of a registry may have a port.
    else if (found !== undefined && /^[^/]*[:@](?![^/]*\/)/.test(piece ?? "")) return found;
  }
  return found;
}
