import {
  aliased,
  atVerbs,
  deployed,
  fieldValues,
  flagged,
  local,
  namedValues,
  noImages,
  verbsOf,
  type ToolReader,
} from "./commandVerbs.ts";
import { afterName, mentioned, optionValues, type CommandImages } from "./mention.ts";
import { crictl, ctr, ctrExport, ctrPull, ctrRun, ctrTag } from "./options/containerd.ts";
import { kubectl, minikube, openshiftImage } from "./options/kubectl.ts";
import { optionTable, readOptions, type OptionTable } from "./optionTable.ts";
import { readHelm } from "./helmImages.ts";
import { unknownCharacter } from "./stretch.ts";
import { textOfSlice, wholeSlice, type WordSlice, type WordValue } from "./wordValue.ts";

/** Tools that make clusters, and run things in them. */
export const clusterTools: readonly (readonly [string, ToolReader])[] = [
  ["kubectl", readKubectl],
  ["oc", readOpenshift],
  ["helm", readHelm],
  [
    "kn",
    (words) => (words.some(({ text }) => text === "service") ? deployed(namedValues(words, ["--image"])) : noImages),
  ],
  ["kind", readKind],
  ["k3d", readK3d],
  ["minikube", readMinikube],
  ["ctr", readContainerd],
  ["crictl", (words) => atVerbs(words, crictl, verbsOf({ all: "pull" }))],
];

const kindLoad = optionTable("--name -n --nodes", "--quiet -q --verbosity -v");
const k3dImport = optionTable("--cluster -c --mode -m", "--keep-tarball -k --keep-tools -t --verbose --trace");

const containerName = new RegExp(`^(?:[a-z0-9${unknownCharacter}-]+|\\*)=`);

function readKubectl(words: readonly WordValue[]): CommandImages {
  const { options, positionals } = readOptions(words, kubectl);
  const [verb, noun] = positionals.map(({ text }) => text);
  if (verb === "set" && noun === "image")
    return deployed(positionals.slice(2).map((word) => afterName(wholeSlice(word), containerName)));
  const makes = ["run", "debug", "new-app"].includes(verb ?? "") || (verb === "create" && noun !== "secret");
  // What stands for none, where overrides say the image.
  const images = makes
    ? optionValues(options, "--image", "--docker-image").filter((slice) => textOfSlice(slice) !== "null")
    : [];
  const sets = verb === "debug" ? optionValues(options, "--set-image").flatMap(fieldsAfterName) : [];
  const source = verb === "import-image" ? optionValues(options, "--from") : [];
  const changes = optionValues(options, "--overrides", ...(verb === "patch" ? ["-p", "--patch"] : []));
  const changed = changes.flatMap((slice) => [...fieldValues(slice, "image"), ...patchedImages(slice)]);
  return deployed([...images, ...source, ...sets, ...changed]);
}

/** What operations of a JSON patch (RFC 6902) put where a container's image stands. */
function patchedImages(slice: WordSlice): readonly WordSlice[] {
  const form = /"path"\s*:\s*"[^"]*\/image"\s*,\s*"value"\s*:\s*"([^"]+)"/g;
  return [...textOfSlice(slice).matchAll(form)].map(({ 0: whole, 1: image = "", index }) => {
    const to = slice.from + index + whole.length - 1;
    return { ...slice, from: to - image.length, to };
  });
}

/** `a=IMAGE,b=IMAGE`. */
function fieldsAfterName(slice: WordSlice): readonly (WordSlice | undefined)[] {
  let from = slice.from;
  return textOfSlice(slice)
    .split(",")
    .map((field) => {
      const part = { ...slice, from, to: from + field.length };
      from += field.length + 1;
      return afterName(part, containerName);
    });
}

const openshiftVerbs = verbsOf({ all: "image info", first: "image extract, image mirror" });

function readOpenshift(words: readonly WordValue[]): CommandImages {
  const { options, positionals } = readOptions(words, openshiftImage);
  if (positionals[0]?.text !== "image") return readKubectl(words);
  // `mirror SOURCE=TARGET`, and what lies in files.
  const read = atVerbs(words, openshiftImage, openshiftVerbs).mentions.flatMap(({ slice }) => {
    const text = textOfSlice(slice);
    const equals = text.indexOf("=");
    const source = equals < 0 ? slice : { ...slice, to: slice.from + equals };
    return /^(?:file|s3):\/\//.test(text) ? [] : [source];
  });
  const base = positionals[1]?.text === "append" ? optionValues(options, "--from") : [];
  return mentioned([...read, ...base]);
}

/** `kind load docker-image`, `kind create cluster` and `kind build node-image` (kind 0.33), whose `--image` is what it builds. */
function readKind(words: readonly WordValue[]): CommandImages {
  const [verb] = words.filter(({ text }) => !text.startsWith("-"));
  if (verb?.text === "build") return mentioned(namedValues(words, ["--base-image"]));
  if (verb?.text === "load") return loaded(words, kindLoad, "docker-image");
  return words.some(({ text }) => text === "create") ? mentioned(namedValues(words, ["--image"])) : noImages;
}

/** What a cluster is given of the images that this machine has. */
function loaded(words: readonly WordValue[], options: OptionTable, noun: string): CommandImages {
  const [, what, ...images] = readOptions(words, options).positionals;
  if (what?.text !== noun) return noImages;
  return {
    mentions: images.map((word) => ({ slice: wholeSlice(word), mayBeLocal: true, isThere: true })),
    outputs: [],
  };
}

function readMinikube(words: readonly WordValue[]): CommandImages {
  const end = words.findIndex(({ text }) => text === "--");
  // `minikube kubectl -- run ...`
  if (end > 0 && words.slice(0, end).some(({ text }) => text === "kubectl")) return readKubectl(words.slice(end + 1));
  const { positionals } = readOptions(words, minikube);
  const [group, verb, image] = positionals;
  const command = `${group?.text} ${verb?.text}`;
  const pulls = command === "image pull" && image !== undefined ? [wholeSlice(image)] : [];
  // What this machine has goes first, and an archive may be meant.
  const loads = /^(?:image load|cache add)$/.test(command) && image?.text.endsWith(".tar") === false ? [image] : [];
  const named = mentioned([...pulls, ...namedValues(words, ["--base-image"])]);
  return { ...named, mentions: [...named.mentions, ...local(loads.map(wholeSlice)).mentions] };
}

const readK3dMade = flagged(["cluster", "node", "registry", "create"], ["--image", "-i"]);

function readK3d(words: readonly WordValue[]): CommandImages {
  return /^images?$/.test(words[0]?.text ?? "") ? loaded(words, k3dImport, "import") : readK3dMade(words);
}

const imagesGroup = new Set(["images", "image", "i"]);

function readContainerd(words: readonly WordValue[]): CommandImages {
  const [command, verb] = readOptions(words, ctr, { stopsAtArgument: true }).positionals;
  if (command === undefined) return noImages;
  const at = words.indexOf(command) + 1;
  if (command.text === "run") return firstOf(words.slice(at), ctrRun);
  if (imagesGroup.has(command.text) && verb?.text === "tag")
    return aliased(readOptions(words.slice(at + 1), ctrTag).positionals.map(wholeSlice));
  // Behind the file that is written, what has to be there.
  if (imagesGroup.has(command.text) && verb?.text === "export") {
    const [, ...images] = readOptions(words.slice(at + 1), ctrExport).positionals.map(wholeSlice);
    return { mentions: images.map((slice) => ({ slice, mayBeLocal: true, isThere: true })), outputs: [] };
  }
  const fetches =
    (imagesGroup.has(command.text) && verb?.text === "pull") ||
    (/^c(?:ontent)?$/.test(command.text) && verb?.text === "fetch");
  return fetches ? firstOf(words.slice(at + 1), ctrPull) : noImages;
}

function firstOf(words: readonly WordValue[], table: OptionTable): CommandImages {
  return mentioned(readOptions(words, table, { stopsAtArgument: true }).positionals.slice(0, 1).map(wholeSlice));
}
