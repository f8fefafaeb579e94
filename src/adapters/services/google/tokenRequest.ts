import { createPrivateKey, sign, type KeyObject } from "node:crypto";
import { AppError } from "../../../application/errors.ts";
import type { WaitOptions } from "../../../application/ports.ts";
import { isJsonObject, objectIn, textOrEmpty } from "../../../core/json.ts";
import type { Leased } from "../lease.ts";
import { addressComplaints } from "../serviceAddress.ts";
import { sendToService, type ServiceReply } from "../serviceRequest.ts";
import { oneLine } from "../serviceWords.ts";

/** What every request for a token needs. */
export interface GooglePlace {
  readonly timeoutMs: number;
  readonly note: (secret: string) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** One request for a token. */
export interface TokenRequest {
  readonly url: string;
  /** By the time of the service. */
  readonly form?: (now: number) => Readonly<Record<string, string>>;
  readonly body?: object;
  readonly secret?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly action: string;
}

/** A clock that is this far from the service's, in milliseconds, is the likely reason of a refusal. */
const skew = 60_000;
const assertionLifetime = 600;

/** Asks for a token: in snake case as OAuth has it, or in camel case as impersonation does. AppError `authentication`. */
export async function askForToken(
  request: TokenRequest,
  place: GooglePlace,
  options: WaitOptions,
): Promise<Leased<string>> {
  const { url, form, action } = request;
  const address = URL.canParse(url) ? new URL(url) : undefined;
  // The metadata service has no TLS, and nothing secret is sent to it.
  const isSafe = address !== undefined && (form === undefined && request.body === undefined ? true : isSecure(address));
  if (!isSafe) throw new AppError("configuration", `Could not ${action}: ${url.slice(0, 200)} is no https address.`);
  const send = (now: number): Promise<ServiceReply> =>
    sendToService(
      {
        method: form === undefined && request.body === undefined ? "GET" : "POST",
        url,
        timeoutMs: place.timeoutMs,
        action,
        ...(form === undefined ? {} : { form: form(now) }),
        body: request.body,
        ...(request.secret === undefined ? {} : { secret: request.secret }),
        ...(request.headers === undefined ? {} : { headers: request.headers }),
      },
      options,
    );
  const first = await send(place.now());
  const { date = place.now() } = first;
  const isSkewed = first.status !== 200 && form !== undefined && Math.abs(date - place.now()) > skew;
  const { status, body } = isSkewed ? await send(date) : first;
  const json = isJsonObject(body) ? body : {};
  const token = textOrEmpty(json["access_token"]) || textOrEmpty(json["accessToken"]);
  if (status !== 200 || token === "") {
    const said =
      oneLine(json["error_description"]) ?? oneLine(objectIn(json, "error")["message"]) ?? oneLine(json["error"]);
    throw new AppError(
      "authentication",
      `Could not ${action} at ${address.origin} (status ${status}): ${said ?? "The answer is not understood."}`,
    );
  }
  place.note(token);
  const left =
    typeof json["expires_in"] === "number"
      ? json["expires_in"] * 1000
      : Date.parse(textOrEmpty(json["expireTime"])) - date;
  return { value: token, ...(Number.isFinite(left) ? { expiresAt: place.now() + left } : {}) };
}

/** The assertion of a service account (RFC 7523, section 3). `now` is milliseconds since 1970. */
export function assertionOf(claims: {
  readonly email: string;
  readonly key: string;
  readonly audience: string;
  readonly scope: string;
  readonly now: number;
}): string {
  let key: KeyObject;
  try {
    key = createPrivateKey(claims.key);
  } catch {
    // The cause is left out: it could quote what it could not read.
    throw new AppError("configuration", "The private key in the default credentials of Google cannot be read.");
  }
  const issuedAt = Math.floor(claims.now / 1000);
  const encode = (value: object): string => Buffer.from(JSON.stringify(value), "utf8").toString("base64url");
  const payload = {
    iss: claims.email,
    scope: claims.scope,
    aud: claims.audience,
    iat: issuedAt,
    exp: issuedAt + assertionLifetime,
  };
  const signed = `${encode({ alg: "RS256", typ: "JWT" })}.${encode(payload)}`;
  return `${signed}.${sign("sha256", Buffer.from(signed, "utf8"), key).toString("base64url")}`;
}

function isSecure(address: URL): boolean {
  return addressComplaints(new URL(address.origin)).length === 0;
}
