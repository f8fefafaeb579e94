import { formatReference, type ImageReference } from "../core/image/reference.ts";
import { coverageOf, platformManifests, type SignatureCoverage } from "../core/sign/coverage.ts";
import type { Descriptor } from "../core/verdict/evidence.ts";
import { AppError } from "./errors.ts";
import type { Manifest, Registry, WaitOptions } from "./ports.ts";

/** What of an index is to be signed. `whole` is the index alone, whose digests cover its images; an image without an index is whole, too. */
export type PlatformChoice =
  | { readonly kind: "whole" }
  | { readonly kind: "all" }
  /** `os/architecture[/variant]`, without the index. */
  | { readonly kind: "some"; readonly platforms: readonly string[] };

/** One image or index to be signed, by a digest of bytes that were seen. */
export interface ImageToSign {
  /** As the person wrote it, or by digest for an image of an index. */
  readonly reference: ImageReference;
  readonly image: Descriptor;
  readonly coverage: SignatureCoverage;
  /** Where it is one image of an index. */
  readonly platform?: string;
}

/**
 * Fetches what the reference names, once, and the images of an index that are to be signed themselves. Throws RegistryError,
 * or AppError `image-not-found`, `unsupported-format` or `usage`.
 */
export async function imagesToSign(
  registry: Registry,
  reference: ImageReference,
  choice: PlatformChoice,
  options: WaitOptions,
): Promise<readonly [ImageToSign, ...ImageToSign[]]> {
  const manifest = await fetchWhole(registry, reference, options);
  const whole = describe(reference, manifest);
  if (choice.kind === "whole" || (choice.kind === "all" && whole.coverage.kind === "image")) return [whole];
  const listed = platformManifests(manifest.bytes, manifest.descriptor.mediaType);
  if (choice.kind === "some") {
    const missing = choice.platforms.filter((name) => listed.every(({ platform }) => platform !== name));
    if (missing.length > 0) throw noSuchPlatform(reference, missing, listed);
  }
  const wanted = choice.kind === "all" ? listed : listed.filter(({ platform }) => choice.platforms.includes(platform));
  const images = await Promise.all(
    wanted.map(async ({ platform, digest }): Promise<ImageToSign> => {
      const { tag: _tag, ...repository } = reference;
      const one = { ...repository, digest };
      return { ...describe(one, await fetchWhole(registry, one, options)), platform };
    }),
  );
  if (choice.kind === "all") return [whole, ...images];
  const [first, ...others] = images;
  if (first === undefined) throw noSuchPlatform(reference, choice.platforms, listed);
  return [first, ...others];
}

async function fetchWhole(registry: Registry, reference: ImageReference, options: WaitOptions): Promise<Manifest> {
  const manifest = await registry.manifest(reference, reference.digest ?? reference.tag ?? "latest", options);
  if (manifest !== undefined) return manifest;
  const name = formatReference(reference);
  throw new AppError(
    "image-not-found",
    `Could not sign ${name}: ${reference.registry} has no such image. Push it first, or check the name.`,
  );
}

function describe(reference: ImageReference, { descriptor: image, bytes }: Manifest): ImageToSign {
  const coverage = coverageOf(bytes, image.mediaType);
  if (coverage !== undefined) return { reference, image, coverage };
  throw new AppError(
    "unsupported-format",
    `Could not sign ${formatReference(reference)}: what is stored there (${image.mediaType}) is no image.`,
  );
}

function noSuchPlatform(
  reference: ImageReference,
  missing: readonly string[],
  listed: readonly { readonly platform: string }[],
): AppError {
  const has =
    listed.length === 0 ? "It is a single image." : `It has ${listed.map(({ platform }) => platform).join(", ")}.`;
  return new AppError("usage", `${formatReference(reference)} has no image for ${missing.join(", ")}. ${has}`);
}
