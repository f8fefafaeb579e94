import { X509Certificate, type KeyObject } from "node:crypto";
import { AppError } from "../../application/errors.ts";

/** Certificates that the configuration names for keys whose service holds none. */
export interface ConfiguredChains {
  /** Leaf first, as far as its issuers are there; empty where no certificate is for the key. */
  chainFor(publicKey: KeyObject): readonly X509Certificate[];
  /** Completes a chain whose leaf the service told. */
  complete(leaf: X509Certificate): readonly X509Certificate[];
}

const maximumCertificates = 50;
const maximumChain = 8;
const pattern = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/** Reads certificates in PEM, in any order; `what` says in words which file they are of. AppError `configuration`. */
export function readConfiguredChains(pem: string | undefined, what: string): ConfiguredChains {
  const blocks = (pem ?? "").match(pattern) ?? [];
  if (blocks.length > maximumCertificates)
    throw new AppError("configuration", `${what} holds more than ${maximumCertificates} certificates.`);
  let pool: readonly X509Certificate[];
  try {
    pool = blocks.map((block) => new X509Certificate(block));
  } catch {
    throw new AppError("configuration", `${what} holds something that is no certificate.`);
  }
  const complete = (leaf: X509Certificate): readonly X509Certificate[] => {
    const chain = [leaf];
    for (let last = leaf; chain.length < maximumChain && last.issuer !== last.subject;) {
      const issuer = pool.find((each) => issued(each, last));
      if (issuer === undefined) break;
      chain.push(issuer);
      last = issuer;
    }
    return chain;
  };
  return {
    complete,
    chainFor: (publicKey) => {
      const leaf = pool.find((each) => each.publicKey.equals(publicKey));
      return leaf === undefined ? [] : complete(leaf);
    },
  };
}

function issued(issuer: X509Certificate, certificate: X509Certificate): boolean {
  try {
    return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  } catch {
    return false;
  }
}
