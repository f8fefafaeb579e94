import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Log } from "../../application/ports.ts";
import { isJsonObject, readJson, type JsonObject } from "../../core/json.ts";
import type { Credential, CredentialCandidate, CredentialSource } from "./credentials.ts";
import { askCredentialHelper, isHelperName, type SpawnHelper } from "./credentialHelper.ts";
import { defaultLimits, type RegistryLimits } from "./limits.ts";

export interface DockerConfigOptions {
  /** Of the process: DOCKER_CONFIG is looked at, and helpers run with it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly homeDirectory: string;
  readonly log: Log;
  readonly limits?: RegistryLimits;
  /** For tests: runs a helper otherwise than by a process. */
  readonly spawnHelper?: SpawnHelper;
}

/** The key under which Docker has always stored the login of Docker Hub. */
const dockerHubKey = "https://index.docker.io/v1/";

const longestConfig = 1024 * 1024;

/** Credentials of Docker's config.json: a helper for the host, the helper for all hosts, then what the file itself holds. */
export function createDockerCredentials(options: DockerConfigOptions): CredentialSource {
  const folder = options.environment["DOCKER_CONFIG"];
  const path =
    folder === undefined || folder === ""
      ? join(options.homeDirectory, ".docker", "config.json")
      : join(folder, "config.json");
  const limits = options.limits ?? defaultLimits;

  function helperCandidate(name: unknown, registry: string): readonly CredentialCandidate[] {
    if (name === undefined || name === "") return [];
    if (typeof name !== "string" || !isHelperName(name)) {
      options.log.warn(`${path} names a credential helper for ${registry} that is not a plain name; it is not run.`);
      return [];
    }
    const serverUrl = registry === "docker.io" ? dockerHubKey : registry;
    const { environment, homeDirectory, spawnHelper } = options;
    return [
      {
        source: `the credential helper docker-credential-${name}`,
        get: ({ signal }) =>
          askCredentialHelper(name, serverUrl, { environment, homeDirectory, limits, spawnHelper, signal }),
      },
    ];
  }

  return {
    async candidates(registry) {
      const config = await readConfig(path, options.log);
      if (config === undefined) return [];
      const helper = valueFor(config["credHelpers"], registry);
      const stored = credentialOf(valueFor(config["auths"], registry));
      return [
        ...helperCandidate(helper, registry),
        ...(helper === undefined ? helperCandidate(config["credsStore"], registry) : []),
        ...(stored === undefined ? [] : [{ source: path, get: () => Promise.resolve(stored) }]),
      ];
    },
  };
}

async function readConfig(path: string, log: Log): Promise<JsonObject | undefined> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const isAbsent = error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
    if (!isAbsent) log.warn(`${path} could not be read; registries are asked without its credentials.`);
    return undefined;
  }
  const json = bytes.length > longestConfig ? undefined : readJson(bytes);
  if (isJsonObject(json)) return json;
  log.warn(`${path} is not a JSON object; registries are asked without its credentials.`);
  return undefined;
}

/**
 * The entry of exactly this host and port. Never a part of a name: `cr.io` must not get what was stored for `ghcr.io`
 * (CVE-2026-59891). A key may be written as a URL without a path, or with the path of the API's version.
 */
function valueFor(entries: unknown, registry: string): unknown {
  if (!isJsonObject(entries)) return undefined;
  const names = registry === "docker.io" ? [dockerHubKey, "docker.io", "index.docker.io"] : [registry];
  for (const name of names) {
    for (const key of [name, `https://${name}`, `https://${name}/`, `https://${name}/v1/`, `https://${name}/v2/`]) {
      if (Object.hasOwn(entries, key)) return entries[key];
    }
  }
  return undefined;
}

function credentialOf(entry: unknown): Credential | undefined {
  if (!isJsonObject(entry)) return undefined;
  const { auth, username, password, identitytoken } = entry;
  if (typeof identitytoken === "string" && identitytoken !== "")
    return { kind: "identity-token", token: identitytoken };
  if (typeof username === "string" && typeof password === "string" && username !== "")
    return { kind: "password", username, password };
  if (typeof auth !== "string" || !/^[A-Za-z0-9+/]+={0,2}$/u.test(auth)) return undefined;
  const text = Buffer.from(auth, "base64").toString("utf8");
  const colon = text.indexOf(":");
  // Docker pads some stored passwords with NUL.
  return colon < 1
    ? undefined
    : { kind: "password", username: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/u, "") };
}
