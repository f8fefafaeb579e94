import { withoutByteOrderMark } from "../image/span.ts";
import type { Document } from "./document.ts";
import { addImagePieces, pieceOf, type ImagePiece } from "./imagePieces.ts";
import { delimited } from "./templateSyntax.ts";
import type { TemplateScope } from "./template.ts";
import { readYaml } from "./yaml.ts";
import { createImageCollector, inDocumentOrder } from "./yamlImage.ts";
import { scalarOf, textOf, valueAt } from "./yamlNode.ts";
import { placesOf } from "./yamlPlaces.ts";

const scope: TemplateScope = { syntax: delimited("${", "}"), lookup: () => [] };

/**
 * Reads app specs of DigitalOcean's App Platform: the images of components. Which registry it is, its type says; a
 * digest stands in the place of a tag, under a key of its own.
 */
export function readAppPlatform(source: string, path: string): Document {
  const text = withoutByteOrderMark(source);
  const stream = readYaml(text);
  const images = createImageCollector(text);
  for (const { root } of stream.documents)
    for (const image of placesOf(root, ["**", "image"])) {
      const repository = valueAt(image, "repository");
      const registry = registryOf(
        textOf(valueAt(image, "registry_type")),
        pieceOf(valueAt(image, "registry"), "registry"),
      );
      if (registry === undefined || repository === undefined || scalarOf(repository) === undefined) continue;
      const digest = valueAt(image, "digest");
      const isPinned = scalarOf(digest) !== undefined;
      const tag = isPinned ? [] : pieceOf(valueAt(image, "tag"), "tag");
      const pieces = [...registry, ...pieceOf(repository), ...(tag.length === 0 ? [] : [":", ...tag])];
      addImagePieces(text, images, { at: repository, site: "image", pieces, ...(isPinned ? { digest } : {}) }, scope);
    }
  const problems = [...stream.problems, ...images.problems];
  const uses = inDocumentOrder(images.images);
  return { path, dialect: "app-platform", text, images: uses, commands: [], jobs: [], problems };
}

/** The hosts of the registries that a component's image comes from, by their types. */
export const registryHosts: ReadonlyMap<string, string> = new Map([
  ["DOCKER_HUB", "docker.io"],
  ["DOCR", "registry.digitalocean.com"],
  ["GHCR", "ghcr.io"],
]);

/** What stands before a repository; undefined where the type is none that is known. */
function registryOf(type: string | undefined, registry: readonly ImagePiece[]): readonly ImagePiece[] | undefined {
  const host = registryHosts.get(type ?? "");
  if (host === undefined) return undefined;
  // The registry is the one of whoever deploys.
  const own = type === "DOCR" ? [undefined, "/"] : [];
  return [`${host}/`, ...(registry.length === 0 ? own : [...registry, "/"])];
}
