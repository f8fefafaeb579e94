import { isDigest } from "../image/digest.ts";
import { signaturePredicate, statementType } from "../sign/statement.ts";
import type { Reason } from "../verdict/verdict.ts";
import { readStatement } from "./statement.ts";

/** What a signed statement that is attached to an image says of it. */
export interface AttachedStatement {
  readonly purpose: "signature" | "attestation";
  readonly predicateType?: string;
  /** Why it can never be valid for the image. */
  readonly objection?: Reason;
}

/**
 * Reads the in-toto statement of an envelope. Only cosign's signing predicate says "this image"; any other statement is an
 * attestation and never counts as a signature (CVE-2022-35929), however validly it is signed.
 */
export function readAttachedStatement(payloadType: string, payload: Uint8Array, image: string): AttachedStatement {
  if (payloadType !== statementType)
    return refused({ code: "payload-type", message: "The envelope does not hold an in-toto statement." });
  const statement = readStatement(payload);
  if (statement === undefined)
    return refused({ code: "statement-malformed", message: "The in-toto statement cannot be read." });
  const { predicateType, subjects } = statement;
  const purpose = predicateType === signaturePredicate ? "signature" : "attestation";
  const hex = hexOf(image);
  const isAbout = hex !== undefined && subjects.includes(hex);
  return { purpose, predicateType, ...(isAbout ? {} : { objection: otherImage }) };
}

/** The SHA-256 of an image as statements name it; undefined where its digest is of another kind. */
export function hexOf(image: string): string | undefined {
  return isDigest(image) && image.startsWith("sha256:") ? image.slice("sha256:".length) : undefined;
}

/** The signature holds, and for something else. */
export const otherImage: Reason = { code: "other-image", message: "The signature is for another image." };

function refused(objection: Reason): AttachedStatement {
  return { purpose: "signature", objection };
}
