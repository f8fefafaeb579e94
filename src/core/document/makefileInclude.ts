import type { Span } from "../image/span.ts";
import { createMakeConditions, type Certainty } from "./makefileConditions.ts";
import { logicalLines } from "./makefileLines.ts";
import type { MakeSource, MakeVariables } from "./makefileVariables.ts";
import { siblingPath, type Siblings } from "./siblings.ts";

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
  const source: MakeSource = { text, file };
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
      for (const further of includedPaths(text.slice(line.start, line.end), line, root, variables, source))
        yield* includedLines(further, siblings, root, variables, depth + 1);
    } else yield { source, line, certainty: conditions.certainty() };
  }
}
