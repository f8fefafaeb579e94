import { bytesMatchDigest } from "../core/image/contentDigest.ts";
import { platformImages } from "../core/image/platforms.ts";
import type { ImageReference } from "../core/image/reference.ts";
import type { Attachment, PlatformVerdict, Verdict } from "../core/verdict/verdict.ts";
import type { CollectPorts } from "./collectEvidence.ts";
import type { RevocationPorts } from "./collectRevocations.ts";
import { verifyImage, type Trust, type VerifyImageOptions } from "./verifyImage.ts";

/**
 * Adds to the verdict of an index those of its platforms, each judged as if it were the image that the reference names: the
 * index's signature covers its platforms by their digests, but who pulls one of them by its digest sees only its own. What
 * the builder put into the index about itself is listed as what it is: not signed. Anything but an index stays as it is.
 * One request for the index, and those of an image by its digest for each platform. Never throws.
 */
export async function verifyPlatforms(
  ports: CollectPorts & RevocationPorts,
  reference: ImageReference,
  verdict: Verdict,
  trust: Trust,
  options: VerifyImageOptions,
): Promise<Verdict> {
  const { digest } = verdict;
  if (digest === undefined || options.offline === true || options.evidence !== undefined) return verdict;
  const bytes = ports.content?.get(digest) ?? (await fetchIndex(ports, reference, digest, options));
  const entries = bytes !== undefined && bytesMatchDigest(bytes, digest) ? platformImages(bytes) : undefined;
  if (entries === undefined) return verdict;
  const platforms = await Promise.all(
    entries.platforms.map(async ({ platform, descriptor }): Promise<PlatformVerdict> => {
      const judged = await verifyImage(ports, reference, trust, { ...options, all: false }, descriptor);
      return { platform, verdict: { ...judged.verdict, digest: descriptor.digest } };
    }),
  );
  const built = entries.attestations.map((descriptor): Attachment => ({
    kind: "attestation",
    mediaType: descriptor.mediaType,
    digest: descriptor.digest,
    from: "index",
  }));
  const attachments = [...(verdict.attachments ?? []), ...built];
  return { ...verdict, platforms, ...(attachments.length === 0 ? {} : { attachments }) };
}

async function fetchIndex(
  { registry }: CollectPorts,
  reference: ImageReference,
  digest: string,
  options: VerifyImageOptions,
): Promise<Uint8Array | undefined> {
  const found = await registry.manifest(reference, digest, { signal: options.signal }).catch(() => undefined);
  return found?.bytes;
}
