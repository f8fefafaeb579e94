import { withoutByteOrderMark } from "../image/span.ts";
import type { ShellReading } from "../shell/readShell.ts";
import { buildpackImageStart } from "./buildpackLocator.ts";
import type { Document } from "./document.ts";
import { readHelmParameters, readInlineValues } from "./helmParameters.ts";
import { addOciChart } from "./ociChart.ts";
import { readScriptLines, readWords, scriptLines } from "./pipelineScript.ts";
import { createResourceReading, usesOf, type ResourceReading } from "./resourceReading.ts";
import { readYaml } from "./yaml.ts";
import { entriesOf, itemsOf, nodesAt, scalarOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";
import { placesOf, type PlaceStep } from "./yamlPlaces.ts";

/** Builders and bases of an artifact; its own `image` is what it makes. */
const artifactPlaces: readonly (readonly [path: string, site: string])[] = [
  ["kaniko.image", "builder"],
  ["kaniko.initImage", "builder"],
  ["buildpacks.builder", "builder"],
  ["buildpacks.runImage", "run-image"],
  ["buildpack.builder", "builder"],
  ["buildpack.runImage", "run-image"],
  ["jib.fromImage", "from"],
  ["ko.fromImage", "from"],
  ["docker.cacheFrom.*", "cache-from"],
];
const cloudBuilders = ["dockerImage", "kanikoImage", "mavenImage", "gradleImage", "packImage", "koImage"];

/** What skaffold runs on the machine: words that no shell splits, and lines that one does. */
const words: readonly (readonly PlaceStep[])[] = [
  ["build", "artifacts", "*", "hooks", /^(?:before|after)$/, "*", "command"],
  [/^(?:deploy|manifests)$/, "**", "hooks", /^(?:before|after)$/, "*", "host", "command"],
];
const lines: readonly (readonly PlaceStep[])[] = [
  ["build", "artifacts", "*", "custom", "buildCommand"],
  ["test", "*", "custom", "*", "command"],
];

/**
 * Reads skaffold.yaml: builders, bases and cache sources, containers that verify or act, charts, what profiles change
 * of them, and commands.
 */
export function readSkaffold(source: string, path: string): Document {
  const text = withoutByteOrderMark(source);
  const stream = readYaml(text);
  const reading = createResourceReading(text, path);
  const shells: ShellReading[] = [];
  for (const { root } of stream.documents)
    for (const node of [root, ...itemsOf(valueAt(root, "profiles"))]) {
      readPipeline(node, reading);
      readPatches(node, reading);
      for (const place of words)
        for (const command of placesOf(node, place)) shells.push(readWords(text, itemsOf(command)));
      for (const place of lines)
        for (const command of placesOf(node, place)) shells.push(readScriptLines(text, scriptLines(command)));
    }
  return {
    path,
    dialect: "skaffold",
    text,
    images: usesOf(reading),
    commands: shells.flatMap(({ commands }) => commands),
    jobs: [],
    problems: [...stream.problems, ...reading.images.problems, ...shells.flatMap(({ problems }) => problems)],
  };
}

/** What a profile puts into an artifact, as operations of JSON Patch (RFC 6902). */
function readPatches(profile: YamlNode | undefined, reading: ResourceReading): void {
  for (const operation of itemsOf(valueAt(profile, "patches"))) {
    const [, below] = /^\/build\/artifacts\/[^/]+((?:\/[^/]+)*)$/.exec(textOf(valueAt(operation, "path")) ?? "") ?? [];
    if (below === undefined || !/^(?:add|replace)$/.test(textOf(valueAt(operation, "op")) ?? "replace")) continue;
    const steps = below.split("/").slice(1);
    const value = valueAt(operation, "value");
    for (const [path, site] of artifactPlaces) {
      const place = path.split(".");
      if (value === undefined || !steps.every((step, at) => place[at] === step || place[at] === "*")) continue;
      for (const image of nodesAt(value, place.slice(steps.length)))
        if (textOf(image)?.includes("{{") === false) reading.add(image, site);
    }
  }
}

function readPipeline(node: YamlNode | undefined, reading: ResourceReading): void {
  const artifacts = itemsOf(valueAt(node, "build", "artifacts"));
  const outputs = new Set(artifacts.flatMap((artifact) => textOf(valueAt(artifact, "image")) ?? []));
  const add = (image: YamlNode | undefined, site: string): void => {
    const text = textOf(image);
    // The name of an artifact is replaced by what was built; a template names what skaffold knows.
    if (text !== undefined && !outputs.has(text) && !text.includes("{{")) reading.add(image, site);
  };
  for (const artifact of artifacts) {
    for (const [path, site] of artifactPlaces) for (const image of nodesAt(artifact, path.split("."))) add(image, site);
    for (const locator of nodesAt(artifact, ["buildpacks", "buildpacks", "*"])) {
      const from = buildpackImageStart(textOf(locator) ?? "");
      if (from !== undefined) reading.add(locator, "buildpack", { from });
    }
  }
  for (const key of cloudBuilders) add(valueAt(node, "build", "googleCloudBuild", key), "builder");
  for (const test of itemsOf(valueAt(node, "verify"))) add(valueAt(test, "container", "image"), "container");
  for (const action of itemsOf(valueAt(node, "customActions")))
    for (const container of itemsOf(valueAt(action, "containers"))) add(valueAt(container, "image"), "container");
  // Functions of kpt, which are images.
  for (const kind of ["transform", "validate"])
    for (const one of itemsOf(valueAt(node, "manifests", kind))) add(valueAt(one, "image"), "function");
  for (const place of ["deploy", "manifests"])
    for (const release of itemsOf(valueAt(node, place, "helm", "releases"))) readRelease(release, outputs, reading);
}

function readRelease(release: YamlNode, outputs: ReadonlySet<string>, reading: ResourceReading): void {
  const { text, images } = reading;
  addOciChart(text, images, { url: valueAt(release, "remoteChart"), version: valueAt(release, "version") }, "chart");
  readInlineValues(valueAt(release, "overrides"), reading);
  const values = ["setValues", "setValueTemplates"].flatMap((key) => entriesOf(valueAt(release, key)));
  readHelmParameters(
    values.flatMap(({ key, value }) => {
      const said = scalarOf(value)?.text ?? "";
      return outputs.has(said) ? [] : [[key.text, value] as const];
    }),
    reading,
  );
}
