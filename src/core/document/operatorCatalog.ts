import type { ResourceReading } from "./resourceReading.ts";
import { entriesOf, itemsOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

/**
 * Reads a part of a catalog of operators, or a template of one (Operator Lifecycle Manager, "File-based catalogs"): the
 * bundles, and the images that they install. Channels and packages name bundles, not images.
 */
export function readCatalog(node: YamlNode | undefined, reading: ResourceReading, isWithin = false): void {
  const schema = textOf(valueAt(node, "schema")) ?? "";
  switch (schema) {
    case "olm.bundle":
      reading.add(valueAt(node, "image"), "image");
      for (const related of itemsOf(valueAt(node, "relatedImages")))
        reading.add(valueAt(related, "image"), "related-image");
      break;
    case "olm.template.basic":
      if (!isWithin) for (const entry of itemsOf(valueAt(node, "entries"))) readCatalog(entry, reading, true);
      break;
    case "olm.semver":
      for (const channel of entriesOf(node))
        if (/^(?:candidate|fast|stable)$/i.test(channel.key.text))
          for (const bundle of under(channel.value, "bundles").flatMap(itemsOf))
            for (const image of under(bundle, "image")) reading.add(image, "image");
      break;
  }
}

/** What a key holds, in whatever case it is written. */
function under(node: YamlNode | undefined, name: string): readonly YamlNode[] {
  return entriesOf(node).flatMap(({ key, value }) => (key.text.toLowerCase() === name ? [value] : []));
}
