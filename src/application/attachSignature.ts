import type { Authority, TrustPolicy } from "../core/policy/policy.ts";
import { assembleSignature, type AssembledSignature } from "../core/sign/assembleBundle.ts";
import { checkSignature } from "../core/sign/checkSignature.ts";
import type { SignaturePlan } from "../core/sign/plan.ts";
import type { Descriptor, Evidence } from "../core/verdict/evidence.ts";
import { judge } from "../core/verdict/judge.ts";
import type { Verdict } from "../core/verdict/verdict.ts";
import { collectEvidence } from "./collectEvidence.ts";
import { AppError } from "./errors.ts";
import type { Registry, Repository, WaitOptions } from "./ports.ts";
import type { SettledSigning, SigningPorts } from "./signImage.ts";

/** A signature that is attached, and what the organisation's policy says of the image now. */
export interface AttachedSignature {
  /** Normalised, by digest. */
  readonly artifact: string;
  readonly digest: string;
  /** Digest of the manifest that carries the signature. */
  readonly signature: string;
  readonly verdict: Verdict;
}

/**
 * Checks a signature, judges the assembled bundle under the described key itself, and only then attaches it; then asks
 * the registry again and judges under the organisation's policy. Throws AppError `signature-not-verified` or `attach-failed`.
 */
export async function attachSignature(
  ports: SigningPorts,
  { plan, reference, trust }: SettledSigning,
  signed: { readonly signature: Uint8Array; readonly audit?: string },
  options: WaitOptions,
): Promise<AttachedSignature> {
  const { value: signature, problems } = checkSignature(plan, signed.signature);
  if (signature === undefined) throw notVerified(plan, ports, problems.map(({ message }) => message).join(" "));
  const now = ports.clock.now();
  const assembled = assembleSignature(plan, signature, now);
  const before = judge(evidenceOf(plan, assembled, now), policyOf(plan), { trustedRoots: [] }, now);
  if (before.state !== "verified") throw notVerified(plan, ports, before.reason.message);

  try {
    await pushSignature(ports.registry, reference, assembled, plan.image, options);
  } catch (cause) {
    const said = cause instanceof AppError ? cause.message : "the registry's answer was not understood.";
    const audit = signed.audit === undefined ? "" : ` The service recorded the signature as ${signed.audit}.`;
    throw new AppError(
      "attach-failed",
      `${plan.artifact} was signed, but the signature could not be attached: ${said}${audit} Check that you may push to ${plan.attachment.repository}. A request that was approved can be resumed; otherwise sign again.`,
      { cause },
    );
  }
  ports.log.info(`Attached ${assembled.manifest.descriptor.digest} to ${plan.artifact}.`);
  const evidence = await collectEvidence(
    ports,
    { registry: reference.registry, repository: reference.repository, digest: plan.image.digest },
    options,
  );
  // The tag may have moved meanwhile: this is about the digest that was signed, under the name that policies are matched against.
  const asked = { ...evidence, reference: plan.reference };
  return {
    artifact: plan.artifact,
    digest: plan.image.digest,
    signature: assembled.manifest.descriptor.digest,
    verdict: judge(asked, trust.policy, trust.material, ports.clock.now()),
  };
}

/** Pushes an assembled signature: its blobs first, then the manifest that refers to the image. */
export async function pushSignature(
  registry: Registry,
  repository: Repository,
  { bundle, config, manifest }: AssembledSignature,
  image: Descriptor,
  options: WaitOptions,
): Promise<void> {
  await Promise.all(
    [bundle, config].map(({ bytes, descriptor }) =>
      registry.pushBlob(repository, bytes, descriptor.mediaType, options),
    ),
  );
  const { mediaType } = manifest.descriptor;
  const artifactType = bundle.descriptor.mediaType;
  await registry.pushManifest(repository, { bytes: manifest.bytes, mediaType, subject: image, artifactType }, options);
}

function notVerified(plan: SignaturePlan, ports: SigningPorts, why: string): AppError {
  return new AppError(
    "signature-not-verified",
    `What ${ports.service.name} returned for ${plan.artifact} is not a valid signature by key '${plan.key.name}', and was not attached. ${why}`,
  );
}

/** The evidence that the registry would give, were the signature attached, and nothing else. */
function evidenceOf(plan: SignaturePlan, assembled: AssembledSignature, now: Date): Evidence {
  const parts = [assembled.manifest, assembled.config, assembled.bundle];
  return {
    reference: plan.artifact,
    image: plan.image,
    lookups: [
      { kind: "referrers", target: plan.artifact, at: now.toISOString(), outcome: "found" },
      { kind: "signature-tag", target: plan.artifact, at: now.toISOString(), outcome: "absent" },
    ],
    candidates: [{ descriptor: assembled.manifest.descriptor, from: "referrers" }],
    blobs: Object.fromEntries(parts.map(({ descriptor, bytes }) => [descriptor.digest, bytes])),
  };
}

/** Accepts the described key and nobody else. */
function policyOf(plan: SignaturePlan): TrustPolicy {
  const source = { file: "the signing service's description of the key", line: 1 };
  const authority: Authority = {
    kind: "key",
    name: plan.key.name,
    source,
    publicKeys: [plan.key.publicKey],
    hashAlgorithm: plan.scheme.hash,
    format: "bundle",
  };
  const rule = {
    name: plan.key.name,
    source,
    mode: "enforce" as const,
    globs: [{ glob: "**", source }],
    authorities: [authority],
    notUnderstood: [],
  };
  return { rules: [rule], problems: [] };
}
