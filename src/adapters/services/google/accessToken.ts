import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { AppError } from "../../../application/errors.ts";
import type { Secrets, WaitOptions } from "../../../application/ports.ts";
import { isJsonObject, readJson, textOrEmpty, type JsonObject } from "../../../core/json.ts";
import type { Leased } from "../lease.ts";
import { exchangeExternalAccount } from "./externalAccount.ts";
import { askForToken, assertionOf, type GooglePlace } from "./tokenRequest.ts";

/** Where tokens are asked for, and with what. */
export interface TokenSources extends GooglePlace {
  /** Origin of Cloud KMS. */
  readonly origin: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly secrets?: Secrets;
}

/** What a token may be used for. */
const scope = "https://www.googleapis.com/auth/cloudkms";
const metadataHost = "metadata.google.internal";
const maximumFile = 1024 * 1024;

/** Whether the identity of this machine may be used for an origin: Google's own, or one that the person's own variable names. */
export function isMeant(origin: string, environment: TokenSources["environment"]): boolean {
  const { protocol, hostname } = new URL(origin);
  if (protocol === "https:" && /^cloudkms(?:\.[a-z0-9-]+\.rep)?\.googleapis\.com$/.test(hostname)) return true;
  const own = environment["CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDKMS"] ?? "";
  return URL.canParse(own) && new URL(own).origin === origin;
}

/**
 * An access token, in the order of Application Default Credentials: what was kept or the variable of gcloud, the file of
 * GOOGLE_APPLICATION_CREDENTIALS, the file of gcloud, the machine. AppError `authentication`.
 */
export async function findAccessToken(sources: TokenSources, options: WaitOptions): Promise<Leased<string>> {
  const { origin, environment, secrets, note } = sources;
  const kept = await secrets?.get(origin, "google-cloud-kms access-token");
  if (kept !== undefined) return { value: kept };
  if (!isMeant(origin, environment))
    throw new AppError(
      "authentication",
      `There is no sign-in for ${origin}. It is no address of Google Cloud KMS, so the identity of this machine is not used for it; set CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDKMS=${origin} if it may be.`,
    );
  const own = environment["CLOUDSDK_AUTH_ACCESS_TOKEN"] ?? "";
  if (own !== "") {
    note(own);
    return { value: own };
  }
  const credentials = await readCredentials(environment);
  if (credentials !== undefined) return fromCredentials(credentials, sources, options);
  const found = await fromMachine(sources, options);
  if (found !== undefined) return found;
  throw new AppError(
    "authentication",
    `There is no sign-in for ${origin}. Run 'gcloud auth application-default login', or set GOOGLE_APPLICATION_CREDENTIALS or CLOUDSDK_AUTH_ACCESS_TOKEN.`,
  );
}

async function fromCredentials(
  credentials: JsonObject,
  sources: TokenSources,
  options: WaitOptions,
): Promise<Leased<string>> {
  const text = (name: string): string => textOrEmpty(credentials[name]);
  const url = text("token_uri") || "https://oauth2.googleapis.com/token";
  switch (credentials["type"]) {
    case "service_account": {
      const form = (now: number): Readonly<Record<string, string>> => ({
        grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
        assertion: assertionOf({ email: text("client_email"), key: text("private_key"), audience: url, scope, now }),
      });
      return askForToken({ url, form, action: `sign in as ${text("client_email")}` }, sources, options);
    }
    case "authorized_user": {
      sources.note(text("refresh_token"));
      sources.note(text("client_secret"));
      const form = {
        grant_type: "refresh_token",
        client_id: text("client_id"),
        client_secret: text("client_secret"),
        refresh_token: text("refresh_token"),
      };
      return askForToken({ url, form: () => form, action: "renew the sign-in of gcloud" }, sources, options);
    }
    case "external_account":
      return exchangeExternalAccount(credentials, sources, options);
    default:
      throw new AppError(
        "authentication",
        `The default credentials of Google are of the type ${JSON.stringify(text("type").slice(0, 60))}, which is not supported here: use a service account, 'gcloud auth application-default login' or workload identity federation.`,
      );
  }
}

/** The file of default credentials; undefined where there is none. */
async function readCredentials(environment: TokenSources["environment"]): Promise<JsonObject | undefined> {
  const home = environment["HOME"] ?? homedir();
  const folder = environment["CLOUDSDK_CONFIG"] ?? join(environment["APPDATA"] ?? join(home, ".config"), "gcloud");
  const given = environment["GOOGLE_APPLICATION_CREDENTIALS"] ?? "";
  const path = given === "" ? join(folder, "application_default_credentials.json") : given;
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    if (given === "" && cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
    throw new AppError("file-unreadable", `Could not read ${path}, the default credentials of Google.`, { cause });
  }
  const json = text.length > maximumFile ? undefined : readJson(text);
  if (isJsonObject(json)) return json;
  throw new AppError("configuration", `${path} holds no default credentials of Google.`);
}

/** The identity of a machine of Google: asked only where variables say that this is one. */
async function fromMachine(sources: TokenSources, options: WaitOptions): Promise<Leased<string> | undefined> {
  const { environment } = sources;
  const host = environment["GCE_METADATA_HOST"] ?? "";
  const isMachine =
    host !== "" ||
    ["K_SERVICE", "CLOUD_RUN_JOB", "GOOGLE_CLOUD_PROJECT"].some((name) => (environment[name] ?? "") !== "");
  if (!isMachine) return undefined;
  const at = /^[\w.:-]{1,200}$/.test(host) ? host : metadataHost;
  const url = `http://${at}/computeMetadata/v1/instance/service-accounts/default/token`;
  const action = "ask for the identity of the machine";
  return askForToken({ url, headers: { "metadata-flavor": "Google" }, action }, sources, options);
}
