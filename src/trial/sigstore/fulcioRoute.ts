import { createPublicKey, generateKeyPairSync, verify, type KeyObject } from "node:crypto";
import { isJsonObject, textOrEmpty, type JsonObject } from "../../core/json.ts";
import type { LoopbackAnswer } from "../loopback.ts";
import { certificatePem } from "../x509/issueCertificate.ts";
import type { SigstoreParts } from "./startTrialSigstore.ts";

/** `POST /api/v2/signingCert`: a token and a key with proof of its possession become a certificate. */
export function answerCertificateRequest(body: JsonObject, parts: SigstoreParts): LoopbackAnswer {
  const { sigstore, provider, now, fault } = parts;
  if (fault() === "authority-fails") return refuse(500, 13, "The authority failed.");
  const credentials = isJsonObject(body["credentials"]) ? body["credentials"] : {};
  const claims = provider.claims(textOrEmpty(credentials["oidcIdentityToken"]));
  if (claims === undefined || claims["aud"] !== "sigstore")
    return refuse(401, 16, "There was an error processing the identity token");
  const request = isJsonObject(body["publicKeyRequest"]) ? body["publicKeyRequest"] : {};
  const given = isJsonObject(request["publicKey"]) ? request["publicKey"] : {};
  const key = readKey(textOrEmpty(given["content"]));
  const { email, sub, job_workflow_ref: workflow } = claims;
  // Fulcio's challenge is the e-mail address of a person, the subject of all else.
  const challenge = Buffer.from(textOrEmpty(email ?? sub));
  const proof = Buffer.from(textOrEmpty(request["proofOfPossession"]), "base64");
  if (key === undefined || !verify("sha256", challenge, key, proof))
    return refuse(400, 3, "The signature supplied in the request could not be verified");
  const identity = textOrEmpty(email ?? workflow ?? sub);
  const certificate = sigstore.authority.issue({
    publicKey: fault() === "other-key" ? generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey : key,
    identity: fault() === "other-identity" ? "mallory@trial.localhost" : identity,
    issuer: fault() === "other-issuer" ? "https://other.example" : textOrEmpty(claims["iss"]),
    notBefore: new Date(now().getTime() - 60_000),
    ...(fault() === "promise-beside" || fault() === "no-promise" ? {} : { log: sigstore.certificateLog }),
  });
  const certificates = [certificate, ...sigstore.authority.chain].map(certificatePem);
  const chain = { certificates };
  switch (fault()) {
    case "promise-beside":
      return { status: 200, body: { signedCertificateDetachedSct: { chain, signedCertificateTimestamp: "AAAA" } } };
    case "no-promise":
      return { status: 200, body: { signedCertificateDetachedSct: { chain, signedCertificateTimestamp: "" } } };
    default:
      return { status: 200, body: { signedCertificateEmbeddedSct: { chain } } };
  }
}

function readKey(pem: string): KeyObject | undefined {
  try {
    return createPublicKey(pem);
  } catch {
    return undefined;
  }
}

/** Errors as the gRPC gateway writes them. */
function refuse(status: number, code: number, message: string): LoopbackAnswer {
  return { status, body: { code, message, details: [] } };
}
