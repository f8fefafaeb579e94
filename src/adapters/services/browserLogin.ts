import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { AppError } from "../../application/errors.ts";
import type { Person, WaitOptions } from "../../application/ports.ts";
import { oneLine } from "./serviceWords.ts";

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
  /** Who has to answer, where the service says who does (RFC 9207). */
  readonly issuer?: string;
  readonly action: string;
  /** The address to open. Everything that comes back with another state is refused. */
  address(redirectUri: string, state: string): Promise<string>;
}

/** A person has this long, in milliseconds. */
const longest = 5 * 60 * 1000;
const maximumCode = 4096;

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
    if (parameters === undefined) return answer(response, 404, "There is nothing here.");
    // Whoever does not know the state did not get it from us: this ends nothing.
    if (!isAnswer(parameters, state, login.issuer))
      return answer(response, 400, "This is no answer to what was asked.");
    answer(response, 200, `You are ${parameters.has("error") ? "not " : ""}signed in. You can close this window.`);
    return settle(parameters);
  });
  server.requestTimeout = 10_000;
  server.maxConnections = 20;
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
    await login.person.visit({ service: login.service, url }, { signal: stop });
    const parameters = await Promise.race([found, whenAborted(stop)]);
    if (parameters === undefined)
      throw signal.aborted
        ? new AppError("cancelled", `Could not ${login.action}: it was cancelled.`)
        : new AppError("authentication", `Could not ${login.action}: the browser did not come back in time.`);
    if (parameters.has("error"))
      throw new AppError("authentication", `Could not ${login.action}: ${refusalIn(parameters)}`);
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
  const port = request.socket.localPort ?? 0;
  // A page that had its own name lead here would send that name (DNS rebinding).
  const isHere = [`localhost:${port}`, `127.0.0.1:${port}`].includes(request.headers.host ?? "");
  return isHere && request.method === "GET" && url.pathname === path ? url.searchParams : undefined;
}

function isAnswer(parameters: URLSearchParams, state: string, issuer: string | undefined): boolean {
  const [given, expected] = [Buffer.from(parameters.get("state") ?? ""), Buffer.from(state)];
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return false;
  const by = parameters.get("iss");
  if (issuer !== undefined && by !== null && by !== issuer) return false;
  const code = parameters.get("code") ?? "";
  return parameters.has("error") || (code !== "" && code.length <= maximumCode);
}

/** Why the answer is no (RFC 6749, 4.1.2.1). */
function refusalIn(parameters: URLSearchParams): string {
  const [error, description] = ["error", "error_description"].map((name) => oneLine(parameters.get(name)));
  return `${description ?? "It gives no reason."} (${error ?? "no code"})`;
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
