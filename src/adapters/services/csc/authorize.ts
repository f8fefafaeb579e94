import type { Person, WaitOptions } from "../../../application/ports.ts";
import type { SignRequest } from "../../../application/signingService.ts";
import { AppError } from "../../../application/errors.ts";
import { isJsonObject, textOrEmpty } from "../../../core/json.ts";
import { createCodeVerifier, signInByBrowser } from "../browserLogin.ts";
import type { BearerCaller } from "../bearerCaller.ts";
import type { SignReply } from "../keyService.ts";
import { sendToService } from "../serviceRequest.ts";
import { hashIds } from "./algorithms.ts";
import { answerChallenges, type CscAnswer } from "./challenges.ts";
import { awaitConfirmation } from "./confirmation.ts";
import type { CscKey } from "./credentialInfo.ts";
import type { CscPlace } from "./cscSession.ts";

/** What authorizes one signature: signature activation data, or a token of its own. */
export interface CscAuthorization {
  readonly sad?: string;
  /** Sent in place of the service's token. */
  readonly token?: string;
}

/** Whom and how to ask. */
export interface AuthorizationSources extends CscPlace {
  readonly name: string;
  readonly person?: Person;
  /** How long to wait between two look-ups of what waits, in milliseconds. */
  readonly retryAfterMs?: number;
}

/** Has one digest authorized, bound to it. A text that is no authorization is a refusal. */
export async function authorizeSignature(
  key: CscKey,
  request: SignRequest,
  caller: BearerCaller,
  sources: AuthorizationSources,
  options: WaitOptions,
): Promise<CscAuthorization | Extract<SignReply, { readonly status: "denied" }>> {
  if (key.mode === "browser") return byBrowser(key, request, sources, options);
  const answers = await answerChallenges(key, request, caller, sources, options);
  if ("status" in answers) return answers;
  const action = "authorize the signature";
  const body = bodyOf(key, request, answers, sources.options.specification);
  const path = `${sources.options.path.slice(1)}/credentials/authorize`;
  const asked = await caller.submit({ path, body, action }, options);
  const handle = asked.status === "answered" ? textOrEmpty(asked.answer["handle"]) : "";
  const { retryAfterMs: pauseMs = 5_000, now } = sources;
  const reply =
    asked.status === "answered" && handle !== "" && textOrEmpty(asked.answer["SAD"]) === ""
      ? await awaitConfirmation(handle, caller, { path: `${path}Check`, pauseMs, now }, options)
      : asked;
  if (reply.status === "denied") return reply;
  const sad = textOrEmpty(reply.answer["SAD"]);
  if (sad === "")
    throw new AppError("service-protocol", `Could not ${action} at ${sources.origin}: the answer has no SAD.`);
  sources.note(sad);
  return { sad };
}

function bodyOf(
  key: CscKey,
  { hash, digest, purpose }: SignRequest,
  answers: readonly CscAnswer[],
  specification: "v1" | "v2",
): object {
  const hashes = [Buffer.from(digest).toString("base64")];
  const common = { credentialID: key.id, numSignatures: 1 };
  const description = `${purpose.artifact.kind} ${purpose.artifact.name} ${purpose.artifact.digest}`;
  if (specification === "v1")
    return {
      ...common,
      hash: hashes,
      description,
      ...Object.fromEntries(answers.map(({ id, value = "" }) => [id, value])),
    };
  const authData = answers.length === 0 ? {} : { authData: answers };
  return { ...common, hashes, hashAlgorithmOID: hashIds[hash], description, ...authData };
}

/** A token for this key and this digest alone, which the person grants in a browser (RFC 6749, 4.1, with RFC 7636). */
async function byBrowser(
  key: CscKey,
  { hash, digest }: SignRequest,
  sources: AuthorizationSources,
  options: WaitOptions,
): Promise<CscAuthorization | Extract<SignReply, { readonly status: "denied" }>> {
  const { person, credentials, name, origin } = sources;
  const clientId = await credentials.get("client-id");
  if (person === undefined || clientId === undefined)
    return {
      status: "denied",
      code: "challenge-failed",
      message: `Key '${key.id}' is authorized in a browser, which needs a person and the id of a client (COUNTERSIGN_CSC_CLIENT_ID); nothing was sent.`,
    };
  const base = `${origin}${sources.options.path}`;
  const { verifier, challenge } = createCodeVerifier();
  const action = "have the signature authorized in a browser";
  const address = (redirectUri: string, state: string): Promise<string> => {
    const url = new URL(`${base}/oauth2/authorize`);
    const isFirst = sources.options.specification === "v1";
    const parameters = {
      response_type: "code",
      client_id: clientId,
      redirect_uri: redirectUri,
      scope: "credential",
      credentialID: key.id,
      numSignatures: "1",
      [isFirst ? "hash" : "hashes"]: Buffer.from(digest).toString("base64url"),
      hashAlgorithmOID: hashIds[hash],
      code_challenge: challenge,
      code_challenge_method: "S256",
      state,
    };
    for (const [parameter, value] of Object.entries(parameters)) url.searchParams.set(parameter, value);
    return Promise.resolve(url.href);
  };
  const { parameters, redirectUri } = await signInByBrowser(
    { service: name, person, path: "/callback", action, address },
    options,
  );
  const secret = await credentials.get("client-secret");
  const form = {
    grant_type: "authorization_code",
    code: parameters.get("code") ?? "",
    redirect_uri: redirectUri,
    client_id: clientId,
    code_verifier: verifier,
    ...(secret === undefined ? {} : { client_secret: secret }),
  };
  const tls = sources.tls === undefined ? {} : { tls: sources.tls };
  const { status, body } = await sendToService(
    { method: "POST", url: `${base}/oauth2/token`, form, timeoutMs: sources.timeoutMs, action, ...tls },
    options,
  );
  const token = textOrEmpty(isJsonObject(body) ? body["access_token"] : undefined);
  if (status !== 200 || token === "")
    throw new AppError("authentication", `Could not ${action} at ${origin}: it answered with status ${status}.`);
  sources.note(token);
  return sources.options.specification === "v1" ? { sad: token } : { token };
}
