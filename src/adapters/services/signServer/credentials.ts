import { readFile } from "node:fs/promises";
import { AppError } from "../../../application/errors.ts";
import type { Secrets } from "../../../application/ports.ts";
import type { ServiceTls } from "../serviceRequest.ts";

/** Names under which secrets of a service are kept, each for one origin. */
type SignServerSecret = "client-certificate" | "client-certificate-key" | "username" | "password";

/** What proves to the service who asks; both may be there. */
export interface SignServerCredentials {
  readonly client?: NonNullable<ServiceTls["client"]>;
  readonly basic?: { readonly username: string; readonly password: string };
}

const prefix = "COUNTERSIGN_SIGNSERVER";
const maximumFile = 64 * 1024;

/** From the store; else from the environment, where `COUNTERSIGN_SIGNSERVER_URL` names exactly the origin. */
export async function findSignServerCredentials(options: {
  readonly origin: string;
  readonly secrets?: Secrets;
  readonly environment: Readonly<Record<string, string | undefined>>;
}): Promise<SignServerCredentials> {
  const { origin, secrets, environment } = options;
  const meant = environment[`${prefix}_URL`] ?? "";
  const isMeant = URL.canParse(meant) && new URL(meant).origin === origin;
  const kept = async (name: SignServerSecret): Promise<string | undefined> =>
    secrets?.get(origin, `signserver ${name}`);
  const variable = (name: string): string | undefined => (isMeant ? environment[`${prefix}_${name}`] : undefined);
  const [certificate, key, username, password] = await Promise.all([
    kept("client-certificate").then((text) => text ?? readVariable(variable("CERTIFICATE_FILE"), "CERTIFICATE_FILE")),
    kept("client-certificate-key").then((text) => text ?? readVariable(variable("KEY_FILE"), "KEY_FILE")),
    kept("username").then((text) => text ?? variable("USERNAME")),
    kept("password").then((text) => text ?? variable("PASSWORD")),
  ]);
  return {
    ...(certificate === undefined || key === undefined ? {} : { client: { certificate, key } }),
    ...(username === undefined || password === undefined ? {} : { basic: { username, password } }),
  };
}

async function readVariable(path: string | undefined, name: string): Promise<string | undefined> {
  if (path === undefined || path === "") return undefined;
  try {
    const text = await readFile(path, "utf8");
    if (text.length <= maximumFile) return text;
  } catch (cause) {
    throw new AppError("file-unreadable", `Could not read the file that ${prefix}_${name} names.`, { cause });
  }
  throw new AppError("limit-reached", `The file that ${prefix}_${name} names is too long.`);
}
