import { createPrivateKey, randomUUID, sign, type KeyObject } from "node:crypto";
import { AppError } from "../../../application/errors.ts";

/** An assertion of a service account is good for this long, in seconds; an hour is the most. */
const assertionLifetime = 300;

/** Whom assertions are for: the same for the addresses of all regions, as vsign has it. */
const assertionAudience = "api.venafi.cloud/v1/oauth/token/serviceaccount";

/** The assertion of a service account (RFC 7523, section 3), signed with its private key. `now` is milliseconds since 1970. */
export function assertionOf(clientId: string, pem: string, now: number): string {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    // The cause is left out: it could quote what it could not read.
    throw new AppError("configuration", "The private key of the service account cannot be read: PEM is expected.");
  }
  const kind = key.asymmetricKeyType;
  const curve = key.asymmetricKeyDetails?.namedCurve;
  const alg = kind === "rsa" ? "RS256" : kind === "ed25519" ? "EdDSA" : curve === "prime256v1" ? "ES256" : undefined;
  if (alg === undefined)
    throw new AppError("configuration", "The private key of the service account must be RSA, P-256 or Ed25519.");
  const issuedAt = Math.floor(now / 1000);
  const claims = {
    iss: clientId,
    sub: clientId,
    aud: assertionAudience,
    iat: issuedAt,
    exp: issuedAt + assertionLifetime,
    jti: randomUUID(),
  };
  const encode = (value: object): string => Buffer.from(JSON.stringify(value), "utf8").toString("base64url");
  const signed = `${encode({ alg, typ: "JWT" })}.${encode(claims)}`;
  const data = Buffer.from(signed, "utf8");
  const signature =
    alg === "EdDSA"
      ? sign(null, data, key)
      : alg === "RS256"
        ? sign("sha256", data, key)
        : sign("sha256", data, { key, dsaEncoding: "ieee-p1363" });
  return `${signed}.${signature.toString("base64url")}`;
}
