import { cloudTools } from "./cloudTools.ts";
import { clusterTools } from "./clusterTools.ts";
import { addressed, flagged, local, namedValues, noImages, type ToolReader } from "./commandVerbs.ts";
import { cacheSource, contextImage } from "./imageBuilds.ts";
import { buildahMentions, engineMentions, runMentions } from "./imageEngines.ts";
import { afterName, mentioned, optionValues, type CommandImages } from "./mention.ts";
import { optionTable, readOptions } from "./optionTable.ts";
import { registryTools } from "./registryTools.ts";
import { scannerTools } from "./scannerTools.ts";
import { afterPrefix, textOfSlice, wholeSlice, type WordSlice, type WordValue } from "./wordValue.ts";

/** The images that a tool's command line names; `words` are those after the tool's own. */
export function imagesOfTool(tool: string, words: () => readonly WordValue[]): CommandImages {
  const read = tools.get(tool);
  return read === undefined ? noImages : read(words());
}

const engines = ["container", "docker", "docker.io", "finch", "nerdctl", "nvidia-docker", "podman", "podman-remote"];

// Compared with act 0.2.89, earthly 0.8.16 and apptainer 1.5.3. No option of ko 0.19 takes an image that it pulls, and
// umoci 0.6 knows layouts in folders alone.
const tools = new Map<string, ToolReader>([
  ...engines.map((name): [string, ToolReader] => [name, engineMentions]),
  ["buildah", buildahMentions],
  ...registryTools,
  ...scannerTools,
  ...clusterTools,
  ...cloudTools,
  ["act", (words) => mentioned(namedValues(words, ["-P", "--platform"]).map(afterPlatform))],
  ["apptainer", readWrapped],
  ["bootc", readBootc],
  ["buildctl", readBuildctl],
  ["container-structure-test", (words) => local(namedValues(words, ["--image", "-i"]))],
  ["copa", flagged(["patch"], ["--image", "-i"])],
  ["devcontainer", readDevcontainer],
  ["dgoss", (words) => runMentions(words.slice(1))],
  ["distrobox", flagged(["create"], ["--image", "-i"])],
  ["distrobox-create", flagged([], ["--image", "-i"])],
  // What GitHub's agentic workflows fetch their containers with.
  ["download_docker_images.sh", (words) => mentioned(words.map(wholeSlice))],
  ["earthly", flagged([], ["--buildkit-image", "--remote-cache"])],
  ["enroot", readEnroot],
  ["faas-cli", flagged(["deploy"], ["--image"])],
  ["gh", (words) => (words[0]?.text === "attestation" ? mentioned(addressed(words, "oci://")) : noImages)],
  ["gitlab-runner", flagged(["register", "exec"], ["--docker-image", "--docker-helper-image"])],
  ["pack", readPack],
  ["rpm-ostree", readRpmOstree],
  ["singularity", readWrapped],
  ["slsa-verifier", readSlsaVerifier],
  ["toolbox", flagged(["create"], ["--image", "-i"])],
]);

/** The names of all tools that take images. */
export const imageTools: readonly string[] = [...tools.keys()];

function afterPlatform(slice: WordSlice): WordSlice | undefined {
  return afterName(slice, /^[\w.-]+=/);
}

const packImages = ["--builder", "-B", "--lifecycle-image", "--run-image"];

function readPack(words: readonly WordValue[]): CommandImages {
  const [group, name, image] = words.filter(({ text }) => !text.startsWith("-"));
  if (group?.text === "config")
    return mentioned(
      /^(?:default-builder|lifecycle-image)$/.test(name?.text ?? "") && image !== undefined ? [wholeSlice(image)] : [],
    );
  if (!/^(?:build|builder|rebase)$/.test(group?.text ?? "")) return noImages;
  const made = words[words.findIndex((word) => word === group) + (group?.text === "builder" ? 2 : 1)];
  const outputs = group?.text === "rebase" || made === undefined || made.text.startsWith("-") ? [] : [wholeSlice(made)];
  return { ...mentioned([...namedValues(words, packImages), ...addressed(words, "docker://")]), outputs };
}

/** BuildKit's own client: caches, contexts and frontends as `docker buildx build` has them. */
function readBuildctl(words: readonly WordValue[]): CommandImages {
  if (!words.some(({ text }) => text === "build")) return noImages;
  const options = namedValues(words, ["--opt"]).map(
    (slice) => afterName(slice, /^(?:source|build-arg:BUILDKIT_SYNTAX)=/) ?? contextImage(slice, /^context:[^=]+=/),
  );
  return mentioned([...options, ...namedValues(words, ["--import-cache"]).flatMap(cacheSource)]);
}

/** The command line of Dev Containers, which builds the container of a folder under the names that it is given. */
function readDevcontainer(words: readonly WordValue[]): CommandImages {
  if (!/^(?:build|up)$/.test(words.find(({ text }) => !text.startsWith("-"))?.text ?? "")) return noImages;
  return {
    ...mentioned(namedValues(words, ["--cache-from"]).flatMap(cacheSource)),
    outputs: namedValues(words, ["--image-name"]),
  };
}

/** Only what is written as an image's address (apptainer 1.5); one of those who sign in is a registry's. */
function readWrapped(words: readonly WordValue[]): CommandImages {
  if (words.some(({ text }) => text === "login" || text === "logout")) return noImages;
  const pushes = words.some(({ text }) => text === "push");
  return mentioned(addressed(words, "docker://", ...(pushes ? [] : ["oras://"])));
}

/** `docker://USER@REGISTRY#IMAGE:TAG`. */
function readEnroot(words: readonly WordValue[]): CommandImages {
  const mentions = addressed(words, "docker://").map((slice) => {
    const [before = "", ...after] = textOfSlice(slice).split("#");
    if (after.length !== 1) return { slice };
    const registry = { ...slice, from: slice.from + before.lastIndexOf("@") + 1, to: slice.from + before.length };
    return { slice: { ...slice, from: registry.to + 1 }, split: { registry } };
  });
  return { mentions, outputs: [] };
}

/** `slsa-verifier verify-image IMAGE`; its options take values, which no reference looks like. */
function readSlsaVerifier(words: readonly WordValue[]): CommandImages {
  const [verb, image] = words;
  return verb?.text === "verify-image" && image?.text.startsWith("-") === false
    ? mentioned([wholeSlice(image)])
    : noImages;
}

const bootcOptions = optionTable(
  "--ostree-remote --root-ssh-authorized-keys --source-imgref --stateroot --target-imgref --transport",
  "--apply --enforce-container-sigpolicy --help --mutate-in-place --quiet --retain --soft-reboot -h",
);

/** What a machine boots from: `bootc switch` names it, and a new one may be given another than it is made with. */
function readBootc(words: readonly WordValue[]): CommandImages {
  const { options, positionals } = readOptions(words, bootcOptions);
  const [verb, image] = positionals;
  if (verb?.text === "install") {
    const sources = optionValues(options, "--source-imgref").flatMap((slice) => afterPrefix(slice, "docker://") ?? []);
    return mentioned([...sources, ...optionValues(options, "--target-imgref")]);
  }
  const isFetched = optionValues(options, "--transport").every((slice) => textOfSlice(slice) === "registry");
  return mentioned(verb?.text === "switch" && image !== undefined && isFetched ? [wholeSlice(image)] : []);
}

/** What a machine is changed to (ostree-rs-ext, "ostree native containers"), checked or not. */
function readRpmOstree(words: readonly WordValue[]): CommandImages {
  if (!words.some(({ text }) => text === "rebase")) return noImages;
  return mentioned(
    words.map((word) =>
      afterName(
        wholeSlice(word),
        /^ostree-(?:unverified-registry:|(?:unverified-image|image-signed|remote-image:[^:]+):(?:docker:\/\/|registry:)|remote-registry:[^:]+:)/,
      ),
    ),
  );
}
