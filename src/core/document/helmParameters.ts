import type { Document, ImageUse } from "./document.ts";
import { readEmbeddedYaml, textOfNode } from "./embedded.ts";
import { readHelmValues, type HelmValuesReading } from "./helmValues.ts";
import { isImageKey, isLikelyImage, isPossibleImage } from "./imageShape.ts";
import { readManifestText, type ManifestReading } from "./manifestText.ts";
import type { ResourceReading } from "./resourceReading.ts";
import { addSplitImage } from "./splitImage.ts";
import { defaultsIn, readSubstituted } from "./substitution.ts";
import { isMasked } from "./templateMask.ts";
import { knownText } from "./value.ts";
import { readYaml } from "./yaml.ts";
import { createImageCollector, inDocumentOrder } from "./yamlImage.ts";
import { scalarOf, textOf, valueAt, type YamlNode, type YamlScalar } from "./yamlNode.ts";

/** What the document around values knows of them, and what reads the resources that they hold as texts. */
interface KnownOfValues extends Pick<HelmValuesReading, "expand" | "hub"> {
  readonly readResource?: ManifestReading["readResource"];
}

/** Reads values of a chart that stand in a document of another kind: as a mapping, or as a text that holds YAML. */
export function readInlineValues(
  node: YamlNode | undefined,
  reading: ResourceReading,
  known: KnownOfValues = {},
): void {
  const { text, path, inner } = reading;
  const scalar = scalarOf(node);
  const written = scalar ?? (known.expand === undefined ? textOfNode(node, text) : undefined);
  const defaults = written?.text.includes("${") === true ? defaultsIn(written.text) : [];
  if (written !== undefined && defaults.length > 0)
    inner.push(
      readSubstituted(written, text, defaults, (source) =>
        valuesDocument(
          path,
          source,
          readYaml(source).documents.flatMap(({ root }) => imagesInValues(root, source, path, known)),
        ),
      ),
    );
  else if (scalar !== undefined)
    inner.push(
      readEmbeddedYaml(scalar, text, path, (root, source) => imagesInValues(root, source, path, withoutPlaces(known))),
    );
  else inner.push(valuesDocument(path, text, imagesInValues(node, text, path, known)));
}

/** What the document knows is of its own text alone. */
function withoutPlaces({ readResource }: KnownOfValues): KnownOfValues {
  return readResource === undefined ? {} : { readResource };
}

function valuesDocument(path: string, text: string, images: readonly ImageUse[]): Document {
  return { path, dialect: "helm-values", text, images, commands: [], jobs: [], problems: [] };
}

function imagesInValues(
  root: YamlNode | undefined,
  text: string,
  path: string,
  { readResource, ...known }: KnownOfValues,
): readonly ImageUse[] {
  const images = createImageCollector(text);
  const inner: Document[] = [];
  const nested = (scalar: YamlScalar, key: string, around = ""): void => {
    const document =
      readResource === undefined ? undefined : readManifestText(scalar, key, around, { text, path, readResource });
    if (document !== undefined) inner.push(document);
  };
  readHelmValues(root, { text, images, ...known, nested });
  return inDocumentOrder([...images.images, ...inner.flatMap((document) => document.images)]);
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
  reading.inner.push(valuesDocument(reading.path, reading.text, images.images));
}

function lastKey(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}
