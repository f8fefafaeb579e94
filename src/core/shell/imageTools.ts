import * as table from "./imageOptions.ts";
import * as registry from "./registryOptions.ts";
import { engineMentions } from "./imageEngines.ts";
import { afterName, mentioned, optionValues, type CommandImages, type Mention } from "./mention.ts";
import { optionTable, readOptions, type OptionTable } from "./optionTable.ts";
import { unknownCharacter } from "./stretch.ts";
import { afterPrefix, textOfSlice, wholeSlice, type WordSlice, type WordValue } from "./wordValue.ts";

const nothing: CommandImages = { mentions: [], outputs: [] };

type ToolReader = (words: readonly WordValue[]) => CommandImages;

/** The images that a tool's command line names; `words` are those after the tool's own. */
export function imagesOfTool(tool: string, words: () => readonly WordValue[]): CommandImages {
  const read = tools.get(tool);
  return read === undefined ? nothing : read(words());
}

const engines = new Set(["docker", "podman", "nerdctl", "buildah", "finch", "docker.io", "podman-remote"]);

const tools = new Map<string, ToolReader>([
  ...[...engines].map((name): [string, ToolReader] => [name, engineMentions]),
  ["kubectl", readKubectl],
  ["oc", readKubectl],
  ["crane", readCrane],
  ["gcrane", readCrane],
  ["oras", (words) => readRegistryTool(words, orasVerbs, registry.oras)],
  ["regctl", (words) => readRegistryTool(words, regctlVerbs, registry.regctl)],
  ["skopeo", readSkopeo],
  ["cosign", readCosign],
  [
    "notation",
    (words) => atVerbs(words, registry.notation, new Map(["sign", "verify", "list", "ls", "inspect"].map(all))),
  ],
  ["trivy", readTrivy],
  ["grype", (words) => readScanner(words, new Set())],
  ["syft", (words) => readScanner(words, new Set(["scan", "packages", "attest"]))],
  ["dive", (words) => readScanner(words, new Set())],
  ["dockle", (words) => readScanner(words, new Set())],
  ["helm", readHelm],
  ["kind", (words) => readFlagged(words, ["create"], ["--image"])],
  ["k3d", (words) => readFlagged(words, ["cluster", "node", "create"], ["--image", "-i"])],
  ["minikube", readMinikube],
  ["ctr", readContainerd],
  ["crictl", (words) => atVerbs(words, containerd, new Map([all("pull")]))],
  ["gcloud", (words) => readFlagged(words, ["run", "compute", "beta", "alpha"], ["--image", "--container-image"])],
  ["az", readAzure],
  ["fly", (words) => readFlagged(words, [], ["--image"])],
  ["flyctl", (words) => readFlagged(words, [], ["--image"])],
  ["gitlab-runner", (words) => readFlagged(words, ["register", "exec"], ["--docker-image", "--docker-helper-image"])],
  ["distrobox", (words) => readFlagged(words, ["create"], ["--image", "-i"])],
  ["toolbox", (words) => readFlagged(words, ["create"], ["--image", "-i"])],
  ["enroot", readWrapped],
  ["kn", (words) => readFlagged(words, ["service"], ["--image"])],
  ["pack", (words) => readFlagged(words, ["build", "builder"], ["--builder", "-B", "--run-image"])],
  ["act", readAct],
  ["singularity", readWrapped],
  ["apptainer", readWrapped],
]);

/** The verb with how many of its arguments are references: all, the first, all but the last. */
type Verb = readonly [string, "all" | "first" | "butLast"];
function all(name: string): Verb {
  return [name, "all"];
}
function first(name: string): Verb {
  return [name, "first"];
}

const craneVerbs = new Map<string, Verb[1]>([
  ...["digest", "manifest", "config", "validate", "mutate", "flatten", "rebase"].map(all),
  ...["copy", "cp", "export", "tag"].map(first),
  ["pull", "butLast"],
]);
const orasVerbs = new Map<string, Verb[1]>([
  ...["discover", "resolve", "manifest fetch", "manifest fetch-config", "blob fetch"].map(all),
  ...["pull", "copy", "cp", "attach", "backup", "tag"].map(first),
]);
const regctlVerbs = new Map<string, Verb[1]>([
  ...["image digest", "image inspect", "image manifest", "image config", "image ratelimit", "manifest get"].map(all),
  ...["manifest head", "manifest digest", "image check-base", "artifact list", "artifact tree"].map(all),
  ...["image copy", "image cp", "image export", "image mod", "image get-file", "artifact get", "index add"].map(first),
]);

function readCrane(words: readonly WordValue[]): CommandImages {
  const copies = words.some(({ text }) => text === "copy" || text === "cp");
  return readRegistryTool(words, craneVerbs, copies ? registry.craneCopy : registry.crane);
}

function readRegistryTool(
  words: readonly WordValue[],
  verbs: ReadonlyMap<string, Verb[1]>,
  known: OptionTable,
): CommandImages {
  const read = atVerbs(words, known, verbs);
  const { options, positionals } = readOptions(words, known);
  // What lies in a folder is no image of a registry.
  if (words.some(({ text }) => /^--(?:from-)?oci-layout/.test(text))) return nothing;
  const isFolder = ({ slice }: Mention): boolean => textOfSlice(slice).startsWith("ocidir://");
  const base = positionals[0]?.text === "append" ? optionValues(options, "-b", "--base") : [];
  return { ...read, mentions: [...read.mentions.filter((one) => !isFolder(one)), ...base.map((slice) => ({ slice }))] };
}

/** The references among the arguments of commands of one or two words. */
function atVerbs(
  words: readonly WordValue[],
  options: OptionTable,
  verbs: ReadonlyMap<string, Verb[1]>,
): CommandImages {
  const { positionals } = readOptions(words, options);
  const one = positionals[0]?.text ?? "";
  const two = `${one} ${positionals[1]?.text ?? ""}`;
  const verb = verbs.get(two) ?? verbs.get(one);
  if (verb === undefined) return nothing;
  const given = positionals.slice(verbs.has(two) ? 2 : 1);
  const counted =
    verb === "all" ? given : verb === "first" || given.length < 2 ? given.slice(0, 1) : given.slice(0, -1);
  return mentioned(counted.map(wholeSlice));
}

function readKubectl(words: readonly WordValue[]): CommandImages {
  const { options, positionals } = readOptions(words, table.kubectl);
  const [verb, noun] = positionals.map(({ text }) => text);
  if (verb === "set" && noun === "image")
    return mentioned(positionals.slice(2).map((word) => afterName(wholeSlice(word), /^(?:[a-z0-9-]+|\*)=/)));
  const makes = ["run", "debug", "new-app"].includes(verb ?? "") || (verb === "create" && noun !== "secret");
  const images = makes ? optionValues(options, "--image", "--docker-image") : [];
  const sets = verb === "debug" ? optionValues(options, "--set-image") : [];
  const source = verb === "import-image" ? optionValues(options, "--from") : [];
  return mentioned([...images, ...source, ...sets.map((slice) => afterName(slice, /^(?:[a-z0-9-]+|\*)=/))]);
}

function readSkopeo(words: readonly WordValue[]): CommandImages {
  const { options, positionals } = readOptions(words, registry.skopeo);
  const [verb, ...given] = positionals;
  if (verb?.text === "sync" && optionValues(options, "--src", "-s").some((slice) => textOfSlice(slice) === "docker"))
    return mentioned(given.slice(0, 1).map(wholeSlice));
  if (!["inspect", "copy"].includes(verb?.text ?? "")) return nothing;
  return mentioned(given.slice(0, 1).map((word) => afterPrefix(wholeSlice(word), "docker://")));
}

function readCosign(words: readonly WordValue[]): CommandImages {
  const several = ["sign", "verify", "attest", "verify-attestation", "tree", "triangulate", "save", "clean"].map(all);
  const nested = ["signature", "attestation", "sbom"].flatMap((noun) => [
    all(`download ${noun}`),
    all(`attach ${noun}`),
  ]);
  return atVerbs(words, registry.cosign, new Map<string, Verb[1]>([...several, ...nested, first("copy")]));
}

function readTrivy(words: readonly WordValue[]): CommandImages {
  const { options, positionals } = readOptions(words, table.scanners);
  if (optionValues(options, "--input").length > 0 || !["image", "i"].includes(positionals[0]?.text ?? ""))
    return nothing;
  return local(positionals.slice(1).map(wholeSlice));
}

/** Scanners that take an image, a file or a folder; only a name or a wrapper tells which. */
function readScanner(words: readonly WordValue[], verbs: ReadonlySet<string>): CommandImages {
  const { positionals } = readOptions(words, table.scanners);
  const [given, ...others] = verbs.has(positionals[0]?.text ?? "") ? positionals.slice(1) : positionals;
  if (given === undefined || others.length > 0) return nothing;
  const whole = wholeSlice(given);
  const wrapper = /^(?:docker|podman|registry|containerd|docker-daemon|oci-registry):(?:\/\/)?(?=[a-z])/.exec(
    given.text,
  )?.[0];
  if (wrapper !== undefined && !/^[\w-]+:\d+\//.test(given.text)) return local([afterPrefix(whole, wrapper)]);
  const isPath = /^[./~]|^[a-z-]+:(?=[./])|^(?:dir|file|sbom|oci-dir|oci-archive|docker-archive|purl|singularity):/;
  const known = ["version", "completion", "db", "help", "login", "convert", "cataloger", "config", "build", "explain"];
  return isPath.test(given.text) || known.includes(given.text) ? nothing : local([whole]);
}

function local(slices: readonly (WordSlice | undefined)[]): CommandImages {
  return {
    mentions: slices.flatMap((slice) => (slice === undefined ? [] : [{ slice, mayBeLocal: true }])),
    outputs: [],
  };
}

/** Options by name where the command's words say so; whatever else stands there does not matter for them. */
function readFlagged(words: readonly WordValue[], verbs: readonly string[], names: readonly string[]): CommandImages {
  if (verbs.length > 0 && !words.some(({ text }) => verbs.includes(text))) return nothing;
  if (words[0]?.text === "builds") return nothing;
  return mentioned(namedValues(words, names));
}

/** Values of `--name=value` and `--name value` before `--`. */
function namedValues(words: readonly WordValue[], names: readonly string[]): readonly WordSlice[] {
  const end = words.findIndex(({ text }) => text === "--");
  return words.slice(0, end < 0 ? words.length : end).flatMap((value, index) => {
    const equals = value.text.indexOf("=");
    if (equals > 0 && names.includes(value.text.slice(0, equals)))
      return [{ value, from: equals + 1, to: value.text.length }];
    const next = words[index + 1];
    return names.includes(value.text) && next !== undefined ? [wholeSlice(next)] : [];
  });
}

const containerd = table.engineGlobal;

function readContainerd(words: readonly WordValue[]): CommandImages {
  const [command] = readOptions(words, containerd, { stopsAtArgument: true }).positionals;
  if (command?.text === "run") {
    const rest = words.slice(words.indexOf(command) + 1);
    return mentioned(
      readOptions(rest, containerdRun, { stopsAtArgument: true }).positionals.slice(0, 1).map(wholeSlice),
    );
  }
  const at = words.findIndex(({ text }) => ["images", "image", "i"].includes(text));
  const pull = words[at + 1]?.text === "pull" ? words.slice(at + 2) : undefined;
  if (at < 0 || pull === undefined) return nothing;
  return mentioned(readOptions(pull, containerdPull).positionals.slice(0, 1).map(wholeSlice));
}

const containerdPull = {
  valued: new Set([
    "--platform",
    "--user",
    "-u",
    "--label",
    "--snapshotter",
    "--hosts-dir",
    "--tlscacert",
    "--refresh",
  ]),
  flags: new Set([
    "-k",
    "--skip-verify",
    "--plain-http",
    "--all-platforms",
    "--all-metadata",
    "--local",
    "--print-chainid",
  ]),
};

const containerdRun = optionTable(
  `--annotation --apparmor-default-profile --cap-add --cap-drop --cgroup -c --config --cpu-period --cpu-quota --cpu-shares
  --cpus --cpuset-cpus --cpuset-mems --cwd --device --device-read-bps --device-write-bps --env --env-file --fifo-dir
  --gpus --hostname --label --log-uri --memory-limit --mount --pid-file --platform --runc-binary --runc-root --runtime
  --runtime-config-path --seccomp-profile --snapshotter --uidmap --gidmap -u --user --with-ns`,
  `--allow-new-privs --cni -d --detach --isolated --net-host --no-pivot --null-io --privileged --read-only --remap-labels
  --rm --rootfs --runc-systemd-cgroup --seccomp -t --tty`,
);

function readMinikube(words: readonly WordValue[]): CommandImages {
  const pulls = words[0]?.text === "image" && words[1]?.text === "pull" ? words.slice(2, 3).map(wholeSlice) : [];
  return mentioned([...pulls, ...namedValues(words, ["--base-image"])]);
}

const azureImages = [
  "--image",
  "--deployment-container-image-name",
  "--container-image-name",
  "--docker-custom-image-name",
];

function readAzure(words: readonly WordValue[]): CommandImages {
  const [group, verb] = words.map(({ text }) => text);
  if (group === "acr") return verb === "import" ? mentioned(namedValues(words, ["--source"])) : nothing;
  if (!["containerapp", "container", "webapp", "functionapp"].includes(group ?? "")) return nothing;
  return mentioned(namedValues(words, azureImages).map((slice) => afterPrefix(slice, "https://") ?? slice));
}

function readAct(words: readonly WordValue[]): CommandImages {
  return mentioned(namedValues(words, ["-P", "--platform"]).map((slice) => afterName(slice, /^[\w.-]+=/)));
}

/** Only what is written as an image's address: `docker://...`. */
function readWrapped(words: readonly WordValue[]): CommandImages {
  return mentioned(words.map((word) => afterPrefix(wholeSlice(word), "docker://")));
}

/** Charts in registries, and values that charts take for images. */
function readHelm(words: readonly WordValue[]): CommandImages {
  const charts = words.map((word) => afterPrefix(wholeSlice(word), "oci://"));
  // Where charts are pushed, and what an index of charts points to, is no chart that is used.
  const isPush = words.some(({ text }) => text === "push" || text === "registry" || text === "repo");
  const sets = namedValues(words, ["--set", "--set-string"]).flatMap((slice) => {
    const text = textOfSlice(slice);
    // Lists and escaped commas are not followed.
    if (/[{}\\]/.test(text)) return [];
    let from = slice.from;
    return text.split(",").map((field) => {
      const part = { ...slice, from, to: from + field.length };
      from += field.length + 1;
      return part;
    });
  });
  const values = new Map<string, WordSlice>();
  for (const slice of sets) {
    const key = /^([\w.[\]-]{1,200})=/.exec(textOfSlice(slice))?.[1];
    if (key !== undefined) values.set(key, { ...slice, from: slice.from + key.length + 1 });
  }
  const mentions: Mention[] = [];
  for (const [key, slice] of values) {
    const text = textOfSlice(slice);
    const prefix = /^(.*\.|)(?:image|[a-z]\w*Image)$/.exec(key)?.[1];
    if (prefix !== undefined && /[/:@]/.test(text.replace(unknownCharacter, ""))) mentions.push({ slice });
    const around = /^((?:.*\.)?(?:image|[a-z]\w*Image))\.repository$/.exec(key)?.[1];
    if (around === undefined) continue;
    const [registry, tag, digest] = ["registry", "tag", "digest"].map((name) => values.get(`${around}.${name}`));
    mentions.push({
      slice,
      split: {
        ...(registry === undefined ? {} : { registry }),
        ...(tag === undefined ? {} : { tag }),
        ...(digest === undefined ? {} : { digest }),
      },
    });
  }
  return { mentions: [...(isPush ? [] : mentioned(charts).mentions), ...mentions], outputs: [] };
}
