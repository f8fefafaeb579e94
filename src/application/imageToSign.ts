import { formatReference, type ImageReference } from "../core/image/reference.ts";
import { coverageOf, type SignatureCoverage } from "../core/sign/coverage.ts";
import type { Descriptor } from "../core/verdict/evidence.ts";
import { AppError } from "./errors.ts";
import type { Registry, WaitOptions } from "./ports.ts";

/**
 * Fetches what the reference names, once: the digest that is signed is of bytes that were seen. Throws RegistryError, or
 * AppError `image-not-found` or `unsupported-format`.
 */
export async function imageToSign(
  registry: Registry,
  reference: ImageReference,
  options: WaitOptions,
): Promise<{ readonly image: Descriptor; readonly coverage: SignatureCoverage }> {
  const manifest = await registry.manifest(reference, reference.digest ?? reference.tag ?? "latest", options);
  const name = formatReference(reference);
  if (manifest === undefined)
    throw new AppError(
      "image-not-found",
      `Could not sign ${name}: ${reference.registry} has no such image. Push it first, or check the name.`,
    );
  const { descriptor: image, bytes } = manifest;
  const coverage = coverageOf(bytes, image.mediaType);
  if (coverage === undefined)
    throw new AppError(
      "unsupported-format",
      `Could not sign ${name}: what is stored there (${image.mediaType}) is no image.`,
    );
  return { image, coverage };
}
