import type { Document } from "./document.ts";
import { readDocument } from "./readDocument.ts";

/** A document, and which files it would have looked into that are not known. */
export interface ResolvedDocument {
  readonly document: Document;
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
  return { document, missing: [...missing] };
}
