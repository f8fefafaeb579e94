import type { Edit, Finding } from "../core/rules/rule.ts";

/**
 * The edits of every preferred fix, of one rule only if given; of two that collide, the first. What is said once of all
 * images of a matrix has a fix for each.
 */
export function safeEdits(findings: readonly Finding[], rule?: string): readonly Edit[] {
  const chosen: Edit[] = [];
  for (const finding of findings) {
    if (rule !== undefined && finding.rule !== rule) continue;
    for (const { edits, preferred } of finding.fixes)
      if (preferred === true && !edits.some((edit) => chosen.some((other) => collide(edit, other))))
        chosen.push(...edits);
  }
  return chosen;
}

function collide(a: Edit, b: Edit): boolean {
  if (a.file !== b.file) return false;
  if (a.span.start === b.span.start) return true;
  return a.span.start < b.span.end && b.span.start < a.span.end;
}
