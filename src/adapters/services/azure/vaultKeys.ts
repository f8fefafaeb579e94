import { createPublicKey, X509Certificate, type KeyObject } from "node:crypto";
import type { KeyDescription, KeySpec, SignRequest } from "../../../application/signingService.ts";
import { decodeBase64 } from "../../../core/base64.ts";
import { objectIn, textOrEmpty, type JsonObject } from "../../../core/json.ts";
import type { ConfiguredChains } from "../configuredChains.ts";
import type { RemoteKey } from "../keyService.ts";
import { issuerOf, schemesOf, specOf } from "../keyKinds.ts";

/** The one digest that the service signs with each curve (RFC 7518, 3.4); RSA takes all. */
const curveHashes = new Map<KeySpec, "sha256" | "sha384" | "sha512">([
  ["p256", "sha256"],
  ["p384", "sha384"],
  ["p521", "sha512"],
]);

/** What the service calls a scheme with a digest (RFC 7518, 3.1). */
export function algorithmOf({ scheme, hash }: Pick<SignRequest, "scheme" | "hash">): string {
  const prefix = scheme === "ecdsa" ? "ES" : scheme === "rsa-pss" ? "PS" : "RS";
  return `${prefix}${hash.slice(3)}`;
}

/** Describes a key from the answer to `GET keys/NAME`, and of its certificate where it has one. */
export function describeVaultKey(
  name: string,
  answer: JsonObject,
  certificate: JsonObject,
  chains: ConfiguredChains,
  now: number,
): RemoteKey | undefined {
  const key = objectIn(answer, "key");
  const attributes = objectIn(answer, "attributes");
  const publicKey = publicKeyOf(key);
  const spec = publicKey === undefined ? undefined : specOf(publicKey);
  const id = textOrEmpty(key["kid"]);
  const operations = key["key_ops"];
  if (publicKey === undefined || spec === undefined || id === "") return undefined;
  if (!Array.isArray(operations) || !operations.includes("sign")) return undefined;
  const leaf = leafOf(certificate, publicKey);
  const chain = leaf === undefined ? chains.chainFor(publicKey) : chains.complete(leaf);
  const hash = curveHashes.get(spec);
  const policy = objectIn(certificate, "policy");
  return {
    id,
    description: {
      name,
      spec,
      schemes: schemesOf(spec, hash === undefined ? undefined : [hash]),
      publicKey: publicKey.export({ type: "spki", format: "pem" }).toString(),
      certificateChain: chain.map((each) => each.toString()),
      custody: textOrEmpty(key["kty"]).endsWith("-HSM")
        ? "hsm"
        : attributes["exportable"] === true
          ? "unknown"
          : "service-software",
      state: stateOf(attributes, chain, now),
      needs: [],
      governance: {
        issuer: issuerOf(chain),
        managedBy: `${new URL(id).host}, by its access policies or roles; ${attributes["exportable"] === true ? "the private key can be exported" : "the private key cannot be exported"}`,
        attributesSetBy:
          leaf === undefined
            ? "unknown: the vault holds no certificate for the key"
            : `the certificate's policy in the vault (issuer ${textOrEmpty(objectIn(policy, "issuer")["name"]) || "unknown"})`,
      },
    },
  };
}

function publicKeyOf(key: JsonObject): KeyObject | undefined {
  const kty = textOrEmpty(key["kty"]).replace(/-HSM$/, "");
  const part = (name: string): string => textOrEmpty(key[name]);
  try {
    if (kty === "RSA") return createPublicKey({ format: "jwk", key: { kty, n: part("n"), e: part("e") } });
    if (kty !== "EC") return undefined;
    return createPublicKey({ format: "jwk", key: { kty, crv: part("crv"), x: part("x"), y: part("y") } });
  } catch {
    return undefined;
  }
}

/** The certificate, where it is for this key: a new version of either may be ahead of the other. */
function leafOf(certificate: JsonObject, publicKey: KeyObject): X509Certificate | undefined {
  const der = decodeBase64(textOrEmpty(certificate["cer"]));
  if (der === undefined || der.length === 0) return undefined;
  try {
    const leaf = new X509Certificate(der);
    return leaf.publicKey.equals(publicKey) ? leaf : undefined;
  } catch {
    return undefined;
  }
}

function stateOf(attributes: JsonObject, [leaf]: readonly X509Certificate[], now: number): KeyDescription["state"] {
  if (attributes["enabled"] === false) return "disabled";
  const ends = attributes["exp"];
  const begins = attributes["nbf"];
  if (typeof begins === "number" && begins * 1000 > now) return "disabled";
  if (typeof ends === "number" && ends * 1000 < now) return "expired";
  return leaf !== undefined && Date.parse(leaf.validTo) < now ? "expired" : "enabled";
}
