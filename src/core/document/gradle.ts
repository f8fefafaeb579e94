import { withoutByteOrderMark, type Span } from "../image/span.ts";
import type { Document, ImageUse } from "./document.ts";
import { gradleValues, isSign, type GradleValues } from "./gradleValues.ts";
import { groovyTokens, type GroovyToken } from "./groovy.ts";
import { useOfValue } from "./imageUse.ts";
import { noSiblings, type Siblings } from "./siblings.ts";

/** Properties of plug-ins that name an image, by the blocks that they stand in. */
const places = new Map([
  ["jib.from.image", "from"],
  ["ktor.docker.customBaseImage", "from"],
  ["bootBuildImage.builder", "builder"],
  ["bootBuildImage.runImage", "run-image"],
  ["bootBuildImage.buildpacks", "buildpack"],
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
export function readGradle(source: string, path: string, siblings: Siblings = noSiblings): Document {
  const text = withoutByteOrderMark(source);
  const images: ImageUse[] = [];
  const tokens = anyPlugin.test(text) ? groovyTokens(text) : [];
  const values = gradleValues(text, path, tokens, siblings);
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
    if (site === undefined) continue;
    for (const given of site === "buildpack" ? buildpacksAfter(tokens, at) : [valueAfter(tokens, at)]) {
      const use = given === undefined ? undefined : useOfToken(text, given, site, values);
      if (use !== undefined) images.push(use);
    }
  }
  return { path, dialect: "gradle", text, images, commands: [], jobs: [], problems: [] };
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

/** The string or name that a property is given: `a = "x"`, `a "x"`, `a("x")`, `a.set(x)`; undefined where more follows it. */
function valueAfter(tokens: readonly GroovyToken[], at: number): GivenValue | undefined {
  const next = tokens[at + 1];
  const isOpen = isSign(next, "=") || isSign(next, "(");
  const value = isOpen ? tokens[at + 2] : next;
  const after = tokens[at + (isOpen ? 3 : 2)];
  const isPart = ["+", ".", "(", "[", "?", "="].some((sign) => isSign(after, sign));
  if (isPart) return undefined;
  return value?.kind === "string" || (isOpen && value?.kind === "name") ? value : undefined;
}

type GivenValue = Extract<GroovyToken, { kind: "string" | "name" }>;

/** Images in a list of buildpacks, which may be files and names too. */
function buildpacksAfter(tokens: readonly GroovyToken[], at: number): readonly GivenValue[] {
  const found: GivenValue[] = [];
  let depth = 0;
  for (let one = at + 1; one < tokens.length; one++) {
    const token = tokens[one];
    if (token?.kind === "string" && plainText(token).startsWith("docker://")) found.push(token);
    if (isSign(token, "(") || isSign(token, "[")) depth += 1;
    else if (isSign(token, ")") || isSign(token, "]")) depth -= 1;
    if (depth <= 0 && !isSign(token, "=")) break;
  }
  return found;
}

function useOfToken(text: string, token: GivenValue, site: string, values: GradleValues): ImageUse | undefined {
  const value = token.kind === "name" ? values.ofName(token.text, token.span) : values.ofString(token);
  const known = value === undefined ? "" : value.parts.map((part) => part.text ?? "$").join("");
  if (value === undefined || known.trim() === "" || known === "scratch") return undefined;
  const scheme = /^[a-z]+:\/\//.exec(known)?.[0] ?? "";
  // An image of the machine's own daemon, or an archive.
  if (scheme !== "" && scheme !== "registry://" && (scheme !== "docker://" || site !== "buildpack")) return undefined;
  const [first, ...others] = value.parts;
  if (first === undefined || (scheme !== "" && first.text?.startsWith(scheme) !== true)) return undefined;
  const begin = {
    ...first,
    ...(first.text === undefined ? {} : { text: first.text.slice(scheme.length) }),
    ...(first.span === undefined ? {} : { span: { ...first.span, start: first.span.start + scheme.length } }),
  };
  const use = useOfValue(text, {
    span: spanOf(token, scheme.length),
    site,
    parts: [begin, ...others],
    chain: value.chain,
    hasVariables: true,
  });
  return "code" in use ? undefined : use;
}

/** Between the quotes of a string, after its scheme. */
function spanOf(token: GivenValue, skip: number): Span {
  if (token.kind === "name") return token.span;
  const first = token.pieces[0];
  const last = token.pieces.at(-1);
  if (first === undefined || last === undefined) return token.span;
  const start = first.kind === "text" ? first.start + skip : first.span.start;
  return { start, end: last.kind === "text" ? last.start + last.text.length : last.span.end };
}
