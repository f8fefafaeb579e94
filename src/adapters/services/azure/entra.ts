import { readFile } from "node:fs/promises";
import { AppError } from "../../../application/errors.ts";
import type { Secrets, WaitOptions } from "../../../application/ports.ts";
import { isJsonObject, textOrEmpty } from "../../../core/json.ts";
import type { EntraAuthentication } from "../../../core/policy/keyVaultOptions.ts";
import type { Leased } from "../lease.ts";
import { findPipelineIdentity, requestIdentityToken } from "../pipelineIdentity.ts";
import { sendToService, type ServiceReply } from "../serviceRequest.ts";
import { oneLine } from "../serviceWords.ts";
import { tokenOfCli } from "./azureCli.ts";

/** Where and for what tokens are asked. */
export interface EntraPlace {
  /** Origin of the vault. */
  readonly origin: string;
  readonly authentication?: EntraAuthentication;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly secrets?: Secrets;
  readonly timeoutMs: number;
  readonly note: (secret: string) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Domains of vaults of all clouds: tokens are good for everything below one, so they go nowhere else. */
const domains = [
  "vault.azure.net",
  "managedhsm.azure.net",
  "vault.azure.cn",
  "managedhsm.azure.cn",
  "vault.usgovcloudapi.net",
  "managedhsm.usgovcloudapi.net",
];

const maximumToken = 64 * 1024;
const instanceMetadata = "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01";

/** What tokens for a vault are for; undefined for a host that is no vault of Azure. */
export function resourceOf(origin: string): string | undefined {
  const { protocol, hostname } = new URL(origin);
  const domain = domains.find((each) => hostname.endsWith(`.${each}`));
  return protocol !== "https:" || domain === undefined ? undefined : `https://${domain}`;
}

/**
 * A token for a vault: one that was kept, of a federated identity, of a client secret, of the Azure CLI, or of the machine
 * where the configuration says so. AppError `authentication`.
 */
export async function findToken(place: EntraPlace, options: WaitOptions): Promise<Leased<string>> {
  const { origin, secrets, environment, authentication } = place;
  const kept = await secrets?.get(origin, "azure-key-vault access-token");
  const isWanted = (kind: EntraAuthentication): boolean => (authentication ?? kind) === kind;
  if (kept !== undefined && isWanted("token")) return { value: kept };
  const resource = resourceOf(origin) ?? named(origin, environment);
  if (resource === undefined)
    throw new AppError(
      "authentication",
      `There is no sign-in for ${origin}. It is no vault of Azure, so the identity of this machine is not used for it; set AZURE_KEYVAULT_URL=${origin} if it may be.`,
    );
  const found =
    (isWanted("workload-identity") ? await withAssertion(place, resource, options) : undefined) ??
    (isWanted("client-secret") ? await withSecret(place, resource, options) : undefined) ??
    (isWanted("managed-identity") ? await withMachine(place, resource, options) : undefined) ??
    (isWanted("cli") ? await tokenOfCli(place, resource, options) : undefined);
  if (found !== undefined) return found;
  throw new AppError(
    "authentication",
    `There is no sign-in for ${origin}. Run 'az login', set AZURE_TENANT_ID and AZURE_CLIENT_ID with AZURE_FEDERATED_TOKEN_FILE or AZURE_CLIENT_SECRET, or say 'authentication: managed-identity' in its options on a machine of Azure.`,
  );
}

/** A vault elsewhere that the person's own variable names, such as an emulator. */
function named(origin: string, environment: EntraPlace["environment"]): string | undefined {
  const address = environment["AZURE_KEYVAULT_URL"] ?? "";
  return URL.canParse(address) && new URL(address).origin === origin ? "https://vault.azure.net" : undefined;
}

async function withAssertion(
  place: EntraPlace,
  resource: string,
  options: WaitOptions,
): Promise<Leased<string> | undefined> {
  const { environment, note, timeoutMs } = place;
  const file = environment["AZURE_FEDERATED_TOKEN_FILE"] ?? "";
  const identity = findPipelineIdentity(environment);
  if (environment["AZURE_CLIENT_ID"] === undefined || (file === "" && identity === undefined)) return undefined;
  const assertion =
    file !== "" || identity === undefined
      ? await readToken(file)
      : await requestIdentityToken(identity, "api://AzureADTokenExchange", { timeoutMs, note }, options);
  const form = {
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: assertion,
  };
  return grant(place, resource, form, assertion, options);
}

async function withSecret(
  place: EntraPlace,
  resource: string,
  options: WaitOptions,
): Promise<Leased<string> | undefined> {
  const secret = place.environment["AZURE_CLIENT_SECRET"] ?? "";
  return secret === "" ? undefined : grant(place, resource, { client_secret: secret }, secret, options);
}

/** The client credentials grant (RFC 6749, 4.4) of a tenant. */
async function grant(
  place: EntraPlace,
  resource: string,
  proof: Readonly<Record<string, string>>,
  secret: string,
  options: WaitOptions,
): Promise<Leased<string>> {
  const { environment, timeoutMs } = place;
  place.note(secret);
  const { AZURE_TENANT_ID: tenant = "", AZURE_CLIENT_ID: clientId = "" } = environment;
  const host = environment["AZURE_AUTHORITY_HOST"] ?? "https://login.microsoftonline.com";
  if (!/^[\w.-]{1,200}$/.test(tenant) || !URL.canParse(host))
    throw new AppError("configuration", "Signing in to Entra needs AZURE_TENANT_ID, and a valid AZURE_AUTHORITY_HOST.");
  const { origin } = new URL(host);
  const action = "sign in to Entra";
  const url = `${origin}/${tenant}/oauth2/v2.0/token`;
  const form = { grant_type: "client_credentials", client_id: clientId, scope: `${resource}/.default`, ...proof };
  return leaseOf(await sendToService({ method: "POST", url, form, timeoutMs, action }, options), place, action, origin);
}

/** The identity that Azure gives the machine: of App Service and its like by variables, else of the virtual machine. */
async function withMachine(
  place: EntraPlace,
  resource: string,
  options: WaitOptions,
): Promise<Leased<string> | undefined> {
  const { environment, timeoutMs, note } = place;
  const { IDENTITY_ENDPOINT: endpoint = "", IDENTITY_HEADER: header = "", AZURE_CLIENT_ID: client = "" } = environment;
  const isService = endpoint !== "" && header !== "" && URL.canParse(endpoint);
  // Elsewhere nobody answers at the address of virtual machines: it is asked only where the configuration says so.
  if (!isService && place.authentication !== "managed-identity") return undefined;
  const url = new URL(isService ? endpoint : instanceMetadata);
  if (isService) url.searchParams.set("api-version", "2019-08-01");
  url.searchParams.set("resource", resource);
  if (client !== "") url.searchParams.set("client_id", client);
  if (isService) note(header);
  const headers: Record<string, string> = isService ? { "x-identity-header": header } : { metadata: "true" };
  const action = "ask for the identity of the machine";
  const reply = await sendToService({ method: "GET", url: url.href, headers, timeoutMs, action }, options);
  return leaseOf(reply, place, action, url.origin);
}

function leaseOf({ status, body, date }: ServiceReply, place: EntraPlace, action: string, at: string): Leased<string> {
  const json = isJsonObject(body) ? body : {};
  const token = textOrEmpty(json["access_token"]);
  if (status !== 200 || token === "") {
    const said = oneLine(json["error_description"]) ?? oneLine(json["error"]) ?? "The answer is not understood.";
    throw new AppError("authentication", `Could not ${action} at ${at} (status ${status}): ${said}`);
  }
  place.note(token);
  const seconds = Number(json["expires_in"]);
  const until = Number(json["expires_on"]) * 1000 - (date ?? place.now());
  const left = Number.isFinite(seconds) ? seconds * 1000 : until;
  return { value: token, ...(Number.isFinite(left) ? { expiresAt: place.now() + left } : {}) };
}

async function readToken(path: string): Promise<string> {
  try {
    const text = (await readFile(path, "utf8")).trim();
    if (text !== "" && text.length <= maximumToken) return text;
  } catch (cause) {
    throw new AppError("file-unreadable", "Could not read the file that AZURE_FEDERATED_TOKEN_FILE names.", { cause });
  }
  throw new AppError("configuration", "The file that AZURE_FEDERATED_TOKEN_FILE names is empty or too long.");
}
