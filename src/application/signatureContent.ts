const bundlePrefix = "application/vnd.dev.sigstore.bundle";

const carriers = new Set([
  "application/vnd.cncf.notary.signature",
  "application/vnd.dev.cosign.artifact.sig.v1+json",
  // Types that say nothing: the manifest itself must be asked.
  "application/vnd.oci.empty.v1+json",
  "application/vnd.oci.image.config.v1+json",
]);

const signatures = new Set([
  "application/vnd.dev.cosign.simplesigning.v1+json",
  "application/jose+json",
  "application/cose",
]);

/** Whether a referrer of this `artifactType` may carry signatures, so that its manifest is worth a request. */
export function mayCarrySignatures(artifactType: string | undefined): boolean {
  return artifactType === undefined || artifactType.startsWith(bundlePrefix) || carriers.has(artifactType);
}

/** Whether a layer of this media type is signature content, so that its bytes belong to the evidence. */
export function isSignatureContent(mediaType: string): boolean {
  return mediaType.startsWith(bundlePrefix) || signatures.has(mediaType);
}

/** Whether a list's entry is likelier than others to hold what a policy asks for: signatures before attestations. */
export function isAttestation(annotations: Readonly<Record<string, string>> | undefined): boolean {
  const type = annotations?.["dev.sigstore.bundle.predicateType"];
  return type !== undefined && type !== "https://sigstore.dev/cosign/sign/v1";
}

/** The tag under which cosign's first format keeps the signatures of a digest. */
export function signatureTag(digest: string): string {
  return `${digest.replace(":", "-")}.sig`;
}
