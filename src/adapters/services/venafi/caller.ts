import { AppError } from "../../../application/errors.ts";
import type { WaitOptions } from "../../../application/ports.ts";
import { sendToService, type ServiceReply } from "../serviceRequest.ts";
import { discreet } from "../serviceWords.ts";
import type { TokenPlace } from "./authentication.ts";
import { refusalOf } from "./refusal.ts";
import type { Authorization, Session } from "./session.ts";

/** One call of the product's web interface. */
export interface Call {
  readonly method?: "GET" | "POST";
  /** Below the origin, without a leading slash. */
  readonly path: string;
  readonly body?: object;
  /** What was tried, in words. */
  readonly action: string;
  readonly ambiguity?: string;
}

/** Sends calls as somebody who is signed in. */
export interface Caller {
  /** A look-up: where the session has ended it is renewed, and the call is sent again, once. */
  read(call: Call, options: WaitOptions): Promise<ServiceReply>;
  /** A look-up that must succeed. AppError `authentication` or `service-denied` where it is refused. */
  readAll(call: Call, options: WaitOptions): Promise<unknown>;
  /** Anything that changes something: sent exactly once, whatever comes back. */
  once(call: Call, options: WaitOptions): Promise<ServiceReply>;
  /** The text without the session's secrets. */
  redact(text: string): string;
}

/** Where the session of the self-hosted product says whether it is valid. */
const verification = { method: "GET", path: "vedauth/authorize/verify", action: "check the session" } as const;

export function createCaller(place: TokenPlace, session: Session): Caller {
  const send = (call: Call, authorization: Authorization, options: WaitOptions): Promise<ServiceReply> =>
    sendToService(
      {
        method: call.method ?? "POST",
        url: `${place.origin}/${call.path}`,
        headers: authorization.headers,
        timeoutMs: place.timeoutMs,
        action: call.action,
        body: call.body,
        ambiguity: call.ambiguity,
        tls: place.tls,
      },
      options,
    );
  /** A missing permission can be answered with 401, too: a session that is valid must not be ended for it. */
  const hasEnded = async (
    reply: ServiceReply,
    authorization: Authorization,
    options: WaitOptions,
  ): Promise<boolean> => {
    if (reply.status !== 401 || refusalOf(reply)?.code !== "unauthenticated") return false;
    if (place.options.product === "saas") return true;
    return (await send(verification, authorization, options)).status === 401;
  };
  const redact = (text: string): string => session.redact(text);
  const read = (call: Call, options: WaitOptions): Promise<ServiceReply> =>
    discreet(redact, async () => {
      const authorization = await session.authorize(options);
      const reply = await send(call, authorization, options);
      if (!(await hasEnded(reply, authorization, options))) return reply;
      session.refused(authorization);
      return send(call, await session.authorize(options), options);
    });
  return {
    read,
    readAll: async (call, options) => {
      const reply = await read(call, options);
      const refusal = refusalOf(reply);
      if (refusal === undefined) return reply.body;
      throw new AppError(
        refusal.code === "unauthenticated" ? "authentication" : "service-denied",
        session.redact(`Could not ${call.action} at ${place.origin}: ${refusal.message}`),
      );
    },
    once: (call, options) =>
      discreet(redact, async () => {
        // A look-up first, which renews a session that has ended: the call itself is sent once, and meets a valid one.
        if (place.options.product === "self-hosted") await read(verification, options);
        return send(call, await session.authorize(options), options);
      }),
    redact,
  };
}
