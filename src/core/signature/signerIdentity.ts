import { readElement } from "../x509/der.ts";
import type { Certificate } from "../x509/certificate.ts";
import { alternativeNamesOf } from "../x509/extensions.ts";

/** Fulcio's issuer extensions: `.8` holds a DER UTF8String and is looked at first, `.1` is the raw text of old certificates. */
const issuerV2 = "1.3.6.1.4.1.57264.1.8";
const issuerV1 = "1.3.6.1.4.1.57264.1.1";

/** The identities that a Sigstore certificate names, and the issuer that vouched for them. */
export interface CertificateIdentity {
  /** Subject alternative names: URI, e-mail address, Fulcio's otherName. Without one, nobody is named. */
  readonly names: readonly string[];
  readonly issuer: string | undefined;
}

/** Reads who a certificate is for; no names where its extension is malformed. */
export function identityOf(certificate: Certificate): CertificateIdentity {
  const names = (alternativeNamesOf(certificate) ?? [])
    .filter(({ kind }) => kind === "uri" || kind === "email" || kind === "otherName")
    .map(({ value }) => value);
  return { names, issuer: issuerOf(certificate) };
}

function issuerOf({ extensions }: Certificate): string | undefined {
  const second = extensions.get(issuerV2);
  if (second !== undefined) {
    const element = readElement(second.value);
    return element?.tag === 0x0c ? printable(element.content) : undefined;
  }
  const first = extensions.get(issuerV1);
  return first === undefined ? undefined : printable(first.value);
}

function printable(octets: Uint8Array): string | undefined {
  const clean = octets.length > 0 && octets.every((octet) => octet > 0x20 && octet < 0x7f);
  return clean ? Buffer.from(octets).toString("latin1") : undefined;
}
