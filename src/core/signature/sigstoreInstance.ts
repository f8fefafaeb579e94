import type { Reason } from "../verdict/verdict.ts";
import { readCertificate } from "../x509/certificate.ts";
import { attributesOf } from "../x509/distinguishedName.ts";
import type { ClaimedSigner } from "./material.ts";

/** Name under which a workspace gives the trusted root of GitHub's own Sigstore instance. */
const gitHubRoot = "github";

/**
 * The private instance that a certificate claims to be from, as the reason why nothing can be said without its trusted
 * root. GitHub signs the artifacts of private repositories with an instance of its own, whose certificates the public one
 * does not know; the claim chooses no root and no rule, it only says what is missing.
 */
export function privateInstanceOf(signer: ClaimedSigner): Reason | undefined {
  const certificate = signer.kind === "certificate" ? readCertificate(signer.der) : undefined;
  const issuer = certificate === undefined ? undefined : attributesOf(certificate.issuer);
  if (issuer?.get("O") !== "GitHub, Inc.") return undefined;
  return {
    code: "no-trusted-root",
    message: `It was made with GitHub's own Sigstore instance, and no trusted root of that instance is configured, so that it could not be checked. Save the line for GitHub of 'gh attestation trusted-root' as a file, and name the file as trusted root '${gitHubRoot}' in .countersign.yaml.`,
  };
}
