import { isDigest } from "../image/digest.ts";
import { signaturePredicate, statementType } from "../sign/statement.ts";
import type { Reason } from "../verdict/verdict.ts";
import { readBundle } from "./bundle.ts";
import type { FoundSignature } from "./foundSignature.ts";
import { readStatement } from "./statement.ts";

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
  const hex = isDigest(image) && image.startsWith("sha256:") ? image.slice("sha256:".length) : undefined;
  if (hex === undefined)
    return unsupported("digest-algorithm", "Bundles are only evaluated for images with a SHA-256 digest.");
  if (content.kind === "message") {
    if (content.algorithm !== "SHA2_256" || Buffer.from(content.digest).toString("hex") !== hex)
      return invalid(otherImage);
    const message = { kind: "digest", sha256: Buffer.from(hex, "hex") } as const;
    return {
      purpose: "signature",
      content: { kind: "readable", material: { ...rest, message, alsoDigests: ["sha256"] } },
    };
  }
  if (content.payloadType !== statementType)
    return invalid({ code: "payload-type", message: "The envelope does not hold an in-toto statement." });
  const statement = readStatement(content.payload);
  if (statement === undefined)
    return invalid({ code: "statement-malformed", message: "The in-toto statement cannot be read." });
  const { predicateType } = statement;
  const purpose = predicateType === signaturePredicate ? "signature" : "attestation";
  if (!statement.subjects.includes(hex)) return { ...invalid(otherImage), purpose, predicateType };
  return {
    purpose,
    predicateType,
    // cosign up to 3.1.2 signed envelopes with SHA-256 whatever the key.
    content: { kind: "readable", material: { ...rest, message: content, alsoDigests: ["sha256"] } },
  };
}

const otherImage: Reason = { code: "other-image", message: "The signature is for another image." };

function invalid(reason: Reason): Bundled {
  return { purpose: "signature", content: { kind: "invalid", reason } };
}

function unsupported(code: string, message: string): Bundled {
  return { purpose: "signature", content: { kind: "unsupported", reason: { code, message } } };
}
