import { AppError } from "../../../application/errors.ts";
import type { Person, WaitOptions } from "../../../application/ports.ts";
import { isJsonObject, textOrEmpty } from "../../../core/json.ts";
import { createCodeVerifier } from "../browserLogin.ts";
import { askUntilConfirmed, readDeviceCode } from "../deviceFlow.ts";
import { isSafeAddress } from "../serviceAddress.ts";
import type { GrantedToken } from "./authorizationCode.ts";
import { callSigstore, type SigstorePlace } from "./place.ts";
import { refusalOf, type IdentityProvider } from "./provider.ts";

/** Between two questions, in seconds, whatever the provider says. */
const shortestPause = 1;

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
  const { clientId: client_id } = place.options;
  const { verifier, challenge } = createCodeVerifier();
  place.used.note(verifier);
  const begin = { client_id, scope: "openid email", code_challenge: challenge, code_challenge_method: "S256" };
  const begun = { url: provider.deviceEndpoint, form: begin, action: "begin to sign in" };
  const start = await callSigstore(place, begun, options);
  if (start.status !== 200) throw fail(refusalOf(start.body).message);
  const code = readDeviceCode(start.body, shortestPause);
  if (code === undefined || !isSafeAddress(code.url)) throw fail("its answer names no code, or no page to enter it.");
  place.used.note(code.deviceCode);
  await person.visit({ service: place.name, url: code.url, code: code.code }, options);

  const form = {
    grant_type: "urn:ietf:params:oauth:grant-type:device_code",
    client_id,
    device_code: code.deviceCode,
    code_verifier: verifier,
  };
  const question = { url: provider.tokenEndpoint, form, action: "ask whether somebody signed in" };
  const clock = { now: () => place.now().getTime(), pause: (ms: number) => place.pause(ms, options) };
  const answer = await askUntilConfirmed(code, clock, async () => {
    const { status, body } = await callSigstore(place, question, options);
    const token = status === 200 && isJsonObject(body) ? textOrEmpty(body["id_token"]) : "";
    return token === "" ? { token, ...refusalOf(body) } : { token, error: "", message: "" };
  });
  if (answer === undefined) throw fail("the code has expired.");
  if (answer.token === "") throw fail(answer.message);
  return { token: answer.token };
}
