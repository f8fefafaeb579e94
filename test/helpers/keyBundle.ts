import { createHash, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { preAuthenticationEncoding, signatureStatement, statementType } from "../../src/core/sign/statement.ts";
import { bundleType, image } from "./signedImage.ts";

export interface Pair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export const acme = generateKeyPairSync("ec", { namedCurve: "P-256" });
export const stranger = generateKeyPairSync("ec", { namedCurve: "P-256" });
export const pem = (pair: Pair): string => pair.publicKey.export({ type: "spki", format: "pem" }).toString();
export const hintOf = (pair: Pair): string =>
  createHash("sha256")
    .update(pair.publicKey.export({ type: "spki", format: "der" }))
    .digest("base64");

export function keyBundle(
  pair: Pair,
  { digest = image.digest, hint = hintOf(pair), hash = "sha256" as string | null } = {},
) {
  const payload = signatureStatement(digest);
  const sig = sign(hash, preAuthenticationEncoding(statementType, payload), pair.privateKey).toString("base64");
  return Buffer.from(
    JSON.stringify({
      mediaType: bundleType,
      verificationMaterial: { publicKey: hint === "" ? {} : { hint } },
      dsseEnvelope: { payload: payload.toString("base64"), payloadType: statementType, signatures: [{ sig }] },
    }),
  );
}
