import { createHash, randomBytes } from "node:crypto";
import { AppError } from "../../../application/errors.ts";
import type { Person, WaitOptions } from "../../../application/ports.ts";
import { isJsonObject, textOrEmpty } from "../../../core/json.ts";
import { isSafeAddress } from "../serviceAddress.ts";
import type { GrantedToken } from "./authorizationCode.ts";
import { callSigstore, type SigstorePlace } from "./place.ts";
import { refusalOf, type IdentityProvider } from "./provider.ts";

/** Bounds for the time between two look-ups and for all of them, in seconds, whatever the provider says. */
const interval = { usual: 5, shortest: 1, longest: 60, slower: 5 };
const longestLifetime = 15 * 60;

/** Signs in by a code that the person enters on any device (RFC 8628), with PKCE. Throws AppError `authentication`, `cancelled`. */
export async function signInByDevice(
  place: SigstorePlace,
  provider: IdentityProvider,
  person: Person,
  options: WaitOptions,
): Promise<GrantedToken> {
  const fail = (why: string): AppError =>
    new AppError("authentication", `Could not sign in at ${provider.issuer}: ${why} Nothing was signed.`);
  if (provider.deviceEndpoint === undefined)
    throw fail("it knows no sign-in by a code. Set the option 'signIn' of the service to 'browser'.");
  const { clientId } = place.options;
  const verifier = randomBytes(32).toString("base64url");
  place.used.note(verifier);
  const challenge = createHash("sha256").update(verifier).digest("base64url");
  const start = await callSigstore(
    place,
    {
      url: provider.deviceEndpoint,
      form: {
        client_id: clientId,
        scope: "openid email",
        code_challenge: challenge,
        code_challenge_method: "S256",
      },
      action: "begin to sign in",
    },
    options,
  );
  const begun = isJsonObject(start.body) ? start.body : {};
  const [deviceCode, code] = [textOrEmpty(begun["device_code"]), textOrEmpty(begun["user_code"])];
  const url = textOrEmpty(begun["verification_uri_complete"]) || textOrEmpty(begun["verification_uri"]);
  if (start.status !== 200) throw fail(refusalOf(start.body).message);
  if (deviceCode === "" || !/^[\w-]{1,40}$/.test(code) || !isSafeAddress(url))
    throw fail("its answer names no code, or no page to enter it.");
  place.used.note(deviceCode);
  await person.visit({ service: place.name, url, code }, options);

  let seconds = bounded(begun["interval"], interval.usual, interval.shortest, interval.longest);
  const lifetime = bounded(begun["expires_in"], longestLifetime, 1, longestLifetime);
  const until = place.now().getTime() + lifetime * 1000;
  for (;;) {
    await place.pause(seconds * 1000, options);
    if (place.now().getTime() > until) throw fail("the code has expired.");
    const form = {
      grant_type: "urn:ietf:params:oauth:grant-type:device_code",
      client_id: clientId,
      device_code: deviceCode,
      code_verifier: verifier,
    };
    const { status, body } = await callSigstore(
      place,
      { url: provider.tokenEndpoint, form, action: "ask whether somebody signed in" },
      options,
    );
    const token = isJsonObject(body) ? textOrEmpty(body["id_token"]) : "";
    if (status === 200 && token !== "") return { token };
    const { error, message } = refusalOf(body);
    if (error === "slow_down") seconds = Math.min(seconds + interval.slower, interval.longest);
    else if (error !== "authorization_pending") throw fail(message);
  }
}

function bounded(value: unknown, usual: number, least: number, most: number): number {
  const number = typeof value === "number" && Number.isFinite(value) ? value : usual;
  return Math.min(Math.max(number, least), most);
}
