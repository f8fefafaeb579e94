import { createPublicKey, type KeyObject } from "node:crypto";
import type { HashAlgorithm, KeyDescription, SignatureScheme } from "../../../application/signingService.ts";
import { decodePem } from "../../../core/base64.ts";
import { textOrEmpty, type JsonObject } from "../../../core/json.ts";
import type { ConfiguredChains } from "../configuredChains.ts";
import type { RemoteKey } from "../keyService.ts";
import { hashAlgorithms, issuerOf, schemesOf, specOf } from "../keyKinds.ts";
import { isChecksumOf } from "./crc32c.ts";

/** The one scheme and digest that a version of a key is made for. */
interface Pinned {
  readonly scheme: SignatureScheme;
  readonly hashes: readonly HashAlgorithm[];
}

/** Reads `RSA_SIGN_PSS_2048_SHA256` and its like; undefined for what is not signed here. */
export function pinnedBy(algorithm: string): Pinned | undefined {
  const [, kind, bits] = /^(RSA_SIGN_PKCS1_\d+|RSA_SIGN_PSS_\d+|EC_SIGN_P\d+)_SHA(256|384|512)$/.exec(algorithm) ?? [];
  const hash = hashAlgorithms.find((each) => each === `sha${bits}`);
  if (algorithm === "EC_SIGN_ED25519") return { scheme: "ed25519", hashes: hashAlgorithms };
  if (kind === undefined || hash === undefined) return undefined;
  const scheme = kind.startsWith("EC") ? "ecdsa" : kind.startsWith("RSA_SIGN_PSS") ? "rsa-pss" : "rsa-pkcs1v15";
  return { scheme, hashes: [hash] };
}

/** Describes a version of a key from what the service says of it and of its public key. */
export function describeKeyVersion(
  name: string,
  version: JsonObject,
  published: JsonObject,
  chains: ConfiguredChains,
  now: number,
): RemoteKey | undefined {
  const id = textOrEmpty(version["name"]);
  const pinned = pinnedBy(textOrEmpty(published["algorithm"]));
  const publicKey = publicKeyOf(published);
  const spec = publicKey === undefined ? undefined : specOf(publicKey);
  if (id === "" || pinned === undefined || publicKey === undefined || spec === undefined) return undefined;
  if (!schemesOf(spec).some(({ scheme }) => scheme === pinned.scheme) || published["name"] !== id) return undefined;
  const chain = chains.chainFor(publicKey);
  const level = textOrEmpty(version["protectionLevel"]);
  return {
    id,
    description: {
      name,
      spec,
      schemes: [pinned],
      publicKey: publicKey.export({ type: "spki", format: "pem" }).toString(),
      certificateChain: chain.map((certificate) => certificate.toString()),
      custody: level.startsWith("HSM") ? "hsm" : level === "SOFTWARE" ? "service-software" : "unknown",
      state: stateOf(version, Date.parse(chain[0]?.validTo ?? ""), now),
      needs: [],
      governance: {
        issuer: issuerOf(chain),
        managedBy: `IAM of ${id.split("/").slice(0, 4).join("/")}; protection level ${level || "unknown"}`,
        attributesSetBy:
          chain.length === 0 ? "nobody: there is no certificate" : "whoever issued the configured certificate",
      },
    },
  };
}

function publicKeyOf(published: JsonObject): KeyObject | undefined {
  const pem = textOrEmpty(published["pem"]);
  const sum = published["pemCrc32c"];
  if (pem.length > 10_000 || (sum !== undefined && !isChecksumOf(sum, Buffer.from(pem, "utf8")))) return undefined;
  const der = decodePem(pem, "PUBLIC KEY");
  try {
    return der === undefined ? undefined : createPublicKey({ key: der, format: "der", type: "spki" });
  } catch {
    return undefined;
  }
}

function stateOf(version: JsonObject, expires: number, now: number): KeyDescription["state"] {
  if (version["state"] !== "ENABLED") return "disabled";
  return expires < now ? "expired" : "enabled";
}
