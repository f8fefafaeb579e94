import { sign, X509Certificate, type KeyObject } from "node:crypto";
import { AppError } from "../../../application/errors.ts";
import type { WaitOptions } from "../../../application/ports.ts";
import { isJsonArray, isJsonObject, textOrEmpty, type JsonObject } from "../../../core/json.ts";
import { challengeOf } from "../../../core/sign/identityToken.ts";
import { identityOf } from "../../../core/signature/signerIdentity.ts";
import { readCertificate } from "../../../core/x509/certificate.ts";
import { oneLine } from "../serviceWords.ts";
import type { Identity } from "./identity.ts";
import { callSigstore, type SigstorePlace } from "./place.ts";

/** A certificate for an identity and a key. */
export interface IdentityCertificate {
  readonly der: Uint8Array;
  readonly pem: string;
  readonly identity: string;
  readonly issuer: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** A key pair that lives in this process alone. */
export interface EphemeralKey {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

const maximumCertificates = 10;

/**
 * Has the authority certify that the key is the identity's (Fulcio, `POST /api/v2/signingCert`), and checks that it is about
 * this key and this identity. Whether the authority is one to trust, the judge says. AppError `service-denied` or `service-protocol`.
 */
export async function requestCertificate(
  place: SigstorePlace,
  url: string,
  { token, claims }: Identity,
  key: EphemeralKey,
  options: WaitOptions,
): Promise<IdentityCertificate> {
  const action = "have the key certified";
  const content = key.publicKey.export({ type: "spki", format: "pem" }).toString();
  const proof = sign("sha256", Buffer.from(challengeOf(claims), "utf8"), key.privateKey);
  const { status, body } = await callSigstore(
    place,
    {
      url: `${url}/api/v2/signingCert`,
      body: {
        credentials: { oidcIdentityToken: token },
        publicKeyRequest: {
          publicKey: { algorithm: "ECDSA", content },
          proofOfPossession: proof.toString("base64"),
        },
      },
      action,
    },
    options,
  );
  if (status < 200 || status >= 300) {
    const said = oneLine(isJsonObject(body) ? body["message"] : undefined) ?? "it gives no reason";
    const code = status >= 500 ? "service-unavailable" : "service-denied";
    throw new AppError(code, `Could not ${action} at ${url}: ${said} (status ${status}). Nothing was signed.`);
  }
  const fail = (why: string): AppError =>
    new AppError("service-protocol", `Could not ${action} at ${url}: ${why}. Nothing was signed.`);
  const leaf = readLeaf(body);
  if (leaf === undefined)
    throw fail("its answer holds no certificate, or the promise of a certificate log beside it and not in it");
  const certificate = readCertificate(leaf.raw);
  const named = certificate === undefined ? undefined : identityOf(certificate);
  const [identity, ...others] = named?.names ?? [];
  if (!leaf.publicKey.equals(key.publicKey)) throw fail("the certificate is for another key");
  if (named?.issuer === undefined || identity === undefined || others.length > 0)
    throw fail("the certificate does not name one identity");
  if (named.issuer !== claims.issuer || (claims.email !== undefined && identity !== claims.email))
    throw fail(`the certificate is for ${oneLine(identity) ?? ""}, and not for whom the identity token names`);
  return {
    der: leaf.raw,
    pem: leaf.toString(),
    identity,
    issuer: named.issuer,
    expiresAt: Date.parse(leaf.validTo),
  };
}

/**
 * The certificate with the promise of a certificate log in it. One beside it is of no use in a bundle; an authority that has
 * no log gives none at all, and whether that is enough, the trusted root says.
 */
function readLeaf(body: unknown): X509Certificate | undefined {
  const answer: JsonObject = isJsonObject(body) ? body : {};
  const detached = isJsonObject(answer["signedCertificateDetachedSct"]) ? answer["signedCertificateDetachedSct"] : {};
  if (textOrEmpty(detached["signedCertificateTimestamp"]) !== "") return undefined;
  const embedded = isJsonObject(answer["signedCertificateEmbeddedSct"])
    ? answer["signedCertificateEmbeddedSct"]
    : detached;
  const chain: JsonObject = isJsonObject(embedded["chain"]) ? embedded["chain"] : {};
  const certificates = isJsonArray(chain["certificates"]) ? chain["certificates"] : [];
  if (certificates.length === 0 || certificates.length > maximumCertificates) return undefined;
  try {
    return new X509Certificate(textOrEmpty(certificates[0]));
  } catch {
    return undefined;
  }
}
