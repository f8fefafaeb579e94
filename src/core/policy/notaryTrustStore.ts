import { X509Certificate } from "node:crypto";
import { decodeBase64 } from "../base64.ts";
import { isTrustStorePath } from "./policyFile.ts";

/** Kinds of trust stores (Notary Project, trust store and trust policy specification). */
export type TrustStoreKind = "ca" | "signingAuthority" | "tsa";

/** A trust store's certificates in DER, or the end of a sentence that says why it cannot be used. */
export type TrustStore =
  | { readonly kind: "store"; readonly certificates: readonly Uint8Array[] }
  | { readonly kind: "unusable"; readonly why: string };

/** More certificates than anybody trusts. */
const maximumCertificates = 500;

/**
 * Reads the named store of the policy in `folder` ("" or with a slash at its end) from the files that are given. Like
 * notation itself it is used whole or not at all: one file that is no certificate, or one that nobody may issue with,
 * makes it unusable.
 */
export function readTrustStore(
  folder: string,
  kind: TrustStoreKind,
  name: string,
  files: ReadonlyMap<string, string>,
): TrustStore {
  const place = `truststore/x509/${kind}/${name}`;
  const certificates: Uint8Array[] = [];
  for (const [path, text] of files) {
    if (!path.startsWith(`${folder}${place}/`) || !isTrustStorePath(path)) continue;
    const file = path.slice(path.lastIndexOf("/") + 1);
    const read = readCertificates(text);
    if (read.length === 0) return unusable(`${place}/${file} holds no certificate in PEM`);
    for (const certificate of read) {
      const objection = certificate === undefined ? "holds what is no certificate" : objectionTo(certificate, kind);
      if (certificate === undefined || objection !== undefined)
        return unusable(`${place}/${file} ${objection ?? "cannot be read"}`);
      certificates.push(certificate.raw);
    }
    if (certificates.length > maximumCertificates) return unusable(`${place} holds too many certificates`);
  }
  return certificates.length === 0
    ? unusable(`there are no certificates in ${folder}${place}`)
    : { kind: "store", certificates };
}

function objectionTo(certificate: X509Certificate, kind: TrustStoreKind): string | undefined {
  const isRoot = issuedItself(certificate);
  if (kind === "tsa") return certificate.ca && isRoot ? undefined : "holds what is no root certificate";
  return certificate.ca || isRoot
    ? undefined
    : "holds a certificate that somebody else issued and that is no authority's";
}

/** `checkIssued` would ask for the key usage of an authority, which a signer who issued for himself must not have. */
function issuedItself(certificate: X509Certificate): boolean {
  try {
    return certificate.issuer === certificate.subject && certificate.verify(certificate.publicKey);
  } catch {
    // A key of a kind that is not supported.
    return false;
  }
}

/** The certificates of a PEM text, undefined for each block that holds none. */
function readCertificates(text: string): readonly (X509Certificate | undefined)[] {
  const blocks = text.split("-----BEGIN CERTIFICATE-----").slice(1, maximumCertificates + 2);
  return blocks.map((block) => {
    const [body = "", end] = block.split("-----END CERTIFICATE-----");
    const der = end === undefined ? undefined : decodeBase64(body.replace(/\s+/g, ""));
    try {
      return der === undefined ? undefined : new X509Certificate(der);
    } catch {
      return undefined;
    }
  });
}

function unusable(why: string): TrustStore {
  return { kind: "unusable", why };
}
