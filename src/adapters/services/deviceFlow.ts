import { isJsonObject, textOrEmpty } from "../../core/json.ts";

/** A code that a person confirms on any device (RFC 8628, 3.2). */
export interface DeviceCode {
  /** Secret: names the sign-in to the service. */
  readonly deviceCode: string;
  /** For the person. */
  readonly code: string;
  readonly url: string;
  /** Between two questions, in milliseconds. */
  readonly pauseMs: number;
  readonly lifetimeMs: number;
}

/** Bounds for what a service says, in seconds. */
const interval = { usual: 5, longest: 60, slower: 5 };
const longestLifetime = 15 * 60;

/** The code in an answer; undefined where there is none. `shortest` is the shortest pause, in seconds. */
export function readDeviceCode(body: unknown, shortest: number): DeviceCode | undefined {
  const json = isJsonObject(body) ? body : {};
  const [deviceCode, code] = [textOrEmpty(json["device_code"]), textOrEmpty(json["user_code"])];
  const url = textOrEmpty(json["verification_uri_complete"]) || textOrEmpty(json["verification_uri"]);
  if (deviceCode === "" || !/^[\w-]{1,40}$/.test(code) || url === "") return undefined;
  return {
    deviceCode,
    code,
    url,
    pauseMs: bounded(json["interval"], interval.usual, shortest, interval.longest) * 1000,
    lifetimeMs: bounded(json["expires_in"], longestLifetime, 1, longestLifetime) * 1000,
  };
}

/** Asks again and again until there is something else to say than to go on waiting (3.5); undefined where the code has expired. */
export async function askUntilConfirmed<T extends { readonly error: string }>(
  { pauseMs, lifetimeMs }: DeviceCode,
  clock: { now(): number; pause(milliseconds: number): Promise<void> },
  ask: () => Promise<T>,
): Promise<T | undefined> {
  const until = clock.now() + lifetimeMs;
  let pause = pauseMs;
  for (;;) {
    await clock.pause(pause);
    if (clock.now() > until) return undefined;
    const answer = await ask();
    if (answer.error === "slow_down") pause = Math.min(pause + interval.slower * 1000, interval.longest * 1000);
    else if (answer.error !== "authorization_pending") return answer;
  }
}

function bounded(value: unknown, usual: number, least: number, most: number): number {
  const number = typeof value === "number" && Number.isFinite(value) ? value : usual;
  return Math.min(Math.max(number, least), most);
}
