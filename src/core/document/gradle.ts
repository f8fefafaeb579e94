import { withoutByteOrderMark } from "../image/span.ts";
import type { Document, ImageUse } from "./document.ts";
import { groovyTokens, type GroovyToken } from "./groovy.ts";
import { useOfValue } from "./imageUse.ts";
import type { ValuePart } from "./value.ts";

/** Properties of plug-ins that name an image, by the blocks that they stand in. */
const places = new Map([
  ["jib.from.image", "from"],
  ["bootBuildImage.builder", "builder"],
  ["bootBuildImage.runImage", "run-image"],
  // Docker's plug-in: its conventions for applications, and its tasks by their types.
  ["docker.javaApplication.baseImage", "from"],
  ["docker.springBootApplication.baseImage", "from"],
  ["Dockerfile.from", "from"],
  ["DockerPullImage.image", "image"],
  ["DockerCreateContainer.targetImageId", "image"],
  // Micronaut's tasks.
  ["dockerfile.baseImage", "from"],
  ["dockerfile.from", "from"],
  ["dockerfileNative.baseImage", "from"],
  ["dockerfileNative.graalImage", "from"],
  ["optimizedDockerfile.baseImage", "from"],
  ["optimizedDockerfileNative.baseImage", "from"],
  ["optimizedDockerfileNative.graalImage", "from"],
  // Eclipse JKube's lists of images.
  ["kubernetes.images.image.build.from", "from"],
  ["openshift.images.image.build.from", "from"],
]);
const anyPlugin = /\bjib\b|bootBuildImage|\bdocker|Docker|Application|\b(?:kubernetes|openshift)\b/;
/** A block's name that has no meaning here: those of `tasks { ... }` and of what configures all modules. */
const around = new Set(["tasks", "allprojects", "subprojects", "project", "configure"]);
const maximumDepth = 100;

/**
 * Reads build scripts of Gradle, in Groovy or Kotlin: the base image of Jib, what Spring Boot's `bootBuildImage` builds
 * with, and what the plug-ins for Docker start from. `jib.to.image` is what is built.
 */
export function readGradle(source: string, path: string): Document {
  const text = withoutByteOrderMark(source);
  const images: ImageUse[] = [];
  const tokens = anyPlugin.test(text) ? groovyTokens(text) : [];
  const blocks: string[] = [];
  for (const [at, token] of tokens.entries()) {
    if (isSign(token, "{")) {
      blocks.push(blockName(tokens, at));
      if (blocks.length > maximumDepth) break;
    } else if (isSign(token, "}")) blocks.pop();
    if (token.kind !== "name") continue;
    const name = token.text.replace(/\.set$/, "");
    const keys = [...blocks.filter((block) => block !== "" && !around.has(block)), name]
      .join(".")
      .replace(/^tasks\./, "");
    const site = places.get(keys);
    const string = site === undefined ? undefined : stringAfter(tokens, at);
    if (site === undefined || string === undefined) continue;
    const use = useOfString(text, string, site);
    if (use !== undefined) images.push(use);
  }
  return { path, dialect: "gradle", text, images, commands: [], jobs: [], problems: [] };
}

function isSign(token: GroovyToken | undefined, text: string): boolean {
  return token?.kind === "sign" && token.text === text;
}

/** What a block configures: the name before it, or the task that a call before it names. */
function blockName(tokens: readonly GroovyToken[], open: number): string {
  const before = tokens[open - 1];
  if (before?.kind === "name") return before.text.replace(/^tasks\./, "");
  const named = tokens[open - 2];
  if (!isSign(before, ")")) return "";
  if (named?.kind === "string") return isSign(tokens[open - 3], "(") ? plainText(named) : "";
  // `register("x", Dockerfile) {`, `task x(type: Dockerfile) {`, `creating(Dockerfile::class) {`
  return tokens.slice(Math.max(0, open - 5), open - 1).flatMap(taskType)[0] ?? "";
}

/** Types of Docker's tasks, which their plug-in gives. */
function taskType(token: GroovyToken): readonly string[] {
  if (token.kind !== "name") return [];
  const name = token.text.slice(token.text.lastIndexOf(".") + 1);
  return name === "Dockerfile" || name === "DockerPullImage" || name === "DockerCreateContainer" ? [name] : [];
}

function plainText(token: Extract<GroovyToken, { kind: "string" }>): string {
  return token.pieces.map((piece) => (piece.kind === "text" ? piece.text : "$")).join("");
}

/** The string that a property is given: `a = "x"`, `a "x"`, `a("x")`, `a.set("x")`; undefined where more follows it. */
function stringAfter(tokens: readonly GroovyToken[], at: number): Extract<GroovyToken, { kind: "string" }> | undefined {
  const next = tokens[at + 1];
  const isOpen = isSign(next, "=") || isSign(next, "(");
  const string = isOpen ? tokens[at + 2] : next;
  const after = tokens[at + (isOpen ? 3 : 2)];
  return string?.kind !== "string" || isSign(after, "+") || isSign(after, ".") ? undefined : string;
}

function useOfString(
  text: string,
  string: Extract<GroovyToken, { kind: "string" }>,
  site: string,
): ImageUse | undefined {
  const [first] = string.pieces;
  const last = string.pieces.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const scheme = first.kind === "text" ? (/^[a-z]+:\/\//.exec(first.text)?.[0] ?? "") : "";
  const isScratch = plainText(string) === "scratch";
  // An image of the machine's own daemon, or an archive.
  if ((scheme !== "" && scheme !== "registry://") || isScratch) return undefined;
  const start = (first.kind === "text" ? first.start : first.span.start) + scheme.length;
  const end = last.kind === "text" ? last.start + last.text.length : last.span.end;
  const parts = string.pieces.map((piece, index): ValuePart => {
    if (piece.kind === "expression") return {};
    const from = index === 0 ? scheme.length : 0;
    const span = { start: piece.start + from, end: piece.start + piece.text.length };
    const said = piece.text.slice(from);
    return text.slice(span.start, span.end) === said ? { text: said, span } : { text: said };
  });
  const use = useOfValue(text, { span: { start, end }, site, parts, chain: [], hasVariables: true });
  return "code" in use || plainText(string).trim() === "" ? undefined : use;
}
