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

/** What a value comes to; empty where that is not known. */
export function knownText({ parts }: Value): string {
  return parts.some(({ text }) => text === undefined) ? "" : parts.map(({ text }) => text ?? "").join("");
}

/** The value without the text that it begins with; as it is where it begins otherwise. */
export function withoutStart(value: Value, start: string): Value {
  const parts: ValuePart[] = [];
  let left = start;
  for (const part of value.parts) {
    const { text } = part;
    if (left === "") parts.push(part);
    else if (text === undefined || !(text.startsWith(left) || left.startsWith(text))) return value;
    else {
      const taken = Math.min(text.length, left.length);
      left = left.slice(taken);
      const { span } = part;
      const rest = { ...part, text: text.slice(taken) };
      if (taken < text.length)
        parts.push(span === undefined ? rest : { ...rest, span: { start: span.start + taken, end: span.end } });
    }
  }
  return left === "" ? { ...value, parts } : value;
}
