/** Something in the input that could not be read as its author meant it. Core reports problems; it never throws on input. */
export interface Problem {
  /** Stable, kebab-case, to search for. */
  readonly code: string;
  /** One sentence: the fact and its consequence. */
  readonly message: string;
  /** Workspace-relative path with forward slashes, where one file is meant. */
  readonly file?: string;
  /** Half-open range of UTF-16 offsets in that file's text. */
  readonly span?: { readonly start: number; readonly end: number };
}

/** What a parser gives: a value as far as there is one, and every problem met on the way. */
export interface Parsed<T> {
  readonly value: T | undefined;
  readonly problems: readonly Problem[];
}
