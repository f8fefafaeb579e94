import { readFile } from "node:fs/promises";
import { AppError } from "../../../application/errors.ts";
import type { Secrets } from "../../../application/ports.ts";
import { findPipelineIdentity, type PipelineIdentity } from "../pipelineIdentity.ts";

/** Names under which secrets of a Venafi service are kept, each for one origin. */
export type CredentialName =
  | "access-token"
  | "access-token-expires"
  | "refresh-token"
  | "username"
  | "password"
  | "jwt"
  | "api-key"
  | "client-id"
  | "private-key"
  | "client-certificate"
  | "client-certificate-key";

/** The secrets of one service. They were stored for its origin; no other one is ever given them. */
export interface Credentials {
  get(name: CredentialName): Promise<string | undefined>;
  set(name: CredentialName, value: string | undefined): Promise<void>;
  readonly identity?: PipelineIdentity;
}

/** Environment variables as vsign reads them, and our own where it has none. */
const variables = new Map<CredentialName, string>([
  ["access-token", "VSIGN_TOKEN"],
  ["jwt", "VSIGN_JWT"],
  ["api-key", "VSIGN_APIKEY"],
  ["client-id", "VSIGN_CLIENT_ID"],
  ["username", "COUNTERSIGN_VENAFI_USERNAME"],
  ["password", "COUNTERSIGN_VENAFI_PASSWORD"],
]);

/** Variables that name files in PEM. */
const fileVariables = new Map<CredentialName, string>([
  ["private-key", "VSIGN_PRIVATE_KEY_FILE"],
  ["client-certificate", "COUNTERSIGN_VENAFI_CERTIFICATE_FILE"],
  ["client-certificate-key", "COUNTERSIGN_VENAFI_CERTIFICATE_KEY_FILE"],
]);

const maximumKeyFile = 64 * 1024;

/**
 * The secrets of a service: from the environment where `VSIGN_URL` names exactly its origin, else from the store.
 * Without a store, what is set is remembered as long as the process runs.
 */
export function openCredentials(options: {
  readonly origin: string;
  readonly secrets?: Secrets;
  readonly environment: Readonly<Record<string, string | undefined>>;
}): Credentials {
  const { origin, secrets, environment } = options;
  const isMeant = isAbout(environment, origin);
  const remembered = new Map<CredentialName, string>();
  const fromEnvironment = async (name: CredentialName): Promise<string | undefined> => {
    if (!isMeant) return undefined;
    const file = fileVariables.get(name);
    if (file !== undefined) return readKeyFile(file, environment[file]);
    const value = environment[variables.get(name) ?? ""];
    return value === "" ? undefined : value;
  };
  const identity = isMeant ? findPipelineIdentity(environment) : undefined;
  return {
    ...(identity === undefined ? {} : { identity }),
    get: async (name) =>
      remembered.get(name) ?? (await secrets?.get(origin, `venafi ${name}`)) ?? (await fromEnvironment(name)),
    set: async (name, value) => {
      if (secrets === undefined) {
        if (value === undefined) remembered.delete(name);
        else remembered.set(name, value);
      } else if (value === undefined) await secrets.delete(origin, `venafi ${name}`);
      else await secrets.set(origin, `venafi ${name}`, value);
    },
  };
}

/** Whether vsign's variables are about this origin: `VSIGN_URL` says so, exactly. */
export function isAbout(environment: Readonly<Record<string, string | undefined>>, origin: string): boolean {
  const meant = environment["VSIGN_URL"] ?? "";
  return URL.canParse(meant) && new URL(meant).origin === origin;
}

async function readKeyFile(variable: string, path: string | undefined): Promise<string | undefined> {
  if (path === undefined || path === "") return undefined;
  try {
    const text = await readFile(path, "utf8");
    if (text.length <= maximumKeyFile) return text;
  } catch (cause) {
    throw new AppError("file-unreadable", `Could not read the file that ${variable} names.`, { cause });
  }
  throw new AppError("limit-reached", `The file that ${variable} names is too long for a key or a certificate.`);
}
