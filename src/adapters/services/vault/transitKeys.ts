import { createPublicKey, X509Certificate, type KeyObject } from "node:crypto";
import type { KeyDescription, KeySpec } from "../../../application/signingService.ts";
import { decodeBase64 } from "../../../core/base64.ts";
import { isJsonObject, type JsonObject } from "../../../core/json.ts";
import { issuerOf, schemesOf, specOf } from "../keyKinds.ts";

/** A key as people see it, with the version that was described: no other one may sign. */
export interface TransitKey {
  readonly description: KeyDescription;
  readonly version: number;
}

/** What the transit secrets engine calls its kinds of keys that sign. */
const specs = new Map<string, KeySpec>([
  ["rsa-2048", "rsa2048"],
  ["rsa-3072", "rsa3072"],
  ["rsa-4096", "rsa4096"],
  ["ecdsa-p256", "p256"],
  ["ecdsa-p384", "p384"],
  ["ecdsa-p521", "p521"],
  ["ed25519", "ed25519"],
]);

/** SubjectPublicKeyInfo of an Ed25519 key up to its 32 octets (RFC 8410, section 4). */
const ed25519Prefix = Buffer.from("302a300506032b6570032100", "hex");
const maximumChain = 10;
const maximumPem = 100_000;

/**
 * Describes the latest version of a key from the answer to `GET transit/keys/NAME`; undefined where it is not understood
 * or of a kind that signs nothing here. `mount` and `namespace` say where the key is; `now` is milliseconds since 1970.
 */
export function describeTransitKey(
  name: string,
  body: unknown,
  place: { readonly mount: string; readonly namespace?: string },
  now: number,
): TransitKey | undefined {
  const data = isJsonObject(body) && isJsonObject(body["data"]) ? body["data"] : {};
  const spec = specs.get(typeof data["type"] === "string" ? data["type"] : "");
  const version = data["latest_version"];
  const versions = data["keys"];
  // A derived key is another one for each context, which a signature could not be verified by.
  if (spec === undefined || data["derived"] === true || data["supports_signing"] === false) return undefined;
  if (typeof version !== "number" || !Number.isSafeInteger(version) || version < 1) return undefined;
  const stored =
    isJsonObject(versions) && Object.hasOwn(versions, String(version)) ? versions[String(version)] : undefined;
  if (!isJsonObject(stored)) return undefined;
  const publicKey = publicKeyOf(stored, spec);
  if (publicKey === undefined || specOf(publicKey) !== spec) return undefined;
  const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
  const { chain, problem } = chainOf(stored, publicKey);
  return {
    version,
    description: {
      name,
      spec,
      schemes: schemesOf(spec),
      publicKey: pem,
      certificateChain: chain.map((certificate) => certificate.toString()),
      custody: isTakeable(data) ? "unknown" : "service-software",
      state: stateOf(data, chain, now),
      needs: [],
      governance: {
        issuer: problem ?? issuerOf(chain),
        managedBy: managersOf(data, version, place),
        attributesSetBy:
          chain.length === 0
            ? "nobody: there is no certificate"
            : "who set the certificate of the key (set-certificate); the engine does not record it",
      },
    },
  };
}

function publicKeyOf(stored: JsonObject, spec: KeySpec): KeyObject | undefined {
  const text = stored["public_key"];
  if (typeof text !== "string" || text.length > maximumPem) return undefined;
  try {
    if (spec !== "ed25519") return createPublicKey(text);
    const raw = decodeBase64(text);
    if (raw?.length !== 32) return undefined;
    return createPublicKey({ key: Buffer.concat([ed25519Prefix, raw]), format: "der", type: "spki" });
  } catch {
    return undefined;
  }
}

/** The chain that somebody set, leaf first. One for another key is left out, and said. */
function chainOf(
  stored: JsonObject,
  publicKey: KeyObject,
): { readonly chain: readonly X509Certificate[]; readonly problem?: string } {
  const text = stored["certificate_chain"];
  if (typeof text !== "string" || text === "") return { chain: [] };
  const blocks = text.length > maximumPem ? [] : (text.match(certificatePattern) ?? []);
  const unreadable = { chain: [], problem: "unknown: the certificates that were set cannot be read" };
  if (blocks.length === 0 || blocks.length > maximumChain) return unreadable;
  try {
    const chain = blocks.map((block) => new X509Certificate(block));
    return chain[0]?.publicKey.equals(publicKey) === true
      ? { chain }
      : { chain: [], problem: "unknown: the certificate that was set is for another key" };
  } catch {
    return unreadable;
  }
}

const certificatePattern = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/** Whether the private key may be outside the service, where nothing holds it back. */
function isTakeable(data: JsonObject): boolean {
  return data["exportable"] !== false || data["allow_plaintext_backup"] !== false;
}

function stateOf(data: JsonObject, [leaf]: readonly X509Certificate[], now: number): KeyDescription["state"] {
  if (data["soft_deleted"] === true) return "disabled";
  return leaf !== undefined && Date.parse(leaf.validTo) < now ? "expired" : "enabled";
}

function managersOf(
  data: JsonObject,
  version: number,
  { mount, namespace }: { readonly mount: string; readonly namespace?: string },
): string {
  const where = namespace === undefined ? "" : ` in namespace ${namespace}`;
  const answers: readonly (readonly [string, string, string])[] = [
    ["exportable", "the private key can be exported", "the private key cannot be exported"],
    ["allow_plaintext_backup", "plain-text backups are allowed", "plain-text backups are not allowed"],
    ["deletion_allowed", "it may be deleted", "it may not be deleted"],
  ];
  const told = answers.map(([field, yes, no]) =>
    data[field] === true ? yes : data[field] === false ? no : `${field} unknown`,
  );
  return `policies of ${mount}/${where}; version ${version}; ${told.join("; ")}`;
}
