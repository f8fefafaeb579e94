import type { Document } from "./document.ts";
import { readDocument } from "./readDocument.ts";

/** A document, and which files it looked into. */
export interface AmongOthers {
  readonly document: Document;
  /** Workspace-relative paths, each once. */
  readonly asked: readonly string[];
}

/** A document, and which of the files that it looked into are not known. */
export interface ResolvedDocument extends AmongOthers {
  /** Workspace-relative paths, each once. */
  readonly missing: readonly string[];
}

/** Files that one document may look into. */
const maximumSiblings = 200;

/**
 * Reads a file among others of its workspace. `texts` holds what is known of them, and undefined for a file that is
 * known not to be there. Whoever has files reads what is missing and asks again, until nothing is.
 */
export function resolveDocument(
  text: string,
  path: string,
  texts: ReadonlyMap<string, string | undefined>,
): ResolvedDocument {
  const missing = new Set<string>();
  const asked = new Set<string>();
  const document = readDocument(text, path, (sibling) => {
    asked.add(sibling);
    if (sibling === path || asked.size > maximumSiblings) return undefined;
    if (!texts.has(sibling)) missing.add(sibling);
    return texts.get(sibling);
  });
  return { document, asked: [...asked].filter((sibling) => sibling !== path), missing: [...missing] };
}

/** Reads a file among others whose texts are at hand at once; `textOf` gives undefined for a file that is not there. */
export function resolveAmong(text: string, path: string, textOf: (path: string) => string | undefined): AmongOthers {
  const texts = new Map<string, string | undefined>();
  const document = readDocument(text, path, (sibling) => {
    if (sibling === path) return undefined;
    if (!texts.has(sibling) && texts.size < maximumSiblings) texts.set(sibling, textOf(sibling));
    return texts.get(sibling);
  });
  return { document, asked: [...texts.keys()] };
}
