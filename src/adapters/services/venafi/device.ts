import { setTimeout } from "node:timers/promises";
import { AppError } from "../../../application/errors.ts";
import type { Person, WaitOptions } from "../../../application/ports.ts";
import { isJsonObject, textOrEmpty } from "../../../core/json.ts";
import { askUntilConfirmed, readDeviceCode } from "../deviceFlow.ts";
import type { ServiceReply } from "../serviceRequest.ts";
import type { TokenPlace } from "./authentication.ts";

/**
 * Signs in while the person confirms a code on another device or in a browser (RFC 8628). Gives the answer that holds the
 * token, or the refusal. `post` sends one request, to sign in.
 */
export async function authorizeDevice(
  place: TokenPlace,
  person: Person,
  post: (path: string, body: object) => Promise<ServiceReply>,
  options: WaitOptions,
): Promise<ServiceReply> {
  const { clientId: client_id, scope } = place.options;
  const failed = `Could not sign in with a code at ${place.origin}`;
  const started = await post("vedauth/authorize/device", { client_id, scope });
  const code = readDeviceCode(started.body, 0);
  if (code === undefined) return started;
  if (!isOwnPage(code.url, place.origin))
    throw new AppError(
      "service-protocol",
      `${failed}: it sends the person to ${JSON.stringify(code.url.slice(0, 200))}, which is not its own page.`,
    );
  await person.visit({ service: place.origin, url: code.url, code: code.code }, options);
  const question = {
    client_id,
    device_code: code.deviceCode,
    grant_type: "urn:ietf:params:oauth:grant-type:device_code",
  };
  const clock = { now: () => place.now(), pause: (milliseconds: number) => wait(milliseconds, options) };
  const answer = await askUntilConfirmed(code, clock, async () => {
    const reply = await post("vedauth/authorize/token", question);
    return { reply, error: isJsonObject(reply.body) ? textOrEmpty(reply.body["error"]) : "" };
  });
  if (answer !== undefined) return answer.reply;
  throw new AppError("authentication", `${failed}: nobody confirmed the code in time.`);
}

/** The code is confirmed where the session will be: on a page of the service itself. */
function isOwnPage(url: string, origin: string): boolean {
  return URL.canParse(url) && new URL(url).origin === origin;
}

async function wait(milliseconds: number, { signal }: WaitOptions): Promise<void> {
  try {
    await setTimeout(milliseconds, undefined, { signal });
  } catch (cause) {
    throw new AppError("cancelled", "Signing in was cancelled.", { cause });
  }
}
