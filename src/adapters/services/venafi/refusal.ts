import type { DenyCode } from "../../../application/signingService.ts";
import { isJsonObject, type JsonObject } from "../../../core/json.ts";
import type { ServiceReply } from "../serviceRequest.ts";

/** Why the service did not do what it was asked. */
export interface Refusal {
  readonly code: DenyCode;
  /** One sentence or more, in the service's words where it said any. */
  readonly message: string;
}

/** Result codes of the product's web interface that say more than "no". */
const results = new Map<number, Refusal>([
  [2, { code: "forbidden", message: "The permission for this is missing." }],
  [7, { code: "key-not-found", message: "There is no such object." }],
  [3001, { code: "algorithm-not-allowed", message: "The template of the environment prohibits it." }],
  [3002, { code: "key-disabled", message: "The key cannot be accessed." }],
  [3005, { code: "key-disabled", message: "The key or certificate is not there yet." }],
]);

/** Words of refusals, most telling first: the product's `sign` has no code for them. */
const words: readonly (readonly [RegExp, DenyCode])[] = [
  [/invalid_token|token.{0,20}(?:expired|invalid|revoked)|unauthenticated|invalid_grant/i, "unauthenticated"],
  [/justification/i, "justification-required"],
  [/reject/i, "approval-rejected"],
  [/(?:approval|request|ticket).{0,40}(?:expired|timed out)/i, "approval-expired"],
  [/disabled|certificate.{0,20}expired|expired environment|key access/i, "key-disabled"],
  [/mechanism|algorithm|not allowed for (?:this )?key/i, "algorithm-not-allowed"],
  [/not found|does not exist|no such/i, "key-not-found"],
  [/not supported|unsupported/i, "unsupported"],
];

const maximumMessage = 400;

/** The refusal that an answer is; undefined where it is none. */
export function refusalOf({ status, body }: ServiceReply): Refusal | undefined {
  const json: JsonObject = isJsonObject(body) ? body : {};
  const said = sentence(json["Error"]) ?? sentence(json["error_description"]) ?? sentence(json["ErrorDetails"]);
  const name = sentence(json["error"]) ?? "";
  const message = said ?? (name === "" ? undefined : name);
  if (name === "insufficient_scope") return { code: "forbidden", message: message ?? name };
  if (status === 401)
    return { code: "unauthenticated", message: message ?? "The session is not valid (any more); sign in again." };
  const result = typeof json["Result"] === "number" ? results.get(json["Result"]) : undefined;
  if (result !== undefined) return { code: result.code, message: message ?? result.message };
  if (status >= 200 && status < 300 && json["Success"] !== false && message === undefined) return undefined;
  const whole = `${name} ${said ?? ""}`;
  const code = words.find(([pattern]) => pattern.test(whole))?.[1] ?? (status === 404 ? "key-not-found" : "forbidden");
  return { code, message: message ?? `It refuses (status ${status}) and gives no reason.` };
}

/** Text of a service in one bounded line: it must not reach into a terminal or a log. */
function sentence(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  const line = value.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
  return line === "" ? undefined : line.slice(0, maximumMessage);
}
