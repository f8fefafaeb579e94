import { baseArgument } from "./baseArgument.ts";
import { cacheReference } from "./buildSource.ts";
import { featureReference } from "./devcontainerFeature.ts";
import { devcontainerScope, templateOptions } from "./devcontainerVariables.ts";
import type { Document, ImageUse } from "./document.ts";
import { withDigestForTag } from "./imageUse.ts";
import { readJsonc } from "./jsonc.ts";
import { createPipeline, type Pipeline } from "./pipeline.ts";
import { noSiblings, type Siblings } from "./siblings.ts";
import type { TemplateScope } from "./template.ts";
import { entriesOf, itemsOf, scalarOf, textOf, valueAt, type YamlEntry, type YamlNode } from "./yamlNode.ts";

/** No reference is longer. */
const maximumKey = 1024;

/** Commands that the specification runs (containers.dev, "Lifecycle scripts"). */
const lifecycle = [
  "initializeCommand",
  "onCreateCommand",
  "updateContentCommand",
  "postCreateCommand",
  "postStartCommand",
  "postAttachCommand",
];

const cacheOption = "--cache-from=";

/** Tests of features (Dev Container CLI, `features test`): configurations under their names. */
const scenarios = /(?:^|\/)scenarios\.json$/i;

/**
 * Reads a dev container's configuration (containers.dev), its lock file, a feature's own description, or the scenarios
 * that features are tested in: the image, the sources of the build's cache, features, and the commands of its lifecycle.
 */
export function readDevcontainer(source: string, path: string, siblings: Siblings = noSiblings): Document {
  const pipeline = createPipeline(source, path, "devcontainer", readJsonc);
  const [root] = pipeline.roots;
  const scope = devcontainerScope(templateOptions(path, siblings));
  if (/lock\.json$/i.test(path))
    for (const { value } of featuresOf(root)) pipeline.image(valueAt(value, "resolved"), "feature", { scope });
  else if (scenarios.test(path))
    // A feature without a registry is the repository's own there.
    for (const { value } of entriesOf(root)) readConfiguration(pipeline, value, scope, (id) => id.includes("/"));
  else readConfiguration(pipeline, root, scope, () => true);
  const document = pipeline.document();
  return { ...document, images: document.images.map((use) => withFeaturePin(use, document.text)) };
}

function readConfiguration(
  pipeline: Pipeline,
  root: YamlNode | undefined,
  scope: TemplateScope,
  isFetched: (feature: string) => boolean,
): void {
  pipeline.image(valueAt(root, "image"), "image", { scope });
  const build = valueAt(root, "build");
  const caches = valueAt(build, "cacheFrom");
  for (const cache of scalarOf(caches) === undefined ? itemsOf(caches) : [caches]) readCache(pipeline, cache, scope);
  // Options of `docker build`.
  const options = itemsOf(valueAt(build, "options"));
  for (const [at, option] of options.entries()) {
    const text = textOf(option) ?? "";
    if (text.startsWith(cacheOption)) readCache(pipeline, option, scope, cacheOption.length);
    else if (`${text}=` === cacheOption) readCache(pipeline, options[at + 1], scope);
  }
  for (const { key, value } of entriesOf(valueAt(build, "args"))) {
    const argument = baseArgument(key.text, textOf(value) ?? "");
    if (key.text === "BUILDKIT_SYNTAX") pipeline.image(value, "syntax", { scope });
    else if (argument !== undefined) pipeline.image(value, "argument", { scope, ...argument });
  }
  for (const { key } of featuresOf(root)) {
    if (key.text.length > maximumKey || !isFetched(key.text)) continue;
    const made = featureReference(key.text);
    if (made !== undefined) pipeline.image(key, "feature", { scope: made === key.text ? scope : meaning(made) });
  }
  for (const name of lifecycle) readCommand(pipeline, valueAt(root, name), scope);
}

function featuresOf(root: YamlNode | undefined): readonly YamlEntry[] {
  return [...entriesOf(valueAt(root, "features")), ...entriesOf(valueAt(root, "dependsOn"))];
}

/** A feature is named with a version or with a digest (Dev Container CLI, `getRef`). */
function withFeaturePin(use: ImageUse, text: string): ImageUse {
  return use.site === "feature" ? withDigestForTag(use, text) : use;
}

/** The scope in which a text stands for another as a whole. */
function meaning(text: string): TemplateScope {
  return {
    syntax: (source) => [{ start: 0, end: source.length, name: source, label: "feature" }],
    lookup: () => [{ label: "feature as the tool asks for it", text }],
  };
}

/** A source of the build's cache, after `skip` characters of its text. */
function readCache(pipeline: Pipeline, node: YamlNode | undefined, scope: TemplateScope, skip = 0): void {
  const place = cacheReference((textOf(node) ?? "").slice(skip));
  if (place !== undefined)
    pipeline.image(node, "cache-from", { scope, from: skip + place.start, to: skip + place.end });
}

/** A command: a text for a shell, words, or several of them under names. */
function readCommand(pipeline: Pipeline, node: YamlNode | undefined, scope: TemplateScope, isNested = false): void {
  if (scalarOf(node) !== undefined) pipeline.script([node], { scope });
  const words = itemsOf(node);
  if (words.length > 0) pipeline.words(words, { scope });
  if (!isNested) for (const { value } of entriesOf(node)) readCommand(pipeline, value, scope, true);
}
