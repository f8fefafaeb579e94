import { decodeBase64Url } from "../base64.ts";
import { isJsonArray, isJsonObject, textOrEmpty } from "../json.ts";
import { readStrictJson } from "../strictJson.ts";

/** What an identity token (OpenID Connect Core 1.0, 2) says. Its signature is the certificate authority's to check. */
export interface IdentityClaims {
  readonly issuer: string;
  readonly audience: readonly string[];
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  readonly nonce?: string;
  /** A verified e-mail address. */
  readonly email?: string;
  readonly subject: string;
}

const limits = { maxLength: 16 * 1024, maxDepth: 8 };

/** Reads the claims of a token; undefined where it is none, or its e-mail address is said not to be verified. */
export function readIdentityToken(token: string): IdentityClaims | undefined {
  const parts = token.split(".");
  const body = parts.length === 3 ? decodeBase64Url(parts[1] ?? "") : undefined;
  const parsed = body === undefined ? undefined : readStrictJson(body, limits);
  if (parsed?.kind !== "json" || !isJsonObject(parsed.value)) return undefined;
  const { iss, aud, exp, nonce, email, email_verified: verified, sub } = parsed.value;
  const audience = (isJsonArray(aud) ? aud : [aud]).filter((each) => typeof each === "string");
  if (typeof iss !== "string" || typeof exp !== "number" || textOrEmpty(sub) === "") return undefined;
  if (typeof email === "string" && verified !== undefined && verified !== true && verified !== "true") return undefined;
  return {
    issuer: iss,
    audience,
    expiresAt: exp * 1000,
    subject: textOrEmpty(sub),
    ...(typeof nonce === "string" ? { nonce } : {}),
    ...(typeof email === "string" ? { email } : {}),
  };
}

/** What Fulcio has a key sign to prove that whoever holds the token holds the key: the e-mail address, or the subject. */
export function challengeOf({ email, subject }: IdentityClaims): string {
  return email ?? subject;
}
