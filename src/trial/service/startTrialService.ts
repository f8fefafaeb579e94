import { timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { KeyDescription } from "../../application/signingService.ts";
import { readJson } from "../../core/json.ts";
import type { ChainedEntry } from "./auditLog.ts";
import { createTrialEngine, type TrialEngine, type TrialEngineOptions } from "./engine.ts";
import { sendUnder, type TrialFault } from "./faults.ts";
import type { TrialKey } from "./keys.ts";
import { failure, readComment, readSubmission, send, writeAnswer, type Reply } from "./protocol.ts";
import type { TrialAnswer, TrialRequests } from "./requests.ts";

/** A running trial service. */
export interface TrialService {
  /** Origin, `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Bearer secrets by user. In the trial one person holds both; the audit log names the user that acted. */
  readonly secrets: { readonly dev: string; readonly lead: string };
  readonly keys: readonly KeyDescription[];
  /** PEM of the root authority. */
  readonly root: string;
  audit(): readonly ChainedEntry[];
  /** Makes the service misbehave from the next submission or look-up on; undefined ends it. */
  setFault(fault: TrialFault | undefined): void;
  stop(): Promise<void>;
}

/** How the service is started; all have a default. Times in milliseconds. */
export interface TrialServiceOptions extends TrialEngineOptions {
  /** What the service is a face of; one of its own without it. */
  readonly engine?: TrialEngine;
  /** What clients are told to wait between two look-ups. */
  readonly retryAfterMs?: number;
  /** Called when a client asks the service to end, after the client has its answer. */
  readonly onStop?: () => void;
}

interface Context {
  readonly requests: TrialRequests;
  readonly keys: readonly TrialKey[];
  readonly retryAfterMs: number;
  audit(): readonly ChainedEntry[];
  fault(): TrialFault | undefined;
  onStop(): void;
}

const maximumBody = 64 * 1024;

/** Starts the trial signing service on a free port of 127.0.0.1. Keys, secrets and requests live in memory alone. */
export async function startTrialService(options: TrialServiceOptions = {}): Promise<TrialService> {
  const engine = options.engine ?? createTrialEngine(options);
  const { authority, keys, audit, secrets } = engine;
  let fault: TrialFault | undefined;
  const context: Context = {
    requests: engine.requests,
    keys,
    retryAfterMs: options.retryAfterMs ?? 1000,
    audit: () => audit.entries(),
    fault: () => fault,
    onStop: () => options.onStop?.(),
  };
  const server = createServer((request, response) => {
    void answer(request, response, context, secrets).catch(() => response.destroy());
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
    secrets,
    keys: keys.map(({ description }) => description),
    root: authority.root,
    audit: () => audit.entries(),
    setFault: (next) => {
      fault = next;
    },
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
  context: Context,
  secrets: TrialService["secrets"],
): Promise<void> {
  // A page in a browser can reach loopback through a name of its own (DNS rebinding) or across origins: neither is served.
  const own = [`127.0.0.1:${request.socket.localPort}`, `localhost:${request.socket.localPort}`];
  if (!own.includes(request.headers.host ?? "") || request.headers.origin !== undefined)
    return send(response, failure(403, "Only programs on this machine are served, under the address of the service."));
  const user = userOf(request.headers.authorization, secrets);
  if (user === undefined) return send(response, failure(401, "The bearer secret of this run is needed."));
  const body = await readBody(request);
  if (body === undefined)
    return send(response, failure(413, `A request must not be longer than ${maximumBody} bytes.`));
  if (request.method === "POST" && request.url === "/v1/stop") {
    response.once("finish", () => context.onStop());
    return send(response, { status: 200, body: {} });
  }
  const reply = route(request.method ?? "", new URL(request.url ?? "/", "http://service"), user, body, context);
  return sendUnder(context.fault(), response, reply);
}

function route(method: string, url: URL, user: string, body: Buffer, context: Context): Reply {
  const { requests } = context;
  const [version, collection, id, action, ...rest] = url.pathname.split("/").slice(1);
  if (version !== "v1" || rest.length > 0) return failure(404, "There is nothing at this path.");
  const found = (result: TrialAnswer | undefined): Reply =>
    result === undefined ? failure(404, "There is no such request.") : writeAnswer(result, context.retryAfterMs);
  const target = `${method} ${collection ?? ""}${id === undefined ? "" : "/ID"}${action === undefined ? "" : `/${action}`}`;
  switch (target) {
    case "GET keys":
      return { status: 200, body: { keys: context.keys.map(({ description }) => description) } };
    case "GET pending":
      return { status: 200, body: { requests: requests.pending() } };
    case "GET audit":
      return { status: 200, body: { entries: context.audit() } };
    case "POST requests": {
      const submission = readSubmission(readJson(body));
      return submission === undefined
        ? failure(400, "The request is not understood: a member is missing, of another type, or too long.")
        : writeAnswer(requests.submit(user, submission), context.retryAfterMs);
    }
    case "GET requests/ID":
      return found(requests.find(user, id ?? ""));
    case "POST requests/ID/cancel":
      return found(requests.cancel(user, id ?? ""));
    case "POST requests/ID/approve":
    case "POST requests/ID/reject": {
      const comment = readComment(readJson(body));
      if (comment === undefined) return failure(400, "The decision is not understood.");
      return found(
        action === "approve" ? requests.approve(user, id ?? "", comment) : requests.reject(user, id ?? "", comment),
      );
    }
    default:
      return failure(404, "There is nothing at this path.");
  }
}

function userOf(authorization: string | undefined, secrets: TrialService["secrets"]): "dev" | "lead" | undefined {
  const given = Buffer.from(authorization ?? "");
  const is = (secret: string): boolean => {
    const expected = Buffer.from(`Bearer ${secret}`);
    return given.length === expected.length && timingSafeEqual(given, expected);
  };
  if (is(secrets.dev)) return "dev";
  return is(secrets.lead) ? "lead" : undefined;
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
