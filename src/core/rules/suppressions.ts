import type { Document } from "../document/document.ts";
import { formatReference } from "../image/reference.ts";
import { isCoveredBy } from "../pathGlob.ts";
import { matchesGlob } from "../policy/glob.ts";
import type { Problem } from "../problem.ts";
import type { Finding } from "./rule.ts";

/** Findings that somebody answers for: which rule, where, why, who, and until when. Without `files` and `images` it means everywhere. */
export interface Suppression {
  readonly rule: string;
  /** Paths, folders and globs, from the workspace's root. */
  readonly files?: readonly string[];
  /** Globs over the normalised reference, as image policies have them. */
  readonly images?: readonly string[];
  readonly reason: string;
  readonly owner: string;
  /** RFC 3339 full-date: the last day on which it counts, in UTC. */
  readonly expires: string;
}

/** The part of the configuration that `check` reads. */
export interface Suppressions {
  readonly suppressions: readonly Suppression[];
}

/** Whether a suppression that has not expired covers the finding; without a time, none counts. */
export function isSuppressed(
  finding: Finding,
  document: Document,
  { suppressions }: Suppressions,
  time: Date | undefined,
): boolean {
  if (time === undefined) return false;
  return suppressions.some(
    (suppression) =>
      suppression.rule === finding.rule && !isExpired(suppression, time) && covers(suppression, finding, document),
  );
}

/** One problem, `suppression-expired`, for each suppression whose time is over: its findings are shown again. */
export function suppressionProblems({ suppressions }: Suppressions, file: string, time: Date): readonly Problem[] {
  return suppressions
    .filter((suppression) => isExpired(suppression, time))
    .map(({ rule, owner, expires, reason }) => ({
      code: "suppression-expired",
      message: `The suppression of ${rule} ("${reason}") expired on ${expires}; ${owner} must renew or remove it.`,
      file,
    }));
}

function isExpired({ expires }: Suppression, time: Date): boolean {
  return time.toISOString().slice(0, 10) > expires;
}

function covers(suppression: Suppression, finding: Finding, document: Document): boolean {
  const { files, images } = suppression;
  if (files?.some((glob) => isCoveredBy(glob, finding.file)) === false) return false;
  if (images === undefined) return true;
  const use = document.images.find(({ span }) => span.start === finding.span.start && span.end === finding.span.end);
  if (use?.reference === undefined) return false;
  const reference = formatReference(use.reference);
  return images.some((glob) => glob === reference || matchesGlob(glob, reference));
}
