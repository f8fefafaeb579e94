import { setTimeout } from "node:timers/promises";
import { AppError } from "../../../application/errors.ts";
import type { Person, WaitOptions } from "../../../application/ports.ts";
import { isJsonObject } from "../../../core/json.ts";
import { sendToService, type ServiceReply } from "../serviceRequest.ts";
import type { TokenPlace } from "./authentication.ts";
import { textIn } from "./values.ts";

const grantType = "urn:ietf:params:oauth:grant-type:device_code";
/** A person has this long, in milliseconds, whatever the service says. */
const longest = 15 * 60 * 1000;
/** RFC 8628, 3.2 and 3.5: what to wait between two questions without being told, and how much more after `slow_down`. */
const usualPause = 5;

/**
 * Signs in while the person confirms a code on another device or in a browser (RFC 8628). Gives the answer that holds the
 * token, or the refusal.
 */
export async function authorizeDevice(place: TokenPlace, person: Person, options: WaitOptions): Promise<ServiceReply> {
  const { clientId, scope } = place.options;
  const action = "sign in with a code";
  const post = (path: string, body: object): Promise<ServiceReply> =>
    sendToService(
      {
        method: "POST",
        url: `${place.origin}/${path}`,
        body,
        timeoutMs: place.timeoutMs,
        action,
        ...(place.tls === undefined ? {} : { tls: place.tls }),
      },
      options,
    );
  const started = await post("vedauth/authorize/device", { client_id: clientId, scope });
  const json = isJsonObject(started.body) ? started.body : {};
  const [deviceCode, code] = [textIn(json, "device_code"), textIn(json, "user_code")];
  const url = textIn(json, "verification_uri_complete") ?? textIn(json, "verification_uri");
  if (deviceCode === undefined || code === undefined || url === undefined) return started;
  if (!isOwnPage(url, place.origin))
    throw new AppError(
      "service-protocol",
      `Could not ${action} at ${place.origin}: it sends the person to ${JSON.stringify(url.slice(0, 200))}, which is not its own page.`,
    );
  await person.visit({ service: place.origin, url, code: code.slice(0, 40) }, options);
  const seconds = (value: unknown, usual: number): number =>
    typeof value === "number" && value >= 0 && Number.isFinite(value) ? value : usual;
  let pause = seconds(json["interval"], usualPause) * 1000;
  const ends = place.now() + Math.min(seconds(json["expires_in"], longest / 1000) * 1000, longest);
  while (place.now() < ends) {
    await wait(pause, options);
    const reply = await post("vedauth/authorize/token", {
      client_id: clientId,
      device_code: deviceCode,
      grant_type: grantType,
    });
    const answer = isJsonObject(reply.body) ? reply.body["error"] : undefined;
    if (answer === "slow_down") pause += usualPause * 1000;
    else if (answer !== "authorization_pending") return reply;
  }
  throw new AppError("authentication", `Could not ${action} at ${place.origin}: nobody confirmed the code in time.`);
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
