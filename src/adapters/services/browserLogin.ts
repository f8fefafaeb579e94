import { createHash, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { AppError } from "../../application/errors.ts";
import type { Person, WaitOptions } from "../../application/ports.ts";

/** What a browser is sent to, and what it has to come back with (RFC 8252, 7.3). */
export interface BrowserLogin {
  /** Name of the service, for the person. */
  readonly service: string;
  readonly person: Person;
  /** Path and port that the browser comes back to; a free port without one. */
  readonly path: string;
  readonly port?: number;
  /** The host in the address to come back to; some services know one of them only. */
  readonly host?: "127.0.0.1" | "localhost";
  readonly action: string;
  /** The address to open. Everything that comes back with another state is refused. */
  address(redirectUri: string, state: string): Promise<string>;
}

/** A person has this long, in milliseconds. */
const longest = 5 * 60 * 1000;

/** A verifier that nobody else knows, and what may be told of it beforehand (RFC 7636). */
export function createCodeVerifier(): { readonly verifier: string; readonly challenge: string } {
  const verifier = randomBytes(32).toString("base64url");
  return { verifier, challenge: createHash("sha256").update(verifier).digest("base64url") };
}

/**
 * Has a person sign in by a browser on this machine, and gives what it came back with. AppError `authentication` where
 * nobody came in time or the answer is an error, `cancelled` otherwise.
 */
export async function signInByBrowser(
  login: BrowserLogin,
  { signal }: WaitOptions,
): Promise<{ readonly parameters: URLSearchParams; readonly redirectUri: string }> {
  const timeout = AbortSignal.timeout(longest);
  const stop = AbortSignal.any([signal, timeout]);
  let settle: (found: URLSearchParams) => void = () => undefined;
  const found = new Promise<URLSearchParams>((resolve) => {
    settle = resolve;
  });
  let state = randomBytes(24).toString("base64url");
  const server = createServer((request, response) => {
    const parameters = parametersOf(request, login.path);
    const isOurs = parameters !== undefined && parameters.get("state") === state;
    answer(response, isOurs ? 200 : 404, isOurs ? "You can close this window." : "There is nothing here.");
    if (isOurs) settle(parameters);
  });
  server.requestTimeout = 10_000;
  server.maxConnections = 10;
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(login.port ?? 0, "127.0.0.1", resolve);
    });
    const bound = server.address();
    const port = typeof bound === "object" && bound !== null ? bound.port : 0;
    const redirectUri = `http://${login.host ?? "127.0.0.1"}:${port}${login.path}`;
    const url = await login.address(redirectUri, state);
    // Some services choose the state themselves.
    state = new URL(url).searchParams.get("state") ?? state;
    await login.person.visit({ service: login.service, url }, { signal });
    const parameters = await Promise.race([found, whenAborted(stop)]);
    if (parameters === undefined)
      throw signal.aborted
        ? new AppError("cancelled", `Could not ${login.action}: it was cancelled.`)
        : new AppError("authentication", `Could not ${login.action}: the browser did not come back in time.`);
    const error = parameters.get("error");
    if (error !== null)
      throw new AppError(
        "authentication",
        `Could not ${login.action}: the answer is ${JSON.stringify(error.slice(0, 200))}.`,
      );
    return { parameters, redirectUri };
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError("authentication", `Could not ${login.action}: this machine could not wait for the browser.`, {
      cause: error,
    });
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

function parametersOf(request: IncomingMessage, path: string): URLSearchParams | undefined {
  const url = new URL(request.url ?? "/", "http://localhost");
  return request.method === "GET" && url.pathname === path ? url.searchParams : undefined;
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    "content-type": "text/plain; charset=utf-8",
    "cache-control": "no-store",
    connection: "close",
  });
  response.end(text);
}

function whenAborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
}
