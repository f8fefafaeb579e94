import { formatReference, type ImageReference } from "../core/image/reference.ts";
import { coveringRules } from "../core/policy/coverage.ts";
import type { TrustPolicy } from "../core/policy/policy.ts";
import type { TrustMaterial } from "../core/signature/trustMaterial.ts";
import { asksForAttestationTag } from "../core/verdict/attestationLookup.ts";
import type { Descriptor, Evidence } from "../core/verdict/evidence.ts";
import { judge } from "../core/verdict/judge.ts";
import type { Verdict } from "../core/verdict/verdict.ts";
import { collectEvidence, evidenceWithout, type CollectOptions, type CollectPorts } from "./collectEvidence.ts";
import { collectRevocations, type RevocationPorts } from "./collectRevocations.ts";
import { RegistryError } from "./errors.ts";
import type { WaitOptions } from "./ports.ts";

/** How an image is verified. */
export interface VerifyImageOptions extends WaitOptions {
  /** Nothing is asked: every verdict is `unknown`, or what a policy says without asking. */
  readonly offline?: boolean;
  /** By normalised reference, collected before: then nothing is asked, and images without evidence are `unknown`. */
  readonly evidence?: ReadonlyMap<string, Evidence>;
  /** Looks for everything that may sign an image, also where what was found suffices: for evidence that others judge by their policies. */
  readonly exhaustive?: boolean;
  /** Asks also for what is attached besides signatures: attestations and SBOMs of cosign's first format. */
  readonly all?: boolean;
  /** Time limit of one image in milliseconds; 30 seconds without it. */
  readonly limitMs?: number;
}

/** Whom to trust. */
export interface Trust {
  readonly policy: TrustPolicy;
  readonly material: TrustMaterial;
}

/**
 * Verifies one image, or one platform of an index: `platform` then is what the index says that it is, and the reference by
 * which it is judged is the index's. Never throws: a time limit, a cancellation and every failure end as `unknown`.
 */
export async function verifyImage(
  ports: CollectPorts & RevocationPorts,
  reference: ImageReference,
  { policy, material }: Trust,
  options: VerifyImageOptions,
  platform?: Descriptor,
): Promise<{ readonly verdict: Verdict; readonly evidence: Evidence }> {
  const settle = (evidence: Evidence) => ({ evidence, verdict: judge(evidence, policy, material, ports.clock.now()) });
  const name = formatReference(reference);
  // What was kept is about the index; of a platform it says nothing.
  const held = platform === undefined ? options.evidence?.get(name) : undefined;
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
  let settled: (ReturnType<typeof settle> & { readonly by: Evidence }) | undefined;
  try {
    const { repository, registry } = reference;
    const asked = platform === undefined ? reference : { registry, repository, digest: platform.digest };
    const collected = await collectEvidence(ports, asked, {
      ...(platform === undefined ? {} : { image: platform }),
      signal: AbortSignal.any([options.signal, limit.signal]),
      also: tagsFor(policy, name, options),
      satisfied(sofar) {
        settled = { ...settle({ ...sofar, reference: name }), by: sofar };
        return settled.verdict.state === "verified" && options.exhaustive !== true && options.all !== true;
      },
    });
    const evidence = { ...collected, reference: name };
    const judged = settled?.by === collected ? settled : settle(evidence);
    if (judged.verdict.reason.code !== "revocation-unknown") return judged;
    const signal = AbortSignal.any([options.signal, limit.signal]);
    return settle(await collectRevocations(ports, evidence, policy, { signal }));
  } finally {
    clearTimeout(timer);
  }
}

function tagsFor(policy: TrustPolicy, name: string, options: VerifyImageOptions): NonNullable<CollectOptions["also"]> {
  if (options.all === true) return ["attestation-tag", "sbom-tag"];
  return asksForAttestationTag(coveringRules(policy.rules, name)) ? ["attestation-tag"] : [];
}
