import { createHash } from "node:crypto";
import { decodePem } from "../base64.ts";
import { isIssuedBy } from "../x509/chain.ts";
import { readCertificate, type Certificate } from "../x509/certificate.ts";
import { readPublicKey } from "../x509/publicKey.ts";

/** A log: its public key, PEM, and its URL, which checkpoints are compared with; without one, only promises count. */
export interface StatedLog {
  readonly key: string;
  readonly url?: string;
}

/** Certificates and keys that a policy states, PEM; those of one entry belong together. */
export interface RootMaterial {
  /** Certificates of authorities, in any order; each may have issued a signer's certificate. */
  readonly authorities: readonly string[];
  readonly logs: readonly StatedLog[];
  readonly certificateLogs?: readonly StatedLog[];
  readonly timestampAuthorities?: readonly string[];
}

/** A policy trusts its keys without bounds in time; only a trusted root must state where trust starts. */
const validFor = { start: "1970-01-01T00:00:00Z" };

const limits = { length: 256 * 1024, certificates: 32 };

/** The Sigstore algorithm registry's names of the keys that logs may have. */
const keyDetails = new Map([
  ["ecdsa-p256", "PKIX_ECDSA_P256_SHA_256"],
  ["ecdsa-p384", "PKIX_ECDSA_P384_SHA_384"],
  ["ecdsa-p521", "PKIX_ECDSA_P521_SHA_512"],
  ["ed25519", "PKIX_ED25519"],
  ["rsa-2048", "PKIX_RSA_PKCS1V15_2048_SHA256"],
  ["rsa-3072", "PKIX_RSA_PKCS1V15_3072_SHA256"],
  ["rsa-4096", "PKIX_RSA_PKCS1V15_4096_SHA256"],
]);

/**
 * Writes what a policy states as a trusted root (`application/vnd.dev.sigstore.trustedroot+json`), or says why it
 * cannot be used, in words that follow "the root". Every certificate of an entry must lead to a self-signed one in it.
 */
export function writeStatedRoot(
  material: RootMaterial,
): { readonly kind: "text"; readonly text: string } | { readonly kind: "refused"; readonly why: string } {
  const { authorities, logs, certificateLogs = [], timestampAuthorities = [] } = material;
  const chains = authorities.map((pem) => chainsOf(pem));
  const stampers = timestampAuthorities.map((pem) => chainsOf(pem));
  if ([...chains, ...stampers].includes(undefined))
    return {
      kind: "refused",
      why: "has certificates that cannot be read, or that do not lead to one that is self-signed",
    };
  const keys = [...logs, ...certificateLogs].map(logOf);
  if (keys.includes(undefined)) return { kind: "refused", why: "has a log with a key that cannot be used" };
  const root = {
    mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
    tlogs: keys.slice(0, logs.length),
    certificateAuthorities: chains.flatMap((some) => (some ?? []).map(authorityOf)),
    ctlogs: keys.slice(logs.length),
    // A time-stamp authority is one chain from its own certificate on; the longest has it first.
    timestampAuthorities: stampers.flatMap((some) => longest(some ?? []).map(authorityOf)),
  };
  return { kind: "text", text: JSON.stringify(root) };
}

function longest(chains: readonly (readonly Certificate[])[]): readonly (readonly Certificate[])[] {
  const [first] = chains.toSorted((one, other) => other.length - one.length);
  return first === undefined ? [] : [first];
}

/** The path from each certificate of the text to a self-signed one, through the others; undefined where one has none. */
function chainsOf(pem: string): readonly (readonly Certificate[])[] | undefined {
  if (pem.length > limits.length) return undefined;
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0 || blocks.length > limits.certificates) return undefined;
  const certificates: Certificate[] = [];
  for (const block of blocks) {
    const der = decodePem(block, "CERTIFICATE");
    const certificate = der === undefined ? undefined : readCertificate(der);
    if (certificate === undefined) return undefined;
    certificates.push(certificate);
  }
  const paths: (readonly Certificate[])[] = [];
  for (const certificate of certificates) {
    const path = [certificate];
    for (let last = certificate; !isIssuedBy(last, last);) {
      const issuer = certificates.find((each) => !path.includes(each) && isIssuedBy(last, each));
      if (issuer === undefined) return undefined;
      path.push(issuer);
      last = issuer;
    }
    paths.push(path);
  }
  return paths;
}

function authorityOf(chain: readonly Certificate[]): object {
  return { certChain: { certificates: chain.map(({ der }) => ({ rawBytes: base64(der) })) }, validFor };
}

function logOf({ key: pem, url }: StatedLog): object | undefined {
  const key = readPublicKey(pem);
  const details = keyDetails.get(key?.algorithm ?? "");
  if (key === undefined || details === undefined) return undefined;
  const der = key.key.export({ type: "spki", format: "der" });
  return {
    ...(url === undefined ? {} : { baseUrl: url }),
    hashAlgorithm: "SHA2_256",
    publicKey: { rawBytes: base64(der), keyDetails: details, validFor },
    logId: { keyId: createHash("sha256").update(der).digest("base64") },
  };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
