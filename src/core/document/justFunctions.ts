import type { WordPart } from "./document.ts";

/** The value of parts that are known. */
export function known(parts: readonly WordPart[] | undefined): string | undefined {
  return parts?.every(({ text }) => text !== undefined) === true
    ? parts.map(({ text = "" }) => text).join("")
    : undefined;
}

/** What a function of just comes to (just, "Functions"), where text alone decides it; undefined for any other. */
export function applyJustFunction(
  name: string,
  given: readonly (readonly WordPart[] | undefined)[],
): string | undefined {
  const values = given.map(known);
  if (values.length === 0 || values.some((value) => value === undefined)) return undefined;
  const [text = "", second = "", third = ""] = values;
  switch (name) {
    case "replace":
      return second === "" ? undefined : text.replaceAll(second, () => third);
    case "trim":
      return text.trim();
    case "trim_start":
      return text.trimStart();
    case "trim_end":
      return text.trimEnd();
    case "trim_start_match":
      return text.startsWith(second) ? text.slice(second.length) : text;
    case "trim_end_match":
      return text.endsWith(second) && second !== "" ? text.slice(0, -second.length) : text;
    case "trim_start_matches":
      return trimmedMatches(text, second, "start");
    case "trim_end_matches":
      return trimmedMatches(text, second, "end");
    case "lowercase":
      return text.toLowerCase();
    case "uppercase":
      return text.toUpperCase();
    case "join":
      return values.join("/").replaceAll(/\/+/g, "/");
    case "append":
      return words(second)
        .map((word) => word + text)
        .join(" ");
    case "prepend":
      return words(second)
        .map((word) => text + word)
        .join(" ");
    case "file_name":
      return text.slice(text.lastIndexOf("/") + 1);
    case "parent_directory":
      return text.includes("/") ? text.slice(0, text.lastIndexOf("/")) : undefined;
    case "without_extension":
      return text.replace(/\.[^./]*$/, "");
    case "quote":
    case "clean":
      return text;
    default:
      return undefined;
  }
}

function trimmedMatches(text: string, match: string, at: "start" | "end"): string {
  let rest = text;
  while (match !== "" && (at === "start" ? rest.startsWith(match) : rest.endsWith(match)))
    rest = at === "start" ? rest.slice(match.length) : rest.slice(0, -match.length);
  return rest;
}

function words(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}
