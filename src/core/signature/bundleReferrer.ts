import { hexOf, otherImage, readAttachedStatement } from "./attachedStatement.ts";
import { readBundle } from "./bundle.ts";
import type { FoundSignature } from "./foundSignature.ts";

type Bundled = Pick<FoundSignature, "purpose" | "predicateType" | "content">;

/**
 * Reads a Sigstore bundle that is attached to an image. Only a statement with cosign's signing predicate, or a signature
 * over the manifest itself, says "this image"; any other statement is an attestation and never counts as a signature
 * (CVE-2022-35929), however validly it is signed.
 */
export function readAttachedBundle(bytes: Uint8Array, image: string): Bundled {
  const bundle = readBundle(bytes);
  if (bundle.kind === "refused") {
    const unsupported = bundle.reason.code === "bundle-version";
    return { purpose: "signature", content: { kind: unsupported ? "unsupported" : "invalid", reason: bundle.reason } };
  }
  const { content, ...rest } = bundle.value;
  const hex = hexOf(image);
  if (hex === undefined)
    return unsupported("digest-algorithm", "Bundles are only evaluated for images with a SHA-256 digest.");
  if (content.kind === "message") {
    if (content.algorithm !== "SHA2_256" || Buffer.from(content.digest).toString("hex") !== hex)
      return { purpose: "signature", content: { kind: "invalid", reason: otherImage } };
    const message = { kind: "digest", sha256: Buffer.from(hex, "hex") } as const;
    return {
      purpose: "signature",
      content: { kind: "readable", material: { ...rest, message, alsoDigests: ["sha256"] } },
    };
  }
  const { objection, ...about } = readAttachedStatement(content.payloadType, content.payload, image);
  if (objection !== undefined) return { ...about, content: { kind: "invalid", reason: objection } };
  return {
    ...about,
    // cosign up to 3.1.2 signed envelopes with SHA-256 whatever the key.
    content: { kind: "readable", material: { ...rest, message: content, alsoDigests: ["sha256"] } },
  };
}

function unsupported(code: string, message: string): Bundled {
  return { purpose: "signature", content: { kind: "unsupported", reason: { code, message } } };
}
