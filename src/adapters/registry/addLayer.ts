import type { Registry, Repository } from "../../application/ports.ts";
import { isJsonArray, isJsonObject, readJson } from "../../core/json.ts";
import { cosignAnnotations } from "../../core/signature/cosignAnnotations.ts";
import type { Descriptor } from "../../core/verdict/evidence.ts";
import type { Connection } from "./content.ts";
import { addToTaggedList } from "./taggedList.ts";

/**
 * Adds a signature's layer to the manifest under a signature tag (cosign SIGNATURE_SPEC). Layers with one payload are told
 * apart by their signatures: two signers of one image sign the same bytes.
 */
export function addLayer(
  connection: Connection,
  repository: Repository,
  { tag, layer, first }: Parameters<Registry["addLayer"]>[1],
  signal: AbortSignal,
): Promise<Descriptor> {
  const list = {
    tag,
    mediaType: first.descriptor.mediaType,
    entriesOf: (current: Uint8Array | undefined) =>
      new Map(layersOf(current).flatMap((each) => (isJsonObject(each) ? [[nameOf(each), JSON.stringify(each)]] : []))),
    withEntries: (entries: readonly string[], current: Uint8Array | undefined) => {
      const manifest = readJson(current ?? first.bytes);
      const others = isJsonObject(manifest) ? manifest : {};
      return Buffer.from(
        JSON.stringify({ ...others, layers: entries.map((text): unknown => JSON.parse(text)) }),
        "utf8",
      );
    },
  };
  return addToTaggedList(connection, repository, list, [nameOf({ ...layer }), JSON.stringify(layer)], signal);
}

function layersOf(manifest: Uint8Array | undefined): readonly unknown[] {
  const json = manifest === undefined ? undefined : readJson(manifest);
  return isJsonObject(json) && isJsonArray(json["layers"]) ? json["layers"] : [];
}

function nameOf(layer: Readonly<Record<string, unknown>>): string {
  const annotations = isJsonObject(layer["annotations"]) ? layer["annotations"] : {};
  return JSON.stringify([layer["digest"], annotations[cosignAnnotations.signature]]);
}
