import type { Dialect } from "./document.ts";

/** What is looked at to tell a dialect; a file that shows nothing of itself here is none of ours. */
const maximumLength = 1_000_000;

/**
 * Tells the dialect of a YAML text by its content alone: undefined where it is none that has a reader. Cheap: it looks
 * at the lines that begin at the margin, without parsing.
 */
export function yamlDialectOfContent(text: string): Dialect | undefined {
  const head = text.slice(0, maximumLength);
  const top = new Set<string>();
  for (const [, quoted, bare] of head.matchAll(/^(?:"([\w.-]+)"|'?([\w.-]+)'?)[ \t]*:(?=[ \t\r\n]|$)/gm)) {
    const key = quoted ?? bare;
    if (key !== undefined) top.add(key);
  }
  if (top.has("apiVersion") && top.has("kind")) return "kubernetes";
  if (/^[ \t]*\{/.test(head) && /"apiVersion"\s*:/.test(head) && /"kind"\s*:/.test(head)) return "kubernetes";
  if (top.has("jobs") && (top.has("on") || top.has("true"))) return "github-workflow";
  if (top.has("runs") && /^[ \t]+["']?using["']?[ \t]*:/m.test(head)) return "github-action";
  if (top.has("services") && !top.has("stages") && hasServices(head)) return "compose";
  return undefined;
}

/** The dialect of a YAML file, by its path where that says it, else by its content. */
export function detectYamlDialect(text: string, path: string): Dialect | undefined {
  if (/(?:^|\/)\.(?:github|gitea|forgejo)\/workflows\/[^/]+\.ya?ml$/.test(path)) return "github-workflow";
  if (/(?:^|\/)action\.ya?ml$/.test(path) && /^runs[ \t]*:/m.test(text.slice(0, maximumLength))) return "github-action";
  return yamlDialectOfContent(text);
}

/** Whether below `services:` a name is followed, one level deeper, by `image:` or `build:`. */
function hasServices(text: string): boolean {
  let inside = false;
  let nameIndent = 0;
  for (const line of text.split("\n")) {
    const key = /^([ \t]*)["']?([\w.-]+)["']?[ \t]*:/.exec(line);
    if (key === null) continue;
    const indent = key[1]?.length ?? 0;
    if (indent === 0) {
      inside = key[2] === "services";
      nameIndent = 0;
    } else if (inside && nameIndent === 0) nameIndent = indent;
    else if (inside && indent > nameIndent && (key[2] === "image" || key[2] === "build" || key[2] === "<<"))
      return true;
  }
  return false;
}
