import type { WordPart } from "../document/document.ts";
import { alternatives, alternativesTogether, isDecided } from "./alternatives.ts";
import type { Stretch } from "./stretch.ts";

/** An element of an array. */
export interface ArrayItem {
  /** Its key, where the array is associative. */
  readonly key?: string;
  readonly value: string | undefined;
  readonly stretches: readonly Stretch[];
}

/** What a script says of a variable: a value, that it is set to something only known when it runs, or nothing. */
export type Variable =
  | { readonly kind: "known"; readonly value: string; readonly stretches?: readonly Stretch[] | undefined }
  | {
      readonly kind: "unknown";
      readonly stretches?: readonly Stretch[] | undefined;
      /** Whether it was not set on one of the ways that lead here. */
      readonly mayBeUnset?: boolean | undefined;
    }
  | { readonly kind: "array"; readonly items: readonly ArrayItem[] }
  | { readonly kind: "unset" };

/** The variables of a script while it is read from top to bottom. */
export interface Variables {
  lookup(name: string): Variable;
  /**
   * Sets a variable; an undefined value is one that only running the script can tell. `stretches` are the places
   * that say the value, as far as they are followed.
   */
  assign(name: string, value: string | undefined, stretches?: readonly Stretch[]): void;
  /** Takes away what the script said of a variable. */
  unset(name: string): void;
  /** Sets an array, by its elements in order. */
  assignArray(name: string, items: readonly ArrayItem[]): void;
  /** Makes a variable part of the environment of the commands that follow. */
  exportName(name: string): void;
  exportAll(): void;
  /** The environment that is known to hold here; the same object until something changes. */
  environment(): Readonly<Record<string, string>>;
  /** Enters commands that run in a subshell, or perhaps not at all: `whereEmpty` only where that variable is empty. */
  enter(frame: "subshell" | "perhaps", whereEmpty?: string): void;
  /** Leaves them: a subshell's assignments are undone, what perhaps ran leaves the values from before and after it. */
  leave(): void;
  /**
   * Reads branches of which one runs, or where they are not all that there is, perhaps none; the first one only where
   * `whereEmpty` is empty.
   */
  branches(read: (branch: (readOne: () => void) => void) => "all" | "some", whereEmpty?: string): void;
}

interface Frame {
  readonly kind: "subshell" | "perhaps";
  readonly before: Map<string, Variable>;
  readonly whereEmpty: string | undefined;
}

const variable = /^\$(?:\w+|\{\w+\})$/;

const unset: Variable = { kind: "unset" };
const unknown: Variable = { kind: "unknown" };

/** More exported names than any real script has; more are not followed. */
const maximumExports = 100;

/**
 * Starts with the given environment, whose names count as exported; `choicesOf` gives what else a name of
 * the environment may be. `toParts` gives the parts of stretches as the document sees them.
 */
export function createVariables(
  environment: Readonly<Record<string, string>>,
  toParts: (stretches: readonly Stretch[]) => readonly WordPart[],
  choicesOf: (name: string) => Stretch | undefined = () => undefined,
): Variables {
  const values = new Map<string, Variable>();
  const exported = new Set<string>();
  const frames: Frame[] = [];
  let allExported = false;
  // Scripts are many and short: the given environment is shared until something in it changes.
  let cached: Readonly<Record<string, string>> | undefined = environment;

  const lookup = (name: string): Variable => {
    const given = Object.hasOwn(environment, name) ? environment[name] : undefined;
    const own = values.get(name);
    if (own !== undefined || given === undefined) return own ?? undecided(name);
    // What is a variable in turn (`USER: $$USER`) is what a run is given.
    return variable.test(given) ? unknown : { kind: "known", value: given };
  };
  const undecided = (name: string): Variable => {
    const open = choicesOf(name);
    return open === undefined ? unset : { kind: "unknown", stretches: [open] };
  };
  const isExported = (name: string): boolean => exported.has(name) || Object.hasOwn(environment, name);
  const set = (name: string, value: Variable): void => {
    const frame = frames.at(-1);
    if (frame !== undefined && !frame.before.has(name)) frame.before.set(name, lookup(name));
    values.set(name, value);
    if (isExported(name)) cached = undefined;
  };
  const exportName = (name: string): void => {
    if (isExported(name) || exported.size >= maximumExports) return;
    exported.add(name);
    cached = undefined;
  };
  return {
    lookup,
    assign(name, value, stretches) {
      if (allExported) exportName(name);
      if (value !== undefined) set(name, { kind: "known", value, stretches });
      else set(name, stretches === undefined ? unknown : { kind: "unknown", stretches });
    },
    unset: (name) => set(name, unset),
    exportName,
    exportAll() {
      allExported = true;
    },
    environment() {
      cached ??= Object.fromEntries(
        [...Object.keys(environment), ...exported].flatMap((name) => {
          const found = lookup(name);
          if (found.kind === "known") return [[name, found.value]];
          const given = values.has(name) ? undefined : environment[name];
          return given === undefined ? [] : [[name, given]];
        }),
      );
      return cached;
    },
    assignArray(name, items) {
      set(name, { kind: "array", items });
    },
    enter,
    leave() {
      const changed = leave();
      if (changed.kind === "subshell") return;
      for (const [name, now] of changed.now)
        set(
          name,
          name === changed.whereEmpty && isOpen(lookup(name)) ? now : alternatives([lookup(name), now], toParts),
        );
    },
    branches(read, whereEmpty) {
      const branches: ReadonlyMap<string, Variable>[] = [];
      const coverage = read((readOne) => {
        enter("perhaps");
        readOne();
        branches.push(leave().now);
      });
      const open: { readonly name: string; readonly possible: readonly Variable[] }[] = [];
      for (const name of new Set(branches.flatMap((branch) => [...branch.keys()]))) {
        const before = lookup(name);
        const after = branches.map((branch) => branch.get(name) ?? before);
        const [first = before] = after;
        const all = coverage === "all" ? after : [before, ...after];
        const possible = name === whereEmpty && isOpen(before) ? all.filter((one) => one !== before) : all;
        if (possible.every((other) => isSame(first, other))) set(name, first);
        else open.push({ name, possible });
      }
      const decided = open.length < 2 ? [] : open.filter(({ possible }) => possible.every(isDecided));
      const rows = (decided[0]?.possible ?? []).map((_, index) =>
        decided.map(({ possible }) => possible[index] ?? unset),
      );
      const together = decided.length < 2 ? undefined : alternativesTogether(rows, toParts);
      for (const { name, possible } of open) {
        const own = together?.[decided.findIndex((one) => one.name === name)];
        set(name, own ?? alternatives(possible, toParts));
      }
    },
  };

  function enter(kind: Frame["kind"], whereEmpty?: string): void {
    frames.push({ kind, before: new Map(), whereEmpty });
  }

  /** Takes back what the innermost frame changed, and tells it. */
  function leave(): Pick<Frame, "kind" | "whereEmpty"> & { readonly now: ReadonlyMap<string, Variable> } {
    const frame = frames.pop();
    const now = new Map<string, Variable>();
    for (const [name, before] of frame?.before ?? []) {
      const after = lookup(name);
      if (after === before || isSame(after, before)) continue;
      now.set(name, after);
      // The frame around this one must remember what held before both.
      values.set(name, before);
      set(name, before);
    }
    return { kind: frame?.kind ?? "subshell", whereEmpty: frame?.whereEmpty, now };
  }
}

/** Whether a variable holds what only running the script can tell: where that is empty, what is set then counts as a default does. */
function isOpen(variable: Variable): boolean {
  if (variable.kind !== "unknown") return false;
  const [first, ...others] = variable.stretches ?? [];
  return others.length === 0 && first?.text === undefined && first?.choices === undefined;
}

function isSame(one: Variable, other: Variable): boolean {
  if (one.kind === "known") return other.kind === "known" && one.value === other.value;
  if (one.kind === "array" || other.kind === "array") return one === other;
  return (
    one.kind === other.kind && (one.kind === "unset" || other.kind === "unset" || one.stretches === other.stretches)
  );
}
