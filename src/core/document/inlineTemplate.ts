import { noSiblings } from "./siblings.ts";
import { placeDocument } from "./embedded.ts";
import type { ResourceReading } from "./resourceReading.ts";
import { expandActions } from "./templateAction.ts";
import { findTemplateImages } from "./templateImages.ts";
import { isMasked } from "./templateMask.ts";
import { createImageCollector, inDocumentOrder } from "./yamlImage.ts";
import { scalarOf, type YamlScalar } from "./yamlNode.ts";

/** Reads the manifests that a template of Go in a text writes, whose values are known only where it runs. */
export function readInlineTemplate(template: YamlScalar, { text, path, inner }: ResourceReading): void {
  const source = template.text;
  const images = createImageCollector(source);
  const set = findTemplateImages(
    { text: source, path, siblings: noSiblings },
    images,
    (masked) =>
      (node, site, options = {}) => {
        const scalar = scalarOf(node);
        if (node === undefined || scalar === undefined || scalar.text.trim() === "") return;
        if (!isMasked(scalar.text)) images.add(node, site, options);
        else
          images.add(node, site, { value: expandActions(source, masked, scalar, () => ({ steps: [] })), pin: "none" });
      },
    ({ repository }, site) => images.add(repository, site, { value: { parts: [{}], chain: [] }, pin: "none" }),
  );
  const found = inDocumentOrder([...images.images, ...set]);
  inner.push(
    placeDocument(
      { path, dialect: "kubernetes", text: source, images: found, commands: [], jobs: [], problems: images.problems },
      template,
      text,
    ),
  );
}
