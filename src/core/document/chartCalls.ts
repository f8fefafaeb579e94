import { imageFiles, libraryFiles } from "./chartFiles.ts";
import type { Siblings } from "./siblings.ts";
import { templateScopes, type TemplateScopes } from "./templateScope.ts";

/** A place in a chart's templates that calls a named one. */
export interface TemplateCall {
  /** What calls the one of another name instead, with all that is in force at the place. */
  readonly calling: (name: string) => string;
  /** The named template that it stands in. */
  readonly within: () => string | undefined;
}

/** Templates of a chart that are looked into, and calls of one that are followed. */
const maximumFiles = 100;
const maximumCalls = 60;
const calls = /\b(?:include|template)\s+$/;

/**
 * Gives the places that call a named template in the chart in `folder`, whose template at `path`, or that of a library
 * of its, has the text `own`.
 */
export function chartCalls(
  path: string,
  folder: string,
  own: string,
  siblings: Siblings,
): (name: string) => readonly TemplateCall[] {
  let templates: readonly (readonly [text: string, scopes: TemplateScopes])[] | undefined;
  return (name) => {
    templates ??= [...textsOf(folder, path, siblings), own].map((text) => [text, templateScopes(text)]);
    return templates.flatMap(([text, scopes]) => callsIn(text, name, scopes)).slice(0, maximumCalls);
  };
}

function callsIn(text: string, name: string, scopes: TemplateScopes): readonly TemplateCall[] {
  const quoted = `"${name}"`;
  const found: TemplateCall[] = [];
  for (let at = text.indexOf(quoted); at >= 0 && found.length < maximumCalls; at = text.indexOf(quoted, at + 1)) {
    if (!calls.test(text.slice(Math.max(0, at - 12), at))) continue;
    const start = Math.max(0, text.lastIndexOf("{{", at));
    const argument = argumentAt(text, at + quoted.length);
    found.push({
      calling: (other) => scopes.around(`{{ template "${other}" ${argument} }}`, start),
      within: () => scopes.namedAround(start),
    });
  }
  return found;
}

function textsOf(folder: string, path: string, siblings: Siblings): readonly string[] {
  const libraries = path.startsWith(`${folder}templates/`) ? [] : libraryFiles(folder, siblings);
  const places = new Set([...imageFiles(folder, "", siblings), ...libraries].flat().slice(0, maximumFiles));
  places.delete(path);
  return [...places].flatMap((place) => siblings(place) ?? []);
}

const maximumArgument = 2000;

/** What a call gives: a group, or one operand. */
function argumentAt(text: string, from: number): string {
  const rest = text.slice(from, from + maximumArgument).trimStart();
  if (!rest.startsWith("(")) return /^[^\s|)}]+/.exec(rest)?.[0] ?? "";
  let depth = 0;
  for (const { 0: mark, index } of rest.matchAll(/"(?:[^"\\]|\\.)*"|`[^`]*`|[()]/g)) {
    if (mark === "(") depth += 1;
    else if (mark === ")" && --depth === 0) return rest.slice(0, index + 1);
  }
  return "";
}
