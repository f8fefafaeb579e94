import { atVerbs, noImages, verbsOf, type ToolReader, type Verbs } from "./commandVerbs.ts";
import { mentioned, optionValues, type CommandImages, type Mention } from "./mention.ts";
import { cosign } from "./options/cosign.ts";
import { crane, craneCopy } from "./options/crane.ts";
import { notation } from "./options/notation.ts";
import { oras } from "./options/oras.ts";
import { regctl } from "./options/regctl.ts";
import { skopeo } from "./options/skopeo.ts";
import { readOptions, type OptionTable } from "./optionTable.ts";
import { unknownCharacter } from "./stretch.ts";
import { afterPrefix, textOfSlice, wholeSlice, type WordSlice, type WordValue } from "./wordValue.ts";

/** Tools that speak to registries. */
export const registryTools: readonly (readonly [string, ToolReader])[] = [
  ["crane", readCrane],
  ["gcrane", readCrane],
  ["oras", (words) => readRegistryTool(words, orasVerbs, oras)],
  ["regctl", readRegctl],
  ["skopeo", readSkopeo],
  // As the snap of Rockcraft calls it.
  ["rockcraft.skopeo", readSkopeo],
  ["cosign", readCosign],
  ["notation", (words) => readRegistryTool(words, notationVerbs, notation)],
];

const craneVerbs = verbsOf({
  all: "digest, manifest, config, mutate, flatten, rebase",
  first: "export, tag",
  butLast: "pull",
  copied: "copy, cp",
});
const orasVerbs = verbsOf({
  all: "discover, resolve, manifest fetch, manifest fetch-config",
  first: "pull, attach, backup, tag",
  copied: "copy, cp",
});
const regctlVerbs = verbsOf({
  all: `image digest, image inspect, image manifest, image config, image ratelimit, image check-base, manifest get,
    manifest head, manifest digest, manifest diff, artifact list, artifact tree`,
  first: "image export, image mod, image get-file, artifact get",
  copied: "image copy, image cp",
});
const cosignVerbs = verbsOf({
  all: `sign, verify, attest, verify-attestation, tree, triangulate, save, clean, generate, download signature,
    download attestation, download sbom, attach signature, attach attestation, attach sbom`,
  copied: "copy",
});
const notationVerbs = verbsOf({ all: "sign, verify, list, ls, inspect" });

/** Options of crane whose values are images, with the command that they belong to. */
const craneImages: ReadonlyMap<string, readonly string[]> = new Map([
  ["append", ["-b", "--base"]],
  ["rebase", ["--old_base", "--new_base", "--original"]],
  ["validate", ["--remote"]],
]);

function readCrane(words: readonly WordValue[]): CommandImages {
  const copies = words.some(({ text }) => text === "copy" || text === "cp");
  const table = copies ? craneCopy : crane;
  const { options, positionals } = readOptions(words, table);
  const named = optionValues(options, ...(craneImages.get(positionals[0]?.text ?? "") ?? []));
  return joined(readRegistryTool(words, craneVerbs, table), mentioned(named));
}

function readRegctl(words: readonly WordValue[]): CommandImages {
  const { options, positionals } = readOptions(words, regctl);
  const command = positionals
    .slice(0, 2)
    .map(({ text }) => text)
    .join(" ");
  const names = command === "image check-base" ? ["--base"] : /^index (?:add|create)$/.test(command) ? ["--ref"] : [];
  const named = mentioned(optionValues(options, ...names));
  return joined(readRegistryTool(words, regctlVerbs, regctl), { ...named, mentions: inRegistry(named.mentions) });
}

function joined(one: CommandImages, other: CommandImages): CommandImages {
  return { mentions: [...one.mentions, ...other.mentions], outputs: [...one.outputs, ...other.outputs] };
}

function readRegistryTool(words: readonly WordValue[], verbs: Verbs, known: OptionTable): CommandImages {
  // What lies in a folder is no image of a registry.
  if (words.some(({ text }) => /^--(?:from-)?oci-layout/.test(text))) return noImages;
  const read = atVerbs(words, known, verbs);
  return { ...read, mentions: inRegistry(read.mentions) };
}

function inRegistry(mentions: readonly Mention[]): readonly Mention[] {
  return mentions.filter(({ slice }) => !textOfSlice(slice).startsWith("ocidir://"));
}

function readSkopeo(words: readonly WordValue[]): CommandImages {
  const { options, positionals } = readOptions(words, skopeo);
  const [verb, ...given] = positionals;
  if (verb?.text === "sync" && optionValues(options, "--src", "-s").some((slice) => textOfSlice(slice) === "docker"))
    return mentioned(given.slice(0, 1).map(wholeSlice));
  if (!["inspect", "copy"].includes(verb?.text ?? "")) return noImages;
  const [source, ...targets] = given.map(wholeSlice);
  const image = source === undefined ? undefined : afterPrefix(source, "docker://");
  const outputs = targets.flatMap((slice) => copyTarget(slice) ?? []).slice(0, 1);
  // What is copied to this machine by its own name is fetched, as by `docker pull`.
  const isFetched = image !== undefined && outputs.some((output) => isSame(output, image));
  return { ...mentioned([image]), outputs: verb?.text === "copy" && !isFetched ? outputs : [] };
}

/** Whether two words read as the same text, and name the same variables. */
function isSame(one: WordSlice, other: WordSlice): boolean {
  const [names, also] = [one, other].map(({ value }) => value.word.expands.join(" "));
  return textOfSlice(one) === textOfSlice(other) && (names === also || !textOfSlice(one).includes(unknownCharacter));
}

/** What is copied to, in a registry or on this machine. */
function copyTarget(slice: WordSlice): WordSlice | undefined {
  return ["docker://", "docker-daemon:", "containers-storage:"]
    .map((prefix) => afterPrefix(slice, prefix))
    .find((found) => found !== undefined);
}

function readCosign(words: readonly WordValue[]): CommandImages {
  // `--local-image` looks into a folder that `cosign save` wrote.
  if (words.some(({ text }) => text === "--local-image" || text === "--local-image=true")) return noImages;
  return atVerbs(words, cosign, cosignVerbs);
}
