import type { Span } from "../image/span.ts";
import type { ValueStep } from "./document.ts";

/** A stretch of a value: what it says, as far as the files tell, and the literal that says it. */
export interface ValuePart {
  /** Absent where it cannot be known. */
  readonly text?: string;
  /** Where `text` stands in the document as it is. */
  readonly span?: Span;
  /** The literal that says it, where that is not the text of the use itself: a default, an item of a matrix. */
  readonly literal?: Span;
  /** Whether the literal says this for other places too, so that a change for this one would change those. */
  readonly shared?: boolean;
}

/** A value put together from literals, variables and defaults. */
export interface Value {
  readonly parts: readonly ValuePart[];
  /** How variables were followed; empty where the value stands there as it is. */
  readonly chain: readonly ValueStep[];
}
