import { AppError } from "../../../application/errors.ts";
import type { WaitOptions } from "../../../application/ports.ts";
import type { SigningService, SignOutcome } from "../../../application/signingService.ts";
import { isJsonArray, isJsonObject } from "../../../core/json.ts";
import { isTransitKeyName } from "../../../core/policy/vaultOptions.ts";
import { requestHash } from "../../../core/sign/requestHash.ts";
import type { ServiceReply } from "../serviceRequest.ts";
import { createCertification } from "./certification.ts";
import type { VaultPlace } from "./connection.ts";
import { approvalOf, authorize, pendingOf, waitingOf, wrappedReplyIn, type WaitingSignature } from "./controlGroup.ts";
import type { Credentials } from "./credentials.ts";
import { completeByPki } from "./pki.ts";
import { refusalOf } from "./refusal.ts";
import { createSession, refusedLookUp } from "./session.ts";
import { describeTransitKey, type TransitKey } from "./transitKeys.ts";
import { signatureIn, signingBodyOf } from "./transitSign.ts";
import type { WrappingTokens } from "./wrappingTokens.ts";

/** How to reach a service. */
export interface VaultConnection extends VaultPlace {
  /** Name of the service as people and tickets say it. */
  readonly name: string;
  readonly credentials: Credentials;
  readonly wrappingTokens: WrappingTokens;
}

const notRepeated =
  "The request was sent once and not repeated, so it is not known whether the key signed: the service's audit log says so.";
const retryAfterMs = 5_000;
const maximumKeys = 200;
/** Keys are described one by one, so many at a time. */
const atOnce = 8;

/** The transit secrets engine of HashiCorp Vault or OpenBao as a signing service. `submit` sends its request exactly once. */
export function createVaultService(connection: VaultConnection): SigningService {
  const { name, origin, options: settings, wrappingTokens } = connection;
  const session = createSession(connection, connection.credentials);
  const { mount, pkiMount } = settings;
  const known = new Map<string, TransitKey>();

  const protocolError = (action: string, what: string, advice = ""): AppError =>
    new AppError("service-protocol", session.redact(`Could not ${action} at ${origin}: ${what}.${advice}`));

  const namesOf = async (options: WaitOptions): Promise<readonly string[]> => {
    if (settings.keys.length > 0) return settings.keys;
    const action = `list the keys of ${mount}/`;
    const reply = await session.read({ path: `${mount}/keys?list=true`, action }, options);
    // An engine without keys says "not found", too, and then no errors.
    if (reply.status === 404 && isJsonObject(reply.body) && isEmptyList(reply.body["errors"])) return [];
    const refusal = refusalOf(reply);
    if (refusal !== undefined) throw refusedLookUp(session, connection, action, refusal);
    const data = isJsonObject(reply.body) ? reply.body["data"] : undefined;
    const keys = isJsonObject(data) ? data["keys"] : undefined;
    if (!isJsonArray(keys)) throw protocolError(action, "the answer holds no list");
    return keys
      .slice(0, maximumKeys)
      .filter((key) => typeof key === "string")
      .filter(isTransitKeyName);
  };

  const describe = async (key: string, options: WaitOptions): Promise<TransitKey | undefined> => {
    const action = `describe key '${key}'`;
    const reply = await session.read({ path: `${mount}/keys/${key}`, action }, options);
    const refusal = refusalOf(reply);
    if (refusal?.code === "unavailable") throw refusedLookUp(session, connection, action, refusal);
    // A key that the session may not read is not one to offer.
    if (refusal !== undefined) return undefined;
    const found = describeTransitKey(key, reply.body, { ...connection, mount }, connection.now());
    if (found === undefined) return undefined;
    const described =
      pkiMount === undefined
        ? found
        : { ...found, description: await completeByPki(found.description, pkiMount, session, options) };
    known.set(key, described);
    return described;
  };

  const listKeys = async (options: WaitOptions): Promise<readonly TransitKey[]> => {
    const names = await namesOf(options);
    const keys: (TransitKey | undefined)[] = [];
    for (let at = 0; at < names.length; at += atOnce)
      keys.push(...(await Promise.all(names.slice(at, at + atOnce).map((key) => describe(key, options)))));
    return keys.flatMap((key) => key ?? []);
  };

  const keepToken = async (accessor: string, token: string): Promise<void> => {
    try {
      await wrappingTokens.save(accessor, token);
    } catch (cause) {
      const why = cause instanceof AppError ? ` ${cause.message}` : "";
      throw new AppError(
        "configuration",
        `${name} has the request ${accessor}, but what takes its signature could not be kept, so nobody can take it and it runs out.${why} Sign again once that is possible.`,
        { cause },
      );
    }
  };

  /** What an answer to a signing request means, wrapped or not. */
  const outcomeOf = async (
    reply: ServiceReply,
    waiting: WaitingSignature,
    hash: string,
    action: string,
  ): Promise<SignOutcome> => {
    const refusal = refusalOf(reply);
    if (refusal?.code === "unavailable") {
      const advice = reply.status >= 500 && !refusal.message.includes("nothing was done") ? ` ${notRepeated}` : "";
      throw new AppError(
        "service-unavailable",
        session.redact(`Could not ${action} at ${origin}: ${refusal.message}${advice}`),
      );
    }
    if (refusal !== undefined)
      return { status: "denied", code: refusal.code, message: session.redact(refusal.message) };
    const body = isJsonObject(reply.body) ? reply.body : {};
    const wrapped = wrappedReplyIn(body, `${mount}/sign/${waiting.key}`, connection.now());
    if (typeof wrapped === "string") throw protocolError(action, wrapped, ` ${notRepeated}`);
    if (wrapped !== undefined) {
      const { accessor, token, expiresAt } = wrapped;
      session.note(token);
      await keepToken(accessor, token);
      const ends = expiresAt === undefined ? {} : { expiresAt };
      return pendingOf(waiting, { service: name, accessor, requestHash: hash, retryAfterMs, ...ends });
    }
    const signature = signatureIn(isJsonObject(body["data"]) ? body["data"] : {}, waiting);
    if (typeof signature === "string") throw protocolError(action, signature, " Nothing was attached.");
    const audit = body["request_id"];
    const isId = typeof audit === "string" && /^[\w.-]{1,200}$/.test(audit);
    return { status: "signed", signature, ...(isId ? { audit } : {}) };
  };

  return {
    name,
    origin,
    ...(pkiMount === undefined
      ? {}
      : { certification: createCertification(session, connection, pkiMount, (key) => known.get(key)?.version) }),
    listKeys: async (options) => (await listKeys(options)).map(({ description }) => description),
    submit: async (request, options) => {
      const key =
        known.get(request.key) ?? (isTransitKeyName(request.key) ? await describe(request.key, options) : undefined);
      if (key === undefined)
        return { status: "denied", code: "key-not-found", message: `${name} has no key '${request.key}'.` };
      if (key.description.state === "disabled")
        return {
          status: "denied",
          code: "key-disabled",
          message: `Key '${request.key}' is deleted, or its certificate is revoked; nothing was sent.`,
        };
      const body = signingBodyOf(request, key);
      if (typeof body === "string") return { status: "denied", code: "unsupported", message: body };
      const action = "submit the request";
      const call = { path: `${mount}/sign/${request.key}`, body, action, ambiguity: notRepeated };
      const reply = await session.once(call, options);
      return outcomeOf(reply, { key: request.key, version: key.version }, requestHash(request), action);
    },
    resume: async (ticket, options) => {
      const waiting = waitingOf(ticket);
      const token = waiting === undefined ? undefined : await wrappingTokens.load(ticket.id);
      if (waiting === undefined)
        throw new AppError("service-protocol", `The record of request ${ticket.id} is not complete; sign again.`);
      if (token === undefined)
        return {
          status: "denied",
          code: "approval-expired",
          message: `The secret that takes the signature of request ${ticket.id} is not here: it was used, withdrawn, or kept elsewhere.`,
        };
      session.note(token);
      const { expiresAt } = waiting;
      const context = { service: name, accessor: ticket.id, requestHash: ticket.requestHash, retryAfterMs };
      const ends = expiresAt === undefined ? {} : { expiresAt };
      if (expiresAt !== undefined && Date.parse(expiresAt) <= connection.now()) {
        await wrappingTokens.remove(ticket.id);
        return { status: "denied", code: "approval-expired", message: "Nobody approved the request in time." };
      }
      const approval = await approvalOf(session, connection, ticket.id, options);
      if (approval?.approved === false) return { ...pendingOf(waiting, { ...context, ...ends, approval }), ticket };
      const action = `take the signature of request ${ticket.id}`;
      const call = { path: "sys/wrapping/unwrap", body: { token }, action, ambiguity: notRepeated };
      const reply = await session.once(call, options);
      const said = refusalOf(reply);
      // Where the state cannot be looked up, the attempt tells; it uses the token up only where it succeeds.
      if (approval === undefined && said !== undefined && /approv|authoriz/i.test(said.message) && reply.status === 400)
        return { ...pendingOf(waiting, { ...context, ...ends }), ticket };
      // Used up, or no token any more. Whatever else came back, it can still be used.
      if (said === undefined || reply.status === 400) await wrappingTokens.remove(ticket.id);
      return outcomeOf(reply, waiting, ticket.requestHash, action);
    },
    // Without its token nobody can take the signature, and the token is kept here alone.
    cancel: (ticket) => wrappingTokens.remove(ticket.id),
    // Requests are known by their accessors only: there is no list of them.
    pending: () => Promise.resolve([]),
    audit: () =>
      Promise.reject(
        new AppError(
          "service-denied",
          `${name} writes its audit log to devices of its operators, and does not give it out. They find a signature by the id of its request.`,
        ),
      ),
    decide: (decision, options) => authorize(session, decision, options),
  };
}

function isEmptyList(value: unknown): boolean {
  return isJsonArray(value) && value.length === 0;
}
