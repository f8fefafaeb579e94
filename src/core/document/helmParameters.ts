import { readEmbeddedYaml } from "./embedded.ts";
import { readHelmValues, type HelmValuesReading } from "./helmValues.ts";
import { isImageKey, isLikelyImage, isPossibleImage } from "./imageShape.ts";
import type { ResourceReading } from "./resourceReading.ts";
import { addSplitImage } from "./splitImage.ts";
import { isMasked } from "./templateMask.ts";
import { knownText } from "./value.ts";
import { createImageCollector, inDocumentOrder } from "./yamlImage.ts";
import { scalarOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

/** What the document around values knows of them. */
type KnownOfValues = Pick<HelmValuesReading, "expand" | "hub">;

/** Reads values of a chart that stand in a document of another kind: as a mapping, or as a text that holds YAML. */
export function readInlineValues(
  node: YamlNode | undefined,
  reading: ResourceReading,
  known: KnownOfValues = {},
): void {
  const scalar = scalarOf(node);
  if (scalar === undefined) {
    readGuessedValues(node, reading, known);
    return;
  }
  const read = (root: YamlNode | undefined, text: string) => {
    const images = createImageCollector(text);
    readHelmValues(root, { text, images });
    return inDocumentOrder(images.images);
  };
  reading.inner.push(readEmbeddedYaml(scalar, reading.text, reading.path, read));
}

function readGuessedValues(node: YamlNode | undefined, reading: ResourceReading, known: KnownOfValues): void {
  const { text, path } = reading;
  const images = createImageCollector(text);
  readHelmValues(node, { text, images, ...known });
  const rest = { path, dialect: "helm-values", text, commands: [], jobs: [], problems: [] } as const;
  reading.inner.push({ ...rest, images: images.images });
}

/** Reads the items of a list of `{name: image.tag, value: ...}`. */
export function readParameterList(
  items: readonly YamlNode[],
  reading: ResourceReading,
  expand?: HelmValuesReading["expand"],
): void {
  readHelmParameters(
    items.flatMap((item) => {
      const name = textOf(valueAt(item, "name"));
      const value = valueAt(item, "value");
      return name === undefined || value === undefined ? [] : [[name, value] as const];
    }),
    reading,
    expand,
  );
}

/** Reads values of a chart that are set one by one (`--set image.tag=1.2`), by the same conventions as its values. */
export function readHelmParameters(
  parameters: readonly (readonly [name: string, value: YamlNode])[],
  reading: ResourceReading,
  expand?: HelmValuesReading["expand"],
): void {
  const byName = new Map(parameters);
  const images = createImageCollector(reading.text);
  for (const [name, value] of byName) {
    const dot = name.lastIndexOf(".");
    const last = lastKey(name);
    const beside = (key: string): YamlNode | undefined => byName.get(name.slice(0, dot + 1) + key);
    const scalar = scalarOf(value);
    const filledIn = scalar !== undefined && isMasked(scalar.text) ? expand?.(scalar) : undefined;
    const text = filledIn === undefined ? (scalar?.text ?? "") : knownText(filledIn);
    const isName =
      last === "name" && isImageKey(lastKey(name.slice(0, Math.max(0, dot)))) && beside("tag") !== undefined;
    if ((last === "repository" || isName) && isPossibleImage(text))
      addSplitImage(
        reading.text,
        images,
        { registry: beside("registry"), repository: value, tag: beside("tag"), digest: beside("digest") },
        "image",
        { isGuess: true, pin: "none", expand },
      );
    else if (last === "image" && isPossibleImage(text) && beside("tag") !== undefined)
      addSplitImage(reading.text, images, { repository: value, tag: beside("tag") }, "image", {
        isGuess: true,
        expand,
      });
    else if (last === "image" ? isPossibleImage(text) : isImageKey(last) && isLikelyImage(text))
      images.add(value, "image", filledIn === undefined ? {} : { value: filledIn, pin: "none" });
  }
  const { text, path } = reading;
  const rest = { path, dialect: "helm-values", text, commands: [], jobs: [], problems: [] } as const;
  reading.inner.push({ ...rest, images: images.images });
}

function lastKey(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}
