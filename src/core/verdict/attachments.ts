import { parseManifest } from "../image/manifest.ts";
import { statementType } from "../sign/statement.ts";
import type { Candidate, Descriptor, Evidence } from "./evidence.ts";
import type { Attachment } from "./verdict.ts";

/** More attachments are not listed. */
const maximumAttachments = 100;

/**
 * What is attached to the image and nobody signed: SBOMs, statements without an envelope, whatever else refers to it.
 * `signed` are the digests of the manifests that carry signatures, which are told of elsewhere.
 */
export function attachmentsIn(evidence: Evidence, signed: ReadonlySet<string>): readonly Attachment[] {
  const listed = (evidence.others ?? []).map((descriptor) => attachment(descriptor, typesOf(descriptor), "referrers"));
  const looked = evidence.candidates
    .filter(({ descriptor, failure }) => failure === undefined && !signed.has(descriptor.digest))
    .map(({ descriptor, from }) => attachment(descriptor, typesWithin(descriptor, evidence), from));
  const unique = new Map([...listed, ...looked].map((each) => [each.digest, each]));
  return [...unique.values()].slice(0, maximumAttachments);
}

function attachment({ digest }: Descriptor, types: readonly string[], from: Candidate["from"]): Attachment {
  const kind = types.some((type) => /spdx|cyclonedx|syft|sbom/i.test(type))
    ? "sbom"
    : types.some((type) => type === statementType || /attestation/i.test(type))
      ? "attestation"
      : "other";
  return { kind, mediaType: types.find((type) => type !== "") ?? "unknown", digest, from };
}

function typesOf({ artifactType, mediaType }: Descriptor): readonly string[] {
  return [artifactType ?? mediaType];
}

/** What a manifest itself says that it holds; what named it may say anything. */
function typesWithin({ digest, mediaType }: Descriptor, { blobs }: Evidence): readonly string[] {
  const bytes = Object.hasOwn(blobs, digest) ? blobs[digest] : undefined;
  const manifest = bytes === undefined ? undefined : parseManifest(bytes).value;
  if (manifest?.kind !== "manifest") return [mediaType];
  const layers = manifest.layers.map((layer) => layer.mediaType);
  return [...new Set([...layers, manifest.artifactType ?? ""])].slice(0, 8);
}
