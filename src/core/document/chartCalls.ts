import { keepingLast } from "../lastResults.ts";
import { imageFiles } from "./chartFiles.ts";
import type { Siblings } from "./siblings.ts";
import { templateActions } from "./templateMask.ts";
import { templateScopes } from "./templateScope.ts";

/** A place in a chart's templates that calls a named one. */
export interface TemplateCall {
  /** What calls the one of another name instead, with all that is in force at the place. */
  readonly calling: (name: string) => string;
  /** The named template that it stands in. */
  readonly within: string | undefined;
}

/** Templates of a chart that are looked into, and calls of one that are followed. */
const maximumFiles = 100;
const maximumCalls = 60;
const call = /\b(?:include|template)\s+"([^"]+)"\s*/g;

const callsIn = keepingLast(24, (text) => {
  const scopes = templateScopes(text);
  const found = new Map<string, TemplateCall[]>();
  for (const { start, source } of templateActions(text))
    for (const { index, 0: head, 1: name = "" } of source.matchAll(call)) {
      const argument = argumentAt(source, index + head.length);
      const calls = found.get(name) ?? [];
      if (calls.length >= maximumCalls) continue;
      found.set(name, calls);
      calls.push({
        calling: (other) => scopes.around(`{{ template "${other}" ${argument} }}`, start),
        within: scopes.namedAround(start),
      });
    }
  return found;
});

/** Gives the places that call a named template in the chart of the template at `path`, whose text is `own`. */
export function chartCalls(path: string, own: string, siblings: Siblings): (name: string) => readonly TemplateCall[] {
  const folder = path.slice(0, Math.max(0, path.lastIndexOf("templates/")));
  let texts: readonly string[] | undefined;
  return (name) => {
    texts ??= [own, ...textsOf(folder, path, siblings)];
    const quoted = `"${name}"`;
    return texts
      .flatMap((text) => (text.includes(quoted) ? (callsIn(text).get(name) ?? []) : []))
      .slice(0, maximumCalls);
  };
}

function textsOf(folder: string, path: string, siblings: Siblings): readonly string[] {
  const places = new Set([...imageFiles(folder, "", siblings)].flat().slice(0, maximumFiles));
  places.delete(path);
  return [...places].flatMap((place) => siblings(place) ?? []);
}

/** What a call gives: a group, or one operand. */
function argumentAt(source: string, start: number): string {
  if (source.charAt(start) !== "(") return /^[^\s|)]+/.exec(source.slice(start))?.[0] ?? "";
  const mark = /"(?:[^"\\]|\\.)*"|`[^`]*`|[()]/g;
  mark.lastIndex = start;
  let depth = 0;
  for (let found = mark.exec(source); found !== null; found = mark.exec(source)) {
    if (found[0] === "(") depth += 1;
    else if (found[0] === ")" && --depth === 0) return source.slice(start, mark.lastIndex);
  }
  return "";
}
