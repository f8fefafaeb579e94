import type { Stretch } from "./stretch.ts";

/** What a script says of a variable: a value, that it is set to something only known when it runs, or nothing. */
export type Variable =
  | { readonly kind: "known"; readonly value: string; readonly stretches?: readonly Stretch[] | undefined }
  | { readonly kind: "unknown"; readonly stretches?: readonly Stretch[] | undefined }
  | { readonly kind: "unset" };

/** The variables of a script while it is read from top to bottom. */
export interface Variables {
  lookup(name: string): Variable;
  /**
   * Sets a variable; an undefined value is one that only running the script can tell. `stretches` are the places
   * that say the value, as far as they are followed.
   */
  assign(name: string, value: string | undefined, stretches?: readonly Stretch[]): void;
  /** Makes a variable part of the environment of the commands that follow. */
  exportName(name: string): void;
  exportAll(): void;
  /** The environment that is known to hold here; the same object until something changes. */
  environment(): Readonly<Record<string, string>>;
  /** Enters commands that run in a subshell, or perhaps not at all. */
  enter(frame: "subshell" | "perhaps"): void;
  /** Leaves them: a subshell's assignments are undone, those of a branch become unknown where they change a value. */
  leave(): void;
}

interface Frame {
  readonly kind: "subshell" | "perhaps";
  readonly before: Map<string, Variable>;
}

const unset: Variable = { kind: "unset" };
const unknown: Variable = { kind: "unknown" };

/** More exported names than any real script has; more are not followed. */
const maximumExports = 100;

/** Starts with the given environment, whose names count as exported. */
export function createVariables(environment: Readonly<Record<string, string>>): Variables {
  const values = new Map<string, Variable>();
  const exported = new Set<string>();
  const frames: Frame[] = [];
  let allExported = false;
  // Scripts are many and short: the given environment is shared until something in it changes.
  let cached: Readonly<Record<string, string>> | undefined = environment;

  const lookup = (name: string): Variable => {
    const given = Object.hasOwn(environment, name) ? environment[name] : undefined;
    return values.get(name) ?? (given === undefined ? unset : { kind: "known", value: given });
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
    exportName,
    exportAll() {
      allExported = true;
    },
    environment() {
      cached ??= Object.fromEntries(
        [...Object.keys(environment), ...exported].flatMap((name) => {
          const variable = lookup(name);
          return variable.kind === "known" ? [[name, variable.value]] : [];
        }),
      );
      return cached;
    },
    enter(kind) {
      frames.push({ kind, before: new Map() });
    },
    leave() {
      const frame = frames.pop();
      for (const [name, before] of frame?.before ?? []) {
        const now = lookup(name);
        if (now === before || isSame(now, before)) continue;
        // The frame around this one must remember what held before both.
        values.set(name, before);
        set(name, frame?.kind === "subshell" ? before : unknown);
      }
    },
  };
}

function isSame(one: Variable, other: Variable): boolean {
  if (one.kind === "known") return other.kind === "known" && one.value === other.value;
  return (
    one.kind === other.kind && (one.kind === "unset" || other.kind === "unset" || one.stretches === other.stretches)
  );
}
