import { AppError } from "../../application/errors.ts";
import type { WaitOptions } from "../../application/ports.ts";
import type { DenyCode } from "../../application/signingService.ts";
import { isJsonObject, type JsonObject } from "../../core/json.ts";
import type { Lease } from "./lease.ts";
import { oneLine } from "./serviceWords.ts";
import { sendToService, type ServiceReply, type ServiceTls } from "./serviceRequest.ts";

/** Where a service is that takes bearer tokens. */
export interface BearerPlace {
  readonly origin: string;
  readonly tls?: ServiceTls;
  readonly timeoutMs: number;
}

/** One call. */
export interface BearerCall {
  /** GET without a body, POST with one. */
  readonly body?: object;
  /** Below the origin, without a leading slash. */
  readonly path: string;
  /** What was tried, in words. */
  readonly action: string;
  readonly ambiguity?: string;
  /** Reads an answer that may be something else than JSON; undefined for one that is not understood. */
  readonly read?: (bytes: Uint8Array) => unknown;
}

/** Why a service did not do what it was asked. `unavailable`: nothing was decided, and the same may be asked later. */
export interface BearerRefusal {
  readonly code: DenyCode | "unavailable";
  readonly message: string;
}

/** Sends calls as somebody who is signed in. */
export interface BearerCaller {
  /** A look-up: where the session has ended it is sent again, once, with another. */
  read(call: BearerCall, options: WaitOptions): Promise<ServiceReply>;
  /** A look-up that must succeed: AppError `authentication`, `service-unavailable` or `service-denied` otherwise. */
  readAll(call: BearerCall, options: WaitOptions): Promise<unknown>;
  /** A look-up of what the session may not see, too, which is not there for it. */
  readOptional(call: BearerCall, options: WaitOptions): Promise<JsonObject | undefined>;
  /** A request to sign, sent exactly once: the answer, or that it was denied. */
  submit(call: BearerCall, options: WaitOptions): Promise<SubmitReply>;
  /** What an answer to a request to sign is. AppError `service-unavailable` where nothing was decided. */
  settle(reply: ServiceReply, action: string): SubmitReply;
}

/** What became of a request to sign. */
export type SubmitReply =
  | { readonly status: "answered"; readonly answer: JsonObject }
  | { readonly status: "denied"; readonly code: DenyCode; readonly message: string };

/** Creates the caller; `refusalOf` tells what an answer refuses. */
export function createBearerCaller(
  place: BearerPlace,
  tokens: Lease<string>,
  refusalOf: (reply: ServiceReply) => BearerRefusal | undefined,
): BearerCaller {
  const once = async (call: BearerCall, options: WaitOptions): Promise<ServiceReply> => {
    const secret = await tokens.get(options);
    const reply = await sendToService(
      {
        method: call.body === undefined ? "GET" : "POST",
        url: `${place.origin}/${call.path}`,
        secret,
        timeoutMs: place.timeoutMs,
        action: call.action,
        body: call.body,
        ambiguity: call.ambiguity,
        tls: place.tls,
        ...(call.read === undefined ? {} : { read: call.read }),
      },
      options,
    );
    if (reply.status === 401) tokens.end(secret);
    return reply;
  };
  const read = async (call: BearerCall, options: WaitOptions): Promise<ServiceReply> => {
    const reply = await once(call, options);
    return reply.status === 401 ? once(call, options) : reply;
  };
  const settle = (reply: ServiceReply, action: string): SubmitReply => {
    const refusal = refusalOf(reply);
    if (refusal?.code === "unavailable") throw refusedCall(place.origin, action, refusal);
    if (refusal !== undefined) return { status: "denied", code: refusal.code, message: refusal.message };
    return { status: "answered", answer: isJsonObject(reply.body) ? reply.body : {} };
  };
  return {
    read,
    readOptional: async (call, options) => {
      const reply = await read(call, options);
      const refusal = refusalOf(reply);
      if (refusal?.code === "unavailable" || refusal?.code === "unauthenticated")
        throw refusedCall(place.origin, call.action, refusal);
      return refusal === undefined && isJsonObject(reply.body) ? reply.body : undefined;
    },
    submit: async (call, options) => settle(await once(call, options), call.action),
    settle,
    readAll: async (call, options) => {
      const reply = await read(call, options);
      const refusal = refusalOf(reply);
      if (refusal !== undefined) throw refusedCall(place.origin, call.action, refusal);
      return reply.body;
    },
  };
}

/**
 * The refusal that an answer is; undefined where it is none. `found` is what the service's own `name` for it means, which
 * counts before the status but for a session that has ended.
 */
export function bearerRefusal(
  status: number,
  error: JsonObject,
  name: string,
  found: BearerRefusal["code"] | undefined,
): BearerRefusal | undefined {
  if (status >= 200 && status < 300) return undefined;
  const message = oneLine(error["message"]) ?? (name === "" ? `It refuses (status ${status}).` : name.slice(0, 100));
  if (status === 401) return { code: "unauthenticated", message };
  return { code: found ?? (status === 404 ? "key-not-found" : status === 403 ? "forbidden" : "unsupported"), message };
}

/** The failure that a refused call is. */
function refusedCall(origin: string, action: string, { code, message }: BearerRefusal): AppError {
  const kind =
    code === "unauthenticated" ? "authentication" : code === "unavailable" ? "service-unavailable" : "service-denied";
  return new AppError(kind, `Could not ${action} at ${origin}: ${message}`);
}
