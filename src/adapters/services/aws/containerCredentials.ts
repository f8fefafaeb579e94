import { readFile } from "node:fs/promises";
import { AppError } from "../../../application/errors.ts";
import type { WaitOptions } from "../../../application/ports.ts";
import { isJsonObject, textOrEmpty } from "../../../core/json.ts";
import type { Leased } from "../lease.ts";
import { sendToService } from "../serviceRequest.ts";
import { grantOf, type IdentityPlace } from "./securityTokens.ts";
import type { AwsCredentials } from "./signatureV4.ts";

const maximumToken = 64 * 1024;
/** Where containers of ECS and of EKS ask: AWS serves these addresses, and nobody routes to them from outside. */
const containerHosts = ["169.254.170.2", "169.254.170.23", "[fd00:ec2::23]", "127.0.0.1", "localhost", "[::1]"];

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

/** A token that a file holds. AppError `file-unreadable` or `configuration`. */
export async function readToken(path: string, what: string): Promise<string> {
  try {
    const text = (await readFile(path, "utf8")).trim();
    if (text !== "" && text.length <= maximumToken) return text;
  } catch (cause) {
    throw new AppError("file-unreadable", `Could not read ${path}, ${what}.`, { cause });
  }
  throw new AppError("configuration", `${path}, ${what}, is empty or too long.`);
}
