import { parseReference } from "../image/reference.ts";
import type { ValueStep } from "./document.ts";

/** What a build gives an ARG. */
export interface SuppliedArgument {
  readonly text: string;
  readonly step: ValueStep;
}

/** One build of a Dockerfile, as a file of the workspace describes it. */
export interface WorkspaceBuild {
  /** What it gives an ARG: nothing, one value, or one that is not known. */
  valuesOf(name: string): readonly (SuppliedArgument | undefined)[];
  /** Names of its additional contexts. */
  readonly contexts: readonly string[];
  /** Whether a command describes it: what it gives an ARG counts where no file does that is made for builds. */
  readonly isCommand?: boolean;
}

/** What the workspace's own builds give a Dockerfile. */
export interface BuildSettings {
  /** The value of an ARG, where all builds that give one give the same. */
  argument(name: string): SuppliedArgument | undefined;
  /**
   * Whether the name stands for an additional context of a build, so that no image of that name is meant; `isSupplied`
   * tells that builds gave a part of the name.
   */
  hasContext(name: string, isSupplied?: boolean): boolean;
}

/** The settings of builds, which are looked for when the first is asked for. */
export function settingsOf(find: () => readonly WorkspaceBuild[]): BuildSettings {
  let builds: readonly WorkspaceBuild[] | undefined;
  let contexts: ReadonlySet<string> | undefined;
  const found = (): readonly WorkspaceBuild[] => (builds ??= find());
  return {
    argument(name) {
      const given = (isCommand: boolean): readonly (SuppliedArgument | undefined)[] =>
        found().flatMap((build) => ((build.isCommand ?? false) === isCommand ? build.valuesOf(name) : []));
      const described = given(false);
      const values = described.length > 0 ? described : given(true);
      const [first] = values;
      return values.every((value) => value?.text === first?.text) ? first : undefined;
    },
    hasContext(name) {
      contexts ??= new Set(found().flatMap((build) => build.contexts.map(contextName)));
      return contexts.has(contextName(name));
    },
  };
}

/** BuildKit compares the names of contexts as it does those of images: `alpine` is `docker.io/library/alpine:latest`. */
function contextName(name: string): string {
  const { value } = parseReference(name.toLowerCase());
  if (value === undefined) return name;
  const tag = value.tag ?? (value.digest === undefined ? "latest" : "");
  return `${value.registry}/${value.repository}:${tag}@${value.digest ?? ""}`;
}
