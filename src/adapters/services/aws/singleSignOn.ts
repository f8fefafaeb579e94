import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { AppError } from "../../../application/errors.ts";
import type { WaitOptions } from "../../../application/ports.ts";
import { isJsonObject, objectIn, readJson, textOrEmpty } from "../../../core/json.ts";
import type { Leased } from "../lease.ts";
import { sendToService } from "../serviceRequest.ts";
import type { SingleSignOn } from "./profile.ts";
import { grantOf, type IdentityPlace } from "./securityTokens.ts";
import type { AwsCredentials } from "./signatureV4.ts";

/** Credentials of a role, for the sign-in that `aws sso login` keeps. AppError `authentication` where there is none that is good. */
export async function fromSingleSignOn(
  { environment, timeoutMs, note, now }: IdentityPlace,
  { session, startUrl, region, account, role }: SingleSignOn,
  options: WaitOptions,
): Promise<Leased<AwsCredentials>> {
  const given = environment["AWS_ENDPOINT_URL_SSO"] ?? environment["AWS_ENDPOINT_URL"] ?? "";
  const suffix = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  const origin = URL.canParse(given) ? new URL(given).origin : `https://portal.sso.${region}.${suffix}`;
  const token = await readSignIn(environment, { session, startUrl, now: now() });
  note(token);
  const url = new URL("/federation/credentials", origin);
  url.search = new URLSearchParams({ role_name: role, account_id: account }).toString();
  const action = `take the role ${role} of account ${account}`;
  const headers = { "x-amz-sso_bearer_token": token };
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

async function readSignIn(
  environment: IdentityPlace["environment"],
  { session, startUrl, now }: { readonly session: string; readonly startUrl: string; readonly now: number },
): Promise<string> {
  const home = environment["HOME"] ?? environment["USERPROFILE"] ?? homedir();
  // The name of the file, as the programs of AWS make it; nothing rests on the digest.
  const name = `${createHash("sha1").update(session, "utf8").digest("hex")}.json`;
  const bytes = await readFile(join(home, ".aws", "sso", "cache", name)).catch(() => undefined);
  const json = bytes === undefined ? undefined : readJson(bytes);
  const kept = isJsonObject(json) ? json : {};
  const token = textOrEmpty(kept["accessToken"]);
  if (token === "" || kept["startUrl"] !== startUrl) throw signedOut(startUrl, "is not there");
  if (!(Date.parse(textOrEmpty(kept["expiresAt"])) > now)) throw signedOut(startUrl, "has expired");
  return token;
}

function signedOut(startUrl: string, what: string): AppError {
  return new AppError(
    "authentication",
    `The sign-in to IAM Identity Center at ${startUrl} ${what}. Run 'aws sso login' for the profile, and try again.`,
  );
}
