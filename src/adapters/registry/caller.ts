import type { RegistryError } from "../../application/errors.ts";
import { isJsonArray, isJsonObject, readJson } from "../../core/json.ts";
import { refused, type Authorization, type Authorizer } from "./authorization.ts";
import type { Endpoint } from "./endpoint.ts";
import { failure, type Attempt } from "./failure.ts";
import type { RegistryLimits } from "./limits.ts";
import { sendFollowing, type FollowedAnswer } from "./redirects.ts";
import type { Scope } from "./token.ts";
import type { HttpRequest, Transport } from "./transport.ts";

/** One call of the distribution API: a request with the login that its registry asks for. */
export interface RegistryCall {
  readonly endpoint: Endpoint;
  readonly scope: Scope;
  readonly method: HttpRequest["method"];
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly maxBytes: number;
  readonly attempt: Attempt;
}

/** Makes calls. Answers of success, and others that the caller may understand (404, 400, 412, ...), are returned; the rest throws RegistryError. */
export type Caller = (call: RegistryCall, signal: AbortSignal) => Promise<FollowedAnswer>;

export function createCaller(send: Transport, authorizer: Authorizer, limits: RegistryLimits): Caller {
  return async (call, signal) => {
    const { endpoint, scope, attempt } = call;
    let authorization = await authorizer.known(endpoint, scope, attempt, signal);
    let answer = await request(call, authorization, signal);
    // Twice: a password or a token that was refused may have expired, and what replaces it may be refused for good.
    if (answer.status === 401 && !answer.foreign) {
      const header = answer.headers.get("www-authenticate");
      authorization = await authorizer.answer(endpoint, scope, { header, rejected: authorization }, attempt, signal);
      answer = await request(call, authorization, signal);
    }
    if (answer.status === 401 && answer.foreign)
      throw failure(
        "authentication",
        attempt,
        `${endpoint.registry} redirected to ${answer.url.host}, which asks for a login of its own`,
        "No credentials are sent there.",
      );
    if (answer.status === 401 || answer.status === 403) throw refused(endpoint, authorization, attempt);
    const problem = failureOf(answer, call);
    if (problem !== undefined) throw problem;
    return answer;
  };

  function request(
    call: RegistryCall,
    authorization: Authorization | undefined,
    signal: AbortSignal,
  ): Promise<FollowedAnswer> {
    const login = authorization?.header === undefined ? {} : { authorization: authorization.header };
    return sendFollowing(send, { ...call, headers: { ...call.headers, ...login } }, limits.redirects, signal);
  }
}

/** Error codes (distribution specification, Error Codes) of an answer's body; empty where it holds none. */
export function errorCodes(bytes: Uint8Array): readonly string[] {
  const json = readJson(bytes);
  const errors = isJsonObject(json) ? json["errors"] : undefined;
  if (!isJsonArray(errors)) return [];
  return errors
    .slice(0, 20)
    .flatMap((error) => (isJsonObject(error) && typeof error["code"] === "string" ? [error["code"]] : []));
}

/** Whether an answer is a web page: what proxies and login portals give in a registry's place. */
function isWebPage(answer: Pick<FollowedAnswer, "headers">): boolean {
  return /^text\/html\b/iu.test(answer.headers.get("content-type") ?? "");
}

/** An answer that makes no sense here. The status is named with its meaning, for the log and the registry's operator. */
export function unexpected(
  answer: Pick<FollowedAnswer, "status" | "headers">,
  { endpoint, attempt }: Pick<RegistryCall, "endpoint" | "attempt">,
): RegistryError {
  const what = isWebPage(answer)
    ? "answered with a web page"
    : `gave an answer that it should not give (HTTP ${answer.status})`;
  return failure(
    "registry-error",
    attempt,
    `${endpoint.registry} ${what}`,
    "Check that this is the registry's address, and that no proxy or login page answers in its place.",
  );
}

function failureOf(answer: FollowedAnswer, call: RegistryCall): RegistryError | undefined {
  const { endpoint, attempt } = call;
  if (answer.status === 429)
    return failure(
      "rate-limit",
      attempt,
      `${endpoint.registry} answers no more requests for now${waitOf(answer)}`,
      "Wait, or sign in for a higher limit.",
    );
  if (answer.status >= 500)
    return failure(
      "registry-error",
      attempt,
      `${endpoint.registry} failed with an error of its own (HTTP ${answer.status})`,
      "Try again later.",
    );
  // A page instead of a manifest is no answer to whether the manifest exists, whatever its status says.
  return isWebPage(answer) ? unexpected(answer, call) : undefined;
}

function waitOf(answer: FollowedAnswer): string {
  const seconds = answer.headers.get("retry-after") ?? "";
  const wait = /^\d{1,6}$/u.test(seconds) ? `, and asks to wait ${seconds} seconds` : "";
  // Docker Hub, "Pull rate limit": so many manifests in a window of so many seconds.
  const [, most, window] = /^(\d{1,9})(?:;w=(\d{1,9}))?$/u.exec(answer.headers.get("ratelimit-limit") ?? "") ?? [];
  const limit = most === undefined ? "" : ` (${most} requests${window === undefined ? "" : ` in ${hours(window)}`})`;
  return `${limit}${wait}`;
}

function hours(seconds: string): string {
  const number = Number(seconds);
  return number % 3600 === 0 ? `${number / 3600} hours` : `${number} seconds`;
}
