import type { Certificate } from "./certificate.ts";
import { isIssuedBy, type ChainObjection } from "./chain.ts";
import { bitStringOf, readElement } from "./der.ts";
import { basicConstraintsOf, extensionIds, keyPurposes, keyPurposesOf } from "./extensions.ts";

/** What the certificate at the beginning of a chain is for. */
export type NotaryPurpose = "signing" | "timestamping";

/** Key usage bits (RFC 5280, 4.2.1.3), the first octet of the BIT STRING high. */
const usages = { digitalSignature: 0x8000, nonRepudiation: 0x4000, keyCertSign: 0x0400 } as const;

/** Purposes (RFC 5280, 4.2.1.12) that a signing certificate must not have: its key could then be made to sign elsewhere. */
const purposes = {
  serverAuth: "1.3.6.1.5.5.7.3.1",
  clientAuth: "1.3.6.1.5.5.7.3.2",
  emailProtection: "1.3.6.1.5.5.7.3.4",
  timeStamping: "1.3.6.1.5.5.7.3.8",
  ocspSigning: "1.3.6.1.5.5.7.3.9",
} as const;

const notForSigning: readonly string[] = [keyPurposes.any, ...Object.values(purposes)];

const understood: ReadonlySet<string> = new Set(Object.values(extensionIds));

/**
 * Checks an ordered chain, signer first, root last, by the Notary Project's own rules (signature specification,
 * Certificate Requirements). They differ from RFC 5280: of the extensions only basic constraints, key usage and extended
 * key usage are honoured, all others fail open; the root belongs to the chain and is checked like every authority.
 * Validity is checked elsewhere, because policies can set it aside. Gives the first objection.
 */
export function objectionToNotaryChain(
  chain: readonly Certificate[],
  purpose: NotaryPurpose,
): ChainObjection | undefined {
  const [leaf] = chain;
  if (leaf === undefined) return broken("The certificate chain is empty.");
  for (const [i, certificate] of chain.entries()) {
    const issuer = chain[i + 1];
    if (issuer === undefined) {
      if (!isIssuedBy(certificate, certificate))
        return broken("The certificate chain does not end with a root, which issued itself.");
    } else if (isIssuedBy(certificate, certificate)) {
      return broken("A certificate in front of the chain's end issued itself.");
    } else if (!isIssuedBy(certificate, issuer)) {
      return broken("A certificate of the chain was not issued by the one after it.");
    }
    const objection =
      i === 0 ? objectionToLeaf(certificate, purpose) : objectionToAuthority(certificate, i - 1, purpose);
    if (objection !== undefined) return objection;
  }
  return undefined;
}

/** Why a chain was not valid at some time, every certificate of it; undefined where it was. */
export function objectionToNotaryValidity(chain: readonly Certificate[], at: Date): ChainObjection | undefined {
  const outside = chain.find(({ notBefore, notAfter }) => at < notBefore || notAfter < at);
  return outside === undefined
    ? undefined
    : {
        code: "certificate-not-valid-then",
        message: `A certificate of the chain is valid from ${outside.notBefore.toISOString()} to ${outside.notAfter.toISOString()}, not at ${at.toISOString()}.`,
      };
}

function objectionToLeaf(leaf: Certificate, purpose: NotaryPurpose): ChainObjection | undefined {
  const constraints = basicConstraintsOf(leaf);
  if (constraints === "malformed" || constraints?.authority === true)
    return usage("The signer's certificate is an authority's, which must not sign.");
  const bits = keyUsageOf(leaf);
  if (bits === undefined) return usage("The signer's certificate has no key usage that can be read.");
  if (purpose === "signing" && leaf.extensions.get(extensionIds.keyUsage)?.critical !== true)
    return usage("The key usage of the signer's certificate is not critical.");
  if ((bits & usages.digitalSignature) === 0)
    return usage("The signer's certificate does not allow digital signatures.");
  if ((bits & ~(usages.digitalSignature | usages.nonRepudiation)) !== 0)
    return usage("The signer's certificate allows more than digital signatures.");
  const named = keyPurposesOf(leaf);
  if (purpose === "timestamping") return objectionToStamper(leaf, named);
  if (named?.length === 0 || named?.some((name) => notForSigning.includes(name)) === true)
    return usage("The signer's certificate is also for something else than signing.");
  return undefined;
}

/** RFC 3161, 2.3: time stamping is the only purpose, and critical. */
function objectionToStamper(leaf: Certificate, named: readonly string[] | undefined): ChainObjection | undefined {
  if (named?.length !== 1 || named[0] !== purposes.timeStamping)
    return usage("The time-stamp authority's certificate is not for time stamps alone.");
  if (leaf.extensions.get(extensionIds.extendedKeyUsage)?.critical !== true)
    return usage("The purpose of the time-stamp authority's certificate is not critical.");
  return objectionToCritical(leaf);
}

function objectionToAuthority(
  authority: Certificate,
  below: number,
  purpose: NotaryPurpose,
): ChainObjection | undefined {
  const constraints = basicConstraintsOf(authority);
  if (constraints === undefined || constraints === "malformed" || !constraints.authority)
    return notAnAuthority("A certificate of the chain may not issue certificates.");
  if (purpose === "signing" && authority.extensions.get(extensionIds.basicConstraints)?.critical !== true)
    return notAnAuthority("The basic constraints of an authority of the chain are not critical.");
  if (((keyUsageOf(authority) ?? 0) & usages.keyCertSign) === 0)
    return notAnAuthority("An authority of the chain may not sign certificates.");
  if (purpose === "signing" && authority.extensions.get(extensionIds.keyUsage)?.critical !== true)
    return notAnAuthority("The key usage of an authority of the chain is not critical.");
  if (constraints.pathLength !== undefined && below > constraints.pathLength)
    return {
      code: "certificate-path-length",
      message: "An authority of the chain may not have as many others below it.",
    };
  return purpose === "timestamping" ? objectionToCritical(authority) : undefined;
}

/** Chains of time-stamp authorities are the public kind, for which RFC 5280, 4.2 holds. */
function objectionToCritical({ extensions }: Certificate): ChainObjection | undefined {
  for (const [identifier, { critical }] of extensions)
    if (critical && !understood.has(identifier))
      return {
        code: "certificate-extension",
        message: `A certificate of the chain has the critical extension ${identifier}, which is not understood.`,
      };
  return undefined;
}

function keyUsageOf(certificate: Certificate): number | undefined {
  const extension = certificate.extensions.get(extensionIds.keyUsage);
  const bits = extension === undefined ? undefined : bitStringOf(readElement(extension.value));
  return bits === undefined ? undefined : ((bits.octets[0] ?? 0) << 8) | (bits.octets[1] ?? 0);
}

function broken(message: string): ChainObjection {
  return { code: "certificate-chain-broken", message };
}

function usage(message: string): ChainObjection {
  return { code: "certificate-usage", message };
}

function notAnAuthority(message: string): ChainObjection {
  return { code: "certificate-not-an-authority", message };
}
