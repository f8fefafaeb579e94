import { mayPointTo } from "./endpoint.ts";
import { failure } from "./failure.ts";
import type { HttpAnswer, HttpRequest, Transport } from "./transport.ts";

const redirectStatus = new Set([301, 302, 303, 307, 308]);

/** An answer, and whether it came from another origin than was asked: its challenges are then never answered. */
export interface FollowedAnswer extends HttpAnswer {
  readonly foreign: boolean;
}

/**
 * Sends a read and follows its redirects. `Authorization` stays behind at the first change of scheme, host or port and does
 * not come back; a redirect out of https, or into a network that the registry is not in, is refused.
 */
export async function sendFollowing(
  send: Transport,
  request: HttpRequest,
  most: number,
  signal: AbortSignal,
): Promise<FollowedAnswer> {
  const asked = request.url;
  let { url, headers } = request;
  let foreign = false;
  for (let followed = 0; ; followed++) {
    const answer = await send({ ...request, url, headers }, signal);
    const location = answer.headers.get("location");
    if (!redirectStatus.has(answer.status) || location === null) return { ...answer, foreign };
    const refuse = (why: string): Error =>
      failure(
        "registry-error",
        request.attempt,
        `${asked.host} redirected to ${why}`,
        "The redirect was not followed.",
      );
    if (request.method !== "GET" && request.method !== "HEAD")
      throw refuse("another address for a request that writes");
    if (followed >= most) throw refuse("another address again and again");
    if (!URL.canParse(location, url.href)) throw refuse("something that is no address");
    const next = new URL(location, url);
    if (next.username !== "" || next.password !== "") throw refuse("an address with credentials in it");
    if (next.origin !== asked.origin) {
      foreign = true;
      headers = withoutAuthorization(headers);
      if (next.protocol !== "https:") throw refuse(`${next.origin}, which is not https`);
      if (!mayPointTo(asked, next)) throw refuse(`${next.host}, which is inside a private network`);
    }
    url = next;
  }
}

function withoutAuthorization(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== "authorization"));
}
