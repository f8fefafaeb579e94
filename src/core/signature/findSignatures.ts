import { parseManifest, type ImageManifest } from "../image/manifest.ts";
import type { Candidate, Descriptor } from "../verdict/evidence.ts";
import type { Reason, SignatureFormat } from "../verdict/verdict.ts";
import { readAttachedBundle } from "./bundleReferrer.ts";
import { claimedReferenceOf, cosignArtifactType, readCosignLayer, simpleSigningMediaType } from "./cosign.ts";
import { envelopeMediaType, readCosignAttestation } from "./cosignAttestation.ts";
import { notaryArtifactType, notaryLayer, readNotaryEnvelope } from "./notation.ts";
import type { BlobReader, FoundSignature, ManifestFindings } from "./foundSignature.ts";

/** More signatures of one manifest are not looked at. */
const maximumLayers = 100;

const bundlePrefix = "application/vnd.dev.sigstore.bundle";

const nothing: ManifestFindings = { signatures: [], missing: [] };

/**
 * Finds the signatures that a manifest carries. What it is, its own fields say, never the descriptor that named it:
 * fallback indexes label cosign's bundles with another type. A manifest that is no signature at all gives nothing.
 */
export function findSignatures(
  candidate: Candidate,
  manifestBytes: Uint8Array,
  image: string,
  blob: BlobReader,
): ManifestFindings {
  const { digest } = candidate.descriptor;
  const { value: manifest } = parseManifest(manifestBytes);
  if (manifest?.kind !== "manifest")
    return found(digest, "unrecognised", { kind: "unsupported", reason: notAManifest });
  const format = formatOf(manifest);
  // The tags are named after the image; as a referrer the manifest itself has to say whose signature it is.
  const isTagged = candidate.from !== "referrers" && candidate.from !== "referrers-tag";
  if (isTagged || format === "cosign") {
    const stray = !isTagged && manifest.subject?.digest !== image;
    return stray
      ? found(digest, "cosign", { kind: "invalid", reason: otherSubject })
      : readLayers(digest, manifest, image, blob);
  }
  if (format === undefined) return nothing;
  if (manifest.subject?.digest !== image) return found(digest, format, { kind: "invalid", reason: otherSubject });
  if (format === "sigstore-bundle") return readBundleLayer(digest, manifest.layers, image, blob);
  if (format !== "unrecognised") return readNotaryLayer(digest, manifest, format, blob);
  return found(digest, format, {
    kind: "unsupported",
    reason: {
      code: "unsupported-format",
      message: `It is a signature of the format ${format}, which is not evaluated.`,
    },
  });
}

const cosignLayers: ReadonlySet<string> = new Set([simpleSigningMediaType, envelopeMediaType]);

/** The format that a manifest's own types name; undefined where it is no signature (an SBOM, say). */
function formatOf({ artifactType, config, layers }: ImageManifest): SignatureFormat | undefined {
  const layerTypes = layers.map(({ mediaType }) => mediaType);
  const types = [artifactType ?? "", config?.mediaType ?? ""];
  if ([...types, ...layerTypes].some((type) => type.startsWith(bundlePrefix))) return "sigstore-bundle";
  if (types.includes(notaryArtifactType))
    return layerTypes.includes("application/cose") ? "notation-cose" : "notation-jws";
  if (types.includes(cosignArtifactType) || layerTypes.some((type) => cosignLayers.has(type))) return "cosign";
  return types.some((type) => /signature/i.test(type)) ? "unrecognised" : undefined;
}

function readLayers(digest: string, { layers }: ImageManifest, image: string, blob: BlobReader): ManifestFindings {
  const signatures: FoundSignature[] = [];
  const missing: string[] = [];
  // Other media types beside the signatures are attachments of another kind, not signatures.
  const signing = layers.filter(({ mediaType }) => cosignLayers.has(mediaType));
  for (const layer of signing.slice(0, maximumLayers)) {
    const payload = blob(layer.digest, layer.size);
    if (payload === undefined) missing.push(layer.digest);
    else signatures.push({ format: "cosign", manifest: digest, ...readLayer(layer, payload, image) });
  }
  if (signing.length > maximumLayers)
    signatures.push(...found(digest, "cosign", { kind: "unsupported", reason: tooMany }).signatures);
  return { signatures, missing };
}

function readLayer(
  layer: Descriptor,
  blob: Uint8Array,
  image: string,
): Pick<FoundSignature, "purpose" | "predicateType" | "claimedReference" | "content"> {
  if (layer.mediaType === envelopeMediaType) return readCosignAttestation(layer, blob, image);
  const claimedReference = claimedReferenceOf(blob);
  return {
    purpose: "signature",
    ...(claimedReference === undefined ? {} : { claimedReference }),
    content: readCosignLayer(layer, blob, image),
  };
}

function readBundleLayer(
  digest: string,
  layers: readonly Descriptor[],
  image: string,
  blob: BlobReader,
): ManifestFindings {
  const [layer, ...more] = layers;
  if (layer === undefined || more.length > 0)
    return found(digest, "sigstore-bundle", { kind: "invalid", reason: notOneLayer });
  const bytes = blob(layer.digest, layer.size);
  if (bytes === undefined) return { signatures: [], missing: [layer.digest] };
  return {
    signatures: [{ format: "sigstore-bundle", manifest: digest, ...readAttachedBundle(bytes, image) }],
    missing: [],
  };
}

function readNotaryLayer(
  digest: string,
  manifest: ImageManifest,
  format: SignatureFormat,
  blob: BlobReader,
): ManifestFindings {
  const held = notaryLayer(manifest);
  if ("code" in held) return found(digest, format, { kind: "invalid", reason: held });
  const bytes = blob(held.layer.digest, held.layer.size);
  if (bytes === undefined) return { signatures: [], missing: [held.layer.digest] };
  const read = readNotaryEnvelope(held.format, bytes);
  const content = read.kind === "envelope" ? ({ kind: "notary", envelope: read.envelope } as const) : read;
  return found(digest, held.format, content);
}

function found(manifest: string, format: SignatureFormat, content: FoundSignature["content"]): ManifestFindings {
  return { signatures: [{ format, manifest, purpose: "signature", content }], missing: [] };
}

const otherSubject: Reason = { code: "other-image", message: "The signature's manifest is attached to another image." };
const notOneLayer: Reason = {
  code: "signature-malformed",
  message: "The bundle's manifest does not have exactly one layer.",
};
const tooMany: Reason = {
  code: "limit-reached",
  message: `Only the first ${maximumLayers} signatures were looked at.`,
};
const notAManifest: Reason = { code: "unsupported-format", message: "Something is attached that is not a manifest." };
