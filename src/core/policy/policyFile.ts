/** A file that may state a policy: workspace-relative path and text. */
export interface PolicyFile {
  readonly path: string;
  readonly text: string;
}

/** Whether a path can be a policy's, or of a key or certificate that one names: its content decides. */
export function isPolicyPath(path: string): boolean {
  return /\.(?:ya?ml|json|rego|pub|pem|crt|cer)$/i.test(path);
}

/** Whether a file may state a policy that `readPolicy` knows; cheap, so that it can be asked of every file. */
export function mayHoldPolicy(path: string, text: string): boolean {
  if (isTrustStorePath(path)) return true;
  if (isSupportingFile(path))
    return /-----BEGIN (?:PUBLIC KEY|CERTIFICATE)-----/.test(text) && !text.includes("PRIVATE");
  if (isBuildPolicy(path)) return /^\s*package\s+docker\b/m.test(text);
  if (isRegistriesPath(path)) return text.includes("docker");
  if (!/\.(?:ya?ml|json)$/i.test(path)) return false;
  if (isContainersPolicy(path, text) || isNotaryTrustPolicy(path, text)) return true;
  // A chart's template becomes a policy only once it is filled in.
  if (/(?:^|\/)templates\//.test(path) && text.includes("{{")) return false;
  return (
    /policy\.sigstore\.dev|config\.openshift\.io|policies\.kyverno\.io|config\.ratify\./.test(text) ||
    mayHoldConnaisseur(text) ||
    (text.includes("kyverno.io/") && text.includes("verifyImages"))
  );
}

/** Whether a path is one of a key or certificate, which states no policy and which policies name. */
export function isSupportingFile(path: string): boolean {
  return /\.(?:pub|pem|crt|cer)$/i.test(path);
}

/** Docker's policy of a build, which lies beside the Dockerfile. */
export function isBuildPolicy(path: string): boolean {
  return /\.rego$/i.test(path);
}

/** Whether a path is one of containers-registries.d(5), which says where podman and its relatives look for signatures. */
export function isRegistriesPath(path: string): boolean {
  return /(?:^|\/)registries\.d\/[^/]+\.ya?ml$/i.test(path);
}

const storePath = /(?:^|\/)truststore\/x509\/(?:ca|signingAuthority|tsa)\/[A-Za-z0-9_.-]+\/[^/]+\.(?:crt|pem|cer)$/;

/** Whether a path is a certificate file of a trust store, which a policy beside the store names. */
export function isTrustStorePath(path: string): boolean {
  return storePath.test(path);
}

/** Whether a JSON text is a policy of podman, skopeo, buildah and CRI-O (containers-policy.json(5)). */
export function isContainersPolicy(path: string, text: string): boolean {
  return (
    /\.json$/i.test(path) &&
    /"default"\s*:\s*\[\s*\{|"transports"\s*:/.test(text) &&
    /"type"\s*:\s*"(?:insecureAcceptAnything|reject|signedBy|signedBaseLayer|sigstoreSigned)"/.test(text)
  );
}

/** Whether a JSON text is a Notary Project trust policy for images; the one for files (`trustpolicy.blob.json`) is not. */
export function isNotaryTrustPolicy(path: string, text: string): boolean {
  return (
    /\.json$/i.test(path) && !/(?:^|\/)trustpolicy\.blob\.json$/i.test(path) && /"trustPolicies"\s*:\s*\[/.test(text)
  );
}

/** Whether a text may hold Connaisseur's configuration. */
function mayHoldConnaisseur(text: string): boolean {
  return /\bvalidators"?\s*:/.test(text) && /\bpolicy"?\s*:/.test(text) && /\bpattern"?\s*:/.test(text);
}
