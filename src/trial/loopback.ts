import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createTlsServer } from "node:https";
import { isJsonObject, readJson, type JsonObject } from "../core/json.ts";

/** A request, read whole. */
export interface LoopbackCall {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  /** Empty where there was none. */
  readonly content: Buffer;
  /** The content, where it is a JSON object; else empty. */
  readonly body: JsonObject;
  readonly request: IncomingMessage;
}

/** An answer: JSON, or other bytes with their type; empty without either. */
export interface LoopbackAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly bytes?: { readonly type: string; readonly content: Uint8Array };
  readonly headers?: Readonly<Record<string, string>>;
}

/** A server for programs on this machine. */
export interface LoopbackServer {
  /** Origin, `http://127.0.0.1:PORT` or `https://127.0.0.1:PORT`. */
  readonly url: string;
  stop(): Promise<void>;
}

/** What is served, and how. */
export interface LoopbackOptions {
  /** Gives the answer; undefined where it wrote one itself, or leaves the call without one. */
  route(call: LoopbackCall, response: ServerResponse): LoopbackAnswer | undefined;
  /** The body of a refusal before any route: status 403 or 413, and one sentence. `{ error }` without it. */
  readonly refusal?: (status: number, message: string) => unknown;
  /** Path under which pages of the server's own are served, which send its origin with their forms. */
  readonly pages?: string;
  /** In bytes; 256 kB without it. */
  readonly maximumBody?: number;
  /** PEM of the server's key and chain. Clients may show a certificate and need none. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** Serves on a free port of 127.0.0.1, with bounds on time, size and connections. */
export async function serveLoopback(options: LoopbackOptions): Promise<LoopbackServer> {
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    void answer(request, response, options).catch(() => response.destroy());
  };
  const { tls } = options;
  const server: Server =
    tls === undefined
      ? createServer(listener)
      : createTlsServer({ ...tls, requestCert: true, rejectUnauthorized: false }, listener);
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
    url: `${tls === undefined ? "http" : "https"}://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, options: LoopbackOptions): Promise<void> {
  const refuse = (status: number, message: string): void =>
    send(response, { status, body: options.refusal?.(status, message) ?? { error: message } });
  // A page in a browser can reach loopback through a name of its own (DNS rebinding) or across origins: neither is served.
  const own = [`127.0.0.1:${request.socket.localPort}`, `localhost:${request.socket.localPort}`];
  const { host = "", origin } = request.headers;
  const { pages } = options;
  const isOwnPage = pages !== undefined && origin === `http://${host}` && request.url?.startsWith(`${pages}/`) === true;
  if (!own.includes(host) || (origin !== undefined && !isOwnPage))
    return refuse(403, "Only programs on this machine are served, under the address of the service.");
  const { maximumBody = 256 * 1024 } = options;
  const content = await readBody(request, maximumBody);
  if (content === undefined) return refuse(413, `A request must not be longer than ${maximumBody} bytes.`);
  const body = readJson(content);
  const call = {
    method: request.method ?? "",
    url: new URL(request.url ?? "/", "http://service"),
    headers: request.headers,
    content,
    body: isJsonObject(body) ? body : {},
    request,
  };
  const reply = options.route(call, response);
  if (reply !== undefined) send(response, reply);
}

function send(response: ServerResponse, { status, body, bytes, headers }: LoopbackAnswer): void {
  const type = bytes?.type ?? "application/json";
  response.writeHead(status, { "content-type": type, "cache-control": "no-store", ...headers });
  response.end(bytes?.content ?? (body === undefined ? undefined : JSON.stringify(body)));
}

async function readBody(request: IncomingMessage, maximum: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    const bytes: Buffer = Buffer.from(chunk);
    length += bytes.length;
    if (length > maximum) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}
