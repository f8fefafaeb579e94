import { Agent as HttpAgent, request as requestHttp, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import { pipeline } from "node:stream";
import { getCACertificates, rootCertificates } from "node:tls";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { networkZone } from "./endpoint.ts";
import { isUntrustedIssuer } from "./failure.ts";
import { ConnectionError, type AnswerHeaders, type Wire, type WireAnswer, type WireRequest } from "./wire.ts";

/** Certificates for one host, PEM: whom to trust there besides the usual authorities, and who we are. */
export interface HostCertificates {
  readonly authorities: readonly string[];
  readonly client?: { readonly certificate: string; readonly key: string };
}

/** What is set up for a host, which has its port where the URL has one. */
export type CertificatesFor = (host: string) => Promise<HostCertificates | undefined>;

export interface NodeWireOptions {
  /** HTTPS_PROXY, HTTP_PROXY and NO_PROXY count where this version of Node knows how. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly certificatesFor?: CertificatesFor;
  /** The authorities that this machine trusts, PEM; looked at only after those of Node have not been enough. */
  readonly systemAuthorities?: () => readonly string[];
}

interface Agents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

/**
 * Connections are kept for less than the shortest usual time after which servers close them: what writes is
 * not repeated, and must not go out on one that is closed already.
 */
const keep = { keepAlive: true, scheduling: "lifo", timeout: 4000 } as const;

/**
 * A wire over Node's own HTTP: its connections are kept for what follows, after a HEAD too, and a host may have
 * certificates of its own. There is no way to leave the check of a certificate out.
 */
export function createNodeWire(options: NodeWireOptions): Wire {
  const { certificatesFor, systemAuthorities = authoritiesOfSystem } = options;
  const proxied = { ...keep, proxyEnv: proxyVariables(options.environment) };
  let authorities: readonly string[] | undefined;
  let agents = makeAgents();
  const special = new Map<string, Promise<HttpsAgent | undefined>>();

  /** For other machines, and for this one, which a proxy would look for in its own place. */
  function makeAgents(): { readonly far: Agents; readonly near: Agents } {
    const trust = authorities === undefined ? {} : { ca: [...authorities] };
    return {
      far: { http: new HttpAgent(proxied), https: new HttpsAgent({ ...proxied, ...trust }) },
      near: { http: new HttpAgent(keep), https: new HttpsAgent({ ...keep, ...trust }) },
    };
  }

  async function agentFor(url: URL): Promise<HttpAgent> {
    const isNear = networkZone(url.hostname) === "machine";
    const usual = isNear ? agents.near : agents.far;
    if (url.protocol !== "https:") return usual.http;
    if (certificatesFor === undefined) return usual.https;
    const made =
      special.get(url.host) ??
      certificatesFor(url.host).then((found) => (found === undefined ? undefined : agentWith(found, isNear)));
    special.set(url.host, made);
    return (await made) ?? usual.https;
  }

  function agentWith({ authorities: added, client }: HostCertificates, isNear: boolean): HttpsAgent {
    return new HttpsAgent({
      ...(isNear ? keep : proxied),
      ...(added.length + (authorities?.length ?? 0) === 0 ? {} : { ca: [...(authorities ?? usualOnes()), ...added] }),
      ...(client === undefined ? {} : { cert: client.certificate, key: client.key }),
    });
  }

  /** From now on what the machine trusts is trusted too; false where that has been so, or is nothing. */
  function trustSystem(): boolean {
    if (authorities !== undefined) return false;
    const found = systemAuthorities();
    authorities = [...usualOnes(), ...found];
    if (found.length === 0) return false;
    agents = makeAgents();
    special.clear();
    return true;
  }

  return async (request, signal) => {
    const before = agents;
    try {
      return await exchange(request, await agentFor(request.url), signal);
    } catch (error) {
      // A handshake that failed has sent nothing, so that even what writes may be sent again.
      if (!isUntrustedIssuer(error) || (before === agents && !trustSystem())) throw error;
      return exchange(request, await agentFor(request.url), signal);
    }
  };
}

function exchange(
  { method, url, headers, body }: WireRequest,
  agent: HttpAgent,
  signal: AbortSignal,
): Promise<WireAnswer> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { "content-length": String(body.length) };
    const options = { method, agent, headers: { ...headers, ...length } };
    const outgoing = url.protocol === "https:" ? requestHttps(url, options) : requestHttp(url, options);
    const abort = (): void => void outgoing.destroy();
    outgoing.once("close", () => signal.removeEventListener("abort", abort));
    outgoing.once("response", (incoming) => {
      const answer = { status: incoming.statusCode ?? 0, headers: headersOf(incoming) };
      if (method !== "HEAD") return resolve({ ...answer, body: piecesOf(incoming) });
      // Only at its end is the connection free for the request that follows.
      incoming.once("end", () => process.nextTick(resolve, { ...answer, body: undefined }));
      incoming.once("error", (error) => reject(new ConnectionError(error)));
      incoming.resume();
    });
    outgoing.on("error", (error) => reject(new ConnectionError(error)));
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
    outgoing.end(body);
  });
}

function headersOf({ headers }: IncomingMessage): AnswerHeaders {
  return {
    get(name) {
      const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
      return value === undefined ? null : Array.isArray(value) ? value.join(", ") : value;
    },
  };
}

/** Coded although we ask for bytes as they are stored: some proxies do. What is read is bounded after it is undone. */
const decoders: ReadonlyMap<string, () => NodeJS.ReadWriteStream> = new Map([
  ["gzip", createGunzip],
  ["x-gzip", createGunzip],
  ["deflate", createInflate],
  ["br", createBrotliDecompress],
]);

async function* piecesOf(incoming: IncomingMessage): AsyncGenerator<Uint8Array> {
  const decoder = decoders.get((incoming.headers["content-encoding"] ?? "").toLowerCase());
  // Errors of either end come out where the pieces are read.
  const content = decoder === undefined ? incoming : pipeline(incoming, decoder(), () => undefined);
  try {
    for await (const piece of content) yield Buffer.from(piece);
  } catch (error) {
    throw new ConnectionError(error);
  } finally {
    // What is not read to its end must not hold a connection.
    if (!incoming.readableEnded) incoming.destroy();
  }
}

function usualOnes(): readonly string[] {
  // Node 22.15 and later know what NODE_EXTRA_CA_CERTS adds.
  return typeof getCACertificates === "function" ? getCACertificates("default") : rootCertificates;
}

function authoritiesOfSystem(): readonly string[] {
  return typeof getCACertificates === "function" ? getCACertificates("system") : [];
}

function proxyVariables(environment: NodeWireOptions["environment"]): Record<string, string> | undefined {
  const names = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"];
  const set = names.flatMap((name) => {
    const value = environment[name];
    return value === undefined || value === "" ? [] : [[name, value] as const];
  });
  return set.length === 0 ? undefined : Object.fromEntries(set);
}
