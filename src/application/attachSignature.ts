import { assembleSignature, stampedBytes } from "../core/sign/assembleSignature.ts";
import type { AssembledSignature } from "../core/sign/attachment.ts";
import { checkSignature } from "../core/sign/checkSignature.ts";
import type { SignaturePlan } from "../core/sign/plan.ts";
import type { Descriptor, Evidence } from "../core/verdict/evidence.ts";
import { judge } from "../core/verdict/judge.ts";
import type { Verdict } from "../core/verdict/verdict.ts";
import { describedTrust } from "./describedTrust.ts";
import { AppError } from "./errors.ts";
import type { Registry, Repository, WaitOptions } from "./ports.ts";
import type { SettledSigning, SigningPorts } from "./signImage.ts";
import { verifyImage } from "./verifyImage.ts";
import { collectWitness } from "./witness.ts";

/** A signature that is attached, and what the organisation's policy says of the image now. */
export interface AttachedSignature {
  /** Normalised, by digest. */
  readonly artifact: string;
  readonly digest: string;
  /** Digest of the manifest that carries the signature. */
  readonly signature: string;
  readonly verdict: Verdict;
}

/** What a service returned for a plan. */
export interface ReturnedSignature {
  readonly signature: Uint8Array;
  readonly audit?: string;
}

/** How attaching tells that a signature exists. */
export interface AttachOptions extends WaitOptions {
  /** Called once the signature is known to be right and before anything is done with it; gives whether it was kept. */
  readonly onSigned?: (signature: Uint8Array) => Promise<boolean>;
}

/**
 * Checks a signature, has it vouched for, judges what is assembled under the described key itself, and only then attaches
 * it; then asks the registry again and judges under the organisation's policy. Throws AppError `signature-not-verified`,
 * `timestamp-refused` or `attach-failed`.
 */
export async function attachSignature(
  ports: SigningPorts,
  { plan, reference, trust }: SettledSigning,
  returned: ReturnedSignature,
  options: AttachOptions,
): Promise<AttachedSignature> {
  const { value: signature, problems } = checkSignature(plan, returned.signature);
  if (signature === undefined) throw notVerified(plan, ports, problems.map(({ message }) => message).join(" "));
  // A key that goes with this process could not be vouched for later.
  const isKept = ports.service.keyless === undefined;
  const kept = isKept && ((await options.onSigned?.(signature)) ?? false);
  const stamped = stampedBytes(plan, signature);
  const { timeStampAuthority } = plan.terms;
  const witness = await collectWitness(ports, { plan, signature, stamped, timeStampAuthority }, options).catch(
    (error: unknown) => {
      throw withAdvice(error, returned, kept);
    },
  );
  const now = ports.clock.now();
  const assembled = assembleSignature(plan, signature, now, witness);
  const { keyless } = ports.service;
  const described = describedTrust(plan, keyless, "before");
  const before = judge(evidenceOf(plan, assembled, now), described.policy, described.material, now);
  if (before.state !== "verified") throw notVerified(plan, ports, before.reason.message);

  let manifest: string;
  try {
    manifest = (await pushSignature(ports.registry, reference, assembled, plan.image, options)).digest;
  } catch (cause) {
    const said = cause instanceof AppError ? cause.message : "the registry's answer was not understood.";
    throw new AppError(
      "attach-failed",
      `${plan.artifact} was signed, but the signature could not be attached: ${said} ${adviceFor(returned, kept)} Check that you may push to ${plan.attachment.repository}.`,
      { cause },
    );
  }
  ports.log.info(`Attached ${manifest} to ${plan.artifact}.`);
  // The tag may have moved meanwhile: this is about the digest that was signed, under the name that policies are matched against.
  const isNamed = trust.namedKeySuffices === true && trust.policy.rules.length === 0;
  const asked = isNamed ? describedTrust(plan, keyless, "after") : trust;
  const look = { signal: options.signal, exhaustive: true };
  const { verdict } = await verifyImage(ports, reference, asked, look, plan.image);
  return { artifact: plan.artifact, digest: plan.image.digest, signature: manifest, verdict };
}

/** Pushes an assembled signature: its blobs first, then the manifest that refers to the image, or the layer under the tag. */
export async function pushSignature(
  registry: Registry,
  repository: Repository,
  assembled: AssembledSignature,
  image: Descriptor,
  options: WaitOptions,
): Promise<Descriptor> {
  const { envelope, config, manifest } = assembled;
  await Promise.all(
    [envelope, config].map(({ bytes, descriptor }) =>
      registry.pushBlob(repository, bytes, descriptor.mediaType, options),
    ),
  );
  if (assembled.kind === "signature-tag")
    return registry.addLayer(repository, { tag: assembled.tag, layer: envelope.descriptor, first: manifest }, options);
  const { mediaType, artifactType = mediaType } = manifest.descriptor;
  return registry.pushManifest(repository, { bytes: manifest.bytes, mediaType, subject: image, artifactType }, options);
}

function notVerified(plan: SignaturePlan, ports: SigningPorts, why: string): AppError {
  return new AppError(
    "signature-not-verified",
    `What ${ports.service.name} returned for ${plan.artifact} is not a valid signature by key '${plan.key.name}', and was not attached. ${why}`,
  );
}

/** What to do about a signature that exists and is nowhere yet. */
function adviceFor({ audit }: ReturnedSignature, kept: boolean): string {
  const recorded = audit === undefined ? "" : `The service recorded the signature as ${audit}. `;
  return kept
    ? `${recorded}It was kept: resume the signing to attach it, without asking for another.`
    : `${recorded}It could not be kept here.`;
}

function withAdvice(error: unknown, returned: ReturnedSignature, kept: boolean): unknown {
  if (!(error instanceof AppError)) return error;
  return new AppError(error.code, `${error.message} ${adviceFor(returned, kept)}`, { cause: error });
}

/** The evidence that the registry would give, were the signature attached, and nothing else. */
function evidenceOf(plan: SignaturePlan, assembled: AssembledSignature, now: Date): Evidence {
  const { envelope, config, manifest } = assembled;
  const tagged = assembled.kind === "signature-tag";
  const at = now.toISOString();
  return {
    reference: plan.artifact,
    image: plan.image,
    lookups: [
      { kind: "referrers", target: plan.artifact, at, outcome: tagged ? "absent" : "found" },
      { kind: "signature-tag", target: plan.artifact, at, outcome: tagged ? "found" : "absent" },
      { kind: "attestation-tag", target: plan.artifact, at, outcome: "absent" },
    ],
    candidates: [{ descriptor: manifest.descriptor, from: tagged ? "signature-tag" : "referrers" }],
    blobs: Object.fromEntries([manifest, config, envelope].map(({ descriptor, bytes }) => [descriptor.digest, bytes])),
  };
}
