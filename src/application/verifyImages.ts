import { setImmediate } from "node:timers/promises";
import { formatReference, type ImageReference } from "../core/image/reference.ts";
import type { TrustPolicy } from "../core/policy/policy.ts";
import type { TrustMaterial } from "../core/signature/trustMaterial.ts";
import type { Evidence } from "../core/verdict/evidence.ts";
import type { Verdict } from "../core/verdict/verdict.ts";
import type { CollectPorts } from "./collectEvidence.ts";
import type { RevocationPorts } from "./collectRevocations.ts";
import { createContentCache } from "./contentCache.ts";
import type { WaitOptions } from "./ports.ts";
import { verifyImage, type VerifyImageOptions } from "./verifyImage.ts";
import { verifyPlatforms } from "./verifyPlatforms.ts";

/** How images are verified. */
export interface VerifyOptions extends VerifyImageOptions {
  /** Called with each verdict as it comes, once per normalised reference. */
  readonly onVerdict?: (verdict: Verdict, evidence: Evidence) => void;
}

/** From this many images of one registry on, a request that finds out early whether it has the referrers API is worth its cost. */
const manyOfOne = 8;

/** Verdicts after which others get their turn: where a registry is known to be out of reach, nothing is waited for. */
const perTurn = 64;

/** Images under way at once; the registry client bounds the requests of each host besides. */
const atOnce = 128;

/**
 * Verifies images in parallel and gives their verdicts by normalised reference; identical references are asked once.
 * Never throws: a time limit, a cancellation and every failure end as `unknown` with its reason.
 */
export async function verifyImages(
  ports: CollectPorts & RevocationPorts,
  references: readonly ImageReference[],
  policy: TrustPolicy,
  material: TrustMaterial,
  options: VerifyOptions,
): Promise<ReadonlyMap<string, Verdict>> {
  const unique = new Map(references.map((reference) => [formatReference(reference), reference]));
  const shared = { ...ports, content: ports.content ?? createContentCache() };
  const verdicts = new Map<string, Verdict>();
  if (options.offline !== true && options.evidence === undefined)
    prepareRegistries(ports, [...unique.values()], options);
  const queue = unique.entries();
  // All workers wait for the same turn: those that did not would keep the event loop busy by themselves.
  let turn: Promise<unknown> | undefined;
  const worker = async (): Promise<void> => {
    for (const [name, reference] of queue) {
      const { verdict: alone, evidence } = await verifyImage(shared, reference, { policy, material }, options);
      const verdict =
        options.all === true ? await verifyPlatforms(shared, reference, alone, { policy, material }, options) : alone;
      verdicts.set(name, verdict);
      options.onVerdict?.(verdict, evidence);
      if (verdicts.size % perTurn === 0) turn = setImmediate();
      await turn;
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, unique.size) }, worker));
  const inOrder = new Map<string, Verdict>();
  for (const name of unique.keys()) {
    const verdict = verdicts.get(name);
    if (verdict !== undefined) inOrder.set(name, verdict);
  }
  return inOrder;
}

function prepareRegistries({ registry }: CollectPorts, images: readonly ImageReference[], options: WaitOptions): void {
  const counts = new Map<string, number>();
  for (const image of images) {
    const count = (counts.get(image.registry) ?? 0) + 1;
    counts.set(image.registry, count);
    if (count === manyOfOne) registry.prepareReferrers(image, options);
  }
}
