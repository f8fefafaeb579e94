import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type Server } from "node:http";
import { AppError } from "../../../application/errors.ts";
import type { Person, WaitOptions } from "../../../application/ports.ts";
import { isJsonObject, textOrEmpty } from "../../../core/json.ts";
import { callSigstore, type SigstorePlace } from "./place.ts";
import { refusalOf, type IdentityProvider } from "./provider.ts";

/** A token, and the value that it must repeat. */
export interface GrantedToken {
  readonly token: string;
  readonly nonce?: string;
}

/** A person needs time to sign in, in milliseconds. */
const signInMs = 5 * 60 * 1000;
const callbackPath = "/auth/callback";

/**
 * Signs in in a browser: authorization code with PKCE (RFC 7636, S256) and a redirect to a port of this machine that is open
 * for this alone (RFC 8252, 7.3). Throws AppError `authentication`, `cancelled`.
 */
export async function signInByBrowser(
  place: SigstorePlace,
  provider: IdentityProvider,
  person: Person,
  options: WaitOptions,
): Promise<GrantedToken> {
  const [state, nonce, verifier] = [fresh(), fresh(), fresh()];
  [state, nonce, verifier].forEach((secret) => place.used.note(secret));
  const limit = AbortSignal.timeout(signInMs);
  const signal = AbortSignal.any([options.signal, limit]);
  const callback = await openCallback(state, provider.issuer);
  try {
    const redirect = `http://localhost:${callback.port}${callbackPath}`;
    const url = new URL(provider.authorizationEndpoint);
    const query = {
      response_type: "code",
      client_id: place.options.clientId,
      redirect_uri: redirect,
      scope: "openid email",
      state,
      nonce,
      code_challenge: createHash("sha256").update(verifier).digest("base64url"),
      code_challenge_method: "S256",
    };
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    await person.visit({ service: place.name, url: url.href }, { signal });
    const code = await callback.wait(signal).catch((cause: unknown) => {
      if (cause instanceof AppError) throw cause;
      if (options.signal.aborted) throw new AppError("cancelled", "Signing in was cancelled; nothing was signed.");
      throw failed(provider, `nobody signed in within ${signInMs / 60_000} minutes`);
    });
    place.used.note(code);
    const form = {
      grant_type: "authorization_code",
      client_id: place.options.clientId,
      code,
      redirect_uri: redirect,
      code_verifier: verifier,
    };
    const action = "exchange the sign-in for an identity token";
    const { status, body } = await callSigstore(place, { url: provider.tokenEndpoint, form, action }, { signal });
    const token = isJsonObject(body) ? textOrEmpty(body["id_token"]) : "";
    if (status !== 200 || token === "") throw failed(provider, refusalOf(body).message);
    return { token, nonce };
  } finally {
    callback.close();
  }
}

interface Callback {
  readonly port: number;
  /** The code that the provider sends back, once. */
  wait(signal: AbortSignal): Promise<string>;
  close(): void;
}

/** Listens on a free port of this machine for the one redirect that carries our state. */
async function openCallback(state: string, issuer: string): Promise<Callback> {
  let settle: ((code: string) => void) | undefined;
  let fail: ((error: unknown) => void) | undefined;
  const code = new Promise<string>((resolve, reject) => {
    settle = resolve;
    fail = reject;
  });
  // Nobody may be waiting yet when a stray request comes.
  code.catch(() => undefined);
  const server: Server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    const say = (status: number, text: string): void => {
      response.writeHead(status, { "content-type": "text/plain; charset=utf-8", connection: "close" });
      response.end(`${text}\n`);
    };
    const own = [`localhost:${request.socket.localPort}`, `127.0.0.1:${request.socket.localPort}`];
    if (request.method !== "GET" || url.pathname !== callbackPath || !own.includes(request.headers.host ?? ""))
      return say(404, "There is nothing here.");
    const { searchParams } = url;
    // Whoever does not know the state did not get it from us: this ends nothing.
    if (!isSame(searchParams.get("state") ?? "", state)) return say(400, "This is another sign-in; it was not used.");
    const answeredBy = searchParams.get("iss");
    const given = searchParams.get("code") ?? "";
    if (searchParams.has("error")) {
      say(200, "You are not signed in. You can close this window.");
      const body = Object.fromEntries(["error", "error_description"].map((name) => [name, searchParams.get(name)]));
      return fail?.(new AppError("authentication", `Could not sign in at ${issuer}: ${refusalOf(body).message}`));
    }
    // RFC 9207: the answer of another provider than the one that was asked.
    if ((answeredBy !== null && answeredBy !== issuer) || given === "" || given.length > 4096)
      return say(400, "This answer is not one that was asked for.");
    say(200, "You are signed in. You can close this window.");
    return settle?.(given);
  });
  server.requestTimeout = 10_000;
  server.maxConnections = 20;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    wait: (signal) =>
      new Promise((resolve, reject) => {
        const stop = (): void => reject(new Error("the wait is over"));
        if (signal.aborted) stop();
        signal.addEventListener("abort", stop, { once: true });
        code.then(resolve, reject);
      }),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function failed(provider: IdentityProvider, why: string): AppError {
  const sentence = /[.)]$/.test(why) ? why : `${why}.`;
  return new AppError("authentication", `Could not sign in at ${provider.issuer}: ${sentence} Nothing was signed.`);
}

function fresh(): string {
  return randomBytes(32).toString("base64url");
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
