import { setTimeout } from "node:timers/promises";
import { AppError } from "../../../application/errors.ts";
import type { WaitOptions } from "../../../application/ports.ts";
import { isJsonObject, textOrEmpty } from "../../../core/json.ts";
import type { BearerCaller, SubmitReply } from "../bearerCaller.ts";
import type { ServiceReply } from "../serviceRequest.ts";

/** An owner has this long to confirm on another device, in milliseconds. */
const longest = 5 * 60 * 1000;

/** How a confirmation is waited for. Times in milliseconds. */
export interface ConfirmationWait {
  /** `credentials/authorizeCheck`, below the origin. */
  readonly path: string;
  readonly pauseMs: number;
  readonly now: () => number;
}

/**
 * Asks for the activation data until the key's owner has confirmed elsewhere, for services that answer a request to authorize
 * with a handle. Nothing is signed meanwhile.
 */
export async function awaitConfirmation(
  handle: string,
  caller: BearerCaller,
  { path, pauseMs, now }: ConfirmationWait,
  options: WaitOptions,
): Promise<SubmitReply> {
  const action = "ask whether the signature is authorized";
  const until = now() + longest;
  for (let current = handle; now() < until;) {
    await pause(pauseMs, options);
    const reply = await caller.read({ path, body: { handle: current }, action }, options);
    if (!isPending(reply)) return caller.settle(reply, action);
    // Each answer says what to ask with the next time.
    current = textOrEmpty(isJsonObject(reply.body) ? reply.body["handle"] : undefined) || current;
  }
  return { status: "denied", code: "approval-expired", message: "Nobody confirmed the use of the key in time." };
}

/** Nothing is decided yet: status 202 with a handle as the specification says (2.0.0.2, 11.7); some say it as a refusal. */
function isPending({ status, body }: ServiceReply): boolean {
  const json = isJsonObject(body) ? body : {};
  if (status >= 200 && status < 300) return textOrEmpty(json["SAD"]) === "";
  const said = `${textOrEmpty(json["error"])} ${textOrEmpty(json["error_description"])}`;
  return status === 400 && /pending|in progress|not (?:yet )?(?:authori[sz]ed|confirmed|ready|complete)/i.test(said);
}

async function pause(milliseconds: number, { signal }: WaitOptions): Promise<void> {
  try {
    await setTimeout(milliseconds, undefined, { signal });
  } catch (cause) {
    throw new AppError("cancelled", "Waiting for the confirmation was cancelled; nothing was signed.", { cause });
  }
}
