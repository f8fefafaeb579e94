import { digestOf } from "../../src/core/image/contentDigest.ts";
import type { Authority, PolicyRule, TrustPolicy } from "../../src/core/policy/policy.ts";
import type { Candidate, Descriptor, Evidence, Lookup } from "../../src/core/verdict/evidence.ts";

export const bundleType = "application/vnd.dev.sigstore.bundle.v0.3+json";

/** Some image manifest, and what identifies it. */
export const imageBytes = Buffer.from('{"schemaVersion":2,"config":{},"layers":[]}', "utf8");
export const image: Descriptor = {
  mediaType: "application/vnd.oci.image.manifest.v1+json",
  digest: digestOf(imageBytes),
  size: imageBytes.length,
};
const reference = "registry.example/acme/app:1";
export const now = new Date("2026-11-21T12:00:00Z");
export const identity = "https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main";
export const issuer = "https://token.actions.githubusercontent.com";

export const completeLookups: readonly Lookup[] = [
  { kind: "image", target: reference, at: "2026-11-21T11:59:03Z", outcome: "found" },
  { kind: "referrers", target: "/v2/acme/app/referrers", at: "2026-11-21T11:59:01Z", outcome: "found" },
  { kind: "signature-tag", target: "sha256-.sig", at: "2026-11-21T11:59:02Z", outcome: "absent" },
  { kind: "attestation-tag", target: "sha256-.att", at: "2026-11-21T11:59:02Z", outcome: "absent" },
];

interface Attached {
  readonly candidate: Candidate;
  readonly blobs: Readonly<Record<string, Uint8Array>>;
}

/** A manifest with its layers, as a candidate. `members` override the manifest's. */
export function attach(
  layers: readonly { readonly mediaType: string; readonly bytes: Uint8Array; readonly annotations?: object }[],
  members: object,
  from: Candidate["from"] = "referrers",
): Attached {
  const blobs: Record<string, Uint8Array> = {};
  const descriptors = layers.map(({ mediaType, bytes, annotations }) => {
    blobs[digestOf(bytes)] = bytes;
    return { mediaType, digest: digestOf(bytes), size: bytes.length, ...(annotations ? { annotations } : {}) };
  });
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: { mediaType: "application/vnd.oci.empty.v1+json", digest: digestOf(Buffer.from("{}")), size: 2 },
      layers: descriptors,
      ...members,
    }),
    "utf8",
  );
  blobs[digestOf(manifest)] = manifest;
  const descriptor = {
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    digest: digestOf(manifest),
    size: manifest.length,
  };
  return { candidate: { descriptor, from }, blobs };
}

/** A Sigstore bundle as cosign 3 attaches it. */
export function attachBundle(bundle: Uint8Array, members: object = {}): Attached {
  return attach([{ mediaType: bundleType, bytes: bundle }], { artifactType: bundleType, subject: image, ...members });
}

export function evidenceOf(attached: readonly Attached[], lookups: readonly Lookup[] = completeLookups): Evidence {
  return {
    reference,
    image,
    lookups,
    candidates: attached.map(({ candidate }) => candidate),
    blobs: Object.assign({}, ...attached.map(({ blobs }) => blobs)),
  };
}

const source = { file: "policy/images.yaml", line: 12 };

export function rule(authorities: readonly Authority[], more: Partial<PolicyRule> = {}): PolicyRule {
  return {
    name: "release",
    source,
    mode: "enforce",
    globs: [{ glob: "registry.example/**", source }],
    authorities,
    notUnderstood: [],
    ...more,
  };
}

export function policyOf(...rules: readonly PolicyRule[]): TrustPolicy {
  return { rules, problems: [] };
}

export function keyAuthority(
  publicKey: string,
  more: Partial<Extract<Authority, { kind: "key" }>> = {},
): Extract<Authority, { kind: "key" }> {
  return {
    kind: "key",
    name: "acme",
    source,
    publicKeys: [publicKey],
    hashAlgorithm: "sha256",
    format: "any",
    ...more,
  };
}

export function keylessAuthority(
  more: Partial<Extract<Authority, { kind: "keyless" }>> = {},
): Extract<Authority, { kind: "keyless" }> {
  return {
    kind: "keyless",
    name: "workflow",
    source,
    identities: [{ subject: identity, issuer, source }],
    format: "any",
    ...more,
  };
}
