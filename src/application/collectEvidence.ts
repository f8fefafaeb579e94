import { attestationTag, sbomTag, signatureTag } from "../core/image/attachmentTag.ts";
import { parseManifest } from "../core/image/manifest.ts";
import { formatReference, repositoryName, type ImageReference } from "../core/image/reference.ts";
import type { Candidate, Descriptor, Evidence, Failure, Lookup, TagKind } from "../core/verdict/evidence.ts";
import { createContentCache, type ContentCache } from "./contentCache.ts";
import { RegistryError } from "./errors.ts";
import type { Clock, Registry, Repository, WaitOptions } from "./ports.ts";
import {
  holdsNotaryEnvelope,
  isAttestation,
  isNotarySignature,
  mayCarrySignatures,
  signatureLayers,
} from "./signatureContent.ts";

/** What collecting needs of the outside world. */
export interface CollectPorts {
  readonly registry: Registry;
  readonly clock: Clock;
  /** Shared between images; without it nothing is remembered. */
  readonly content?: ContentCache;
  /** What each tag meant when it was last asked for: what refers to that is asked for at once, and used where it still holds. */
  readonly lastDigests?: Map<string, string>;
}

/** How far to look. */
export interface CollectOptions extends WaitOptions {
  /** Whether what was found already settles the matter, so that the look-up of the `.sig` tag is saved; without it everything is looked up. */
  readonly satisfied?: (evidence: Evidence) => boolean;
  /** Tags of cosign's first format to ask for besides that of signatures: attestations where a policy wants them. */
  readonly also?: readonly Exclude<TagKind, "signature-tag">[];
  /** What the reference is known to be, a platform that an index names for one, so that it is not looked up. */
  readonly image?: Descriptor;
}

const tagOf: Readonly<Record<TagKind, (digest: string) => string>> = {
  "signature-tag": signatureTag,
  "attestation-tag": attestationTag,
  "sbom-tag": sbomTag,
};

/** Bounds on what one image may make us fetch. */
const limits = { candidates: 50, others: 50, layers: 100, bytes: 64 * 1024 * 1024, lastDigests: 4096 } as const;

/** Failures after which the same registry need not be asked for more. */
const final: ReadonlySet<string> = new Set([
  "network",
  "timeout",
  "tls",
  "authentication",
  "auth-helper-failed",
  "rate-limit",
  "cancelled",
  "image-not-found",
]);

/**
 * Collects what a verdict on one image rests on: resolves a tag once, lists what refers to the digest, and fetches what may
 * carry signatures. With one bundle that is four requests for a tag and three for a digest, without any three for both.
 * Never throws: every failure is recorded where it happened, and none of them means "absent".
 */
export async function collectEvidence(
  ports: CollectPorts,
  reference: ImageReference,
  options: CollectOptions,
): Promise<Evidence> {
  const content = ports.content ?? createContentCache();
  const lookups: Lookup[] = [];
  const candidates: Candidate[] = [];
  const blobs = new Map<string, Uint8Array>();
  const room = { bytes: limits.bytes };
  const others: Descriptor[] = [];
  let { image } = options;

  const evidence = (): Evidence => ({
    reference: formatReference(reference),
    ...(image === undefined ? {} : { image }),
    lookups: [...lookups],
    candidates: [...candidates],
    ...(others.length === 0 ? {} : { others: [...others] }),
    blobs: Object.fromEntries(blobs),
  });
  const record = (kind: Lookup["kind"], target: string, outcome: Lookup["outcome"], failure?: Failure): void => {
    lookups.push({
      kind,
      target,
      at: ports.clock.now().toISOString(),
      outcome,
      ...(failure === undefined ? {} : { failure }),
    });
  };
  const gather = async (found: readonly Descriptor[], from: Candidate["from"]): Promise<void> => {
    const gathered = found.map((descriptor, index) =>
      index < limits.candidates
        ? fetchCandidate(ports.registry, reference, { descriptor, from }, { content, blobs, room }, options)
        : Promise.resolve({
            descriptor,
            from,
            failure: tooMany(`manifests that refer to ${formatReference(reference)}`, limits.candidates),
          }),
    );
    candidates.push(...(await Promise.all(gathered)));
  };

  const resolve = async (): Promise<void> => {
    try {
      image = await ports.registry.resolve(reference, options);
      record(
        "image",
        formatReference(reference),
        image === undefined ? "absent" : "found",
        image === undefined ? notFound(reference) : undefined,
      );
    } catch (error) {
      record("image", formatReference(reference), "failed", failureOf(error));
    }
  };
  const expected = reference.digest === undefined ? ports.lastDigests?.get(formatReference(reference)) : undefined;
  const early = expected === undefined ? undefined : ports.registry.referrers(reference, expected, options);
  // A failure counts only where the answer is used.
  early?.catch(() => undefined);
  if (reference.digest === undefined) await resolve();
  else image ??= { mediaType: "", digest: reference.digest, size: 0 };
  if (image === undefined) return evidence();
  if (reference.digest === undefined) remember(ports.lastDigests, formatReference(reference), image.digest);

  try {
    const isExpected = early !== undefined && image.digest === expected;
    const listed = await (isExpected ? early : ports.registry.referrers(reference, image.digest, options));
    record(listed.from, listed.target, listed.descriptors.length === 0 ? "absent" : "found");
    others.push(
      ...listed.descriptors.filter(({ artifactType }) => !mayCarrySignatures(artifactType)).slice(0, limits.others),
    );
    // A signature of the Notary Project also covers the image's media type and size, which a digest does not tell.
    const isUndescribed = image.mediaType === "";
    const named = isUndescribed && listed.descriptors.some(isNotarySignature);
    await Promise.all([gather(inOrder(listed.descriptors), listed.from), ...(named ? [resolve()] : [])]);
    if (!named && isUndescribed && candidates.some((found) => holdsNotaryEnvelope(found, blobs))) await resolve();
    if (image === undefined) return evidence();
  } catch (error) {
    const failure = failureOf(error);
    record("referrers", `${repositoryName(reference)}@${image.digest}`, "failed", failure);
    if (final.has(failure.code)) return evidence();
  }
  const sofar = evidence();
  if (options.satisfied?.(sofar) === true) return sofar;

  const askTag = async (kind: TagKind, digest: string): Promise<void> => {
    const tag = tagOf[kind](digest);
    try {
      const manifest = await ports.registry.manifest(reference, tag, options);
      record(kind, `${repositoryName(reference)}:${tag}`, manifest === undefined ? "absent" : "found");
      if (manifest === undefined) return;
      content.set(manifest.descriptor.digest, manifest.bytes);
      await gather([manifest.descriptor], kind);
    } catch (error) {
      record(kind, `${repositoryName(reference)}:${tag}`, "failed", failureOf(error));
    }
  };
  // An image that does not exist has no referrers either, and must not pass for one that nobody signed.
  const unseen = image.mediaType === "" && candidates.length === 0;
  const { digest } = image;
  const tags = ["signature-tag", ...(options.also ?? [])] as const;
  await Promise.all([...tags.map((kind) => askTag(kind, digest)), ...(unseen ? [resolve()] : [])]);
  return evidence();
}

function remember(lastDigests: Map<string, string> | undefined, name: string, digest: string): void {
  if (lastDigests === undefined) return;
  lastDigests.delete(name);
  lastDigests.set(name, digest);
  for (const oldest of lastDigests.keys()) {
    if (lastDigests.size <= limits.lastDigests) return;
    lastDigests.delete(oldest);
  }
}

/** Evidence that says why nothing was asked. */
export function evidenceWithout(reference: ImageReference, failure: Failure, clock: Clock): Evidence {
  const target = formatReference(reference);
  const kind = reference.digest === undefined ? "image" : "referrers";
  const lookup: Lookup = { kind, target, at: clock.now().toISOString(), outcome: "failed", failure };
  return { reference: target, lookups: [lookup], candidates: [], blobs: {} };
}

interface Gathered {
  readonly content: ContentCache;
  readonly blobs: Map<string, Uint8Array>;
  readonly room: { bytes: number };
}

/** Fetches a candidate's manifest and its signature content; what could not be had is said in its `failure`. */
async function fetchCandidate(
  registry: Registry,
  repository: Repository,
  candidate: Candidate,
  { content, blobs, room }: Gathered,
  options: WaitOptions,
): Promise<Candidate> {
  const { descriptor } = candidate;
  const failures: Failure[] = [];
  const fetchOne = async (wanted: Descriptor, fetch: () => Promise<Uint8Array>): Promise<Uint8Array | undefined> => {
    try {
      room.bytes -= wanted.size;
      if (room.bytes < 0)
        throw new RegistryError("limit-reached", tooMany("bytes of signatures", limits.bytes).message);
      const bytes = content.get(wanted.digest) ?? (await fetch());
      content.set(wanted.digest, bytes);
      blobs.set(wanted.digest, bytes);
      return bytes;
    } catch (error) {
      failures.push(failureOf(error));
      return undefined;
    }
  };

  const manifest = await fetchOne(descriptor, async () => {
    const found = await registry.manifest(repository, descriptor.digest, options);
    if (found !== undefined) return found.bytes;
    throw new RegistryError(
      "registry-error",
      `Could not read ${repositoryName(repository)}@${descriptor.digest}: the registry lists it but does not have it. Tell the registry's operator.`,
    );
  });
  const parsed = manifest === undefined ? undefined : parseManifest(manifest).value;
  const layers = parsed?.kind === "manifest" ? signatureLayers(parsed) : [];
  if (layers.length > limits.layers) failures.push(tooMany(`signatures in ${descriptor.digest}`, limits.layers));
  const wanted = layers.slice(0, limits.layers);
  await Promise.all(wanted.map((layer) => fetchOne(layer, () => registry.blob(repository, layer, options))));
  return failures[0] === undefined ? candidate : { ...candidate, failure: failures[0] };
}

/** What may carry signatures, without repetitions: signatures first, then what only says something about the image. */
function inOrder(descriptors: readonly Descriptor[]): readonly Descriptor[] {
  const unique = new Map(descriptors.map((descriptor) => [descriptor.digest, descriptor]));
  const carriers = [...unique.values()].filter(({ artifactType }) => mayCarrySignatures(artifactType));
  return [...carriers.filter((entry) => !isAttestation(entry)), ...carriers.filter(isAttestation)];
}

function failureOf(error: unknown): Failure {
  if (error instanceof RegistryError) return { code: error.code, message: error.message };
  return {
    code: "registry-error",
    message: "Could not ask the registry: something unexpected went wrong. Show the log for more.",
  };
}

function notFound(reference: ImageReference): Failure {
  return {
    code: "image-not-found",
    message: `Could not find ${formatReference(reference)}: ${reference.registry} has no such image. Check the reference's spelling, and whether the image has been pushed.`,
  };
}

function tooMany(what: string, most: number): Failure {
  return {
    code: "limit-reached",
    message: `Could not look at all ${what}: more than the ${most} that are read. Remove what is not needed.`,
  };
}
