import type { Span } from "../image/span.ts";
import type { WordPart } from "./document.ts";
import type { MakeLocals, MakeVariables } from "./makefileVariables.ts";

/** A rule: its targets, what stands after their colon, and the lines of its recipe without the tab before them. */
export interface MakeRule {
  readonly targets: Span;
  readonly rest: Span;
  readonly lines: Span[];
}

/** `target: NAME = value` (GNU make, 6.11). */
export interface TargetVariable {
  readonly targets: Span;
  readonly name: string;
  readonly value: Span;
}

const maximumTargets = 2_000;
const maximumChoices = 64;

/** Where the colon of a rule stands in a line, which is none inside `$(...)`; -1 where there is none. */
export function colonOf(content: string): number {
  let depth = 0;
  for (let at = 0; at < content.length; at++) {
    const character = content[at];
    if (character === "(" || character === "{") depth += 1;
    else if (character === ")" || character === "}") depth = Math.max(0, depth - 1);
    else if (character === ":" && depth === 0) return at;
  }
  return -1;
}

/** What holds in the recipe of each rule beside the file's variables: `$@`, `$*`, and what its targets set. */
export function createRuleLocals(
  text: string,
  rules: readonly MakeRule[],
  ofTargets: readonly TargetVariable[],
  variables: MakeVariables,
): (rule: MakeRule) => MakeLocals {
  const wordsOf = (span: Span): readonly string[] => {
    const words = variables
      .expand(span)
      .map((part) => part.text ?? "\0")
      .join("")
      .split(/\s+/);
    return words.filter((word) => word !== "" && !word.includes("\0"));
  };
  const readAll = () => {
    const known = rules.slice(0, maximumTargets).map((rule) => ({ rule, ...partsOfRule(text, rule, wordsOf) }));
    return {
      named: new Set(known.flatMap(({ targets, prerequisites }) => [...targets, ...prerequisites])),
      values: inherited(known, ofTargets, wordsOf),
      byRule: new Map(known.map((one) => [one.rule, one])),
    };
  };
  // Most recipes ask for none of it.
  let all: ReturnType<typeof readAll> | undefined;
  return (rule) => {
    all ??= readAll();
    const { named, values, byRule } = all;
    const one = byRule.get(rule);
    if (one === undefined) return new Map();
    const { targets, pattern } = one;
    const span = rule.targets;
    const locals = new Map<string, readonly WordPart[]>();
    const matches = (pattern === undefined ? targets : [pattern]).flatMap((target) =>
      target.includes("%")
        ? (pattern === undefined ? [...named] : targets).flatMap((name) => matchOf(target, name))
        : [{ name: target, stem: "" }],
    );
    if (matches.length > 0 && matches.length <= maximumChoices) {
      const group = matches;
      const chosen = (texts: readonly string[]): readonly WordPart[] =>
        texts.length === 1
          ? [{ text: texts[0] ?? "", span, chain: [] }]
          : [{ span, chain: [], choices: texts.map((one_) => [{ text: one_, span, chain: [] }]), group }];
      locals.set("@", chosen(matches.map(({ name }) => name)));
      if (matches.some(({ stem }) => stem !== "")) locals.set("*", chosen(matches.map(({ stem }) => stem)));
    }
    const names = new Set(targets.flatMap((target) => [...(values.get(target)?.keys() ?? [])]));
    for (const name of names) {
      const spans = [...new Set(targets.flatMap((target) => [...(values.get(target)?.get(name) ?? [])]))];
      const each = spans.slice(0, maximumChoices).map((value) => variables.expand(value));
      const [first = []] = each;
      locals.set(name, each.length === 1 ? first : [{ span, chain: [], choices: each }]);
    }
    return locals;
  };
}

interface KnownRule {
  readonly targets: readonly string[];
  readonly prerequisites: readonly string[];
  /** The pattern of a static pattern rule (GNU make, 4.12). */
  readonly pattern?: string;
}

function partsOfRule(text: string, rule: MakeRule, wordsOf: (span: Span) => readonly string[]): KnownRule {
  const { start, end } = rule.rest;
  const content = text.slice(start, end);
  const stop = /[;#=]/.exec(content)?.index ?? content.length;
  const colon = colonOf(content.slice(0, stop));
  const targets = wordsOf(rule.targets);
  const prerequisites = wordsOf({ start: start + colon + 1, end: start + stop });
  const [pattern] = colon < 0 ? [] : wordsOf({ start, end: start + colon });
  return pattern === undefined ? { targets, prerequisites } : { targets, prerequisites, pattern };
}

function matchOf(pattern: string, name: string): readonly { readonly name: string; readonly stem: string }[] {
  const [before = "", after = ""] = pattern.split("%");
  const isMatch = name.length > before.length + after.length && name.startsWith(before) && name.endsWith(after);
  if (!isMatch || name.includes("%")) return [];
  return [{ name, stem: name.slice(before.length, name.length - after.length) }];
}

/** The variables of targets, which hold for what those need too. */
function inherited(
  rules: readonly KnownRule[],
  ofTargets: readonly TargetVariable[],
  wordsOf: (span: Span) => readonly string[],
): ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<Span>>> {
  const own = new Map<string, Map<string, Set<Span>>>();
  const give = (target: string, name: string, value: Span): void => {
    own.set(target, (own.get(target) ?? new Map()).set(name, new Set([value])));
  };
  for (const { targets, name, value } of ofTargets)
    for (const target of wordsOf(targets)) {
      if (target.includes("%"))
        for (const one of new Set(rules.flatMap((rule) => rule.targets)))
          if (matchOf(target, one).length > 0 && own.get(one)?.has(name) !== true) give(one, name, value);
      give(target, name, value);
    }
  const needs = new Map<string, readonly string[]>();
  for (const { targets, prerequisites } of own.size === 0 ? [] : rules)
    for (const target of targets) needs.set(target, [...(needs.get(target) ?? []), ...prerequisites]);
  const all = new Map([...own].map(([target, values]) => [target, new Map(values)]));
  let left = maximumTargets;
  for (const [first, values] of own) {
    const seen = new Set([first]);
    const pending = [...(needs.get(first) ?? [])];
    for (let target = pending.pop(); target !== undefined && left-- > 0; target = pending.pop()) {
      if (seen.has(target)) continue;
      seen.add(target);
      pending.push(...(needs.get(target) ?? []));
      const given = all.get(target) ?? new Map<string, Set<Span>>();
      for (const [name, spans] of values)
        if (own.get(target)?.has(name) !== true) given.set(name, new Set([...(given.get(name) ?? []), ...spans]));
      all.set(target, given);
    }
  }
  return all;
}
