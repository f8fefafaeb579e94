import { baseArgument } from "../document/baseArgument.ts";
import { buildxBake, engineBuild } from "./options/build.ts";
import { buildxTools } from "./options/docker.ts";
import { afterName, mentioned, optionValues, type CommandImages } from "./mention.ts";
import { readOptions } from "./optionTable.ts";
import { unknownCharacter } from "./stretch.ts";
import { afterPrefix, fieldsOf, textOfSlice, type WordSlice, type WordValue } from "./wordValue.ts";

/** What `build` of an engine takes and makes (docker buildx build, podman build). */
export function buildMentions(words: readonly WordValue[]): CommandImages {
  const { options } = readOptions(words, engineBuild);
  const generators = optionValues(options, "--sbom", "--attest").flatMap(generatorsOf);
  const contexts = optionValues(options, "--build-context").map((slice) => contextImage(slice, /^[^=]+=/));
  const frontends = optionValues(options, "--build-arg").map((slice) => afterPrefix(slice, "BUILDKIT_SYNTAX="));
  const bases = optionValues(options, "--from", "--sbom-scanner-image");
  const args = optionValues(options, "--build-arg");
  // The Dockerfile puts a tag of its own behind a name.
  const hasTag = args.some((slice) => /^(?:\w+_)?(?:IMAGE|BASE)_?TAG=/i.test(textOfSlice(slice)));
  const given = args
    .flatMap((slice) => baseImage(slice) ?? [])
    .filter((slice) => !hasTag || !/^[^:@]+$/.test(textOfSlice(slice).replace(/^[^/]*:\d+\//, "")));
  const caches = optionValues(options, "--cache-from").flatMap(cacheSource);
  const exported = optionValues(options, "-o", "--output").flatMap(exportedNames);
  const { mentions } = mentioned([...contexts, ...caches, ...generators, ...frontends, ...bases]);
  return {
    mentions: [...mentions, ...given.map((slice) => ({ slice, mayBeLocal: true }))],
    outputs: [...optionValues(options, "-t", "--tag"), ...exported],
  };
}

/** What `bake` is told of its targets beside their file, as `TARGET.KEY=VALUE` (docker buildx bake --set). */
export function bakeMentions(words: readonly WordValue[]): CommandImages {
  const { options } = readOptions(words, buildxBake);
  const set = (key: string): readonly WordSlice[] =>
    optionValues(options, "--set").flatMap(
      (slice) => afterName(slice, new RegExp(String.raw`^[^=\s]+\.(?:${key})\+?=`)) ?? [],
    );
  const { mentions } = mentioned([
    ...set(String.raw`contexts\.[\w.-]+`).map((slice) => afterPrefix(slice, "docker-image://")),
    ...set("cache-from").flatMap(cacheSource),
    ...set(String.raw`args\.BUILDKIT_SYNTAX`),
    ...[...set("attest"), ...optionValues(options, "--sbom")].flatMap(generatorsOf),
  ]);
  return { mentions, outputs: [...set("tags"), ...set("output").flatMap(exportedNames)] };
}

/** `type=sbom,generator=IMAGE`. */
function generatorsOf(slice: WordSlice): readonly (WordSlice | undefined)[] {
  return fieldsOf(slice).map((field) => afterName(field, /^generator=/));
}

/** `type=image,name=NAME`. */
function exportedNames(slice: WordSlice): readonly WordSlice[] {
  return fieldsOf(slice).flatMap((field) => afterName(field, /^name=/) ?? []);
}

/** `BASE_IMAGE=IMAGE`: what a build is given to start from. */
function baseImage(slice: WordSlice): WordSlice | undefined {
  const [before, name = ""] = /^(\w+)=/.exec(textOfSlice(slice)) ?? [];
  if (before === undefined) return undefined;
  const value = { ...slice, from: slice.from + before.length };
  const text = textOfSlice(value);
  const holds = baseArgument(name, text, text.includes(unknownCharacter));
  return holds === undefined || holds.skip?.(text) === true ? undefined : value;
}

/** `NAME=docker-image://IMAGE`. */
export function contextImage(slice: WordSlice, name: RegExp): WordSlice | undefined {
  const value = afterName(slice, name);
  return value === undefined ? undefined : afterPrefix(value, "docker-image://");
}

/** `--cache-from`: `type=registry,ref=REF`, or images separated by commas. */
export function cacheSource(slice: WordSlice): readonly (WordSlice | undefined)[] {
  const fields = fieldsOf(slice);
  const isDescribed = fields.some((field) => /^(?:type|ref)=/.test(textOfSlice(field)));
  if (!isDescribed) return textOfSlice(slice).includes("=") ? [] : fields;
  const type = fields.map((field) => /^type=(.*)/s.exec(textOfSlice(field))?.[1]).find((found) => found !== undefined);
  return type === undefined || type === "registry" ? fields.map((field) => afterName(field, /^ref=/)) : [];
}

/** The image of the builder that `buildx create` starts. */
export function builderMentions(words: readonly WordValue[]): CommandImages {
  const { options } = readOptions(words, buildxTools);
  return mentioned(
    optionValues(options, "--driver-opt").flatMap((slice) =>
      fieldsOf(slice).map((field) => afterName(field, /^"?image=/)),
    ),
  );
}
