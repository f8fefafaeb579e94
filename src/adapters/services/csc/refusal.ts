import type { DenyCode } from "../../../application/signingService.ts";
import { isJsonObject, textOrEmpty } from "../../../core/json.ts";
import type { BearerRefusal } from "../bearerCaller.ts";
import type { ServiceReply } from "../serviceRequest.ts";
import { oneLine } from "../serviceWords.ts";

const codes = new Map<string, DenyCode>([
  ["invalid_token", "unauthenticated"],
  ["access_denied", "forbidden"],
  ["invalid_otp", "challenge-failed"],
  ["invalid_pin", "challenge-failed"],
  ["invalid_authentication_data", "challenge-failed"],
  ["locked", "key-disabled"],
  ["expired_request", "approval-expired"],
]);

/** Words of `invalid_request`, which the specification distinguishes by its sentences alone. */
const words: readonly (readonly [RegExp, DenyCode])[] = [
  [/PIN|OTP|authData/, "challenge-failed"],
  [/credentialID/i, "key-not-found"],
  [/disabled|expired|revoked|suspended/i, "key-disabled"],
  [/signAlgo|hashAlgorithm|hashes|length/i, "algorithm-not-allowed"],
];

/** The refusal that an answer is (`error`, `error_description`); undefined where it is none. */
export function refusalOf({ status, body }: ServiceReply): BearerRefusal | undefined {
  if (status >= 200 && status < 300) return undefined;
  const json = isJsonObject(body) ? body : {};
  const [error, said] = [textOrEmpty(json["error"]), oneLine(json["error_description"])];
  const message = said ?? (error === "" ? `It refuses (status ${status}).` : error.slice(0, 100));
  if (status === 401) return { code: "unauthenticated", message };
  if (status === 429) return { code: "unavailable", message };
  const found = codes.get(error) ?? words.find(([pattern]) => pattern.test(said ?? ""))?.[1];
  return { code: found ?? (status === 403 ? "forbidden" : "unsupported"), message };
}
