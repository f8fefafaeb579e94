/** What a script says of a variable: a value, that it is set to something only known when it runs, or nothing. */
export type Variable =
  | { readonly kind: "known"; readonly value: string }
  | { readonly kind: "unknown" }
  | { readonly kind: "unset" };

/** The variables of a script while it is read from top to bottom. */
export interface Variables {
  lookup(name: string): Variable;
  /** Sets a variable; an undefined value is one that only running the script can tell. */
  assign(name: string, value: string | undefined): void;
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
  const values = new Map<string, Variable>(
    Object.entries(environment).map(([name, value]) => [name, { kind: "known", value }]),
  );
  const exported = new Set(values.keys());
  const frames: Frame[] = [];
  let allExported = false;
  let cached: Readonly<Record<string, string>> | undefined;

  const set = (name: string, value: Variable): void => {
    const frame = frames.at(-1);
    if (frame !== undefined && !frame.before.has(name)) frame.before.set(name, values.get(name) ?? unset);
    values.set(name, value);
    if (exported.has(name)) cached = undefined;
  };
  const exportName = (name: string): void => {
    if (exported.has(name) || exported.size >= maximumExports) return;
    exported.add(name);
    cached = undefined;
  };
  return {
    lookup: (name) => values.get(name) ?? unset,
    assign(name, value) {
      if (allExported) exportName(name);
      set(name, value === undefined ? unknown : { kind: "known", value });
    },
    exportName,
    exportAll() {
      allExported = true;
    },
    environment() {
      cached ??= Object.fromEntries(
        [...exported].flatMap((name) => {
          const variable = values.get(name) ?? unset;
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
        const now = values.get(name) ?? unset;
        const same =
          now.kind === before.kind && (now.kind !== "known" || before.kind !== "known" || now.value === before.value);
        if (same) continue;
        // The frame around this one must remember what held before both.
        values.set(name, before);
        set(name, frame?.kind === "subshell" ? before : unknown);
      }
    },
  };
}
