import { AppError } from "../../../application/errors.ts";
import type { WaitOptions } from "../../../application/ports.ts";
import { objectIn, textOrEmpty } from "../../../core/json.ts";
import type { Leased } from "../lease.ts";
import { sendToService } from "../serviceRequest.ts";
import { endpointOf } from "./endpoint.ts";
import { readSignIn } from "./keptSignIn.ts";
import type { SingleSignOn } from "./profile.ts";
import { grantOf, type IdentityPlace } from "./securityTokens.ts";
import type { AwsCredentials } from "./signatureV4.ts";

/** Credentials of a role, for the sign-in that `aws sso login` keeps. AppError `authentication` where there is none that is good. */
export async function fromSingleSignOn(
  place: IdentityPlace,
  signOn: SingleSignOn,
  options: WaitOptions,
): Promise<Leased<AwsCredentials>> {
  const { startUrl, region, account, role } = signOn;
  const origin = endpointOf("SSO", region, place.environment);
  const signIn = await readSignIn(place, signOn, options);
  if (signIn.kind === "none") throw signedOut(startUrl, signIn.why);
  const url = new URL("/federation/credentials", origin);
  url.search = new URLSearchParams({ role_name: role, account_id: account }).toString();
  const action = `take the role ${role} of account ${account}`;
  const headers = { "x-amz-sso_bearer_token": signIn.token };
  const { timeoutMs, note } = place;
  const reply = await sendToService({ method: "GET", url: url.href, headers, timeoutMs, action }, options);
  if (reply.status === 401) throw signedOut(startUrl, "is not accepted any more");
  const granted = objectIn(reply.body, "roleCredentials");
  const named = {
    AccessKeyId: textOrEmpty(granted["accessKeyId"]),
    SecretAccessKey: textOrEmpty(granted["secretAccessKey"]),
    Token: textOrEmpty(granted["sessionToken"]),
  };
  return grantOf(named, "Token", Number(granted["expiration"] ?? Number.NaN), { reply, action, origin, note });
}

function signedOut(startUrl: string, what: string): AppError {
  return new AppError(
    "authentication",
    `The sign-in to IAM Identity Center at ${startUrl} ${what}. Run 'aws sso login' for the profile, and try again.`,
  );
}
