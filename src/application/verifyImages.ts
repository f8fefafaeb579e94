import { formatReference, type ImageReference } from "../core/image/reference.ts";
import { coveringRules } from "../core/policy/coverage.ts";
import type { TrustPolicy } from "../core/policy/policy.ts";
import type { TrustMaterial } from "../core/signature/trustMaterial.ts";
import type { Evidence } from "../core/verdict/evidence.ts";
import { asksForAttestationTag } from "../core/verdict/attestationLookup.ts";
import { judge } from "../core/verdict/judge.ts";
import type { Verdict } from "../core/verdict/verdict.ts";
import { collectEvidence, evidenceWithout, type CollectPorts } from "./collectEvidence.ts";
import { collectRevocations, type RevocationPorts } from "./collectRevocations.ts";
import { createContentCache } from "./contentCache.ts";
import { RegistryError } from "./errors.ts";
import type { WaitOptions } from "./ports.ts";

/** How images are verified. */
export interface VerifyOptions extends WaitOptions {
  /** Called with each verdict as it comes, once per normalised reference. */
  readonly onVerdict?: (verdict: Verdict, evidence: Evidence) => void;
  /** Nothing is asked: every verdict is `unknown`, or what a policy says without asking. */
  readonly offline?: boolean;
  /** By normalised reference, collected before: then nothing is asked, and images without evidence are `unknown`. */
  readonly evidence?: ReadonlyMap<string, Evidence>;
  /** Looks for everything that may sign an image, also where what was found suffices: for evidence that others judge by their policies. */
  readonly exhaustive?: boolean;
  /** Time limit of one image in milliseconds; 30 seconds without it. */
  readonly limitMs?: number;
}

/** From this many images of one registry on, a request that finds out early whether it has the referrers API is worth its cost. */
const manyOfOne = 8;

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
  const worker = async (): Promise<void> => {
    for (const [name, reference] of queue) {
      const { verdict, evidence } = await verifyImage(shared, reference, policy, material, options);
      verdicts.set(name, verdict);
      options.onVerdict?.(verdict, evidence);
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

async function verifyImage(
  ports: CollectPorts & RevocationPorts,
  reference: ImageReference,
  policy: TrustPolicy,
  material: TrustMaterial,
  options: VerifyOptions,
): Promise<{ readonly verdict: Verdict; readonly evidence: Evidence }> {
  const settle = (evidence: Evidence) => ({ evidence, verdict: judge(evidence, policy, material, ports.clock.now()) });
  const name = formatReference(reference);
  const held = options.evidence?.get(name);
  if (held !== undefined) return settle(held);
  if (options.evidence !== undefined)
    return settle(
      evidenceWithout(
        reference,
        { code: "offline", message: `The evidence holds nothing on ${name}, and nobody was asked.` },
        ports.clock,
      ),
    );
  if (options.offline === true)
    return settle(
      evidenceWithout(
        reference,
        { code: "offline", message: `Did not ask about ${name}: Countersign is offline.` },
        ports.clock,
      ),
    );

  const limitMs = options.limitMs ?? 30_000;
  const limit = new AbortController();
  const timer = setTimeout(
    () =>
      limit.abort(
        new RegistryError(
          "timeout",
          `Could not check ${name} within ${limitMs / 1000} seconds. Try again, or check the connection.`,
        ),
      ),
    limitMs,
  );
  let settled: ReturnType<typeof settle> | undefined;
  try {
    const evidence = await collectEvidence(ports, reference, {
      signal: AbortSignal.any([options.signal, limit.signal]),
      also: asksForAttestationTag(coveringRules(policy.rules, name)) ? ["attestation-tag"] : [],
      satisfied(sofar) {
        settled = settle(sofar);
        return settled.verdict.state === "verified" && options.exhaustive !== true;
      },
    });
    const judged = settled?.evidence === evidence ? settled : settle(evidence);
    if (judged.verdict.reason.code !== "revocation-unknown") return judged;
    const signal = AbortSignal.any([options.signal, limit.signal]);
    return settle(await collectRevocations(ports, evidence, policy, { signal }));
  } finally {
    clearTimeout(timer);
  }
}
