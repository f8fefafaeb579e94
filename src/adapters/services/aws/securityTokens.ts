import { AppError } from "../../../application/errors.ts";
import type { WaitOptions } from "../../../application/ports.ts";
import { isJsonObject, objectIn, readJson, textOrEmpty, type JsonObject } from "../../../core/json.ts";
import type { Leased } from "../lease.ts";
import { sendToService, type ServiceReply } from "../serviceRequest.ts";
import { oneLine } from "../serviceWords.ts";
import { endpointOf } from "./endpoint.ts";
import type { AssumedRole } from "./profile.ts";
import { credentialsOf, signRequest, type AwsCredentials } from "./signatureV4.ts";

/** Where credentials are asked for. */
export interface IdentityPlace {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly region: string;
  readonly timeoutMs: number;
  readonly note: (secret: string) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Credentials of a role, for the token of an identity provider (STS `AssumeRoleWithWebIdentity`). */
export function assumeRoleByWebIdentity(
  place: IdentityPlace,
  identity: { readonly token: string; readonly roleArn: string; readonly sessionName: string },
  options: WaitOptions,
): Promise<Leased<AwsCredentials>> {
  const { token, roleArn, sessionName } = identity;
  const form = { RoleArn: roleArn, RoleSessionName: sessionName, WebIdentityToken: token };
  return ask(place, "AssumeRoleWithWebIdentity", roleArn, form, undefined, options);
}

/** Credentials of a role, for those of somebody who may take it (STS `AssumeRole`); with the code of the role's device. */
export function assumeRole(
  place: IdentityPlace,
  { arn, sessionName = "countersign", externalId, device }: AssumedRole,
  { by, code }: { readonly by: AwsCredentials; readonly code?: string },
  options: WaitOptions,
): Promise<Leased<AwsCredentials>> {
  const form = {
    RoleArn: arn,
    RoleSessionName: sessionName,
    ...(externalId === undefined ? {} : { ExternalId: externalId }),
    ...(device === undefined || code === undefined ? {} : { SerialNumber: device, TokenCode: code }),
  };
  return ask(place, "AssumeRole", arn, form, by, options);
}

async function ask(
  place: IdentityPlace,
  operation: string,
  role: string,
  parameters: Readonly<Record<string, string>>,
  by: AwsCredentials | undefined,
  options: WaitOptions,
): Promise<Leased<AwsCredentials>> {
  const { environment, region, timeoutMs } = place;
  const origin = endpointOf("STS", region, environment);
  const type = "application/x-www-form-urlencoded";
  const text = new URLSearchParams({ Action: operation, Version: "2011-06-15", ...parameters }).toString();
  const parts = { host: new URL(origin).host, headers: { "content-type": type }, body: text };
  const action = `take the role ${role}`;
  const reply = await sendToService(
    {
      method: "POST",
      url: `${origin}/`,
      content: { type, text },
      timeoutMs,
      action,
      read: (bytes) => readAnswer(bytes, operation),
      ...(by === undefined ? {} : { headers: signRequest(parts, by, { region, service: "sts", now: place.now() }) }),
    },
    options,
  );
  const result = objectIn(objectIn(reply.body, `${operation}Response`), `${operation}Result`);
  const { Expiration: ends } = objectIn(result, "Credentials");
  const expiresAt = typeof ends === "number" ? ends * 1000 : Date.parse(textOrEmpty(ends));
  return grantOf(objectIn(result, "Credentials"), "SessionToken", expiresAt, {
    reply,
    action,
    origin,
    note: place.note,
  });
}

/** JSON, which the service answers where it is asked to; others that imitate it know its XML only. */
function readAnswer(bytes: Uint8Array, operation: string): unknown {
  const json = readJson(bytes);
  if (json !== undefined) return json;
  const text = Buffer.from(bytes).toString("utf8");
  const element = (name: string): string => new RegExp(`<${name}>([^<&]{1,8192})</${name}>`).exec(text)?.[1] ?? "";
  if (!text.trimStart().startsWith("<")) return undefined;
  const named = (names: readonly string[]): object => Object.fromEntries(names.map((name) => [name, element(name)]));
  const credentials = named(["AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"]);
  return {
    [`${operation}Response`]: { [`${operation}Result`]: { Credentials: credentials } },
    Error: named(["Code", "Message"]),
  };
}

/** What an answer with credentials came to, and where. */
export interface GrantContext {
  readonly reply: ServiceReply;
  readonly action: string;
  readonly origin: string;
  readonly note: (secret: string) => void;
}

/** Credentials from an answer, good until `expiresAt`. AppError `authentication` where there are none in it. */
export function grantOf(
  json: JsonObject,
  tokenName: string,
  expiresAt: number,
  { reply, action, origin, note }: GrantContext,
): Leased<AwsCredentials> {
  const value = credentialsOf({
    id: textOrEmpty(json["AccessKeyId"]),
    secret: textOrEmpty(json["SecretAccessKey"]),
    token: textOrEmpty(json[tokenName]),
  });
  if (reply.status !== 200 || value === undefined) {
    const error = objectIn(reply.body, "Error");
    const said = oneLine(error["Message"]) ?? oneLine(isJsonObject(reply.body) ? reply.body["message"] : undefined);
    throw new AppError(
      "authentication",
      `Could not ${action} at ${origin} (status ${reply.status})${said === undefined ? "." : `: ${said}`}`,
    );
  }
  return leased(value, expiresAt, note);
}

/** Credentials that were granted: their secrets are kept out of messages. */
export function leased(
  value: AwsCredentials,
  expiresAt: number,
  note: (secret: string) => void,
): Leased<AwsCredentials> {
  note(value.secretAccessKey);
  if (value.sessionToken !== undefined) note(value.sessionToken);
  return { value, ...(Number.isNaN(expiresAt) ? {} : { expiresAt }) };
}
