import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { isJsonObject, readJson, type JsonObject } from "../../core/json.ts";

/** A request, read whole. */
export interface LoopbackCall {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  /** Empty where there was none. */
  readonly body: JsonObject;
}

/** An answer in JSON; without a body it is empty. */
export interface LoopbackAnswer {
  readonly status: number;
  readonly body?: object;
}

/** A server for programs on this machine. */
export interface LoopbackServer {
  /** Origin, `http://127.0.0.1:PORT`. */
  readonly url: string;
  stop(): Promise<void>;
}

const maximumBody = 256 * 1024;

/** Serves on a free port of 127.0.0.1. A call that `route` answers with undefined is never answered. */
export async function serveLoopback(
  route: (call: LoopbackCall) => LoopbackAnswer | undefined,
): Promise<LoopbackServer> {
  const server = createServer((request, response) => {
    void answer(request, response, route).catch(() => response.destroy());
  });
  server.requestTimeout = 10_000;
  server.headersTimeout = 5_000;
  server.maxConnections = 100;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  route: (call: LoopbackCall) => LoopbackAnswer | undefined,
): Promise<void> {
  // A page in a browser can reach loopback through a name of its own (DNS rebinding) or across origins: neither is served.
  const own = [`127.0.0.1:${request.socket.localPort}`, `localhost:${request.socket.localPort}`];
  const isOwn = own.includes(request.headers.host ?? "") && request.headers.origin === undefined;
  const text = await readBody(request);
  if (!isOwn || text === undefined) return send(response, { status: isOwn ? 413 : 403, body: { errors: [] } });
  const body = readJson(text);
  const reply = route({
    method: request.method ?? "",
    url: new URL(request.url ?? "/", "http://service"),
    headers: request.headers,
    body: isJsonObject(body) ? body : {},
  });
  if (reply !== undefined) send(response, reply);
}

function send(response: ServerResponse, { status, body }: LoopbackAnswer): void {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    const bytes: Buffer = Buffer.from(chunk);
    length += bytes.length;
    if (length > maximumBody) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}
