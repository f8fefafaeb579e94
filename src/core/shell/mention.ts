import type { ReadOptions } from "./optionTable.ts";
import { textOfSlice, type WordSlice } from "./wordValue.ts";

/** A place of a command that names an image. */
export interface Mention {
  readonly slice: WordSlice;
  readonly platform?: string;
  /** Whether the image may be one that the same script builds, which no registry has to have. */
  readonly mayBeLocal?: boolean;
  /** Whether a cluster runs it, which asks the registry for what was pushed there, and otherwise has been given it. */
  readonly isDeployed?: boolean;
  /** Whether the command takes only what this machine has: an image where something else fetches it. */
  readonly isThere?: boolean;
  /** Slices that hold the rest of the reference, where it is split over several: registry, tag, digest. */
  readonly split?: SplitMention;
}

/** The other parts of a reference whose repository stands apart. */
export interface SplitMention {
  readonly registry?: WordSlice;
  readonly tag?: WordSlice;
  readonly digest?: WordSlice;
}

/** What a command says about images. */
export interface CommandImages {
  readonly mentions: readonly Mention[];
  /** Names that the command gives to what it builds. */
  readonly outputs: readonly WordSlice[];
  /** Further names that the command gives to what is there already. */
  readonly aliases?: readonly WordSlice[];
  /** Names for what a container has become, which may be that of the image that it began with. */
  readonly commits?: readonly WordSlice[];
}

/** The values of an option, in order. */
export function optionValues(options: ReadOptions["options"], ...names: readonly string[]): readonly WordSlice[] {
  return options.filter(({ name }) => names.includes(name)).map(({ value }) => value);
}

/** Mentions without anything more to say of them. */
export function mentioned(slices: readonly (WordSlice | undefined)[]): CommandImages {
  return { mentions: slices.flatMap((slice) => (slice === undefined ? [] : [{ slice }])), outputs: [] };
}

/** The slice after a name and `=`; undefined where none stands there. */
export function afterName(slice: WordSlice, name: RegExp): WordSlice | undefined {
  const found = name.exec(textOfSlice(slice))?.[0];
  return found === undefined ? undefined : { ...slice, from: slice.from + found.length };
}
