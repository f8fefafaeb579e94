import { request, type IncomingMessage } from "node:http";
import { AppError } from "../../../application/errors.ts";
import type { WaitOptions } from "../../../application/ports.ts";
import { isJsonObject, readJson, textOrEmpty } from "../../../core/json.ts";
import type { Leased } from "../lease.ts";
import { leased, type IdentityPlace } from "./securityTokens.ts";
import { credentialsOf, type AwsCredentials } from "./signatureV4.ts";

const usual = "http://169.254.169.254";
/** The service of an instance answers at once. Elsewhere nobody does, and that must cost little: milliseconds, for all of it. */
const patienceMs = 800;
const maximumAnswer = 64 * 1024;
/** Where else a person may say that it is: addresses that do not leave the machine. */
const hosts = ["169.254.169.254", "[fd00:ec2::254]", "127.0.0.1", "localhost", "[::1]"];

/**
 * Credentials of the virtual machine that this process runs on, by the second version of its metadata service, which asks
 * for a token of one's own first; undefined where this is none, it has no role, or the person has turned it off.
 */
export async function fromInstance(
  { environment, note }: IdentityPlace,
  { signal }: WaitOptions,
): Promise<Leased<AwsCredentials> | undefined> {
  if (environment["AWS_EC2_METADATA_DISABLED"]?.toLowerCase() === "true") return undefined;
  const given = environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] || usual;
  const address = URL.canParse(given) ? new URL(given) : undefined;
  if (address?.protocol !== "http:" || !hosts.includes(address.hostname))
    throw new AppError(
      "configuration",
      "AWS_EC2_METADATA_SERVICE_ENDPOINT must be the address of the instance's own metadata service.",
    );
  const patience = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
  const ask = (method: string, path: string, headers: Readonly<Record<string, string>>): Promise<string> =>
    exchange(new URL(path, address), { method, headers, signal: patience });
  try {
    const token = await ask("PUT", "/latest/api/token", { "x-aws-ec2-metadata-token-ttl-seconds": "300" });
    note(token);
    const headers = { "x-aws-ec2-metadata-token": token };
    const roles = "/latest/meta-data/iam/security-credentials/";
    const [role = ""] = (await ask("GET", roles, headers)).trim().split("\n");
    // It becomes part of a path.
    if (!/^[\w+=,.@-]+$/.test(role)) return undefined;
    const json = readJson(Buffer.from(await ask("GET", `${roles}${role}`, headers), "utf8"));
    if (!isJsonObject(json)) return undefined;
    const [id, secret] = [textOrEmpty(json["AccessKeyId"]), textOrEmpty(json["SecretAccessKey"])];
    const value = credentialsOf({ id, secret, token: textOrEmpty(json["Token"]) });
    return value === undefined ? undefined : leased(value, Date.parse(textOrEmpty(json["Expiration"])), note);
  } catch (cause) {
    if (signal.aborted)
      throw new AppError("cancelled", "Asking for the credentials of this machine was cancelled.", { cause });
    // No such service, or one that is not for us: the same as on any other machine.
    return undefined;
  }
}

function exchange(
  url: URL,
  options: {
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly signal: AbortSignal;
  },
): Promise<string> {
  return new Promise((resolve, reject) => {
    const receive = (response: IncomingMessage): void => {
      let text = "";
      response.setEncoding("latin1");
      response.on("data", (chunk: string) => {
        text += chunk;
        if (text.length > maximumAnswer) response.destroy(new Error("the answer is too long"));
      });
      response.once("error", reject);
      response.once("end", () => {
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`the answer has status ${response.statusCode ?? 0}`));
      });
    };
    request(url, { ...options, headers: { ...options.headers, connection: "close" } }, receive)
      .once("error", reject)
      .end();
  });
}
