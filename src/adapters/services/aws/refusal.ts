import type { DenyCode } from "../../../application/signingService.ts";
import { isJsonObject, textOrEmpty } from "../../../core/json.ts";
import type { ServiceReply } from "../serviceRequest.ts";
import { oneLine } from "../serviceWords.ts";

/** Why KMS did not do what it was asked. */
export interface Refusal {
  /** `unavailable`: nothing was decided, and the same may be asked later. */
  readonly code: DenyCode | "unavailable";
  readonly message: string;
  /** The session is not accepted: other credentials, or another clock, are needed. */
  readonly isSession: boolean;
}

/** Names of errors, without `Exception`. */
const codes = new Map<string, DenyCode | "unavailable">([
  ["AccessDenied", "forbidden"],
  ["NotFound", "key-not-found"],
  ["Disabled", "key-disabled"],
  ["KMSInvalidState", "key-disabled"],
  ["KeyUnavailable", "unavailable"],
  ["InvalidKeyUsage", "algorithm-not-allowed"],
  ["InvalidGrantToken", "forbidden"],
  ["UnsupportedOperation", "unsupported"],
  ["Validation", "unsupported"],
  ["DependencyTimeout", "unavailable"],
  ["Throttling", "unavailable"],
  ["LimitExceeded", "unavailable"],
]);

/** What is said of a session that is not valid, or signs by a wrong clock. */
const session =
  /^(?:ExpiredToken|InvalidSignature|UnrecognizedClient|InvalidClientTokenId|IncompleteSignature|MissingAuthenticationToken|RequestExpired|RequestTimeTooSkewed|SignatureDoesNotMatch|OptInRequired)$/;

/** The refusal that an answer is; undefined where it is none. */
export function refusalOf({ status, body }: ServiceReply): Refusal | undefined {
  if (status >= 200 && status < 300) return undefined;
  const json = isJsonObject(body) ? body : {};
  const type = textOrEmpty(json["__type"]).replace(/^.*#/, "");
  const name = type.replace(/Exception$/, "");
  const said = oneLine(json["message"]) ?? oneLine(json["Message"]);
  const message = `${type === "" ? `It refuses (status ${status})` : type.slice(0, 100)}${said === undefined ? "." : `: ${said}`}`;
  if (session.test(name) || status === 401) return { code: "unauthenticated", message, isSession: true };
  const code = codes.get(name) ?? (status === 403 ? "forbidden" : status === 404 ? "key-not-found" : "unsupported");
  return { code, message, isSession: false };
}
