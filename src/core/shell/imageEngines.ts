import { engineFrom } from "./options/build.ts";
import { buildxTools, scout, serviceCreate, serviceUpdate } from "./options/docker.ts";
import { engineGlobal, engineLook, engineManifest, enginePull, engineRun, podCreate } from "./options/engine.ts";
import { bakeMentions, buildMentions, builderMentions } from "./imageBuilds.ts";
import { aliased, noImages } from "./commandVerbs.ts";
import { afterName, mentioned, optionValues, type CommandImages, type Mention } from "./mention.ts";
import { readOptions, type OptionTable, type ReadOptions } from "./optionTable.ts";
import { textOfStretches, unknownCharacter } from "./stretch.ts";
import {
  afterPrefix,
  fieldsOf,
  partsOfSlice,
  textOfSlice,
  wholeSlice,
  type WordSlice,
  type WordValue,
} from "./wordValue.ts";

/** Commands that stand before another one and say only what it is about. */
const groups = new Set([
  "container",
  "image",
  "builder",
  "buildx",
  "manifest",
  "service",
  "scout",
  "trust",
  "pod",
  "imagetools",
  "artifact",
  "model",
]);

/** A command of docker and its likes: the group that it stands in, its verb, and the words after that. */
export interface EngineCommand {
  readonly group: string;
  readonly verb: string;
  readonly rest: readonly WordValue[];
}

/** Tells the command of an engine from the options before it. */
export function engineCommand(words: readonly WordValue[]): EngineCommand {
  let rest = readOptions(words, engineGlobal, { stopsAtArgument: true }).positionals;
  let group = "";
  // `$(DOCKER) $(BUILDX) build`: the word that is not known adds nothing to what follows.
  if (rest[0]?.text === unknownCharacter && rest[1]?.text === "build") rest = rest.slice(1);
  while (groups.has(rest[0]?.text ?? "")) {
    group = rest[0]?.text ?? "";
    rest = readOptions(rest.slice(1), engineGlobal, { stopsAtArgument: true }).positionals;
  }
  return { group, verb: rest[0]?.text ?? "", rest: rest.slice(1) };
}

/** The images that docker, podman, nerdctl or buildah is told to use, and the names that it gives. */
export function engineMentions(words: readonly WordValue[]): CommandImages {
  const { group, verb, rest } = engineCommand(words);
  const read =
    verbs.get(`${group} ${verb}`) ??
    (group === "" || group === "container" || group === "image" ? verbs.get(verb) : undefined);
  return read === undefined ? noImages : read(rest);
}

const ofContainers = new Set(["add", "config", "copy", "create", "mount", "rm", "run", "umount"]);

/** Buildah runs and changes containers of its own, which it makes with `from`. */
export function buildahMentions(words: readonly WordValue[]): CommandImages {
  const { positionals, options } = readOptions(words, engineLook);
  const [verb] = readOptions(words, engineGlobal, { stopsAtArgument: true }).positionals;
  const isOfContainer =
    verb?.text === "inspect" && positionals.length > 0
      ? !optionValues(options, "--type", "-t").some((slice) => textOfSlice(slice) === "image")
      : ofContainers.has(verb?.text ?? "");
  return isOfContainer ? noImages : engineMentions(words);
}

type VerbReader = (words: readonly WordValue[]) => CommandImages;

const verbs = new Map<string, VerbReader>([
  ["run", runMentions],
  ["create", runMentions],
  ["pull", (words) => pulled(readEvery(words, enginePull, "transport"))],
  ["from", (words) => withoutScratch(readFrom(words))],
  ["save", (words) => thereAlready(readEvery(words, engineLook))],
  ["history", (words) => readEvery(words, engineLook)],
  ["scan", (words) => readEvery(words, engineLook)],
  ["sbom", (words) => readEvery(words, engineLook)],
  ["inspect", readInspect],
  ["image inspect", (words) => readEvery(words, engineLook)],
  ["image history", (words) => readEvery(words, engineLook)],
  ["image scp", () => noImages],
  ["container inspect", () => noImages],
  ["container commit", readCommit],
  ["commit", readCommit],
  ["import", readTargets(1)],
  ["tag", readAliases],
  ["image tag", readAliases],
  ["build", buildMentions],
  ["b", buildMentions],
  ["bud", buildMentions],
  ["buildx build", buildMentions],
  ["buildx b", buildMentions],
  ["builder build", buildMentions],
  ["buildx bake", bakeMentions],
  ["buildx create", builderMentions],
  ["imagetools inspect", (words) => pulled(readEvery(words, buildxTools))],
  ["imagetools create", readCombined],
  ["artifact pull", (words) => pulled(readEvery(words, enginePull, "transport"))],
  ["model pull", (words) => pulled(readFirst(words, enginePull))],
  ["model run", (words) => readFirst(words, engineRun)],
  ["manifest inspect", (words) => pulled(readEvery(words, engineManifest, "transport"))],
  ["manifest create", readList],
  ["manifest add", readList],
  ["service create", (words) => readFirst(words, serviceCreate)],
  ["service update", (words) => mentioned(optionValues(readOptions(words, serviceUpdate).options, "--image"))],
  ["trust inspect", (words) => readEvery(words, engineLook)],
  ["trust sign", (words) => readEvery(words, engineLook)],
  ["pod create", (words) => mentioned(optionValues(readOptions(words, podCreate).options, "--infra-image"))],
  ...["cves", "quickview", "qv", "recommendations", "sbom", "compare"].map((name): [string, VerbReader] => [
    `scout ${name}`,
    readScout,
  ]),
]);

/** The images of a command with the options of `docker run`. */
export function runMentions(words: readonly WordValue[]): CommandImages {
  // With a root file system of its own, the argument is a folder.
  const read = readOptions(words, engineRun, { stopsAtArgument: true });
  const [argument] = read.positionals;
  const before = argument === undefined ? words : words.slice(0, words.indexOf(argument));
  const isFolder = before.some(({ text }) => text === "--rootfs");
  const sources = optionValues(read.options, "--mount").flatMap((slice) => {
    const fields = fieldsOf(slice);
    const isImage = fields.some((field) => /^type=(?:image|artifact)$/.test(textOfSlice(field)));
    return isImage ? fields.flatMap((field) => afterName(field, /^(?:source|src)=/) ?? []) : [];
  });
  const image = isFolder ? [] : read.positionals.slice(0, 1).map((word) => withoutTransport(wholeSlice(word)));
  return { mentions: [...sources.map((slice) => ({ slice })), ...toMentions(image, read)], outputs: [] };
}

function readFirst(words: readonly WordValue[], options: OptionTable, wrapper?: "transport"): CommandImages {
  const read = readOptions(words, options, { stopsAtArgument: true });
  const slices = read.positionals.slice(0, 1).map(wholeSlice);
  return { mentions: toMentions(wrapper === undefined ? slices : slices.map(withoutTransport), read), outputs: [] };
}

/** What is compared, and what with. */
function readScout(words: readonly WordValue[]): CommandImages {
  const { mentions, outputs } = readEvery(words, scout, "scheme");
  const read = readOptions(words, scout);
  return {
    mentions: [...mentions, ...toMentions(optionValues(read.options, "--to").map(withoutScheme), read)],
    outputs,
  };
}

function readEvery(words: readonly WordValue[], options: OptionTable, wrapper?: "transport" | "scheme"): CommandImages {
  const read = readOptions(words, options);
  const slices = read.positionals.map(wholeSlice).map((slice) => {
    if (wrapper === "transport") return withoutTransport(slice);
    return wrapper === "scheme" ? withoutScheme(slice) : slice;
  });
  return { mentions: toMentions(slices, read), outputs: [] };
}

function withoutScheme(slice: WordSlice): WordSlice | undefined {
  const text = textOfSlice(slice);
  if (/^(?:archive|fs|local|oci-dir|sbom):\/\//.test(text)) return undefined;
  return afterPrefix(slice, "registry://") ?? afterPrefix(slice, "image://") ?? slice;
}

/** `from` takes one argument: what is not known before it holds options. */
function readFrom(words: readonly WordValue[]): CommandImages {
  const [first, second] = readOptions(words, engineFrom).positionals;
  const isHeld = first?.text === unknownCharacter && second !== undefined && !first.word.raw.startsWith('"');
  return readFirst(isHeld ? words.slice(words.indexOf(second)) : words, engineFrom, "transport");
}

/** What is not known at all and not quoted may be the tags that are given (`$TAGS`), as it may be the sources. */
function readCombined(words: readonly WordValue[]): CommandImages {
  const isHeld = ({ value }: WordSlice): boolean =>
    value.text === unknownCharacter && !/^["']/.test(value.word.raw) && value.word.raw.startsWith("$");
  return {
    mentions: pulled(readEvery(words, buildxTools)).mentions.filter(({ slice }) => !isHeld(slice)),
    outputs: optionValues(readOptions(words, buildxTools).options, "-t", "--tag"),
  };
}

/** `scratch` begins with nothing. */
function withoutScratch({ mentions, outputs }: CommandImages): CommandImages {
  return { mentions: mentions.filter(({ slice }) => textOfSlice(slice) !== "scratch"), outputs };
}

/** podman and buildah take `docker://`; other transports lead to no registry. */
export function withoutTransport(slice: WordSlice): WordSlice | undefined {
  const found = afterPrefix(slice, "docker://");
  if (found !== undefined) return found;
  return /^[a-z-]+:(?:\/\/|\/)|^(?:docker-archive|docker-daemon|oci|oci-archive|dir|containers-storage):/.test(
    textOfSlice(slice),
  )
    ? undefined
    : slice;
}

function toMentions(slices: readonly (WordSlice | undefined)[], { options }: ReadOptions): readonly Mention[] {
  const platform = optionValues(options, "--platform").map(textOfSlice).at(-1);
  const known = platform === undefined || platform.includes(unknownCharacter) ? {} : { platform };
  return slices.flatMap((slice) => (slice === undefined ? [] : [{ slice, mayBeLocal: true, ...known }]));
}

/** `inspect` takes anything that has a name: only what no container can be called is an image. */
function readInspect(words: readonly WordValue[]): CommandImages {
  const read = readOptions(words, engineLook);
  const type = optionValues(read.options, "--type").map(textOfSlice).at(-1);
  if (type !== undefined && type !== "image") return noImages;
  const slices = read.positionals.map(wholeSlice).filter((slice) => type === "image" || isNoContainer(slice));
  return { mentions: toMentions(slices, read), outputs: [] };
}

function isNoContainer(slice: WordSlice): boolean {
  const isOne = (text: string): boolean => /[/:@]/.test(text);
  const [only, ...others] = partsOfSlice(slice);
  const choices = only?.text === undefined && others.length === 0 ? (only?.choices ?? []) : [];
  return isOne(textOfSlice(slice)) || (choices.length > 0 && choices.every((choice) => isOne(textOfStretches(choice))));
}

/** The names that a command gives, from the argument at `from` on. */
function readTargets(from: number): VerbReader {
  return (words) => ({
    mentions: [],
    outputs: words
      .filter(({ text }) => text === "-" || !text.startsWith("-"))
      .slice(from)
      .map(wholeSlice),
  });
}

/** Before a container is committed, its name is another image's. */
function readCommit(words: readonly WordValue[]): CommandImages {
  return { ...noImages, commits: readTargets(1)(words).outputs };
}

/** What has to be on this machine: images that something fetches, and what a script that is not read has built. */
function thereAlready({ mentions, outputs }: CommandImages): CommandImages {
  return { mentions: mentions.map((mention) => ({ ...mention, isThere: true })), outputs };
}

/** Further names for an image. */
function readAliases(words: readonly WordValue[]): CommandImages {
  return aliased(readTargets(0)(words).outputs);
}

/** What is always asked of a registry, even where this machine calls another image so. */
function pulled({ mentions, outputs }: CommandImages): CommandImages {
  return { mentions: mentions.map((mention) => ({ ...mention, mayBeLocal: false })), outputs };
}

/** The first argument is the list that is made of the others. */
function readList(words: readonly WordValue[]): CommandImages {
  const { mentions } = pulled(readEvery(words, engineManifest, "transport"));
  return { mentions: mentions.slice(1), outputs: mentions.slice(0, 1).map(({ slice }) => slice) };
}
