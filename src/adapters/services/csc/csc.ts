import type { WaitOptions } from "../../../application/ports.ts";
import type { SigningService, SignRequest } from "../../../application/signingService.ts";
import { decodeBase64 } from "../../../core/base64.ts";
import { isJsonArray, isJsonObject, textOrEmpty, type JsonObject } from "../../../core/json.ts";
import { createBearerCaller, type SubmitReply } from "../bearerCaller.ts";
import { createKeyService, type RemoteKey, type SignReply } from "../keyService.ts";
import { createLease, type Lease } from "../lease.ts";
import { algorithmOf, hashIds } from "./algorithms.ts";
import { authorizeSignature, type AuthorizationSources } from "./authorize.ts";
import { readCredential, type CscKey } from "./credentialInfo.ts";
import { findServiceToken } from "./cscSession.ts";
import { refusalOf } from "./refusal.ts";

/** How to reach a service. */
export interface CscConnection extends AuthorizationSources {
  readonly redact: (text: string) => string;
  /** The token in place of signing in, where it is known. */
  readonly secret?: string;
}

const maximumKeys = 200;
const maximumPages = 20;
const idPattern = /^[\w.:@/+=-]{1,200}$/;

/** A service of the Cloud Signature Consortium's interface, of either generation. Keys are called by the ids of their credentials. */
export function createCscService(connection: CscConnection): SigningService {
  const { name, origin, options: settings, redact, retryAfterMs = 5_000, secret } = connection;
  const given: Lease<string> | undefined =
    secret === undefined ? undefined : { get: () => Promise.resolve(secret), end: () => undefined };
  const tokens = given ?? createLease((options) => findServiceToken(connection, options), connection.now);
  const caller = createBearerCaller(connection, tokens, refusalOf);
  const described = new Map<string, CscKey>();
  const path = (method: string): string => `${settings.path.slice(1)}/${method}`;
  const isFirst = settings.specification === "v1";

  const idsOf = async (options: WaitOptions): Promise<readonly string[]> => {
    if (settings.credentials.length > 0) return settings.credentials;
    const ids: string[] = [];
    let pageToken: string | undefined;
    for (let page = 0; page < maximumPages && ids.length < maximumKeys; page += 1) {
      const body = isFirst
        ? { maxResults: 50, ...(pageToken === undefined ? {} : { pageToken }) }
        : { onlyValid: false };
      const answer = await caller.readAll({ path: path("credentials/list"), body, action: "list the keys" }, options);
      const json: JsonObject = isJsonObject(answer) ? answer : {};
      const listed = isJsonArray(json["credentialIDs"]) ? json["credentialIDs"] : [];
      ids.push(...listed.filter((id) => typeof id === "string").filter((id) => idPattern.test(id)));
      pageToken = textOrEmpty(json["nextPageToken"]) || undefined;
      if (pageToken === undefined) break;
    }
    return ids.slice(0, maximumKeys);
  };
  /** A key that the session may not see is not one to offer. */
  const describe = async (id: string, options: WaitOptions): Promise<RemoteKey | undefined> => {
    if (!idPattern.test(id)) return undefined;
    const action = `describe key '${id}'`;
    const body = { credentialID: id, certificates: "chain", certInfo: true, authInfo: true };
    const answer = await caller.readOptional({ path: path("credentials/info"), body, action }, options);
    const key = answer === undefined ? undefined : readCredential(id, answer, new URL(origin).host);
    if (key !== undefined) described.set(id, key);
    return key;
  };

  const replyOf = (reply: SubmitReply): SignReply => {
    if (reply.status === "denied") return reply;
    const json = reply.answer;
    const signatures = isJsonArray(json["signatures"]) ? json["signatures"] : [];
    const id = textOrEmpty(json["responseID"]);
    if (signatures.length === 0 && idPattern.test(id))
      return {
        status: "waiting",
        id,
        message: "The service works on the signature, or waits for its owner.",
        retryAfterMs,
      };
    const signature = decodeBase64(textOrEmpty(signatures[0]));
    return signatures.length !== 1 || signature === undefined || signature.length === 0
      ? "the answer does not hold one signature"
      : { status: "signed", signature };
  };

  const sign = async (
    { id }: RemoteKey,
    request: SignRequest,
    ambiguity: string,
    options: WaitOptions,
  ): Promise<SignReply> => {
    const key = described.get(id);
    const algorithm = key === undefined ? undefined : algorithmOf(request.scheme, request.hash, key.offered);
    if (key === undefined || algorithm === undefined) return "the key does not sign so";
    const authorization = await authorizeSignature(key, request, caller, connection, options);
    if ("status" in authorization) return authorization;
    const hashes = [Buffer.from(request.digest).toString("base64")];
    const { sad, token } = authorization;
    const body = {
      credentialID: id,
      ...(sad === undefined ? {} : { SAD: sad }),
      ...(isFirst
        ? { hash: hashes, hashAlgo: hashIds[request.hash] }
        : {
            hashes,
            hashAlgorithmOID: hashIds[request.hash],
            operationMode: settings.mode === "asynchronous" ? "A" : "S",
          }),
      ...algorithm,
      clientData: `${request.purpose.tool} ${request.purpose.artifact.digest}`,
    };
    const own =
      token === undefined
        ? caller
        : createBearerCaller(connection, { get: () => Promise.resolve(token), end: () => undefined }, refusalOf);
    const call = { path: path("signatures/signHash"), body, action: "submit the request", ambiguity };
    return replyOf(await own.submit(call, options));
  };

  const resume = async (id: string, options: WaitOptions): Promise<SignReply> => {
    const action = `ask for request ${id}`;
    const body = { responseID: id, requestID: id };
    const reply = await caller.read({ path: path("signatures/signPolling"), body, action }, options);
    const said = isJsonObject(reply.body) ? textOrEmpty(reply.body["error_description"]) : "";
    // Services answer so as long as there is nothing yet.
    if (reply.status === 400 && /asynchronous signature|not (?:yet )?(?:ready|finished|complete)/i.test(said))
      return { status: "waiting", id, message: "Waiting for the service to sign.", retryAfterMs };
    return replyOf(caller.settle(reply, action));
  };

  return createKeyService(
    { name, origin },
    {
      // DER in most, and side by side in some: the length tells.
      encoding: "either",
      maximumMessage: 0,
      auditLog: "The service's own log says what its keys have signed.",
      names: idsOf,
      describe,
      sign,
      // The first generation answers at once, always.
      ...(isFirst ? {} : { resume }),
      redact,
    },
  );
}
