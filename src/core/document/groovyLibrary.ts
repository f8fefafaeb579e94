import type { Span } from "../image/span.ts";
import type { ValueStep, WordPart } from "./document.ts";

/**
 * A text as another file puts it together: what is said, what a call gives there, by the index of its argument, and what
 * is not known.
 */
export type GroovyTemplate = readonly (string | number | undefined)[];

/** What a script may take from other files. */
export interface GroovyLibrary {
  /**
   * What a name stands for, in each case; where `given`, what a call gives that is handed arguments of these names, `""`
   * for one without. Nothing where no other file says it.
   */
  valuesOf(path: string, given?: readonly string[]): readonly GroovyTemplate[];
}

/** The library that a script belongs to, or stands beside: steps in `vars`, classes in `src`. */
export interface JenkinsLibrary extends GroovyLibrary {
  /** Whether a path may name a step of the library, or what such a step, a class or a loaded file defines. */
  hasStep(path: string): boolean;
  /** Whether an argument may be the name of an image; where a script is read for what it is given, one that says some of that. */
  mayHand(parts: readonly WordPart[]): boolean;
  /** The images that a step runs and takes from what it is given, whose names are as for `valuesOf`. */
  imagesOf(path: string, given: readonly string[]): readonly GroovyTemplate[];
}

/** For a script that is read alone. */
export const noLibrary: GroovyLibrary = { valuesOf: () => [] };

/** The parts of what templates give at a place of a script; `argument` gives those of what the call is handed. */
export function filledTemplates(
  templates: readonly GroovyTemplate[],
  span: Span,
  step: ValueStep,
  argument: (index: number) => readonly WordPart[] | undefined,
): readonly WordPart[] | undefined {
  const [only, ...others] = templates.map((template) =>
    template.flatMap((piece): readonly WordPart[] => {
      if (typeof piece === "string") return [{ text: piece, span, chain: [step] }];
      const given = piece === undefined ? undefined : argument(piece);
      return given?.map((part) => ({ ...part, span, chain: [step, ...part.chain] })) ?? [{ span, chain: [step] }];
    }),
  );
  if (only === undefined || others.length === 0) return only;
  return [{ span, chain: [step], choices: [only, ...others] }];
}
