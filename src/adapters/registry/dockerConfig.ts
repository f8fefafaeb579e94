import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Log } from "../../application/ports.ts";
import { isJsonObject, readJson, type JsonObject } from "../../core/json.ts";
import type { Credential, CredentialCandidate, CredentialSource } from "./credentials.ts";
import { askCredentialHelper, isHelperName, type SpawnHelper } from "./credentialHelper.ts";
import { createMemory } from "./memory.ts";
import { defaultLimits, type RegistryLimits } from "./limits.ts";

export interface DockerConfigOptions {
  /** Of the process: DOCKER_CONFIG, REGISTRY_AUTH_FILE and the folders of XDG are looked at, and helpers run with it. */
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

/** A file of logins, and whether a key of it may name a part of a host's repositories (containers-auth.json(5)). */
interface CredentialFile {
  readonly path: string;
  readonly namespaces: boolean;
}

/**
 * Credentials of Docker's config.json, and of the files of the same format that podman, skopeo and buildah keep. In each: a
 * helper for the host, the helper for all hosts, then what the file itself holds.
 */
export function createDockerCredentials(options: DockerConfigOptions): CredentialSource {
  const { environment, homeDirectory, spawnHelper, log } = options;
  const files = credentialFiles(environment, homeDirectory);
  const limits = options.limits ?? defaultLimits;
  const askOnce = createMemory<Credential | undefined>(helperMemoryMs);

  function helperCandidate(name: unknown, registry: string, path: string): readonly CredentialCandidate[] {
    if (name === undefined || name === "") return [];
    if (typeof name !== "string" || !isHelperName(name)) {
      log.warn(`${path} names a credential helper for ${registry} that is not a plain name; it is not run.`);
      return [];
    }
    const serverUrl = registry === "docker.io" ? dockerHubKey : registry;
    return [
      {
        source: `the credential helper docker-credential-${name}`,
        get: ({ signal }) =>
          askOnce(`${name} ${serverUrl}`, signal, (shared) =>
            askCredentialHelper(name, serverUrl, { environment, homeDirectory, limits, spawnHelper, signal: shared }),
          ),
      },
    ];
  }

  async function candidatesIn({ path, namespaces }: CredentialFile, registry: string, repository: string | undefined) {
    const config = await readConfig(path, log);
    if (config === undefined) return [];
    const helper = valueFor(config["credHelpers"], registry);
    const entry = namespaces ? entryForRepository(config["auths"], registry, repository) : undefined;
    const stored = credentialOf(entry ?? valueFor(config["auths"], registry));
    const own = stored === undefined ? [] : [{ source: path, get: () => Promise.resolve(stored) }];
    const helpers = [
      ...helperCandidate(helper, registry, path),
      ...(helper === undefined ? helperCandidate(config["credsStore"], registry, path) : []),
    ];
    // What is stored for the repository says more than what a helper knows of the host.
    return entry === undefined ? [...helpers, ...own] : [...own, ...helpers];
  }

  return {
    async candidates(registry, { repository }) {
      const found = await Promise.all(files.map((file) => candidatesIn(file, registry, repository)));
      const seen = new Set<string>();
      return found.flat().filter(({ source }) => !seen.has(source) && seen.add(source));
    },
  };
}

/** For how long a helper's answer is used again, so that fifty repositories of a host do not start it fifty times. */
const helperMemoryMs = 60_000;

/** The files in the order in which they are asked: the one named on purpose, Docker's, then those of the containers tools. */
function credentialFiles(
  environment: DockerConfigOptions["environment"],
  homeDirectory: string,
): readonly CredentialFile[] {
  const named = environment["REGISTRY_AUTH_FILE"] ?? "";
  const docker = environment["DOCKER_CONFIG"] ?? "";
  const runtime = environment["XDG_RUNTIME_DIR"] ?? "";
  const config = environment["XDG_CONFIG_HOME"] ?? "";
  const containers = [
    ...(runtime === "" ? [] : [join(runtime, "containers", "auth.json")]),
    join(config === "" ? join(homeDirectory, ".config") : config, "containers", "auth.json"),
  ];
  return [
    ...(named === "" ? [] : [{ path: named, namespaces: true }]),
    { path: join(docker === "" ? join(homeDirectory, ".docker") : docker, "config.json"), namespaces: false },
    ...containers.map((path) => ({ path, namespaces: true })),
  ];
}

/** The entry of the longest part of the repository's path that has one; none for the host alone. */
function entryForRepository(entries: unknown, registry: string, repository: string | undefined): unknown {
  if (!isJsonObject(entries) || repository === undefined) return undefined;
  const parts = repository.split("/");
  for (let length = parts.length; length > 0; length--) {
    const key = [registry, ...parts.slice(0, length)].join("/");
    if (Object.hasOwn(entries, key)) return entries[key];
  }
  return undefined;
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
