import type { Parsed } from "../problem.ts";
import { parsePattern, type CharacterTest, type PatternNode } from "./patternSyntax.ts";

/** A regular expression of a policy, matched in time that grows with its length times the subject's, never more. */
export interface Pattern {
  /** Whether the whole of `subject` matches. */
  matches(subject: string): boolean;
  /** Whether Go's search, which may stop anywhere inside a subject, could not accept more than the whole-string match. */
  readonly anchored: boolean;
}

const maximumLength = 512;
const maximumStates = 4000;
const maximumSubject = 2048;

/**
 * Compiles a regular expression in Go's syntax (RE2). Patterns come from workspaces that may be hostile, so that
 * JavaScript's backtracking matcher must never see them. Problem: `pattern-invalid`.
 */
export function compilePattern(text: string): Parsed<Pattern> {
  const invalid = (why: string): Parsed<Pattern> => ({
    value: undefined,
    problems: [{ code: "pattern-invalid", message: `The pattern '${text.slice(0, 80)}' cannot be used: ${why}.` }],
  });
  if (text.length > maximumLength) return invalid(`it is longer than ${maximumLength} characters`);
  const root = parsePattern(text);
  if (root.kind === "unreadable") return invalid(root.why);
  const states: State[] = [{ kind: "accept" }];
  const start = compile(root, 0, states);
  if (start === undefined) return invalid("it is too large once its repetitions are written out");
  return {
    value: {
      matches: (subject) => subject.length <= maximumSubject && run(states, start, subject),
      anchored: holdsEdge(root, "start") && holdsEdge(root, "end"),
    },
    problems: [],
  };
}

/** Whether the whole of `subject` matches `pattern`; false for a pattern that cannot be used. */
export function matchesPattern(pattern: string, subject: string): boolean {
  return compilePattern(pattern).value?.matches(subject) ?? false;
}

type State =
  | { readonly kind: "accept" }
  | { readonly kind: "character"; readonly test: CharacterTest; readonly next: number }
  | { readonly kind: "assertion"; readonly at: "start" | "end" | "word" | "not-word"; readonly next: number }
  | { readonly kind: "split"; readonly next: readonly number[] };

/** Adds the states of `node` before `next` and gives its first one (Thompson's construction, built from the end). */
function compile(node: PatternNode, next: number, states: State[]): number | undefined {
  if (states.length > maximumStates) return undefined;
  const add = (state: State): number => states.push(state) - 1;
  switch (node.kind) {
    case "character":
      return add({ kind: "character", test: node.test, next });
    case "assertion":
      return add({ kind: "assertion", at: node.at, next });
    case "sequence":
      // Even nothing costs a state, so that repetitions of nothing meet the limit too.
      if (node.parts.length === 0) return add({ kind: "split", next: [next] });
      return node.parts.reduceRight<number | undefined>(
        (following, part) => (following === undefined ? undefined : compile(part, following, states)),
        next,
      );
    case "alternatives": {
      const starts: number[] = [];
      for (const option of node.options) {
        const start = compile(option, next, states);
        if (start === undefined) return undefined;
        starts.push(start);
      }
      return add({ kind: "split", next: starts });
    }
    case "repeat": {
      let following: number | undefined = next;
      if (node.most === Infinity) {
        const loop: { kind: "split"; next: number[] } = { kind: "split", next: [next] };
        const entry = add(loop);
        const body = compile(node.node, entry, states);
        if (body === undefined) return undefined;
        loop.next.push(body);
        following = entry;
      } else
        for (let i = node.least; i < node.most && following !== undefined; i++) {
          const body = compile(node.node, following, states);
          following = body === undefined ? undefined : add({ kind: "split", next: [next, body] });
        }
      for (let i = 0; i < node.least && following !== undefined; i++) following = compile(node.node, following, states);
      return following;
    }
  }
}

function run(states: readonly State[], start: number, subject: string): boolean {
  const codes = Array.from(subject, (letter) => letter.codePointAt(0) ?? 0);
  let active = closure(states, [start], codes, 0);
  for (const [index, code] of codes.entries()) {
    const next: number[] = [];
    for (const id of active) {
      const state = states[id];
      if (state?.kind === "character" && state.test(code)) next.push(state.next);
    }
    if (next.length === 0) return false;
    active = closure(states, next, codes, index + 1);
  }
  return active.has(0);
}

function closure(
  states: readonly State[],
  from: readonly number[],
  codes: readonly number[],
  position: number,
): ReadonlySet<number> {
  const reached = new Set(from);
  // A set visits what is added while it is walked.
  for (const id of reached) {
    const state = states[id];
    if (state?.kind === "split") for (const next of state.next) reached.add(next);
    else if (state?.kind === "assertion" && holds(state.at, codes, position)) reached.add(state.next);
  }
  return reached;
}

function holds(at: "start" | "end" | "word" | "not-word", codes: readonly number[], position: number): boolean {
  switch (at) {
    case "start":
      return position === 0;
    case "end":
      return position === codes.length;
    case "word":
      return isWord(codes[position - 1]) !== isWord(codes[position]);
    case "not-word":
      return isWord(codes[position - 1]) === isWord(codes[position]);
  }
}

function isWord(code: number | undefined): boolean {
  return code !== undefined && /^\w$/.test(String.fromCodePoint(code));
}

/** Whether every way through `node` holds one edge of the subject: by an anchor, or by taking whatever is there. */
function holdsEdge(node: PatternNode, edge: "start" | "end"): boolean {
  switch (node.kind) {
    case "character":
      return false;
    case "assertion":
      return node.at === edge;
    case "repeat":
      return node.least === 0 || node.least === 1
        ? node.most === Infinity && node.node.kind === "character" && node.node.any
        : node.least > 0 && holdsEdge(node.node, edge);
    case "alternatives":
      return node.options.every((option) => holdsEdge(option, edge));
    case "sequence": {
      const outermost = edge === "start" ? node.parts[0] : node.parts.at(-1);
      return outermost !== undefined && holdsEdge(outermost, edge);
    }
  }
}
