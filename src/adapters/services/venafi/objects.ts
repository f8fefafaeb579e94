import { createPublicKey, X509Certificate, type KeyObject } from "node:crypto";
import { decodeBase64 } from "../../../core/base64.ts";
import { isJsonObject, type JsonObject } from "../../../core/json.ts";
import { objectsIn, textIn } from "./values.ts";

/** What the product holds of one key. */
export interface StoredKey {
  readonly keyId: string;
  readonly label?: string;
  readonly publicKey: KeyObject;
  /** Leaf first, as far as its issuers are there; empty where the key has no certificate. */
  readonly chain: readonly X509Certificate[];
}

interface StoredCertificate {
  readonly keyId: string | undefined;
  readonly label: string | undefined;
  readonly certificate: X509Certificate;
  /** Whether it came as the chain of another one. */
  readonly nested: boolean;
}

const maximumCertificate = 64 * 1024;
const maximumChain = 8;

/**
 * The keys in an answer to `getobjects`: self-hosted as a flat list from leaf to root, SaaS with the issuers nested in
 * the leaf. The order of neither is relied on: a chain is put together by who issued whom. `askedFor` is the key that
 * the request was restricted to.
 */
export function readObjects(body: unknown, askedFor?: string): readonly StoredKey[] {
  const json = isJsonObject(body) ? body : {};
  const certificates = objectsIn(json, "Certificates").flatMap((entry) => readEntry(entry, askedFor));
  const bare = new Map<string, { readonly label: string | undefined; readonly publicKey: KeyObject }>();
  for (const entry of objectsIn(json, "PublicKeys")) {
    const keyId = textIn(entry, "KeyId") ?? askedFor;
    const publicKey = readBareKey(entry);
    if (keyId !== undefined && publicKey !== undefined && !bare.has(keyId))
      bare.set(keyId, { label: textIn(entry, "Label"), publicKey });
  }
  const own = certificates.filter(({ nested }) => !nested);
  const ids = new Set([...own.flatMap(({ keyId }) => keyId ?? []), ...bare.keys()]);
  return [...ids].flatMap((keyId) => {
    const described = bare.get(keyId);
    const candidates = own.filter((entry) => entry.keyId === keyId);
    const leaf =
      (described && candidates.find(({ certificate }) => isSame(certificate.publicKey, described.publicKey))) ??
      candidates.find(({ certificate }) => !certificate.ca) ??
      (described === undefined ? candidates[0] : undefined);
    const publicKey = leaf?.certificate.publicKey ?? described?.publicKey;
    if (publicKey === undefined) return [];
    const label = leaf?.label ?? described?.label;
    const chain = leaf === undefined ? [] : chainOf(leaf.certificate, certificates);
    return [{ keyId, publicKey, chain, ...(label === undefined ? {} : { label }) }];
  });
}

/** The certificates in PEM text, in Base64 as `certificates/retrieve` gives it, as the key's. */
export function readRetrieved(body: unknown, keyId: string): readonly StoredKey[] {
  const data = isJsonObject(body) ? decodeBase64(textIn(body, "CertificateData") ?? "") : undefined;
  const blocks = data?.toString("latin1").match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  const values = blocks.slice(0, maximumChain).map((block) => ({ Value: block.replaceAll(/-----[^-]+-----|\s/g, "") }));
  return readObjects({ Certificates: values }, keyId);
}

function readEntry(entry: JsonObject, askedFor: string | undefined): readonly StoredCertificate[] {
  const certificate = readCertificate(entry);
  if (certificate === undefined) return [];
  const [keyId, label] = [textIn(entry, "KeyId") ?? askedFor, textIn(entry, "Label")];
  const issuers = [
    ...objectsIn(entry, "Intermediates").slice(0, maximumChain),
    ...objectsIn(entry, "Root").slice(0, 1),
  ];
  return [
    { keyId, label, certificate, nested: false },
    ...issuers.flatMap((issuer) => {
      const read = readCertificate(issuer);
      return read === undefined ? [] : [{ keyId: undefined, label: undefined, certificate: read, nested: true }];
    }),
  ];
}

function readCertificate(entry: JsonObject): X509Certificate | undefined {
  const der = decodeBase64(textIn(entry, "Value") ?? "");
  if (der === undefined || der.length === 0 || der.length > maximumCertificate) return undefined;
  try {
    return new X509Certificate(der);
  } catch {
    return undefined;
  }
}

function chainOf(leaf: X509Certificate, pool: readonly StoredCertificate[]): readonly X509Certificate[] {
  const chain = [leaf];
  for (let last = leaf; chain.length < maximumChain;) {
    const issuer = last.issuer === last.subject ? undefined : pool.find(({ certificate }) => issued(certificate, last));
    if (issuer === undefined) break;
    last = issuer.certificate;
    chain.push(last);
  }
  return chain;
}

function issued(issuer: X509Certificate, certificate: X509Certificate): boolean {
  try {
    return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  } catch {
    return false;
  }
}

/** A key without a certificate: KeyType 0 is RSA, 3 EC, 64 Edwards. */
function readBareKey(entry: JsonObject): KeyObject | undefined {
  const bytes = (name: string): Buffer | undefined => decodeBase64(textIn(entry, name) ?? "");
  try {
    if (entry["KeyType"] === 0) {
      const [n, e] = [bytes("Modulus"), bytes("Exponent")];
      if (n === undefined || e === undefined) return undefined;
      return createPublicKey({
        format: "jwk",
        key: { kty: "RSA", n: n.toString("base64url"), e: e.toString("base64url") },
      });
    }
    const point = bytes("ECPoint");
    if (point === undefined) return undefined;
    if (entry["KeyType"] === 64)
      return createPublicKey({ format: "jwk", key: { kty: "OKP", crv: "Ed25519", x: point.toString("base64url") } });
    const half = (point.length - 1) / 2;
    const crv = textIn(entry, "Curve")?.replace(/^P-?/, "P-") ?? "";
    if (entry["KeyType"] !== 3 || point[0] !== 4 || !Number.isInteger(half)) return undefined;
    const [x, y] = [point.subarray(1, 1 + half), point.subarray(1 + half)].map((part) => part.toString("base64url"));
    return createPublicKey({ format: "jwk", key: { kty: "EC", crv, x: x ?? "", y: y ?? "" } });
  } catch {
    return undefined;
  }
}

function isSame(one: KeyObject, other: KeyObject): boolean {
  return one.export({ type: "spki", format: "der" }).equals(other.export({ type: "spki", format: "der" }));
}
