import { randomUUID } from "node:crypto";
import { sendError, sendJson, type Exchange } from "./exchange.ts";

/** How the trial registry asks for a login, where it does. */
export interface TrialLogin {
  readonly kind: "basic" | "bearer";
  readonly username: string;
  readonly password: string;
  /** With `bearer`: whoever has no password may pull. */
  readonly anonymousPull?: boolean;
  /** With `bearer`: where it says that tokens are; its own `/token` by default. */
  readonly realm?: string;
}

/** Lets a request through, or answers it; also serves the tokens. */
export type Gate = (exchange: Exchange) => boolean;

const tokenPath = "/token";

/** A gate for a registry at `origin`; without a login everything goes through. */
export function createGate(login: TrialLogin | undefined, origin: () => string): Gate {
  const tokens = new Map<string, ReadonlySet<string>>();
  if (login === undefined) return () => true;
  const expected = `Basic ${Buffer.from(`${login.username}:${login.password}`).toString("base64")}`;

  function giveToken(exchange: Exchange): void {
    const shown = exchange.request.headers.authorization;
    const isKnown = shown === expected;
    if (!isKnown && (shown !== undefined || login?.anonymousPull !== true)) {
      sendError(exchange, 401, "UNAUTHORIZED", "wrong user name or password");
      return;
    }
    const scopes = exchange.url.searchParams.getAll("scope").flatMap((scope) => scope.split(" "));
    const granted = scopes.flatMap((scope) => {
      const [, repository, actions] = /^repository:(.+):([a-z,]+)$/u.exec(scope) ?? [];
      const wanted = (actions ?? "").split(",").filter((action) => isKnown || action === "pull");
      return wanted.map((action) => `${repository} ${action}`);
    });
    const token = randomUUID();
    if (tokens.size > 10_000) tokens.clear();
    tokens.set(token, new Set(granted));
    sendJson(exchange, 200, { token, expires_in: 300 });
  }

  return (exchange) => {
    const { method, url, request } = exchange;
    if (login.kind === "bearer" && url.pathname === tokenPath) {
      giveToken(exchange);
      return false;
    }
    if (login.kind === "basic") {
      if (request.headers.authorization === expected) return true;
      sendError(exchange, 401, "UNAUTHORIZED", "log in", { "www-authenticate": 'Basic realm="trial"' });
      return false;
    }
    const repository = /^\/v2\/(.+)\/(?:manifests|blobs|referrers|tags)\//u.exec(url.pathname)?.[1];
    const needed = method === "GET" || method === "HEAD" ? "pull" : "push";
    const token = /^Bearer (.+)$/u.exec(request.headers.authorization ?? "")?.[1] ?? "";
    const granted = tokens.get(token);
    if (granted !== undefined && (repository === undefined || granted.has(`${repository} ${needed}`))) return true;
    const scope =
      repository === undefined ? "" : `,scope="repository:${repository}:${needed === "push" ? "pull,push" : "pull"}"`;
    const challenge = `Bearer realm="${login.realm ?? `${origin()}${tokenPath}`}",service="trial"${scope}`;
    sendError(exchange, 401, "UNAUTHORIZED", "log in", { "www-authenticate": challenge });
    return false;
  };
}
