import { readFile } from "node:fs/promises";
import { AppError } from "../../../application/errors.ts";
import type { WaitOptions } from "../../../application/ports.ts";
import { isJsonObject, objectIn, textOrEmpty, type JsonObject } from "../../../core/json.ts";
import type { Leased } from "../lease.ts";
import { sendToService, type ServiceReply } from "../serviceRequest.ts";
import { oneLine } from "../serviceWords.ts";
import { credentialsOf, type AwsCredentials } from "./signatureV4.ts";

/** Where credentials are asked for. */
export interface IdentityPlace {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly region: string;
  readonly timeoutMs: number;
  readonly note: (secret: string) => void;
}

const maximumToken = 64 * 1024;
/** Where containers of ECS and of EKS ask: AWS serves these addresses, and nobody routes to them from outside. */
const containerHosts = ["169.254.170.2", "169.254.170.23", "[fd00:ec2::23]", "127.0.0.1", "localhost", "[::1]"];

/** Credentials of a role, for the token of an identity provider that is in a file (STS AssumeRoleWithWebIdentity). */
export async function fromWebIdentity(
  place: IdentityPlace,
  identity: { readonly tokenFile: string; readonly roleArn: string; readonly sessionName: string },
  options: WaitOptions,
): Promise<Leased<AwsCredentials>> {
  const { environment, region, timeoutMs, note } = place;
  const token = await readToken(identity.tokenFile, "the token of the web identity");
  note(token);
  const suffix = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  const given = environment["AWS_ENDPOINT_URL_STS"] ?? environment["AWS_ENDPOINT_URL"] ?? "";
  const origin = URL.canParse(given) ? new URL(given).origin : `https://sts.${region}.${suffix}`;
  const action = `take the role ${identity.roleArn}`;
  const reply = await sendToService(
    {
      method: "POST",
      url: `${origin}/`,
      form: {
        Action: "AssumeRoleWithWebIdentity",
        Version: "2011-06-15",
        RoleArn: identity.roleArn,
        RoleSessionName: identity.sessionName,
        WebIdentityToken: token,
      },
      timeoutMs,
      action,
    },
    options,
  );
  const result = objectIn(objectIn(reply.body, "AssumeRoleWithWebIdentityResponse"), "AssumeRoleWithWebIdentityResult");
  const { Expiration: ends } = objectIn(result, "Credentials");
  const expiresAt = typeof ends === "number" ? ends * 1000 : Date.parse(textOrEmpty(ends));
  return grantOf(objectIn(result, "Credentials"), "SessionToken", expiresAt, { reply, action, origin, note });
}

/** Credentials of the container that this process runs in; undefined outside of one. */
export async function fromContainer(
  place: IdentityPlace,
  options: WaitOptions,
): Promise<Leased<AwsCredentials> | undefined> {
  const { environment, timeoutMs, note } = place;
  const { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: path, AWS_CONTAINER_CREDENTIALS_FULL_URI: full } = environment;
  const url = path?.startsWith("/") === true ? `http://169.254.170.2${path}` : full;
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { protocol, hostname, origin } = new URL(url);
  if (protocol !== "https:" && !containerHosts.includes(hostname))
    throw new AppError("configuration", "AWS_CONTAINER_CREDENTIALS_FULL_URI must be https, or an address of AWS.");
  const file = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"];
  const secret =
    file === undefined
      ? environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"]
      : await readToken(file, "the container's authorization");
  if (secret !== undefined) note(secret);
  const action = "ask for the credentials of the container";
  const reply = await sendToService(
    { method: "GET", url, timeoutMs, action, ...(secret === undefined ? {} : { headers: { authorization: secret } }) },
    options,
  );
  const json = isJsonObject(reply.body) ? reply.body : {};
  return grantOf(json, "Token", Date.parse(textOrEmpty(json["Expiration"])), { reply, action, origin, note });
}

function grantOf(
  json: JsonObject,
  tokenName: string,
  expiresAt: number,
  context: {
    readonly reply: ServiceReply;
    readonly action: string;
    readonly origin: string;
    readonly note: (secret: string) => void;
  },
): Leased<AwsCredentials> {
  const { reply, action, origin, note } = context;
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
  note(value.secretAccessKey);
  if (value.sessionToken !== undefined) note(value.sessionToken);
  return { value, ...(Number.isNaN(expiresAt) ? {} : { expiresAt }) };
}

async function readToken(path: string, what: string): Promise<string> {
  try {
    const text = (await readFile(path, "utf8")).trim();
    if (text !== "" && text.length <= maximumToken) return text;
  } catch (cause) {
    throw new AppError("file-unreadable", `Could not read ${path}, ${what}.`, { cause });
  }
  throw new AppError("configuration", `${path}, ${what}, is empty or too long.`);
}
