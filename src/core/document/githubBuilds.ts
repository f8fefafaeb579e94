import { scalarText, type GithubScope } from "./githubScope.ts";
import { actionOf } from "./githubUses.ts";
import { scalarOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

/** Actions that build an image, by their name without its version. */
const builder = /(?:^|[/_-])(?:build|buildah|kaniko|bake|docker-?publish|publish-docker)(?:$|[/_-])/i;
/** Those that push what they build without being told so. */
const pusher = /push|publish|kaniko/i;
const maximumTags = 100;

/** The names that a step's action gives to what it builds: as written, and as they come to where that is known. */
export function builtNames(step: YamlNode, scopes: readonly GithubScope[]): readonly string[] {
  if (!builder.test(actionOf(step))) return [];
  const texts = (input: string): readonly string[] => textsOf(step, scopes, input);
  const tags = texts("tags");
  const images = [...texts("image"), ...texts("imageName"), ...texts("image-name")];
  const apart = images.length === 0 ? [] : [...tags, ...texts("tag"), ...texts("imageTag")];
  return [
    ...tags,
    ...images,
    // Some take the name and its tags apart.
    ...images.flatMap((image) => apart.map((tag) => `${image}:${tag}`)),
    ...texts("set").flatMap((text) => /\.tags\+?=(.*)/.exec(text)?.[1] ?? []),
  ];
}

/** The names of an input: as written, and as they come to where that is known. */
function textsOf(step: YamlNode, scopes: readonly GithubScope[], input: string): readonly string[] {
  const scalar = scalarOf(valueAt(step, "with", input));
  if (scalar === undefined) return [];
  const known = scalar.text.includes("${{") ? scopes.flatMap((scope) => scalarText(scalar, scope) ?? []) : [];
  return [...new Set([scalar.text, ...known])].flatMap(namesIn).slice(0, maximumTags);
}

/** The names without tags that a step makes up the names of images from, for steps that build them. */
export function imagesOfMetadata(step: YamlNode, scopes: readonly GithubScope[]): readonly string[] {
  return actionOf(step) === "docker/metadata-action"
    ? textsOf(step, scopes, "images").map((name) => name.replace(/^name=/, ""))
    : [];
}

/** The ids of the steps whose tags a step gives to what it builds. */
export function metadataOf(step: YamlNode): readonly string[] {
  if (!builder.test(actionOf(step))) return [];
  const given = ["tags", "files", "set"].map((input) => textOf(valueAt(step, "with", input)) ?? "").join("\n");
  return [...given.matchAll(/\bsteps\.([\w-]+)\.outputs\.(?:tags|json|bake-file)/g)].flatMap(([, id]) => id ?? []);
}

/** Whether a step's action puts what it builds into a registry. */
export function pushesBuilt(step: YamlNode): boolean {
  const push = textOf(valueAt(step, "with", "push"));
  if (push !== undefined) return !/^false$/i.test(push);
  if (/\btype=registry\b|\bpush=true\b/.test(textOf(valueAt(step, "with", "outputs")) ?? "")) return true;
  const action = actionOf(step);
  return action !== "docker/build-push-action" && pusher.test(action);
}

/** The names of a list whose items stand on lines of their own or between commas. */
function namesIn(text: string): readonly string[] {
  return text.split(/[\n,]/).flatMap((line) => {
    const name = line.trim().replace(/^type=[a-z]+,(?:.*,)?value=/, "");
    return name === "" ? [] : [name];
  });
}
