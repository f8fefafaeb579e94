import type { Span } from "../image/span.ts";
import { createMakeConditions, type Certainty } from "./makefileConditions.ts";
import { logicalLines } from "./makefileLines.ts";
import { createMakeVariables, type MakeSource, type MakeVariables } from "./makefileVariables.ts";
import { folderOf, namesBeside, noSiblings, siblingPath, type Siblings } from "./siblings.ts";

/** A line of an included file. */
export interface IncludedLine {
  readonly source: MakeSource;
  readonly line: Span;
  readonly certainty: Certainty;
}

const maximumFiles = 20;
const maximumDepth = 4;
const unknown = "\0";

/** The files that a line includes (GNU make, 3.3), each as the paths where it may be. */
export function includedPaths(
  content: string,
  line: Span,
  path: string,
  variables: MakeVariables,
  source?: MakeSource,
): readonly (readonly string[])[] {
  const start = line.start + (/^ *-?s?include[ \t]+/.exec(content)?.[0].length ?? 0);
  const text = variables
    .expand({ start, end: line.end }, undefined, source)
    .map((part) => part.text ?? unknown)
    .join("");
  return text
    .replace(/#.*$/s, "")
    .split(/\s+/)
    .filter((name) => /[\w.-]$/.test(name) && !/[*?%[]/.test(name))
    .slice(0, maximumFiles)
    .map((name) => candidates(name, path));
}

const glob = /[\w./-]*\*[\w.-]*/g;

/** The files that a line includes by a pattern (`include mk/*.mk`, `$(wildcard mk/*.mk)`), in order. */
export function globbedPaths(content: string, root: string, siblings: Siblings): readonly (readonly string[])[] {
  if (!content.includes("*")) return [];
  return [...content.matchAll(glob)].slice(0, maximumFiles).flatMap(({ 0: pattern }) => {
    const place = patternOf(pattern, root);
    if (place === undefined) return [];
    return (namesBeside(place.before, siblings) ?? [])
      .map((name) => folderOf(place.before).replace(/^\.\/$/, "") + name)
      .filter((path) => isLike(path, place))
      .slice(0, maximumFiles)
      .map((path) => [path]);
  });
}

/** What stands before and after the star of a path, which is its last component's. */
function patternOf(pattern: string, root: string): { readonly before: string; readonly after: string } | undefined {
  const [start = "", after = "", ...others] = pattern.split("*");
  const before = siblingPath(root, `${start}x`)?.slice(0, -1);
  return others.length > 0 || after.includes("/") || before === undefined ? undefined : { before, after };
}

function isLike(path: string, { before, after }: { readonly before: string; readonly after: string }): boolean {
  if (path.length < before.length + after.length || !path.startsWith(before)) return false;
  return path.endsWith(after) && !path.slice(before.length).includes("/");
}

/** What begins with something that is not known is looked for beside the file and at the workspace's root. */
function candidates(name: string, path: string): readonly string[] {
  const rest = /^\0+\/?([^\0]+)$/.exec(name)?.[1];
  const names = rest === undefined ? [siblingPath(path, name)] : [siblingPath(path, rest), siblingPath("", rest)];
  return [...new Set(names.filter((found) => found !== undefined))];
}

/** The lines of an included file, and of those that it includes, where they may set variables. */
export function* includedLines(
  paths: readonly string[],
  siblings: Siblings,
  root: string,
  variables: MakeVariables,
  depth = 0,
): Generator<IncludedLine> {
  const file = paths.find((candidate) => siblings(candidate) !== undefined);
  const text = file === undefined ? undefined : siblings(file);
  if (file === undefined || text === undefined || depth >= maximumDepth) return;
  for (const one of linesOf({ text, file }, siblings, root, variables, depth)) if (one !== "own") yield one;
}

/** The lines of a file where they may set variables, those of files that it includes among them; `own`: where it includes the file at `included`. */
function* linesOf(
  source: MakeSource,
  siblings: Siblings,
  root: string,
  variables: MakeVariables,
  depth: number,
  included?: string,
): Generator<IncludedLine | "own"> {
  const { text } = source;
  const conditions = createMakeConditions(variables);
  let definitions = 0;
  for (const line of logicalLines(text)) {
    const content = text.slice(line.start, Math.min(line.end, line.start + 200));
    if (/^[ \t]*(?:override[ \t]+)?define\b/.test(content)) definitions += 1;
    else if (/^[ \t]*endef\b/.test(content)) definitions = Math.max(0, definitions - 1);
    if (definitions > 0 || line.isRecipe) continue;
    if (conditions.read(content, line.start, source)) continue;
    if (/^ *-?s?include[ \t]/.test(content)) {
      // Relative to where make runs, which is where the first file is.
      const named = text.slice(line.start, line.end);
      if (included !== undefined && includes(named, line, included, { root, variables, source })) yield "own";
      for (const further of [
        ...includedPaths(named, line, root, variables, source),
        ...globbedPaths(named, root, siblings),
      ])
        if (included === undefined || !further.includes(included))
          yield* includedLines(further, siblings, root, variables, depth + 1);
    } else yield { source, line, certainty: conditions.certainty() };
  }
}

/** Whether a line includes the file at `path`, by its name or with others like it (`include mk/*.mk`). */
function includes(
  content: string,
  line: Span,
  path: string,
  {
    root,
    variables,
    source,
  }: { readonly root: string; readonly variables: MakeVariables; readonly source: MakeSource },
): boolean {
  if (includedPaths(content, line, root, variables, source).some((paths) => paths.includes(path))) return true;
  return [...content.matchAll(glob)].some(({ 0: pattern }) => {
    const place = patternOf(pattern, root);
    return place !== undefined && isLike(path, place);
  });
}

const mainNames = ["Makefile", "GNUmakefile", "makefile"];
const folders = ["", "../", "../../"];

/** The makefile that includes the one at `path`, from its folder or one above: where make runs, and all that it says. */
export function includerOf(path: string, siblings: Siblings): Required<MakeSource> | undefined {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (mainNames.includes(name)) return undefined;
  for (const folder of folders)
    for (const main of mainNames) {
      const file = siblingPath(path, folder + main);
      const text = file === undefined ? undefined : siblings(file);
      if (file === undefined || text === undefined || !/^[ \t]*-?s?include[ \t]/m.test(text)) continue;
      const variables = createMakeVariables({ text });
      for (const one of linesOf({ text, file }, noSiblings, file, variables, 0, path)) {
        if (one === "own") return { text, file };
        variables.define(one.line, one.certainty);
      }
    }
  return undefined;
}

/** What an including makefile says before and, after `own`, behind the file at `path`. */
export function* linesAround(
  { text, file }: Required<MakeSource>,
  path: string,
  siblings: Siblings,
  variables: MakeVariables,
): Generator<IncludedLine | "own"> {
  yield* linesOf({ text, file }, siblings, file, variables, 0, path);
}
