import { decodePem } from "../base64.ts";
import type { Problem } from "../problem.ts";
import { readCertificate, type Certificate } from "../x509/certificate.ts";
import { objectionToNotaryChain } from "../x509/notaryChain.ts";
import { readPublicKey } from "../x509/publicKey.ts";
import type { SigningScheme } from "./scheme.ts";
import type { SigningKey } from "./signingKey.ts";

/** The one scheme of each key (Notary Project signature specification, Algorithm Selection). Ed25519 has none. */
const schemes: ReadonlyMap<SigningKey["spec"], SigningScheme> = new Map<SigningKey["spec"], SigningScheme>([
  ["rsa2048", { scheme: "rsa-pss", hash: "sha256" }],
  ["rsa3072", { scheme: "rsa-pss", hash: "sha384" }],
  ["rsa4096", { scheme: "rsa-pss", hash: "sha512" }],
  ["p256", { scheme: "ecdsa", hash: "sha256" }],
  ["p384", { scheme: "ecdsa", hash: "sha384" }],
  ["p521", { scheme: "ecdsa", hash: "sha512" }],
]);

/** The scheme of a kind of key; undefined where the Notary Project has none. */
export function notarySchemeOf(spec: SigningKey["spec"]): SigningScheme | undefined {
  return schemes.get(spec);
}

/**
 * The scheme by which a key signs envelopes of the Notary Project, or why it cannot: its kind, or the certificates that
 * the service has for it. Verifiers refuse what is refused here, so that nothing is signed for nobody.
 */
export function notaryFit(key: SigningKey): SigningScheme | Problem {
  const scheme = schemes.get(key.spec);
  if (scheme === undefined)
    return {
      code: "key-unusable",
      message: `Key '${key.name}' is an Ed25519 key, which the Notary Project does not know; use a key of RSA or ECDSA.`,
    };
  const chain = notaryChainOf(key);
  if (chain === undefined || chain.length === 0)
    return {
      code: "certificate-missing",
      message: `Key '${key.name}' has no certificate at its service, and signatures of the Notary Project carry one; have it certified, or use another format.`,
    };
  const [leaf] = chain;
  if (leaf?.publicKey.fingerprint !== readPublicKey(key.publicKey)?.fingerprint)
    return {
      code: "certificate-other-key",
      message: `The certificate that the service has for key '${key.name}' is another key's.`,
    };
  const objection = objectionToNotaryChain(chain, "signing");
  return objection === undefined
    ? scheme
    : {
        code: "certificate-unsuitable",
        message: `The certificate chain of key '${key.name}' is not one for signatures of the Notary Project: ${objection.message}`,
      };
}

/** The key's certificates, signer first; undefined where one cannot be read. */
export function notaryChainOf(key: Pick<SigningKey, "certificateChain">): readonly Certificate[] | undefined {
  const chain = (key.certificateChain ?? []).map((pem) => {
    const der = decodePem(pem, "CERTIFICATE");
    return der === undefined ? undefined : readCertificate(der);
  });
  const read = chain.filter((certificate) => certificate !== undefined);
  return read.length === chain.length ? read : undefined;
}
