import type { Edit, Finding } from "../core/rules/rule.ts";

/**
 * The edits of every preferred fix, of one rule only if given; of two that collide, the first. What is said once of all
 * images of a matrix has a fix for each.
 */
export function safeEdits(findings: readonly Finding[], rule?: string): readonly Edit[] {
  const chosen = new Map<string, Edit[]>();
  const collides = (edit: Edit): boolean => chosen.get(edit.file)?.some((other) => overlap(edit, other)) === true;
  for (const finding of findings) {
    if (rule !== undefined && finding.rule !== rule) continue;
    for (const { edits, preferred } of finding.fixes) {
      if (preferred !== true || edits.some(collides)) continue;
      for (const edit of edits) {
        const others = chosen.get(edit.file);
        if (others === undefined) chosen.set(edit.file, [edit]);
        else others.push(edit);
      }
    }
  }
  return [...chosen.values()].flat();
}

/** Whether two edits of one file would change the same. */
function overlap(a: Edit, b: Edit): boolean {
  if (a.span.start === b.span.start) return true;
  return a.span.start < b.span.end && b.span.start < a.span.end;
}
