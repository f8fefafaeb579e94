import { partsOfSlice } from "../shell/wordValue.ts";
import type { WordPart } from "./document.ts";
import type { MakePiece } from "./makefilePieces.ts";

/**
 * The pieces of a recipe's line without those at its begin that only say how make runs it (GNU make, 5.2 and 5.5):
 * `$(Q)docker run`, where `Q` is `@` or nothing. What nothing in the makefile sets is nothing.
 */
export function withoutPrefixes(
  text: string,
  pieces: readonly MakePiece[],
  expand: (piece: MakePiece) => readonly WordPart[],
): readonly MakePiece[] {
  const isPrefix = (piece: MakePiece, next: MakePiece | undefined): boolean => {
    if (piece.kind !== "expression" || !/^(?:[\w.-]+$|if[ \t])/.test(piece.name)) return false;
    const parts = expand(piece);
    if (isOnlyPrefix(parts)) return true;
    const [only, ...others] = parts;
    if (only === undefined || others.length > 0 || only.text !== undefined || only.choices !== undefined) return false;
    return next?.kind === "expression" || (next?.kind === "text" && /[A-Za-z]/.test(text[next.span.start] ?? ""));
  };
  const first = pieces.findIndex((piece, index) => !isPrefix(piece, pieces[index + 1]));
  return first === 0 ? pieces : first < 0 ? [] : pieces.slice(first);
}

function isOnlyPrefix(parts: readonly WordPart[]): boolean {
  return parts.every(({ text, choices }) =>
    text === undefined ? choices?.every(isOnlyPrefix) === true : /^[@+\s-]*$/.test(text),
  );
}

/** What a line begins with, without the `@`, `-` and `+` that make takes away before a shell sees it. */
export function partsWithoutPrefix(parts: readonly WordPart[]): readonly WordPart[] {
  const length = /^[@+\s-]+/.exec(parts[0]?.text ?? "")?.[0].length ?? 0;
  return length === 0 ? parts : partsOfSlice({ value: { parts }, from: length, to: Number.POSITIVE_INFINITY });
}
