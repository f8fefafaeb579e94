import { AppError } from "../../../application/errors.ts";
import type { WaitOptions } from "../../../application/ports.ts";
import { isJsonObject } from "../../../core/json.ts";
import type { VenafiOptions } from "../../../core/policy/venafiOptions.ts";
import type { Caller } from "./caller.ts";
import { environmentDn, getEnvironment, listProjects, type Environment, type ProjectSummary } from "./environments.ts";
import { describeVenafiKey, type VenafiKey } from "./keyDescription.ts";
import { readObjects, readRetrieved, type StoredKey } from "./objects.ts";
import { textIn } from "./values.ts";

/** More keys than these are not described one by one. */
const maximumKeys = 200;
const atOnce = 8;

/** Lists the keys that the session may use. `now` is milliseconds since 1970. */
export async function listVenafiKeys(
  caller: Caller,
  settings: VenafiOptions,
  now: number,
  options: WaitOptions,
): Promise<readonly VenafiKey[]> {
  if (settings.product === "saas") {
    const body = { LabelFilter: settings.labels, IncludeChains: true };
    const stored = readObjects(await getObjects(caller, body, options));
    // An answer can hold other keys, too.
    return stored
      .filter(({ label }) => label !== undefined && settings.labels.includes(label))
      .flatMap((key) => describeVenafiKey(key, undefined, [], now) ?? []);
  }
  const [version, projects] = await Promise.all([
    majorVersion(caller, options),
    listProjects(caller, settings, options),
  ]);
  const found = version !== undefined && version <= 22 ? fromEnvironments : fromObjects;
  const pairs = await found(caller, settings, projects, options);
  return pairs
    .flatMap(([stored, environment]) => describeVenafiKey(stored, environment, projects, now) ?? [])
    .filter(({ dn }) => isWanted(dn, settings));
}

type Pair = readonly [StoredKey, Environment | undefined];

/** Newer than 22: one call tells all keys with their chains; each environment is then asked for by its key. */
async function fromObjects(
  caller: Caller,
  settings: VenafiOptions,
  _projects: readonly ProjectSummary[],
  options: WaitOptions,
): Promise<readonly Pair[]> {
  const { project, environment: name } = settings;
  if (project !== undefined && name !== undefined) {
    const environment = await getEnvironment(caller, { Dn: environmentDn(project, name) }, options);
    const body = await getObjects(caller, { KeyId: environment.keyId, IncludeChains: true }, options);
    return readObjects(body, environment.keyId).map((stored) => [stored, environment]);
  }
  const stored = readObjects(await getObjects(caller, { IncludeChains: true }, options)).slice(0, maximumKeys);
  return inTurns(stored, async (key) => [key, await optionalEnvironment(caller, key.keyId, options)]);
}

/** Up to 22: certificates are asked for one by one, by the names that environments give. */
async function fromEnvironments(
  caller: Caller,
  settings: VenafiOptions,
  projects: readonly ProjectSummary[],
  options: WaitOptions,
): Promise<readonly Pair[]> {
  const { project, environment: name } = settings;
  const dns =
    project !== undefined && name !== undefined
      ? [environmentDn(project, name)]
      : projects.flatMap(({ environments }) => [...environments.values()]).slice(0, maximumKeys);
  if (dns.length === 0)
    throw new AppError(
      "configuration",
      "This version of the service tells keys by their environments alone: name 'project' and 'environment' among the options of the service.",
    );
  const pairs = await inTurns(dns, async (dn): Promise<readonly Pair[]> => {
    const environment = await getEnvironment(caller, { Dn: dn }, options);
    if (environment.certificateDn === undefined) return [];
    const body = await caller.readAll(
      {
        path: "vedsdk/certificates/retrieve",
        body: { CertificateDN: environment.certificateDn, Format: "Base64", IncludeChain: true },
        action: `read the certificate of ${dn}`,
      },
      options,
    );
    return readRetrieved(body, environment.keyId).map((stored) => [stored, environment]);
  });
  return pairs.flat();
}

function getObjects(caller: Caller, body: object, options: WaitOptions): Promise<unknown> {
  return caller.readAll({ path: "vedhsm/api/getobjects", body, action: "list the keys" }, options);
}

/** The environment of a key; undefined where the session may not see it, which does not keep the key from signing. */
async function optionalEnvironment(
  caller: Caller,
  keyId: string,
  options: WaitOptions,
): Promise<Environment | undefined> {
  try {
    return await getEnvironment(caller, { Guid: keyId }, options);
  } catch (error) {
    if (error instanceof AppError && (error.code === "service-denied" || error.code === "service-protocol"))
      return undefined;
    throw error;
  }
}

/** The product's major version; undefined where it is not told, which newer ones may do. */
async function majorVersion(caller: Caller, options: WaitOptions): Promise<number | undefined> {
  const { body } = await caller.read(
    { method: "GET", path: "vedsdk/systemstatus/version", action: "ask for the version" },
    options,
  );
  const major = Number.parseInt(textIn(isJsonObject(body) ? body : {}, "Version") ?? "", 10);
  return Number.isNaN(major) ? undefined : major;
}

function isWanted(dn: string | undefined, { project, environment }: VenafiOptions): boolean {
  if (project === undefined || environment !== undefined) return true;
  return dn?.startsWith(environmentDn(project, "")) === true;
}

/** Works on all, a few at a time, in order. */
async function inTurns<T, R>(all: readonly T[], work: (each: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (let at = 0; at < all.length; at += atOnce)
    results.push(...(await Promise.all(all.slice(at, at + atOnce).map(work))));
  return results;
}
