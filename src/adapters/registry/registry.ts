import type { Log, Manifest, ReferrersAnswer, Registry } from "../../application/ports.ts";
import { formatReference } from "../../core/image/reference.ts";
import { addLayer } from "./addLayer.ts";
import { createAuthorizer } from "./authorization.ts";
import { createCaller } from "./caller.ts";
import { fetchBlob, fetchManifest, resolveManifest, type Connection } from "./content.ts";
import type { CredentialSource } from "./credentials.ts";
import { createFetchWire } from "./fetchWire.ts";
import { defaultLimits, type RegistryLimits } from "./limits.ts";
import { pushBlob, pushManifest } from "./push.ts";
import { createReferrers } from "./referrers.ts";
import { createSingleFlight } from "./singleFlight.ts";
import { createTokenRequest } from "./token.ts";
import { createTransport } from "./transport.ts";
import type { Wire } from "./wire.ts";

export interface RegistryOptions {
  readonly credentials: CredentialSource;
  /** Hosts, with or without port, that are asked without TLS; hosts of this machine are by themselves. */
  readonly plainHttp?: readonly string[];
  readonly userAgent: string;
  readonly limits?: Partial<RegistryLimits>;
  readonly log: Log;
  /** What requests go out on: `fetch` without it, which editors extend with their proxy and certificate settings. */
  readonly wire?: Wire;
}

/** The OCI distribution API over HTTP. One client for the life of the host: it holds logins and what it learnt of each registry. */
export function createRegistry(options: RegistryOptions): Registry {
  const limits = { ...defaultLimits, ...options.limits };
  const { credentials, log, userAgent } = options;
  // Looked up at each call: the editor replaces the global one after the extension has been loaded.
  const wire = options.wire ?? createFetchWire((input, init) => globalThis.fetch(input, init));
  const send = createTransport({ limits, userAgent, wire });
  const authorizer = createAuthorizer({ credentials, requestToken: createTokenRequest(send, limits), log });
  const connection: Connection = {
    call: createCaller(send, authorizer, limits),
    plainHttp: options.plainHttp ?? [],
    limits,
  };
  const referrers = createReferrers(connection);

  const manifests = createSingleFlight<Manifest | undefined>();
  const blobs = createSingleFlight<Uint8Array>();
  const resolved = createSingleFlight<Manifest["descriptor"] | undefined>();
  const listed = createSingleFlight<ReferrersAnswer>();

  return {
    resolve: (image, { signal }) =>
      resolved.run(formatReference(image), signal, (shared) =>
        resolveManifest(connection, image, image.digest ?? image.tag ?? "latest", shared),
      ),
    manifest: (repository, tagOrDigest, { signal }) =>
      manifests.run(`${formatReference(repository)} ${tagOrDigest}`, signal, (shared) =>
        fetchManifest(connection, repository, tagOrDigest, shared),
      ),
    blob: (repository, descriptor, { signal }) =>
      blobs.run(`${formatReference(repository)} ${descriptor.digest} ${descriptor.size}`, signal, (shared) =>
        fetchBlob(connection, repository, descriptor, shared),
      ),
    referrers: (repository, digest, { signal }) =>
      listed.run(`${formatReference(repository)} ${digest}`, signal, (shared) =>
        referrers.list(repository, digest, shared),
      ),
    prepareReferrers: (repository, { signal }) => referrers.prepare(repository, signal),
    pushBlob: (repository, bytes, mediaType, { signal }) => pushBlob(connection, repository, bytes, mediaType, signal),
    pushManifest: (repository, manifest, { signal }) => pushManifest(connection, repository, manifest, signal),
    addLayer: (repository, addition, { signal }) => addLayer(connection, repository, addition, signal),
  };
}
