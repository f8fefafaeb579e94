import { createPublicKey, type KeyObject } from "node:crypto";
import type { HashAlgorithm, KeyDescription, SignatureScheme } from "../../../application/signingService.ts";
import { decodeBase64 } from "../../../core/base64.ts";
import { isJsonArray, textOrEmpty, type JsonObject } from "../../../core/json.ts";
import type { ConfiguredChains } from "../configuredChains.ts";
import type { RemoteKey } from "../keyService.ts";
import { hashAlgorithms, issuerOf, specOf } from "../keyKinds.ts";

/** What KMS calls a scheme with a digest. */
export function algorithmOf(scheme: SignatureScheme, hash: HashAlgorithm): string {
  const digest = hash.replace("sha", "SHA_");
  switch (scheme) {
    case "rsa-pkcs1v15":
      return `RSASSA_PKCS1_V1_5_${digest}`;
    case "rsa-pss":
      return `RSASSA_PSS_${digest}`;
    case "ecdsa":
      return `ECDSA_${digest}`;
    case "ed25519":
      return "ED25519_SHA_512";
  }
}

/** Whether both name one key, by its ARN or by the id at its end, as what imitates KMS may do. */
export function isSameKey(one: string, other: string): boolean {
  const idOf = (name: string): string => name.slice(name.lastIndexOf("/") + 1);
  return one !== "" && idOf(one) === idOf(other);
}

/** Describes a key from the answers to `DescribeKey` and `GetPublicKey`; undefined for one that signs nothing here. */
export function describeKmsKey(
  name: string,
  metadata: JsonObject,
  published: JsonObject,
  chains: ConfiguredChains,
  now: number,
): RemoteKey | undefined {
  const publicKey = publicKeyOf(published);
  const spec = publicKey === undefined ? undefined : specOf(publicKey);
  const id = textOrEmpty(metadata["Arn"]);
  if (publicKey === undefined || spec === undefined || id === "") return undefined;
  if (!isSameKey(textOrEmpty(published["KeyId"]), id)) return undefined;
  if (textOrEmpty(published["KeyUsage"]) !== "SIGN_VERIFY") return undefined;
  const offered = isJsonArray(published["SigningAlgorithms"]) ? published["SigningAlgorithms"] : [];
  const schemes = (["rsa-pkcs1v15", "rsa-pss", "ecdsa", "ed25519"] as const).flatMap((scheme) => {
    const hashes = hashAlgorithms.filter((hash) => offered.includes(algorithmOf(scheme, hash)));
    return hashes.length === 0 ? [] : [{ scheme, hashes }];
  });
  const chain = chains.chainFor(publicKey);
  const origin = textOrEmpty(metadata["Origin"]);
  return {
    id,
    description: {
      name,
      spec,
      schemes,
      publicKey: publicKey.export({ type: "spki", format: "pem" }).toString(),
      certificateChain: chain.map((certificate) => certificate.toString()),
      // Material that was imported has been elsewhere before.
      custody: origin === "AWS_KMS" || origin === "AWS_CLOUDHSM" ? "hsm" : "unknown",
      state: stateOf(metadata, Date.parse(chain[0]?.validTo ?? ""), now),
      needs: [],
      governance: {
        issuer: issuerOf(chain),
        managedBy: `AWS account ${textOrEmpty(metadata["AWSAccountId"]) || "unknown"}, by its IAM and key policies; origin ${origin || "unknown"}; key manager ${textOrEmpty(metadata["KeyManager"]) || "unknown"}`,
        attributesSetBy:
          chain.length === 0 ? "nobody: there is no certificate" : "whoever issued the configured certificate",
      },
    },
  };
}

function publicKeyOf(published: JsonObject): KeyObject | undefined {
  const der = decodeBase64(textOrEmpty(published["PublicKey"]));
  if (der === undefined || der.length === 0 || der.length > 4096) return undefined;
  try {
    return createPublicKey({ key: der, format: "der", type: "spki" });
  } catch {
    return undefined;
  }
}

function stateOf(metadata: JsonObject, expires: number, now: number): KeyDescription["state"] {
  if (textOrEmpty(metadata["KeyState"]) !== "Enabled") return "disabled";
  return expires < now ? "expired" : "enabled";
}
