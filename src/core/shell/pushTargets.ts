import { addressed, namedValues } from "./commandVerbs.ts";
import { engineCommand, withoutTransport } from "./imageEngines.ts";
import { afterName, optionValues } from "./mention.ts";
import { engineBuild } from "./options/build.ts";
import { crane, craneCopy } from "./options/crane.ts";
import { buildxTools } from "./options/docker.ts";
import { engineManifest, enginePull } from "./options/engine.ts";
import { oras } from "./options/oras.ts";
import { regctl } from "./options/regctl.ts";
import { skopeo } from "./options/skopeo.ts";
import { readOptions, type OptionTable } from "./optionTable.ts";
import { afterPrefix, fieldsOf, textOfSlice, wholeSlice, type WordSlice, type WordValue } from "./wordValue.ts";

type PushReader = (words: readonly WordValue[]) => readonly (WordSlice | undefined)[];

const engines = ["docker", "docker.io", "finch", "nerdctl", "podman", "podman-remote", "buildah"];

const readers = new Map<string, PushReader>([
  ...engines.map((name): [string, PushReader] => [name, pushedByEngine]),
  ["crane", pushedByCrane],
  ["gcrane", pushedByCrane],
  ["skopeo", pushedBySkopeo],
  ["oras", (words) => argumentOf(words, oras, new Map([["push", 1], ...copies]))],
  ["regctl", (words) => argumentOf(words, regctl, regctlPushes)],
  ["buildctl", pushedByBuildctl],
  // Kaniko's program.
  ["executor", pushedByKaniko],
  ["pack", pushedByPack],
]);

/** The names of all tools that put images into registries. */
export const pushingTools: ReadonlySet<string> = new Set(readers.keys());

const copies: readonly (readonly [string, number])[] = [
  ["copy", 2],
  ["cp", 2],
];
const regctlPushes = new Map([
  ["image copy", 2],
  ["image cp", 2],
  ["image import", 1],
  ["artifact put", 1],
]);

/** Whether a text may hold commands that push. */
export function mayPushImages(text: string): boolean {
  return (
    /docker|podman|nerdctl|buildah|container|finch|oci_|crane|skopeo|oras|regctl|buildctl|executor|\bpack\b/i.test(
      text,
    ) && /\b(?:push|copy|cp|publish|imagetools|append|mutate|import|put)\b|--destination|type=registry/.test(text)
  );
}

/** What a command puts into registries, in the order that it names it; `words` are those after the tool's own. */
export function pushTargets(tool: string, words: () => readonly WordValue[]): readonly WordSlice[] {
  return (readers.get(tool)?.(words()) ?? []).flatMap((slice) => slice ?? []);
}

function pushedByEngine(words: readonly WordValue[]): readonly (WordSlice | undefined)[] {
  const { group, verb, rest } = engineCommand(words);
  switch (`${group} ${verb}`.trim()) {
    case "push":
    case "image push":
      return lastArgument(rest, enginePull);
    case "manifest push":
      return lastArgument(rest, engineManifest);
    case "imagetools create":
      return isDryRun(rest) ? [] : optionValues(readOptions(rest, buildxTools).options, "-t", "--tag");
    case "build":
    case "b":
    case "bud":
    case "buildx build":
    case "buildx b":
    case "builder build":
    case "image build":
      return pushedByBuild(rest);
    default:
      return [];
  }
}

/** podman and buildah may push to another name than the image has here. */
function lastArgument(words: readonly WordValue[], options: OptionTable): readonly (WordSlice | undefined)[] {
  const [image, destination] = readOptions(words, options).positionals;
  const target = destination ?? image;
  return target === undefined ? [] : [withoutTransport(wholeSlice(target))];
}

function pushedByBuild(words: readonly WordValue[]): readonly WordSlice[] {
  const { options } = readOptions(words, engineBuild);
  const outputs = optionValues(options, "--output", "-o").map(fieldsOf);
  const pushing = outputs.filter((fields) => fields.some((field) => isPushing(textOfSlice(field))));
  const isPushed = words.some(({ text }) => text === "--push" || text === "--push=true");
  if (!isPushed && pushing.length === 0) return [];
  return [...optionValues(options, "-t", "--tag"), ...pushing.flatMap(namesOf)];
}

function isPushing(field: string): boolean {
  return field === "push=true" || field === "type=registry";
}

function namesOf(fields: readonly WordSlice[]): readonly WordSlice[] {
  return fields.flatMap((field) => afterName(field, /^"?name=/) ?? []);
}

function isDryRun(words: readonly WordValue[]): boolean {
  return words.some(({ text }) => text === "--dry-run" || text === "--dry-run=true");
}

function pushedByCrane(words: readonly WordValue[]): readonly WordSlice[] {
  const isCopy = words.some(({ text }) => text === "copy" || text === "cp");
  const { options, positionals } = readOptions(words, isCopy ? craneCopy : crane);
  switch (positionals[0]?.text) {
    case "push":
      return positionals.slice(2, 3).map(wholeSlice);
    case "copy":
    case "cp":
      return positionals.slice(2, 3).map(wholeSlice);
    case "append":
      return optionValues(options, "-t", "--new_tag");
    case "mutate":
    case "flatten":
      return optionValues(options, "-t", "--tag");
    default:
      return [];
  }
}

function pushedBySkopeo(words: readonly WordValue[]): readonly (WordSlice | undefined)[] {
  const [verb, , destination] = readOptions(words, skopeo).positionals;
  if (verb?.text !== "copy" || destination === undefined) return [];
  return [afterPrefix(wholeSlice(destination), "docker://")];
}

/** The argument of this number after commands of one or two words. */
function argumentOf(
  words: readonly WordValue[],
  options: OptionTable,
  verbs: ReadonlyMap<string, number>,
): readonly WordSlice[] {
  // What lies in a folder is no image of a registry.
  if (words.some(({ text }) => /^--(?:to-)?oci-layout/.test(text)) || isDryRun(words)) return [];
  const { positionals } = readOptions(words, options);
  const [one = "", two = ""] = positionals.map(({ text }) => text);
  const pair = verbs.get(`${one} ${two}`);
  const at = pair === undefined ? verbs.get(one) : pair + 1;
  const target = at === undefined ? undefined : positionals[at];
  return target === undefined || target.text.startsWith("ocidir://") ? [] : [wholeSlice(target)];
}

function pushedByBuildctl(words: readonly WordValue[]): readonly WordSlice[] {
  const outputs = namedValues(words, ["--output", "-o"]).map(fieldsOf);
  return outputs.filter((fields) => fields.some((field) => isPushing(textOfSlice(field)))).flatMap(namesOf);
}

function pushedByKaniko(words: readonly WordValue[]): readonly WordSlice[] {
  if (words.some(({ text }) => /^--no-?push(?:=true)?$/.test(text))) return [];
  return namedValues(words, ["--destination", "-d"]);
}

/** `pack build NAME --publish`. */
function pushedByPack(words: readonly WordValue[]): readonly (WordSlice | undefined)[] {
  const [verb, name] = words;
  const isPublished = words.some(({ text }) => text === "--publish" || text === "--publish=true");
  if (verb?.text !== "build" || name === undefined || name.text.startsWith("-") || !isPublished) return [];
  return [addressed([name], "docker://")[0] ?? wholeSlice(name)];
}
