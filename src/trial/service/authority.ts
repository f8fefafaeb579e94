import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { listAt, responderAt } from "../pki/certificateList.ts";
import type { RevocationPlaces } from "../pki/startTrialPki.ts";
import { implicit, sequence } from "../x509/der.ts";
import {
  certificatePem,
  codeSigning,
  extension,
  issueCertificate,
  type CertificateIssuer,
} from "../x509/issueCertificate.ts";

/** The trial's certificate authority: a root, and an issuing authority that the root vouches for. Both live as long as the process. */
export interface TrialAuthority {
  /** PEM. */
  readonly root: string;
  /** Issues a code-signing certificate and gives the chain in PEM, leaf first, root last. */
  issue(commonName: string, publicKey: KeyObject): readonly string[];
  /** The same for a server on loopback: `127.0.0.1` and `localhost`. */
  issueServer(publicKey: KeyObject): readonly string[];
  /** Those who sign lists of revoked certificates. */
  readonly issuers: { readonly issuing: CertificateIssuer; readonly root: CertificateIssuer };
}

/** Extended key usage of TLS servers (RFC 5280, 4.2.1.12). */
const serverAuthentication = "1.3.6.1.5.5.7.3.1";

/** Subject alternative names of a server on loopback (RFC 5280, 4.2.1.6): a DNS name and an address. */
const loopbackNames = extension(
  "2.5.29.17",
  false,
  sequence(implicit(2, Buffer.from("localhost")), implicit(7, Buffer.from([127, 0, 0, 1]))),
);

const organization = "TRIAL only, not for production";
const day = 24 * 60 * 60 * 1000;

/** Creates the authority with fresh keys; everything that it issues says TRIAL, and where its revocation can be asked for. */
export function createTrialAuthority(now: Date, places?: RevocationPlaces): TrialAuthority {
  const root = authorityNamed("Countersign TRIAL root");
  const issuing = authorityNamed("Countersign TRIAL issuing");
  // A clock that is a little behind must still accept what was issued a moment ago.
  const notBefore = new Date(now.getTime() - 5 * 60 * 1000);
  const notAfter = new Date(now.getTime() + 30 * day);
  const rootPem = certificatePem(
    issueCertificate({
      subject: root.name,
      publicKey: root.publicKey,
      issuer: root,
      notBefore,
      notAfter,
      usage: { kind: "authority", pathLength: 1 },
    }),
  );
  const issuingPem = certificatePem(
    issueCertificate({
      subject: issuing.name,
      publicKey: issuing.publicKey,
      issuer: root,
      notBefore,
      notAfter,
      usage: { kind: "authority", pathLength: 0 },
      extensions: places === undefined ? [] : [listAt(places.rootList)],
    }),
  );
  const issue = (
    commonName: string,
    publicKey: KeyObject,
    extendedKeyUsages: readonly string[],
    extensions: readonly Uint8Array[] = [],
  ): readonly string[] => {
    const leaf = issueCertificate({
      subject: { organization, commonName },
      publicKey,
      issuer: issuing,
      notBefore,
      notAfter: new Date(now.getTime() + 7 * day),
      usage: { kind: "leaf", extendedKeyUsages },
      extensions,
    });
    return [certificatePem(leaf), issuingPem, rootPem];
  };
  return {
    root: rootPem,
    issuers: { issuing, root },
    issue: (commonName, publicKey) =>
      issue(
        commonName,
        publicKey,
        [codeSigning],
        places === undefined ? [] : [listAt(places.issuingList), responderAt(places.responder)],
      ),
    issueServer: (publicKey) => issue("Countersign TRIAL server", publicKey, [serverAuthentication], [loopbackNames]),
  };
}

function authorityNamed(commonName: string): CertificateIssuer {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { name: { organization, commonName }, key: privateKey, publicKey };
}
