import { AppError } from "../../../application/errors.ts";
import { isJsonObject, objectIn } from "../../../core/json.ts";
import type { ServiceReply } from "../serviceRequest.ts";
import type { VaultPlace } from "./connection.ts";
import { refusalOf } from "./refusal.ts";

/** A token as it was granted. Times in milliseconds since 1970. */
export interface Grant {
  readonly token: string;
  /** It does not end without it. */
  readonly expiresAt?: number;
  readonly renewFrom?: number;
}

/** A token is renewed when this part of its life is left. */
const renewedWithin = 1 / 3;

/** The grant in the answer to a sign-in. AppError `authentication`, `service-unavailable` or `service-protocol`. */
export function grantFrom(reply: ServiceReply, action: string, place: VaultPlace): Grant {
  const refusal = refusalOf(reply);
  const failed = `Could not ${action} at ${place.origin}`;
  if (refusal !== undefined)
    throw new AppError(
      refusal.code === "unavailable" ? "service-unavailable" : "authentication",
      `${failed}: ${refusal.message}`,
    );
  const auth = objectIn(reply.body, "auth");
  const token = auth["client_token"];
  if (isJsonObject(auth["mfa_requirement"]))
    throw new AppError("authentication", `${failed}: it asks for a second factor, which is not supported here.`);
  if (typeof token !== "string" || token === "" || token.length > 16_384)
    throw new AppError("service-protocol", `${failed}: the answer holds no token.`);
  return { token, ...lifeOf(auth["lease_duration"], auth["renewable"], place.now(), auth["lease_duration"]) };
}

/** When a token ends and from when on it is renewed; `seconds` of 0 mean that it does not end. */
export function lifeOf(seconds: unknown, renewable: unknown, now: number, whole: unknown): Omit<Grant, "token"> {
  if (typeof seconds !== "number" || !Number.isFinite(seconds) || seconds <= 0) return {};
  const expiresAt = now + seconds * 1000;
  const life = typeof whole === "number" && Number.isFinite(whole) && whole > 0 ? whole : seconds;
  return { expiresAt, ...(renewable === true ? { renewFrom: expiresAt - life * 1000 * renewedWithin } : {}) };
}
