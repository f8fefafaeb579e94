import type { DenyCode } from "../../../application/signingService.ts";
import { isJsonArray, isJsonObject } from "../../../core/json.ts";
import type { ServiceReply } from "../serviceRequest.ts";

/** Why the service did not do what it was asked. */
export interface Refusal {
  /** `unavailable`: nothing was decided, and the same may be asked later. */
  readonly code: DenyCode | "unavailable";
  /** One sentence or more, in the service's words where it said any. */
  readonly message: string;
}

/** Words of refusals with status 400, most telling first: the product has no codes for them. */
const words: readonly (readonly [RegExp, DenyCode])[] = [
  [/control group.{0,60}(?:expired|not found)|wrapping token is not valid|does not exist/i, "approval-expired"],
  [/key not found|no existing key|unknown key/i, "key-not-found"],
  [/hash|algorithm|marshal|salt|key type|key version|unsupported/i, "algorithm-not-allowed"],
];

const maximumMessage = 400;

/** The refusal that an answer is; undefined where it is none. */
export function refusalOf({ status, body }: ServiceReply): Refusal | undefined {
  if (status >= 200 && status < 300) return undefined;
  const said = errorsIn(body);
  const quoted = said === "" ? "" : ` It says: ${said}`;
  switch (status) {
    case 401:
    case 403:
      return {
        code: "forbidden",
        message: `The policies of the session do not allow it, or the session is not valid (any more).${quoted}`,
      };
    case 404:
      return { code: "key-not-found", message: `There is nothing of this name, or nothing is mounted there.${quoted}` };
    case 412:
      return { code: "unavailable", message: `It has not caught up with an earlier change; try again.${quoted}` };
    case 429:
      return { code: "unavailable", message: `Its rate limit is reached; nothing was done. Try again later.${quoted}` };
    case 503:
      return /sealed/i.test(said)
        ? { code: "unavailable", message: "It is sealed, and nothing was done; an operator has to unseal it." }
        : { code: "unavailable", message: `It is not in service.${quoted}` };
    default: {
      const code = status === 400 ? words.find(([pattern]) => pattern.test(said))?.[1] : undefined;
      if (status >= 500) return { code: "unavailable", message: `It failed (status ${status}).${quoted}` };
      return { code: code ?? "unsupported", message: said === "" ? `It refuses (status ${status}).` : said };
    }
  }
}

/** What the service said, in one bounded line: it must not reach into a terminal or a log. */
function errorsIn(body: unknown): string {
  const errors = isJsonObject(body) ? body["errors"] : undefined;
  const texts = isJsonArray(errors) ? errors.slice(0, 10).filter((error) => typeof error === "string") : [];
  return texts
    .join("; ")
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, " ")
    .trim()
    .slice(0, maximumMessage);
}
