import { AppError } from "../../../application/errors.ts";
import type { WaitOptions } from "../../../application/ports.ts";
import { readIdentityToken, type IdentityClaims } from "../../../core/sign/identityToken.ts";
import type { ChosenServices } from "../../../core/sign/signingConfig.ts";
import { findPipelineIdentity, isJwt, requestIdentityToken } from "../pipelineIdentity.ts";
import { signInAtProvider, type GrantedToken } from "./authorizationCode.ts";
import { signInByDevice } from "./deviceFlow.ts";
import type { SigstorePlace } from "./place.ts";
import { discoverProvider } from "./provider.ts";

/** Somebody's identity, proven to a certificate authority by whoever holds the token. */
export interface Identity {
  readonly token: string;
  readonly claims: IdentityClaims;
}

/** A token this close to its end is of no use any more, in milliseconds. */
const margin = 30_000;
/** Under this name the origin of an authority is remembered that a person agreed to. */
const agreedName = "sigstore authority";

/**
 * Obtains an identity token: of the pipeline where this runs in one, else by having the person sign in. It is obtained only
 * where it was agreed that it goes to this certificate authority: whoever has it can have a certificate made in the
 * person's name, and the workspace names the address. Throws AppError `authentication`, `configuration`, `cancelled`.
 */
export async function obtainIdentity(
  place: SigstorePlace,
  { provider: { url: issuer } }: ChosenServices,
  options: WaitOptions,
): Promise<Identity> {
  await requireAgreement(place, issuer, options);
  const ambient = await ambientToken(place, options);
  if (ambient !== undefined) return check(place, { token: ambient }, undefined);
  const { person } = place;
  if (person === undefined)
    throw new AppError(
      "authentication",
      `Could not sign in to ${place.name}: nobody is there to do it, and this pipeline has no identity token. Give the job one (GitHub Actions: 'id-token: write'; GitLab: 'id_tokens' with SIGSTORE_ID_TOKEN).`,
    );
  const provider = await discoverProvider(place, issuer, options);
  const signIn = place.options.signIn === "device" ? signInByDevice : signInAtProvider;
  return check(place, await signIn(place, provider, person, options), issuer);
}

/** The token of the job that this runs in (GitHub Actions; GitLab and others by SIGSTORE_ID_TOKEN). */
async function ambientToken(place: SigstorePlace, options: WaitOptions): Promise<string | undefined> {
  const { environment, used, timeoutMs, options: settings } = place;
  const given = environment["SIGSTORE_ID_TOKEN"];
  if (given !== undefined && given !== "") {
    used.note(given);
    if (isJwt(given)) return given;
    throw new AppError("authentication", "SIGSTORE_ID_TOKEN holds no identity token; nothing was sent.");
  }
  const pipeline = findPipelineIdentity(environment);
  if (pipeline === undefined) return undefined;
  return requestIdentityToken(pipeline, settings.clientId, { timeoutMs, note: used.note }, options);
}

function check(place: SigstorePlace, { token, nonce }: GrantedToken, issuer: string | undefined): Identity {
  place.used.note(token);
  const claims = isJwt(token) ? readIdentityToken(token) : undefined;
  const fail = (why: string): AppError =>
    new AppError("authentication", `The identity token for ${place.name} cannot be used: ${why}. Nothing was signed.`);
  if (claims === undefined) throw fail("it cannot be read, or its e-mail address is not verified");
  if (issuer !== undefined && claims.issuer.replace(/\/+$/, "") !== issuer) throw fail("another provider issued it");
  if (!claims.audience.includes(place.options.clientId)) throw fail("it is meant for somebody else");
  if (nonce !== undefined && claims.nonce !== nonce) throw fail("it is of another sign-in");
  if (claims.expiresAt - margin <= place.now().getTime()) throw fail("it has expired");
  return { token, claims };
}

async function requireAgreement(place: SigstorePlace, issuer: string, options: WaitOptions): Promise<void> {
  const { origin, environment, secrets, person, name } = place;
  if (place.isTrial) return;
  const named = environment["COUNTERSIGN_SIGSTORE_URL"];
  if (named !== undefined && URL.canParse(named) && new URL(named).origin === origin) return;
  if ((await secrets?.get(origin, agreedName))?.replace(/\/+$/, "") === issuer) return;
  if (person === undefined)
    throw new AppError(
      "configuration",
      `Nobody agreed that identity tokens go to ${origin}, which the workspace names as the certificate authority of ${name}; nothing was sent. Set COUNTERSIGN_SIGSTORE_URL=${origin} where that is right.`,
    );
  const about = `sending your identity of ${issuer} to ${origin}, where certificates can then be made in your name`;
  const question = { service: name, prompt: "Your agreement (yes)", about, secret: false };
  const answer = await person.answer(question, options);
  if (answer?.trim().toLowerCase() !== "yes")
    throw new AppError("cancelled", `You did not agree that your identity goes to ${origin}; nothing was sent.`);
  await secrets?.set(origin, agreedName, issuer);
}
