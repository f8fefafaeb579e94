import { RegistryError } from "../../src/application/errors.ts";
import type { Registry, Repository } from "../../src/application/ports.ts";
import { noCredentials, type Credential, type CredentialSource } from "../../src/adapters/registry/credentials.ts";
import type { RegistryLimits } from "../../src/adapters/registry/limits.ts";
import { createFetchWire } from "../../src/adapters/registry/fetchWire.ts";
import { createNodeWire } from "../../src/adapters/registry/nodeWire.ts";
import { createRegistry, type RegistryOptions } from "../../src/adapters/registry/registry.ts";
import type { Wire } from "../../src/adapters/registry/wire.ts";
import { manifestMediaTypes } from "../../src/core/image/manifest.ts";
import type { Descriptor } from "../../src/core/verdict/evidence.ts";
import type { Fault } from "../../src/trial/registry/faults.ts";
import {
  startTrialRegistry,
  type TrialRegistryOptions,
  type TrialRequest,
} from "../../src/trial/registry/trialRegistry.ts";

/** A trial registry with a client, what reached the registry, and a switch to make it misbehave. */
export interface Scene {
  readonly host: string;
  readonly registry: Registry;
  readonly repository: Repository;
  readonly requests: TrialRequest[];
  readonly warnings: string[];
  /** The first matching fault is acted out; `once` only the first time. */
  readonly faults: { path: RegExp; method?: string; fault: Fault; once?: boolean }[];
  /** `METHOD path` of what was asked since the last call. */
  taken(): string[];
  client(options?: Partial<RegistryOptions>): Registry;
  stop(): Promise<void>;
}

export const neverAborted = { signal: new AbortController().signal };

/** For what never ends, so that tests do not wait for long. Nothing else is given so little time: machines are slow at times. */
export const impatient: { readonly limits: Partial<RegistryLimits> } = { limits: { answerMs: 150, idleMs: 150 } };

/** Whether a fault never ends. */
export function isEndless({ kind }: Fault): boolean {
  return kind === "stall" || kind === "stall-body";
}

export async function startScene(
  options: TrialRegistryOptions & { readonly client?: Partial<RegistryOptions> } = {},
): Promise<Scene> {
  const requests: TrialRequest[] = [];
  const warnings: string[] = [];
  const faults: Scene["faults"] = [];
  const trial = await startTrialRegistry({
    ...options,
    onRequest: (request) => requests.push(request),
    faults: ({ path, method }) => {
      const index = faults.findIndex((entry) => entry.path.test(path) && (entry.method ?? method) === method);
      const found = faults[index];
      if (found?.once === true) faults.splice(index, 1);
      return found?.fault;
    },
  });
  const client = (more: Partial<RegistryOptions> = {}): Registry =>
    createRegistry({
      credentials: noCredentials,
      userAgent: "countersign-test",
      log: { info: () => undefined, warn: (message) => warnings.push(message) },
      ...options.client,
      ...more,
    });
  return {
    host: trial.host,
    registry: client(),
    repository: { registry: trial.host, repository: "acme/app" },
    requests,
    warnings,
    faults,
    taken: () => requests.splice(0).map(({ method, path }) => `${method} ${path}`),
    client,
    stop: () => trial.stop(),
  };
}

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Pushes an image of one layer under a tag. */
export async function pushImage(
  registry: Registry,
  repository: Repository,
  tag: string,
  layer = "layer",
): Promise<Descriptor> {
  const config = await registry.pushBlob(
    repository,
    utf8("{}"),
    "application/vnd.oci.image.config.v1+json",
    neverAborted,
  );
  const content = await registry.pushBlob(
    repository,
    utf8(layer),
    "application/vnd.oci.image.layer.v1.tar",
    neverAborted,
  );
  const mediaType = manifestMediaTypes.ociManifest;
  const bytes = utf8(JSON.stringify({ schemaVersion: 2, mediaType, config, layers: [content] }));
  return registry.pushManifest(repository, { bytes, mediaType, tag }, neverAborted);
}

/** Attaches content to a subject, as a referrer with one layer. */
export async function attach(
  registry: Registry,
  repository: Repository,
  subject: Descriptor,
  content: {
    readonly artifactType: string;
    readonly text: string;
    readonly annotations?: Readonly<Record<string, string>>;
    /** The layer's media type; the artifact type without it. */
    readonly mediaType?: string;
  },
): Promise<Descriptor> {
  const { artifactType, text, annotations } = content;
  const config = await registry.pushBlob(repository, utf8("{}"), "application/vnd.oci.empty.v1+json", neverAborted);
  const layer = await registry.pushBlob(repository, utf8(text), content.mediaType ?? artifactType, neverAborted);
  const mediaType = manifestMediaTypes.ociManifest;
  const bytes = utf8(
    JSON.stringify({ schemaVersion: 2, mediaType, artifactType, config, layers: [layer], subject, annotations }),
  );
  return registry.pushManifest(repository, { bytes, mediaType, subject, artifactType }, neverAborted);
}

/** Credentials that hold one password for one host. */
export function passwordFor(host: string, username: string, password: string): CredentialSource {
  return sourceOf(host, "the test's keychain", { kind: "password", username, password });
}

export function sourceOf(host: string, source: string, credential: Credential | undefined): CredentialSource {
  return {
    candidates: (registry) =>
      Promise.resolve(registry === host ? [{ source, get: () => Promise.resolve(credential) }] : []),
  };
}

/** The RegistryError that `work` ends with. */
export async function failureOf(work: Promise<unknown>): Promise<RegistryError> {
  const outcome = await work.then(
    (value) => new Error(`Nothing failed: ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  if (outcome instanceof RegistryError) return outcome;
  throw outcome;
}

/** Both ways in which requests go out: the editor's, and the command line's. */
export const wires: readonly (readonly [string, Wire])[] = [
  ["fetch", createFetchWire((input, init) => globalThis.fetch(input, init))],
  ["Node's own HTTP", createNodeWire({ environment: {} })],
];

/** A wire that uses another scheme than it was told: loopback has no TLS here, and https has rules of its own. */
export function withScheme(scheme: "http:" | "https:", wire: Wire = createNodeWire({ environment: {} })): Wire {
  return (request, signal) => {
    const url = new URL(request.url);
    url.protocol = scheme;
    return wire({ ...request, url }, signal);
  };
}
