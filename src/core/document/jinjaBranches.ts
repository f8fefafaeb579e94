import type { Span } from "../image/span.ts";
import type { JinjaToken } from "./jinjaTokens.ts";
import { lineOf } from "./templateLines.ts";

/** What stands between two statements of an `if`. */
interface JinjaBranch extends Span {
  /** Absent behind `else`. */
  readonly condition?: string;
}

/** An `if` of a template with all that it chooses between. */
export interface JinjaChoice {
  /** Where it begins. */
  readonly start: number;
  readonly branches: readonly JinjaBranch[];
}

interface OpenChoice {
  readonly start: number;
  readonly branches: JinjaBranch[];
  /** The branch that is not closed yet; absent in a loop, whose `else` is not one's of an `if`. */
  branch?: { readonly start: number; readonly condition?: string };
}

/** The choices of a template, in the order of their ends. */
export function choicesIn(text: string, tokens: readonly JinjaToken[]): readonly JinjaChoice[] {
  const found: JinjaChoice[] = [];
  const open: OpenChoice[] = [];
  for (const token of tokens) {
    if (token.kind !== "statement") continue;
    const [, word = "", condition = ""] = /^(if|elif|else|endif|for|endfor)\b\s*([^]*)$/.exec(token.inner) ?? [];
    if (word === "") continue;
    const line = lineOf(text, token);
    if (word === "for" || word === "if")
      open.push({
        start: token.start,
        branches: [],
        ...(word === "if" ? { branch: { start: line.end, condition } } : {}),
      });
    const last = open.at(-1);
    if (last === undefined || word === "for" || word === "if") continue;
    if (last.branch !== undefined) last.branches.push({ ...last.branch, end: line.start });
    if (word === "elif" || word === "else") {
      if (last.branch !== undefined) last.branch = { start: line.end, ...(word === "elif" ? { condition } : {}) };
      continue;
    }
    open.pop();
    if (last.branches.length > 0) found.push({ start: last.start, branches: last.branches });
  }
  return found;
}

/** Whether choices rest on each other, so that not every branch is read in as many turns as one choice has. */
export function areRelated(choices: readonly JinjaChoice[]): boolean {
  const conditions = choices.flatMap(({ branches }) => branches.flatMap(({ condition }) => condition ?? []));
  return new Set(conditions).size < conditions.length;
}

/**
 * What is left out of a template: the branches that are not taken. `holds` says whether a condition does, where that can be
 * told; of the others, one that is not `read` yet is taken, or each in turn as `turn` counts, and the only one always. What
 * is asked once more has the same answer.
 */
export function branchesLeftOut(
  choices: readonly JinjaChoice[],
  { turn, read }: { readonly turn: number; readonly read: Set<Span> },
  holds: (condition: string, at: number) => boolean | undefined,
): readonly Span[] {
  const answers = new Map<string, boolean>();
  const leftOut: Span[] = [];
  for (const { start, branches } of choices.toSorted((one, other) => one.start - other.start)) {
    const truths = branches.map(({ condition }) =>
      condition === undefined ? true : (holds(condition, start) ?? answers.get(condition)),
    );
    const certain = truths.findIndex((truth) => truth !== false);
    const isKnown = certain < 0 || truths[certain] === true;
    const open = branches.filter((_, index) => truths[index] !== false);
    const next = open.find((branch) => !read.has(branch)) ?? open[turn % Math.max(1, open.length)];
    const taken = isKnown ? branches[certain] : next;
    if (!leftOut.some((span) => span.start <= start && start < span.end)) {
      if (taken !== undefined) read.add(taken);
      // Of one branch alone it is not known that it is taken.
      if (open.length > 1)
        for (const branch of open) if (branch.condition !== undefined) answers.set(branch.condition, branch === taken);
    }
    leftOut.push(...branches.filter((branch) => branch !== taken && branch.end > branch.start));
  }
  return leftOut;
}
