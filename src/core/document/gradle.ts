import { withoutByteOrderMark, type Span } from "../image/span.ts";
import { buildpackImageStart } from "./buildpackLocator.ts";
import type { Document, ImageUse } from "./document.ts";
import { gradleCommands } from "./gradleCommands.ts";
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
const anyPlugin = /\b[jJ]ib|[bB]ootBuildImage|\bdocker|Docker|Application|\b(?:kubernetes|openshift)\b/;
const runsProgram = /\b(?:commandLine|executable)\b/;
/** A block's name that has no meaning here: those of `tasks { ... }` and of what configures all modules. */
const around = new Set(["tasks", "allprojects", "subprojects", "project", "configure"]);
const maximumDepth = 100;

/**
 * Reads build scripts of Gradle, in Groovy or Kotlin: the base image of Jib, what Spring Boot's `bootBuildImage` builds
 * with, what the plug-ins for Docker start from, and commands. `jib.to.image` is what is built.
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
  const commands = runsProgram.test(text) ? gradleCommands(text, tokens, values) : [];
  return { path, dialect: "gradle", text, images, commands, jobs: [], problems: [] };
}

/** What a block configures: the name before it, or the task or the type that a call before it names. */
function blockName(tokens: readonly GroovyToken[], open: number): string {
  const before = tokens[open - 1];
  if (before?.kind === "name") return before.text.replace(/^tasks\./, "");
  // `withType<BootBuildImage> {`, `configure<JibExtension> {`
  if (isSign(before, ">")) return typeBefore(tokens, open);
  const named = tokens[open - 2];
  if (!isSign(before, ")")) return "";
  // `register("x", Dockerfile) {`, `register<Dockerfile>("x") {`, `task x(type: Dockerfile) {`, `creating(Dockerfile::class) {`
  const type = typeBefore(tokens, open);
  if (type !== "" || named?.kind !== "string") return type;
  return isSign(tokens[open - 3], "(") ? plainText(named) : "";
}

/** Types of tasks and extensions that plug-ins give, by the name that their blocks have here. */
const types = new Map([
  ["Dockerfile", "Dockerfile"],
  ["DockerPullImage", "DockerPullImage"],
  ["DockerCreateContainer", "DockerCreateContainer"],
  ["BootBuildImage", "bootBuildImage"],
  ["JibExtension", "jib"],
  ["MicronautDockerfile", "dockerfile"],
  ["NativeImageDockerfile", "dockerfileNative"],
]);

/** The type that the call before a block is told, among its arguments or in angle brackets. */
function typeBefore(tokens: readonly GroovyToken[], open: number): string {
  for (let at = open - 2; at >= Math.max(0, open - 8); at--) {
    const token = tokens[at];
    if (isSign(token, "{") || isSign(token, "}")) break;
    const type = token?.kind === "name" ? types.get(token.text.slice(token.text.lastIndexOf(".") + 1)) : undefined;
    if (type !== undefined) return type;
  }
  return "";
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
    if (token?.kind === "string" && buildpackImageStart(plainText(token)) !== undefined) found.push(token);
    if (isSign(token, "(") || isSign(token, "[")) depth += 1;
    else if (isSign(token, ")") || isSign(token, "]")) depth -= 1;
    // What makes the list has its name before it: `= listOf(`.
    const isBefore = isSign(token, "=") || (token?.kind === "name" && isSign(tokens[one + 1], "("));
    if (depth <= 0 && !isBefore) break;
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
