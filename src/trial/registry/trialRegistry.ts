import { createServer } from "node:http";
import type { Exchange } from "./exchange.ts";
import { sendError } from "./exchange.ts";
import { actOut, type Fault } from "./faults.ts";
import { createGate, type TrialLogin } from "./login.ts";
import { createRoutes } from "./routes.ts";
import { createStore } from "./store.ts";

/** What reached the registry: for counting in tests, and to see that a secret did not. */
export interface TrialRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly authorization: string | undefined;
}

export interface TrialRegistryOptions {
  /** A free one without it. */
  readonly port?: number;
  /** False makes it a registry of before the referrers API. */
  readonly referrersApi?: boolean;
  readonly pageSize?: number;
  readonly login?: TrialLogin;
  /** What it takes at most, in bytes. */
  readonly capacity?: number;
  readonly onRequest?: (request: TrialRequest) => void;
  /** Makes it misbehave: asked for each request after `onRequest`. */
  readonly faults?: (request: TrialRequest) => Fault | undefined;
}

export interface TrialRegistry {
  /** `127.0.0.1:PORT`, as image references write it. */
  readonly host: string;
  readonly stop: () => Promise<void>;
}

/** Starts a registry of the distribution specification 1.1 on this machine's loopback address, in memory. Throws where the port is taken. */
export async function startTrialRegistry(options: TrialRegistryOptions = {}): Promise<TrialRegistry> {
  const routes = createRoutes(createStore(options.capacity ?? 512 * 1024 * 1024), {
    referrersApi: options.referrersApi ?? true,
    pageSize: options.pageSize ?? 100,
    manifestBytes: 4 * 1024 * 1024,
    blobBytes: 256 * 1024 * 1024,
  });
  let host = "";
  const gate = createGate(options.login, () => `http://${host}`);

  async function answer(exchange: Exchange): Promise<void> {
    const { method, url, request } = exchange;
    const seen = { method, path: url.pathname + url.search, authorization: request.headers.authorization };
    options.onRequest?.(seen);
    const fault = options.faults?.(seen);
    if (fault !== undefined && (await actOut(fault, exchange))) return;
    if (gate(exchange)) await routes(exchange);
  }

  const server = createServer((request, response) => {
    const port = host.split(":")[1];
    // A web page may make a browser ask us under a name of its own (DNS rebinding); it must not read or change anything here.
    const isOurs = request.headers.host === host || request.headers.host === `localhost:${port}`;
    if (!isOurs || !URL.canParse(request.url ?? "", `http://${host}`)) {
      response.writeHead(421).end();
      return;
    }
    const url = new URL(request.url ?? "", `http://${host}`);
    const exchange = { method: request.method ?? "", url, request, response };
    answer(exchange).catch(() => {
      if (response.headersSent) response.destroy();
      else sendError(exchange, 500, "UNKNOWN", "the trial registry failed");
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The trial registry has no port.");
  host = `127.0.0.1:${address.port}`;

  return {
    host,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
