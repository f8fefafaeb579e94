import type { Document } from "../document/document.ts";
import type { Finding } from "./rule.ts";

/** A finding that somebody answers for: which rule and where, why, who, and until when. */
export interface Suppression {
  readonly rule: string;
  readonly files?: readonly string[];
  readonly images?: readonly string[];
  readonly reason: string;
  readonly owner: string;
  readonly expires: string;
}

/** The part of the configuration that `check` reads. */
export interface Suppressions {
  readonly suppressions: readonly Suppression[];
}

/** Whether a suppression covers the finding at that time. */
export function isSuppressed(
  _finding: Finding,
  _document: Document,
  _configuration: Suppressions,
  _time: Date | undefined,
): boolean {
  return false;
}
