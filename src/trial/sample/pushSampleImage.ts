import type { Registry, WaitOptions } from "../../application/ports.ts";
import { digestOf } from "../../core/image/contentDigest.ts";
import { manifestMediaTypes } from "../../core/image/manifest.ts";
import type { ImageReference } from "../../core/image/reference.ts";
import type { Descriptor } from "../../core/verdict/evidence.ts";

/** Pushes a real image under the reference's tag: one layer that holds one text file. `created` makes its digest its own. */
export function pushSampleImage(
  registry: Registry,
  reference: ImageReference,
  created: Date,
  options: WaitOptions,
): Promise<Descriptor> {
  return push(registry, reference, { created, architecture: "amd64", tag: reference.tag ?? "latest" }, options);
}

/** Pushes an index of one such image for each architecture under the reference's tag. */
export async function pushSampleIndex(
  registry: Registry,
  reference: ImageReference,
  { created, architectures }: { readonly created: Date; readonly architectures: readonly string[] },
  options: WaitOptions,
): Promise<Descriptor> {
  const manifests = await Promise.all(
    architectures.map(async (architecture) => ({
      ...(await push(registry, reference, { created, architecture }, options)),
      platform: { architecture, os: "linux" },
    })),
  );
  const mediaType = manifestMediaTypes.ociIndex;
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, manifests }));
  return registry.pushManifest(reference, { bytes, mediaType, tag: reference.tag ?? "latest" }, options);
}

async function push(
  registry: Registry,
  reference: ImageReference,
  { created, architecture, tag }: { readonly created: Date; readonly architecture: string; readonly tag?: string },
  options: WaitOptions,
): Promise<Descriptor> {
  const layer = tarOf("etc/image-release", `${reference.repository}:${reference.tag ?? "latest"}\n`, created);
  const config = Buffer.from(
    JSON.stringify({
      architecture,
      os: "linux",
      created: created.toISOString(),
      config: { Labels: { "org.opencontainers.image.title": reference.repository } },
      rootfs: { type: "layers", diff_ids: [digestOf(layer)] },
    }),
  );
  const [layerDescriptor, configDescriptor] = await Promise.all([
    registry.pushBlob(reference, layer, "application/vnd.oci.image.layer.v1.tar", options),
    registry.pushBlob(reference, config, "application/vnd.oci.image.config.v1+json", options),
  ]);
  const mediaType = manifestMediaTypes.ociManifest;
  const manifest = { schemaVersion: 2, mediaType, config: configDescriptor, layers: [layerDescriptor] };
  const bytes = Buffer.from(JSON.stringify(manifest));
  return registry.pushManifest(reference, { bytes, mediaType, ...(tag === undefined ? {} : { tag }) }, options);
}

/** A tar archive (POSIX ustar) of one file. */
function tarOf(name: string, text: string, modified: Date): Buffer {
  const content = Buffer.from(text);
  const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, "0")}\0`;
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write(octal(0o644, 8), 100);
  header.write(octal(0, 8), 108);
  header.write(octal(0, 8), 116);
  header.write(octal(content.length, 12), 124);
  header.write(octal(Math.floor(modified.getTime() / 1000), 12), 136);
  // The checksum is made with spaces in its own place.
  header.write(" ".repeat(8), 148);
  header.write("0", 156);
  header.write("ustar\0", 257);
  header.write("00", 263);
  const sum = header.reduce((total, octet) => total + octet, 0);
  header.write(`${octal(sum, 7)} `, 148);
  const padding = Buffer.alloc((512 - (content.length % 512)) % 512);
  return Buffer.concat([header, content, padding, Buffer.alloc(1024)]);
}
