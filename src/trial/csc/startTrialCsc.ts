import { randomBytes } from "node:crypto";
import { textOrEmpty, type JsonObject } from "../../core/json.ts";
import { createTrialBearerTokens, tokenLifetime, type TrialBearerTokens } from "../bearerTokens.ts";
import { startFace, type FaceContext, type TrialFace } from "../face.ts";
import type { LoopbackAnswer, LoopbackCall } from "../loopback.ts";
import type { TrialEngine } from "../service/engine.ts";
import type { TrialUser } from "../service/keyPolicy.ts";
import type { TrialKey } from "../service/keys.ts";
import { credentialInfo, type TrialCscMode } from "./credentialInfo.ts";
import { createTrialSignatures, type TrialSignatures } from "./signatures.ts";

/** The interface of the Cloud Signature Consortium, and what its owner of keys would know. */
export interface TrialCsc extends TrialFace {
  /** The PIN of every key that asks for one. */
  readonly pin: string;
  /** The one-time code that was sent last. */
  oneTimeCode(): string;
  /** Confirms or refuses what waits for the owner on another device; how many that are. */
  confirm(allow: boolean): number;
}

/** How the face is started. */
export interface TrialCscOptions {
  /** How keys are authorized, by their names; without any more ado where none is named. */
  readonly modes?: ReadonlyMap<string, TrialCscMode>;
}

interface Context {
  readonly tokens: TrialBearerTokens;
  readonly signatures: TrialSignatures;
  readonly modes: ReadonlyMap<string, TrialCscMode>;
  readonly codes: Map<string, { readonly user: TrialUser; readonly credential: string; readonly hash: string }>;
  readonly face: FaceContext;
}

const pageSize = 3;

/** Starts the trial service behind the interface of the Cloud Signature Consortium, in both generations, below `/csc/v1` and `/csc/v2`. */
export async function startTrialCsc(engine: TrialEngine, options: TrialCscOptions = {}): Promise<TrialCsc> {
  const tokens = createTrialBearerTokens(engine);
  const signatures = createTrialSignatures();
  const codes: Context["codes"] = new Map();
  const modes = options.modes ?? new Map<string, TrialCscMode>();
  const face = await startFace(engine, {
    product: "Cloud Signature Consortium",
    nameOf: ({ method, url: { pathname } }) => ({
      name: `${method} ${pathname}`,
      sign: pathname.endsWith("/signHash"),
    }),
    route: (call, context) => route(call, { tokens, signatures, modes, codes, face: context }),
    endSessions: () => tokens.endAll(),
  });
  return {
    ...face,
    pin: signatures.pin,
    oneTimeCode: () => signatures.oneTimeCode(),
    confirm: (allow) => signatures.confirm(allow),
  };
}

function route(call: LoopbackCall, context: Context): LoopbackAnswer {
  const [, , generation, ...rest] = call.url.pathname.split("/");
  const method = rest.join("/");
  const isFirst = generation === "v1";
  if (generation !== "v1" && generation !== "v2")
    return failed(404, "invalid_request", "There is nothing at this path.");
  const { tokens, face, signatures, modes } = context;
  switch (`${call.method} ${method}`) {
    case "GET oauth2/authorize":
      return authorizeInBrowser(call, context);
    case "POST oauth2/token":
      return grant(new URLSearchParams(call.content.toString("utf8")), context);
    case "POST auth/login":
      return logIn(call, tokens);
    case "POST info":
      return ok({
        specs: isFirst ? "1.0.4.0" : "2.0.0.2",
        name: "Countersign TRIAL",
        methods: [],
        asynchronousOperationMode: true,
      });
  }
  const keys = face.engine.keys.filter(({ description }) => description.spec !== "ed25519");
  const { body } = call;
  const own = signatures.grantOf(call.headers.authorization);
  const user = own?.user ?? tokens.userOf(call.headers.authorization);
  if (user === undefined) return failed(401, "invalid_token", "The access token is not valid.");
  if (`${call.method} ${method}` === "POST credentials/list") return list(keys, body, isFirst);
  if (`${call.method} ${method}` === "POST signatures/signPolling")
    return signatures.poll(user, textOrEmpty(body["responseID"]), face);
  if (`${call.method} ${method}` === "POST credentials/authorizeCheck")
    return signatures.check(user, textOrEmpty(body["handle"]));
  const key = keys.find(({ description }) => description.name === body["credentialID"]);
  if (key === undefined) return failed(400, "invalid_request", "Invalid parameter credentialID");
  const mode = modes.get(key.description.name) ?? "implicit";
  switch (`${call.method} ${method}`) {
    case "POST credentials/info":
      return ok(credentialInfo(key, mode, isFirst));
    case "POST credentials/sendOTP":
      signatures.sendCode();
      return ok({});
    case "POST credentials/getChallenge":
      return signatures.challenge(textOrEmpty(body["authObjectID"]));
    case "POST credentials/authorize":
      return signatures.authorize(user, key, mode, body, isFirst);
    case "POST signatures/signHash":
      return signatures.sign(user, key, body, { isFirst, face, own });
    default:
      return failed(404, "invalid_request", "There is nothing at this path.");
  }
}

/** The first generation answers page by page. */
function list(keys: readonly TrialKey[], body: JsonObject, isFirst: boolean): LoopbackAnswer {
  const ids = keys.map(({ description }) => description.name);
  if (!isFirst) return ok({ credentialIDs: ids });
  const from = Number(body["pageToken"] ?? 0);
  const next = from + pageSize < ids.length ? { nextPageToken: String(from + pageSize) } : {};
  return ok({ credentialIDs: ids.slice(from, from + pageSize), ...next });
}

function logIn({ headers }: LoopbackCall, tokens: TrialBearerTokens): LoopbackAnswer {
  const [, encoded = ""] = /^Basic (.+)$/.exec(headers.authorization ?? "") ?? [];
  const password = Buffer.from(encoded, "base64")
    .toString("utf8")
    .replace(/^[^:]*:/, "");
  const user = tokens.userBy(password);
  return user === undefined
    ? failed(400, "authentication_error", "The user or the password is wrong.")
    : ok({ access_token: tokens.grant(user), expires_in: tokenLifetime });
}

/** Whoever opens the page agrees: in the trial nobody else reaches it. */
function authorizeInBrowser({ url }: LoopbackCall, { codes }: Context): LoopbackAnswer {
  const given = (name: string): string => url.searchParams.get(name) ?? "";
  const redirect = given("redirect_uri");
  if (!/^http:\/\/(?:127\.0\.0\.1|localhost):\d{1,5}\//.test(redirect) || given("code_challenge_method") !== "S256")
    return failed(400, "invalid_request", "The redirect or the challenge is not one that is allowed.");
  const code = randomBytes(16).toString("base64url");
  codes.set(code, { user: "dev", credential: given("credentialID"), hash: given("hashes") || given("hash") });
  const target = new URL(redirect);
  target.searchParams.set("code", code);
  target.searchParams.set("state", given("state"));
  return { status: 302, headers: { location: target.href } };
}

function grant(form: URLSearchParams, { tokens, codes, signatures }: Context): LoopbackAnswer {
  const common = { token_type: "Bearer", expires_in: tokenLifetime };
  if (form.get("grant_type") === "authorization_code") {
    const found = codes.get(form.get("code") ?? "");
    codes.delete(form.get("code") ?? "");
    return found === undefined || (form.get("code_verifier") ?? "") === ""
      ? failed(400, "invalid_grant", "The code is not valid.")
      : ok({ ...common, access_token: signatures.grant(found.user, found.credential, found.hash) });
  }
  const user = tokens.userBy(form.get("client_secret") ?? "");
  return user === undefined || form.get("grant_type") !== "client_credentials"
    ? failed(400, "invalid_client", "The client or its secret is wrong.")
    : ok({ ...common, access_token: tokens.grant(user) });
}

function ok(body: object): LoopbackAnswer {
  return { status: 200, body };
}

function failed(status: number, error: string, description: string): LoopbackAnswer {
  return { status, body: { error, error_description: description } };
}
