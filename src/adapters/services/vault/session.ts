import { AppError } from "../../../application/errors.ts";
import type { WaitOptions } from "../../../application/ports.ts";
import { unlessAborted } from "../../registry/singleFlight.ts";
import type { ServiceReply } from "../serviceRequest.ts";
import { discreet } from "../serviceWords.ts";
import { sendCall, type Call, type VaultPlace } from "./connection.ts";
import type { Credentials } from "./credentials.ts";
import type { Grant } from "./grant.ts";
import { createTokenSource } from "./login.ts";
import type { Refusal } from "./refusal.ts";

/** Sends calls as somebody who is signed in. */
export interface Session {
  /** A look-up: where the session has ended another is opened, and the call is sent again, once. */
  read(call: Call, options: WaitOptions): Promise<ServiceReply>;
  /** Anything that changes something: sent exactly once, with a session that was valid a moment ago. */
  once(call: Call, options: WaitOptions): Promise<ServiceReply>;
  /** Remembers a secret, so that it is taken out of messages. */
  note(secret: string): void;
  /** The text without any secret that the session has used. */
  redact(text: string): string;
}

/** A token this close to its end is not used any more, in milliseconds. */
const margin = 10_000;

/** Opens a session. Nothing is sent until it is asked for. */
export function createSession(place: VaultPlace, credentials: Credentials): Session {
  const used = new Set<string>();
  const dead = new Set<string>();
  const note = (secret: string): void => {
    if (secret !== "") used.add(secret);
  };
  const redact = (text: string): string => [...used].reduce((left, secret) => left.replaceAll(secret, "***"), text);
  const source = createTokenSource(place, credentials, note);
  let current: Grant | undefined;
  let obtaining: Promise<Grant> | undefined;

  const adopt = (grant: Grant): Grant => {
    note(grant.token);
    current = grant;
    return grant;
  };
  const isFresh = ({ expiresAt }: Grant): boolean => expiresAt === undefined || expiresAt - margin > place.now();

  /** A renewal that is refused leaves the token as it is. */
  const renewed = async (grant: Grant, options: WaitOptions): Promise<Grant> => {
    if (grant.renewFrom === undefined || grant.renewFrom > place.now()) return grant;
    try {
      return adopt(await source.renew(grant.token, options));
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "authentication") throw error;
      const { renewFrom: _, ...rest } = grant;
      return adopt(rest);
    }
  };

  const obtain = async (asked: WaitOptions): Promise<Grant> => {
    // Not the caller's signal: others wait for the same. It ends by its time limit.
    const options = { signal: new AbortController().signal };
    const kept = current === undefined ? undefined : await renewed(current, options);
    if (kept !== undefined && isFresh(kept)) return kept;
    const token = await source.given();
    const given =
      token === undefined || dead.has(token) || token === kept?.token ? undefined : await source.lookUp(token, options);
    if (given !== undefined) return renewed(adopt(given), options);
    if (token !== undefined) dead.add(token);
    // A person's time is the caller's to give up; nothing is lost with it.
    const grant = await source.signIn(place.options.authentication === "oidc" ? asked : options);
    if (grant !== undefined) return adopt(grant);
    const missing =
      token === undefined
        ? "There is no sign-in"
        : "The token is not valid (any more) or may not look itself up (auth/token/lookup-self), and there is no other sign-in";
    throw new AppError(
      "authentication",
      `${missing} for ${place.origin}. Run "Sign in to a signing service" in the editor, or give the command line VAULT_ADDR=${place.origin} (BAO_ADDR) with VAULT_TOKEN, with VAULT_ROLE_ID and VAULT_SECRET_ID, or with a JWT and the option 'role'.`,
    );
  };

  const authorize = (options: WaitOptions): Promise<Grant> => {
    if (current !== undefined && isFresh(current) && (current.renewFrom ?? Infinity) > place.now())
      return Promise.resolve(current);
    obtaining ??= obtain(options).finally(() => {
      obtaining = undefined;
    });
    return unlessAborted(options.signal, obtaining);
  };

  /** "Permission denied" is said of a missing permission and of a token that has ended: a look-up tells which. */
  const hasEnded = async (grant: Grant, options: WaitOptions): Promise<boolean> => {
    if ((await source.lookUp(grant.token, options)) !== undefined) return false;
    if (current?.token === grant.token) current = undefined;
    return true;
  };

  return {
    note,
    redact,
    read: (call, options) =>
      discreet(redact, async () => {
        const grant = await authorize(options);
        const reply = await sendCall(place, call, grant.token, options);
        if (reply.status !== 403 || !(await hasEnded(grant, options))) return reply;
        return sendCall(place, call, (await authorize(options)).token, options);
      }),
    once: (call, options) =>
      discreet(redact, async () => {
        const first = await authorize(options);
        const grant = (await hasEnded(first, options)) ? await authorize(options) : first;
        return sendCall(place, call, grant.token, options);
      }),
  };
}

/** The failure that a refused look-up is: AppError `service-denied`, or `service-unavailable` where it may be asked later. */
export function refusedLookUp(session: Session, place: VaultPlace, action: string, refusal: Refusal): AppError {
  return new AppError(
    refusal.code === "unavailable" ? "service-unavailable" : "service-denied",
    session.redact(`Could not ${action} at ${place.origin}: ${refusal.message}`),
  );
}
