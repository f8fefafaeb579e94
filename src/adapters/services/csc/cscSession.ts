import { AppError } from "../../../application/errors.ts";
import type { WaitOptions } from "../../../application/ports.ts";
import { isJsonObject, textOrEmpty } from "../../../core/json.ts";
import type { CscOptions } from "../../../core/policy/cscOptions.ts";
import type { BearerPlace } from "../bearerCaller.ts";
import type { Leased } from "../lease.ts";
import { sendToService, type ServiceReply } from "../serviceRequest.ts";
import { oneLine } from "../serviceWords.ts";
import type { CscCredentials } from "./credentials.ts";

/** Where and how a session is opened. */
export interface CscPlace extends BearerPlace {
  readonly options: CscOptions;
  readonly credentials: CscCredentials;
  readonly note: (secret: string) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** A token for the service: one that was given, of a client (RFC 6749, 4.4), or of a user (`auth/login`). AppError `authentication`. */
export async function findServiceToken(place: CscPlace, options: WaitOptions): Promise<Leased<string>> {
  const { origin, credentials, note, timeoutMs } = place;
  const secret = async (name: Parameters<CscCredentials["get"]>[0]): Promise<string | undefined> => {
    const value = await credentials.get(name);
    if (value !== undefined && name !== "username" && name !== "client-id") note(value);
    return value;
  };
  const given = await secret("token");
  if (given !== undefined) return { value: given };
  const base = `${origin}${place.options.path}`;
  const tls = place.tls === undefined ? {} : { tls: place.tls };
  const [clientId, clientSecret] = [await secret("client-id"), await secret("client-secret")];
  if (clientId !== undefined && clientSecret !== undefined) {
    const action = "sign in as a client";
    const url = credentials.tokenUrl ?? `${base}/oauth2/token`;
    const form = {
      grant_type: "client_credentials",
      scope: "service",
      client_id: clientId,
      client_secret: clientSecret,
    };
    const trust = new URL(url).origin === origin ? tls : {};
    const reply = await sendToService({ method: "POST", url, form, timeoutMs, action, ...trust }, options);
    return leaseOf(reply, place, action);
  }
  const [username, password] = [await secret("username"), await secret("password")];
  if (username !== undefined && password !== undefined) {
    const action = `sign in as ${username}`;
    const basic = Buffer.from(`${username}:${password}`, "utf8").toString("base64");
    note(basic);
    const headers = { authorization: `Basic ${basic}` };
    const url = `${base}/auth/login`;
    const body = { rememberMe: false };
    const reply = await sendToService({ method: "POST", url, headers, body, timeoutMs, action, ...tls }, options);
    return leaseOf(reply, place, action);
  }
  throw new AppError(
    "authentication",
    `There is no sign-in for ${origin}. Run "Sign in to a signing service" in the editor, or give the command line COUNTERSIGN_CSC_URL=${origin} with COUNTERSIGN_CSC_TOKEN, with COUNTERSIGN_CSC_CLIENT_ID and COUNTERSIGN_CSC_CLIENT_SECRET, or with COUNTERSIGN_CSC_USERNAME and COUNTERSIGN_CSC_PASSWORD.`,
  );
}

function leaseOf({ status, body }: ServiceReply, place: CscPlace, action: string): Leased<string> {
  const json = isJsonObject(body) ? body : {};
  const token = textOrEmpty(json["access_token"]);
  if (status !== 200 || token === "") {
    const said = oneLine(json["error_description"]) ?? oneLine(json["error"]) ?? "The answer is not understood.";
    throw new AppError("authentication", `Could not ${action} at ${place.origin} (status ${status}): ${said}`);
  }
  place.note(token);
  const seconds = json["expires_in"];
  return { value: token, ...(typeof seconds === "number" ? { expiresAt: place.now() + seconds * 1000 } : {}) };
}
