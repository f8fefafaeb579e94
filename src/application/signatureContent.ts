import { parseManifest, type ImageManifest } from "../core/image/manifest.ts";
import { signaturePredicate, statementType } from "../core/sign/statement.ts";
import { envelopeMediaType } from "../core/signature/cosignAttestation.ts";
import { notaryArtifactType } from "../core/signature/notation.ts";
import type { Candidate, Descriptor } from "../core/verdict/evidence.ts";

const bundlePrefix = "application/vnd.dev.sigstore.bundle";

const carriers = new Set([
  notaryArtifactType,
  "application/vnd.dev.cosign.artifact.sig.v1+json",
  envelopeMediaType,
  // Statements, signed or not.
  statementType,
  // Types that say nothing: the manifest itself must be asked.
  "application/vnd.oci.empty.v1+json",
  "application/vnd.oci.image.config.v1+json",
]);

const signatures = new Set([
  "application/vnd.dev.cosign.simplesigning.v1+json",
  envelopeMediaType,
  "application/jose+json",
  "application/cose",
]);

/** Whether a referrer of this `artifactType` may carry signatures, so that its manifest is worth a request. */
export function mayCarrySignatures(artifactType: string | undefined): boolean {
  if (artifactType === undefined || artifactType.startsWith(bundlePrefix) || carriers.has(artifactType)) return true;
  // A kind of signature that we do not know makes a verdict unknown, so it must not be passed over.
  return /signature/iu.test(artifactType);
}

/** Whether a list says that an entry is a signature of the Notary Project. */
export function isNotarySignature({ artifactType }: Descriptor): boolean {
  return artifactType === notaryArtifactType;
}

/** Whether a candidate's own manifest holds an envelope of the Notary Project, whatever the list called it. */
export function holdsNotaryEnvelope({ descriptor }: Candidate, blobs: ReadonlyMap<string, Uint8Array>): boolean {
  const bytes = blobs.get(descriptor.digest);
  const manifest = bytes === undefined ? undefined : parseManifest(bytes).value;
  return (
    manifest?.kind === "manifest" && [manifest.artifactType, manifest.config?.mediaType].includes(notaryArtifactType)
  );
}

/** The layers of a manifest that are signature content, so that their bytes belong to the evidence. */
export function signatureLayers({ artifactType, config, layers }: ImageManifest): readonly Descriptor[] {
  const types = [artifactType ?? "", config?.mediaType ?? ""];
  // What says that it is a bundle is judged as one, whatever its layer calls itself.
  if (types.some((type) => type.startsWith(bundlePrefix))) return layers.slice(0, 1);
  return layers.filter(({ mediaType }) => mediaType.startsWith(bundlePrefix) || signatures.has(mediaType));
}

/** Whether a list's entry says that it is an attestation: signatures are likelier to hold what a policy asks for. */
export function isAttestation({ artifactType, annotations }: Descriptor): boolean {
  const type = annotations?.["dev.sigstore.bundle.predicateType"];
  return artifactType === statementType || (type !== undefined && type !== signaturePredicate);
}
