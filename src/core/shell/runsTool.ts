import { imageTools } from "./imageTools.ts";
import { pushingTools } from "./pushTargets.ts";

/** Further programs that somebody looks for in a script: those that sign, and what is given a file of images to read. */
const furtherTools = ["countersign", "docker-compose", "gitsign", "podman-compose", "policy-tester"];
/** Names that are words of a language, too, or part of everything: what follows them tells. */
const ambiguous = new Map([
  ["container", "container[ \\t]+(?:-|build|create|exec|image|pull|push|run)"],
  ["gh", "attestation"],
]);
const suffix = "_?(?:bin|cli|cmd|command|engine|exe|executable|path|runtime|tool)";
const names = [...new Set([...imageTools, ...pushingTools, ...furtherTools])].filter((name) => !ambiguous.has(name));
const escaped = names.map((name) => name.replaceAll(/[.-]/g, "\\$&")).join("|");

/** A tool where a command may begin, a variable or command that stands for one, or what only engines are told. */
const tool = new RegExp(
  [
    `(?<![A-Za-z0-9.]|\\w-)(?:(?:${escaped})(?:[-_](?:linux|darwin|windows)[-_]\\w+)?(?:\\.exe)?(?![\\w./:@=-])|${[...ambiguous.values()].join("|")})`,
    `(?:${escaped}|container|oci)${suffix}`,
    "(?:\\$\\(|`)\\s*\\w+[_-](?:docker|podman|container)",
    "\\$[({]?(?:container|oci)\\b",
    "--rm\\b",
  ].join("|"),
  "gi",
);

/**
 * Whether a script may run a tool that takes images, by itself: one that names a tool only in comments, in paths and in
 * the names of other programs (`docker-entrypoint.sh`, `docker/dockerfile:1`) does not. Decides what is worth reading.
 */
export function mayRunTool(script: string): boolean {
  for (const { index } of script.matchAll(tool)) if (!isInComment(script, index)) return true;
  return false;
}

function isInComment(text: string, index: number): boolean {
  const line = text.slice(text.lastIndexOf("\n", index) + 1, index);
  return /^[ \t]*#(?!!)/.test(line);
}
