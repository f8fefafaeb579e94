import { createHash, randomUUID } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { WaitOptions } from "../../../application/ports.ts";
import { isJsonObject, readJson, textOrEmpty, type JsonObject } from "../../../core/json.ts";
import { sendToService } from "../serviceRequest.ts";
import { endpointOf } from "./endpoint.ts";
import type { SingleSignOn } from "./profile.ts";
import type { IdentityPlace } from "./securityTokens.ts";

/** A sign-in this close to its end is renewed, in milliseconds. */
const margin = 5 * 60 * 1000;

/** The token of a sign-in that the programs of AWS keep for each other; else in words why there is none. */
export type KeptSignIn =
  | { readonly kind: "token"; readonly token: string }
  | { readonly kind: "none"; readonly why: string };

/**
 * The sign-in that `aws sso login` has kept, renewed by its refresh token where it is near its end, as the programs of AWS
 * do it: what the renewal gave is kept for them before it is used, since the refresh token before it may serve no more.
 */
export async function readSignIn(
  place: IdentityPlace,
  signOn: SingleSignOn,
  options: WaitOptions,
): Promise<KeptSignIn> {
  const { environment, now, note } = place;
  const home = environment["HOME"] ?? environment["USERPROFILE"] ?? homedir();
  // The name of the file, as the programs of AWS make it; nothing rests on the digest.
  const name = `${createHash("sha1").update(signOn.session, "utf8").digest("hex")}.json`;
  const path = join(home, ".aws", "sso", "cache", name);
  const bytes = await readFile(path).catch(() => undefined);
  const json = bytes === undefined ? undefined : readJson(bytes);
  const kept = isJsonObject(json) ? json : {};
  const token = textOrEmpty(kept["accessToken"]);
  if (token === "" || kept["startUrl"] !== signOn.startUrl) return { kind: "none", why: "is not there" };
  note(token);
  const left = Date.parse(textOrEmpty(kept["expiresAt"])) - now();
  if (left > margin) return { kind: "token", token };
  const renewed = signOn.isRenewed
    ? await renew(kept, place, signOn, options).catch((error: unknown) => {
        // One that is still good serves, whatever became of the renewal.
        if (left > 0 && !options.signal.aborted) return undefined;
        throw error;
      })
    : undefined;
  if (renewed === undefined) return left > 0 ? { kind: "token", token } : { kind: "none", why: "has expired" };
  await keep(path, { ...kept, ...renewed });
  return { kind: "token", token: renewed.accessToken };
}

interface Renewed {
  readonly accessToken: string;
  readonly expiresAt: string;
  readonly refreshToken?: string;
}

/** A new token for the refresh token (RFC 6749, 6, in JSON); undefined where it is not to be had. AppError `service-unavailable`. */
async function renew(
  kept: JsonObject,
  { environment, timeoutMs, note, now }: IdentityPlace,
  { region }: SingleSignOn,
  options: WaitOptions,
): Promise<Renewed | undefined> {
  const { clientId, clientSecret, refreshToken } = {
    clientId: textOrEmpty(kept["clientId"]),
    clientSecret: textOrEmpty(kept["clientSecret"]),
    refreshToken: textOrEmpty(kept["refreshToken"]),
  };
  if ([clientId, clientSecret, refreshToken].includes("")) return undefined;
  if (!(Date.parse(textOrEmpty(kept["registrationExpiresAt"])) > now())) return undefined;
  for (const secret of [clientSecret, refreshToken]) note(secret);
  const { status, body } = await sendToService(
    {
      method: "POST",
      url: `${endpointOf("SSO_OIDC", region, environment)}/token`,
      body: { clientId, clientSecret, grantType: "refresh_token", refreshToken },
      timeoutMs,
      action: "renew the sign-in to IAM Identity Center",
    },
    options,
  );
  const answer = isJsonObject(body) ? body : {};
  const [accessToken, next] = [textOrEmpty(answer["accessToken"]), textOrEmpty(answer["refreshToken"])];
  const seconds = answer["expiresIn"];
  if (status !== 200 || accessToken === "" || typeof seconds !== "number" || !(seconds > 0 && seconds < 1e8))
    return undefined;
  for (const secret of [accessToken, next]) if (secret !== "") note(secret);
  // Without the fraction of a second, which not all programs of AWS read.
  const expiresAt = new Date(now() + seconds * 1000).toISOString().replace(/\.\d{3}Z$/, "Z");
  return { accessToken, expiresAt, ...(next === "" ? {} : { refreshToken: next }) };
}

/** Whole or not at all, for this person alone. Where it cannot be kept, what was renewed still serves this once. */
async function keep(path: string, session: object): Promise<void> {
  const beside = `${path}.${randomUUID()}`;
  try {
    await writeFile(beside, JSON.stringify(session), { mode: 0o600 });
    await rename(beside, path);
  } catch {
    await rm(beside, { force: true }).catch(() => undefined);
  }
}
