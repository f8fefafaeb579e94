import { generateKeyPairSync } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { TLSSocket } from "node:tls";
import { breakAnswer } from "../face.ts";
import { serveLoopback, type LoopbackAnswer, type LoopbackCall } from "../loopback.ts";
import type { TrialEngine } from "../service/engine.ts";
import { ok, unauthorized, type VenafiAnswer, type VenafiCall } from "./answers.ts";
import type { TrialVenafiFault } from "./faults.ts";
import { createTrialTokens, type TrialIdentities, type TrialTokens } from "./vedauth.ts";
import { createVedHsm, type VedHsm } from "./vedhsm.ts";
import { createVedSdk } from "./vedsdk.ts";

/** The trial service behind the interface of Venafi CodeSign Protect, self-hosted and SaaS. */
export interface TrialVenafi {
  /** Origin, `https://127.0.0.1:PORT`. */
  readonly url: string;
  /** PEM of the authority of its certificate. */
  readonly root: string;
  setFault(fault: TrialVenafiFault | undefined): void;
  /** Ends every access token; refresh tokens stay valid. */
  expireSessions(): void;
  /** Confirms or refuses a code that a person was shown; whether there is such a code. */
  confirmDevice(code: string, allow: boolean): boolean;
  /** The calls so far: method and path, in lower case. */
  calls(): readonly string[];
  stop(): Promise<void>;
}

/** How the facade is started; all have a default. */
export interface TrialVenafiOptions {
  readonly identities?: TrialIdentities;
  /** What `systemstatus/version` says. */
  readonly version?: string;
}

interface Context {
  readonly tokens: TrialTokens;
  readonly hsm: VedHsm;
  readonly sdk: ReturnType<typeof createVedSdk>;
  readonly version: string;
  readonly fault: () => TrialVenafiFault | undefined;
  readonly note: (call: string) => void;
}

const maximumCalls = 1000;

/** Starts the facade on a free port of 127.0.0.1, with TLS by a certificate of the trial's authority, as its clients ask for. */
export async function startTrialVenafi(engine: TrialEngine, options: TrialVenafiOptions = {}): Promise<TrialVenafi> {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const calls: string[] = [];
  let fault: TrialVenafiFault | undefined;
  const tokens = createTrialTokens({ secrets: engine.secrets, identities: options.identities ?? {}, now: engine.now });
  const context: Context = {
    tokens,
    hsm: createVedHsm(engine),
    sdk: createVedSdk(engine),
    version: options.version ?? "24.1.0.1234",
    fault: () => fault,
    note: (call) => {
      if (calls.length < maximumCalls) calls.push(call);
    },
  };
  const server = await serveLoopback({
    tls: {
      key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
      cert: engine.authority.issueServer(publicKey).join(""),
    },
    refusal: (status, message) => unauthorized(status === 413 ? "too_large" : "forbidden", message, status).body,
    route: (call, response) => {
      const { kind } = fault ?? {};
      const isBroken = (kind === "malformed" || kind === "flood") && /\/api\/sign$/i.test(call.url.pathname);
      return isBroken ? breakAnswer(kind, response) : answer(call, context);
    },
  });
  return {
    url: server.url,
    root: engine.authority.root,
    setFault: (next) => {
      fault = next;
    },
    expireSessions: () => tokens.expireAll(),
    confirmDevice: (code, allow) => tokens.confirm(code, allow),
    calls: () => [...calls],
    stop: () => server.stop(),
  };
}

function answer({ method, url, content, body, request }: LoopbackCall, context: Context): LoopbackAnswer | undefined {
  const path = url.pathname.toLowerCase().replace(/^\/+/, "");
  context.note(`${method} ${path}`);
  const fault = context.fault();
  if (fault?.kind === "echo")
    return unauthorized("rejected", `${JSON.stringify(request.headers)} ${content.toString("utf8")}`, 400);
  if (fault?.kind === "stall" && path === "vedhsm/api/sign") return undefined;
  return route(method, path, { body, form: new URLSearchParams(content.toString("utf8")) }, request, context);
}

function route(
  method: string,
  path: string,
  call: VenafiCall,
  request: IncomingMessage,
  { tokens, hsm, sdk, version, fault }: Context,
): VenafiAnswer {
  const legacy = request.headers["x-venafi-api-key"];
  // Older clients send tokens in the header of the keys that came before them.
  const { authorization = typeof legacy === "string" ? `Bearer ${legacy}` : undefined } = request.headers;
  switch (`${method} ${path}`) {
    case "POST vedauth/authorize/oauth":
      return tokens.password(call);
    case "POST vedauth/authorize/jwt":
      return tokens.jwt(call);
    case "POST vedauth/authorize/certificate":
      return tokens.certificate(call, fingerprintOf(request));
    case "POST vedauth/authorize/device":
      return tokens.device(call, `https://${request.headers.host ?? ""}/vedauth/device`);
    case "POST vedauth/authorize/token":
      return tokens.refresh(call);
    case "GET vedauth/authorize/verify":
      return tokens.verify(authorization);
    case "GET vedauth/revoke/token":
      return tokens.revoke(authorization);
    case "POST v1/oauth/token/serviceaccount":
      return tokens.serviceAccount(call);
  }
  const apiKey = request.headers["tppl-api-key"];
  const session = tokens.session({ authorization, apiKey: typeof apiKey === "string" ? apiKey : undefined });
  if (session === undefined) return unauthorized("invalid_token", "The access token is expired or revoked.");
  const refusal = fault();
  switch (`${method} ${path}`) {
    case "POST vedhsm/api/getobjects":
      return hsm.objects(call, session);
    case "POST vedhsm/api/sign":
      if (refusal?.kind === "refuse")
        return ok({
          Success: false,
          Error: refusal.error,
          ...(refusal.result === undefined ? {} : { Result: refusal.result }),
        });
      return hsm.sign(call, session, refusal);
    case "GET vedsdk/systemstatus/version":
      return session.product === "saas" ? notFound() : ok({ Version: version });
  }
  const isServed = method === "POST" || (method === "GET" && path === "vedsdk/codesign/getglobalconfiguration");
  const found = isServed && path.startsWith("vedsdk/") ? sdk.get(path.slice("vedsdk/".length)) : undefined;
  return found === undefined || session.product === "saas" ? notFound() : found(call, session);
}

function notFound(): VenafiAnswer {
  return { status: 404, body: { error: "NotFound", error_description: "There is nothing at this path." } };
}

function fingerprintOf(request: IncomingMessage): string | undefined {
  if (!(request.socket instanceof TLSSocket)) return undefined;
  const certificate = request.socket.getPeerX509Certificate();
  return certificate?.fingerprint256;
}
