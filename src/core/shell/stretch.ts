import type { WordPart } from "../document/document.ts";

/** A range of offsets in the script. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** One step of how a stretch came to its text: an expansion, then the assignment or default behind it. */
export interface StretchStep extends Range {
  readonly label: string;
  /** The file that it stands in, if that is not the script's own; then what stands there, too. */
  readonly file?: string;
  readonly text?: string;
}

/** A part of a word's value, with the places of the script that say it. */
export interface Stretch extends Range {
  /** Absent where only running the script can tell. `start` and `end` are where the word writes it. */
  readonly text: string | undefined;
  /** Where the script holds the text as it is. */
  readonly literal?: Range | undefined;
  /** Empty for what the word itself says. */
  readonly steps: readonly StretchStep[];
  /** What an unknown text is, one after the other: the items of a loop, what each branch assigned. */
  readonly choices?: readonly (readonly WordPart[])[] | undefined;
  /** Stretches of one group take the same choice at a time. */
  readonly group?: object | undefined;
}

/** Stands for a stretch whose text is not known, so that offsets in a value can be counted. */
export const unknownCharacter = "\uFFFC";

/** More parts or steps than any real value has; what has more keeps its text only. */
const maximumStretches = 100;
const maximumSteps = 16;

/** The value that stretches come to, each unknown one as a single character. */
export function textOfStretches(stretches: readonly { readonly text?: string | undefined }[]): string {
  return stretches.map(({ text }) => text ?? unknownCharacter).join("");
}

/** Adds what the word itself says to its stretches, to the last of them where both are one literal. */
export function addLiteral(stretches: Stretch[], text: string, start: number): void {
  if (text === "") return;
  const last = stretches.at(-1);
  const end = start + text.length;
  if (last?.text !== undefined && last.literal !== undefined && last.steps.length === 0 && last.end === start)
    stretches[stretches.length - 1] = {
      text: last.text + text,
      start: last.start,
      end,
      literal: { start: last.start, end },
      steps: [],
    };
  else stretches.push({ text, start, end, literal: { start, end }, steps: [] });
}

/** Stretches as a place that expands them sees them: all written there, with `steps` before their own. */
export function expandedAt(
  stretches: readonly Stretch[],
  place: Range,
  steps: readonly StretchStep[],
): readonly Stretch[] {
  return stretches.map((stretch) => ({
    ...stretch,
    start: place.start,
    end: place.end,
    steps: [...steps, ...stretch.steps],
  }));
}

/** The stretches, unless there are more of them, or of their steps, than is followed. */
export function withinBounds(stretches: readonly Stretch[]): readonly Stretch[] | undefined {
  return stretches.length > maximumStretches || stretches.some(({ steps }) => steps.length > maximumSteps)
    ? undefined
    : stretches;
}

/** The stretches of the value from `from` to `to`, as `textOfStretches` counts. */
export function sliceStretches(stretches: readonly Stretch[], from: number, to: number): readonly Stretch[] {
  const slice: Stretch[] = [];
  let at = 0;
  for (const stretch of stretches) {
    const { text } = stretch;
    const length = text === undefined ? 1 : text.length;
    const begin = Math.max(from - at, 0);
    const end = Math.min(to - at, length);
    at += length;
    if (begin >= end) continue;
    if (text === undefined || (begin === 0 && end === length)) {
      slice.push(stretch);
      continue;
    }
    const literal = stretch.literal && {
      start: stretch.literal.start + begin,
      end: stretch.literal.start + end,
    };
    const place = stretch.steps.length === 0 && literal !== undefined ? literal : stretch;
    slice.push({ ...stretch, text: text.slice(begin, end), literal, start: place.start, end: place.end });
  }
  return slice;
}
