import { textOrEmpty } from "../../core/json.ts";
import { breakAnswer } from "../face.ts";
import { serveLoopback, type LoopbackCall } from "../loopback.ts";
import type { TrialEngine } from "../service/engine.ts";
import type { TrialAnswer } from "../service/requests.ts";
import { toSideBySide } from "../service/signDigest.ts";
import { failed, found, type VaultAnswer } from "./answers.ts";
import { createTrialControlGroups, type TrialControlGroups } from "./controlGroups.ts";
import { issueByRole } from "./certification.ts";
import type { TrialVaultFault } from "./faults.ts";
import { createTrialTokenStore, type TrialLogins, type TrialTokenStore } from "./logins.ts";
import { createTrialPki } from "./pki.ts";
import { createTrialTransit, type TrialTransit } from "./transit.ts";

/** The trial service behind the interface of HashiCorp Vault and OpenBao. */
export interface TrialVault {
  /** Origin, `http://127.0.0.1:PORT`. */
  readonly url: string;
  setFault(fault: TrialVaultFault | undefined): void;
  /** Ends every token that was granted. */
  endSessions(): void;
  /** The calls so far: method, path and body, without tokens. */
  calls(): readonly { readonly target: string; readonly body: object }[];
  stop(): Promise<void>;
}

/** How the facade is started; all have a default. */
export interface TrialVaultOptions {
  readonly logins?: TrialLogins;
  /** Where the transit engine is mounted; `transit` without it. */
  readonly mount?: string;
  /** The namespace that requests must name; none without it. */
  readonly namespace?: string;
  /** Where the PKI engine is mounted that issued the keys' certificates, and which are revoked, by the names of keys; none without it. */
  readonly pki?: { readonly mount: string; readonly revoked?: readonly string[] };
}

interface Context {
  readonly transit: TrialTransit;
  readonly tokens: TrialTokenStore;
  readonly groups: TrialControlGroups;
  readonly mount: string;
  readonly namespace?: string;
  readonly pki?: (path: string) => VaultAnswer | undefined;
  readonly pkiMount?: string;
  readonly engine: TrialEngine;
  fault(): TrialVaultFault | undefined;
}

const maximumCalls = 1000;

/** Starts the facade on a free port of 127.0.0.1. The tokens of the users are their secrets at the trial service. */
export async function startTrialVault(engine: TrialEngine, options: TrialVaultOptions = {}): Promise<TrialVault> {
  const calls: { target: string; body: object }[] = [];
  let fault: TrialVaultFault | undefined;
  const context: Context = {
    engine,
    transit: createTrialTransit(engine),
    tokens: createTrialTokenStore(engine, options.logins ?? {}),
    groups: createTrialControlGroups(engine),
    mount: options.mount ?? "transit",
    ...(options.namespace === undefined ? {} : { namespace: options.namespace }),
    ...(options.pki === undefined ? {} : { pki: createTrialPki(engine, options.pki), pkiMount: options.pki.mount }),
    fault: () => fault,
  };
  const server = await serveLoopback({
    refusal: (_status, message) => ({ errors: [message] }),
    route: (call, response) => {
      const target = `${call.method} ${call.url.pathname}`;
      if (calls.length < maximumCalls) calls.push({ target, body: call.body });
      const { kind } = fault ?? {};
      const isBroken = (kind === "malformed" || kind === "flood") && call.url.pathname.includes("/sign/");
      return isBroken ? breakAnswer(kind, response) : route(call, context);
    },
  });
  return {
    url: server.url,
    setFault: (next) => {
      fault = next;
    },
    endSessions: () => context.tokens.endAll(),
    calls: () => [...calls],
    stop: () => server.stop(),
  };
}

function route(call: LoopbackCall, context: Context): VaultAnswer | undefined {
  const { tokens, namespace } = context;
  const { method, url, headers, body } = call;
  const kind = context.fault()?.kind;
  if (kind === "sealed") return failed(503, "Vault is sealed");
  if (kind === "rate-limit") return failed(429, 'request path "sign": rate limit quota exceeded');
  if (kind === "echo") return failed(400, JSON.stringify(headers), JSON.stringify(body));
  if ((headers["x-vault-namespace"] ?? "") !== (namespace ?? "")) return failed(404, "no handler for route");
  const path = url.pathname.replace(/^\/v1\//, "");
  // The product's own client writes with PUT, and everyone else with POST.
  const isWrite = method === "POST" || method === "PUT";
  const login = /^auth\/(?:.+\/)?(approle|jwt)\/login$/.exec(path)?.[1];
  if (isWrite && login !== undefined) return tokens.logIn(login, body);
  if (method === "GET" && path === "trial/oidc") return tokens.oidcPage(url.searchParams);
  if (method === "GET" && path === "auth/oidc/oidc/callback") return tokens.oidcCallback(url.searchParams);
  if (isWrite && path === "auth/oidc/oidc/auth_url") return tokens.oidcAddress(body, `http://${headers.host ?? ""}`);
  const { authorization = "", "x-vault-token": given } = headers;
  const token = typeof given === "string" ? given : authorization.replace(/^Bearer /, "");
  const user = tokens.userOf(token);
  if (user === undefined) return failed(403, "permission denied");
  return isWrite ? write(path, user, token, call, context) : read(path, token, call, context);
}

function read(
  path: string,
  token: string,
  { method, url }: LoopbackCall,
  { tokens, transit, mount, pki }: Context,
): VaultAnswer {
  if (path === "auth/token/lookup-self") return tokens.lookUp(token);
  const issued = pki?.(path);
  if (issued !== undefined) return issued;
  if (!path.startsWith(`${mount}/`)) return failed(404, "no handler for route");
  const isList = method === "LIST" || url.searchParams.get("list") === "true";
  if (isList) return path.replace(/\/$/, "") === `${mount}/keys` ? transit.list() : failed(404);
  const name = path.startsWith(`${mount}/keys/`) ? path.slice(mount.length + 6) : undefined;
  return name === undefined ? failed(404) : transit.describe(name);
}

function write(
  path: string,
  user: string,
  token: string,
  { body }: LoopbackCall,
  context: Context,
): VaultAnswer | undefined {
  const { tokens, transit, groups, mount } = context;
  const fault = context.fault();
  switch (path) {
    case "auth/token/renew-self":
      return tokens.renew(token);
    case "sys/control-group/request":
      return fault?.kind === "no-state" ? failed(403, "permission denied") : groups.state(body);
    case "sys/control-group/authorize":
      return groups.authorize(user, body);
    case "sys/wrapping/unwrap":
      if (fault?.kind === "no-unwrap") return failed(403, "permission denied");
      return groups.unwrap(textOrEmpty(body["token"]), (outcome) => answerOf(outcome, path, user, context));
  }
  const issuing = context.pkiMount === undefined ? undefined : `${context.pkiMount}/sign/`;
  if (issuing !== undefined && path.startsWith(issuing))
    return fault?.kind === "wrapped-issue"
      ? { status: 200, body: { data: null, wrap_info: { token: "hvs.wrapped", accessor: "one", ttl: 60 } } }
      : issueByRole(context.engine, path.slice(issuing.length), body);
  const [verb, name, hash, ...rest] = path.startsWith(`${mount}/`) ? path.slice(mount.length + 1).split("/") : [];
  if (name === undefined || rest.length > 0) return failed(404, "no handler for route");
  if (verb === "keys") return transit.change(name, hash, body);
  if (verb === "verify") return transit.verify(name, hash, body);
  if (verb !== "sign") return failed(404, "no handler for route");
  if (fault?.kind === "stall") return undefined;
  const outcome = transit.sign(user, name, hash, body);
  if (typeof outcome.status === "number") return outcome;
  if (fault?.kind === "error-after-signing") return failed(500, "internal error");
  return answerOf(outcome, fault?.kind === "other-path" ? "transit/export/signing-key" : path, user, context);
}

function answerOf(outcome: TrialAnswer, path: string, user: string, context: Context): VaultAnswer {
  switch (outcome.status) {
    case "signed":
      return signed(outcome.signature, outcome.audit, context.fault());
    case "pending":
      return context.groups.wrap(user, outcome, path);
    case "denied":
      return failed(outcome.code === "forbidden" ? 403 : 400, outcome.message);
  }
}

function signed(signature: Buffer, audit: string, fault: TrialVaultFault | undefined): VaultAnswer {
  const version = (where: string): number => (fault?.kind === "other-version" && fault.where === where ? 2 : 1);
  const prefix = `vault:v${version("prefix")}:`;
  const as = fault?.kind === "encoding" ? fault.as : undefined;
  const text =
    as === "base64url"
      ? `${prefix}${toSideBySide(signature).toString("base64url")}`
      : as === "side-by-side"
        ? `${prefix}${toSideBySide(signature).toString("base64")}`
        : `${as === "bare" ? "" : prefix}${signature.toString("base64")}`;
  return found({ signature: text, key_version: version("member") }, audit);
}
