import type { Document } from "../../src/core/document/document.ts";

/** The commands of a document in short: `job: word word`, `?` for a word that cannot be known. */
export function commandTexts({ commands }: Document): readonly string[] {
  return commands.map(({ job, words }) => {
    const text = words.map((word) => word.text ?? "?").join(" ");
    return job === undefined ? text : `${job}: ${text}`;
  });
}
