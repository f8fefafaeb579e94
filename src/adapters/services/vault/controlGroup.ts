import { AppError } from "../../../application/errors.ts";
import type { WaitOptions } from "../../../application/ports.ts";
import type { Decision, SignOutcome, Ticket } from "../../../application/signingService.ts";
import { isJsonArray, isJsonObject, readJson, type JsonObject } from "../../../core/json.ts";
import type { VaultPlace } from "./connection.ts";
import { refusalOf } from "./refusal.ts";
import { refusedLookUp, type Session } from "./session.ts";

/** A reply that is held back until others have approved the request. */
export interface WrappedReply {
  /** A secret: who has it takes what is wrapped. */
  readonly token: string;
  /** Names the request to approvers, and gives nothing away. */
  readonly accessor: string;
  /** RFC 3339. */
  readonly expiresAt?: string;
}

/** What a ticket needs beside the wrapping token. */
export interface WaitingSignature {
  readonly key: string;
  readonly version: number;
}

/** Whether and by whom a request has been approved. */
export interface Approval {
  readonly approved: boolean;
  readonly by: readonly string[];
}

const secretPattern = /^[\w.~+/=-]{1,4096}$/;
const accessorPattern = /^[\w.-]{1,200}$/;

/** What an answer says of a wrapped reply; undefined where there is none, a text where it is not one for `path`. */
export function wrappedReplyIn(body: JsonObject, path: string, now: number): WrappedReply | string | undefined {
  const info = body["wrap_info"];
  if (info === undefined || info === null) return undefined;
  if (!isJsonObject(info)) return "the wrapped reply is not understood";
  const { token, accessor, ttl, creation_path: created } = info;
  if (typeof token !== "string" || !secretPattern.test(token)) return "the wrapped reply has no token";
  if (typeof accessor !== "string" || !accessorPattern.test(accessor)) return "the wrapped reply has no accessor";
  if (accessor === token) return "the wrapped reply gives its token away";
  // Below a namespace its path comes first.
  if (typeof created === "string" && created !== path && !created.endsWith(`/${path}`))
    return `the wrapped reply is for ${JSON.stringify(created.slice(0, 200))}`;
  const ends = typeof ttl === "number" && Number.isFinite(ttl) && ttl > 0 ? new Date(now + ttl * 1000) : undefined;
  const isDate = ends !== undefined && !Number.isNaN(ends.getTime());
  return { token, accessor, ...(isDate ? { expiresAt: ends.toISOString() } : {}) };
}

/** The outcome that waits. Its ticket holds the accessor, which may be passed on, and never the token. */
export function pendingOf(
  waiting: WaitingSignature,
  context: {
    readonly service: string;
    readonly accessor: string;
    readonly requestHash: string;
    readonly retryAfterMs: number;
    readonly expiresAt?: string;
    readonly approval?: Approval;
  },
): SignOutcome {
  const { service, accessor, requestHash, retryAfterMs, expiresAt, approval } = context;
  const by = approval?.by ?? [];
  return {
    status: "pending",
    ticket: {
      service,
      id: accessor,
      requestHash,
      state: JSON.stringify({ version: 1, key: waiting.key, keyVersion: waiting.version, expiresAt }),
    },
    // How many are needed is not told.
    approvals: { have: by.length, need: by.length + 1, by },
    message: `Waiting for an approval by a control group. Nobody is told of it: pass on the accessor ${accessor}, for 'write sys/control-group/authorize accessor=${accessor}'.`,
    retryAfterMs,
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

/** The signature that a ticket stands for; undefined where its state is not one. */
export function waitingOf({ id, state }: Ticket): (WaitingSignature & { readonly expiresAt?: string }) | undefined {
  const json = state === undefined || state.length > 4096 || !accessorPattern.test(id) ? undefined : readJson(state);
  if (!isJsonObject(json) || json["version"] !== 1) return undefined;
  const { key, keyVersion, expiresAt } = json;
  if (typeof key !== "string" || typeof keyVersion !== "number") return undefined;
  return { key, version: keyVersion, ...(typeof expiresAt === "string" ? { expiresAt } : {}) };
}

/** Asks how far the approval is; undefined where the session may not know. Throws AppError `service-unavailable`. */
export async function approvalOf(
  session: Session,
  place: VaultPlace,
  accessor: string,
  options: WaitOptions,
): Promise<Approval | undefined> {
  const action = `ask for request ${accessor}`;
  const call = { path: "sys/control-group/request", body: { accessor }, action };
  const reply = await session.read(call, options);
  const refusal = refusalOf(reply);
  if (refusal?.code === "unavailable") throw refusedLookUp(session, place, action, refusal);
  const data = isJsonObject(reply.body) ? reply.body["data"] : undefined;
  if (refusal !== undefined || !isJsonObject(data) || typeof data["approved"] !== "boolean") return undefined;
  const given = isJsonArray(data["authorizations"]) ? data["authorizations"].slice(0, 100).filter(isJsonObject) : [];
  const by = given.flatMap(({ entity_name: name, entity_id: id }) => {
    const text = typeof name === "string" && name !== "" ? name : id;
    // Names come from whoever signed in: they must not reach into a terminal.
    return typeof text === "string" ? [text.replaceAll(/[\p{Cc}\p{Cf}]+/gu, " ").slice(0, 200)] : [];
  });
  return { approved: data["approved"], by };
}

/** Approves a request of somebody else, once. Throws AppError `service-denied`. */
export async function authorize(session: Session, { id, approve }: Decision, options: WaitOptions): Promise<void> {
  if (!approve)
    throw new AppError(
      "service-denied",
      `Request ${id} cannot be rejected: control groups know approval only. Left alone, it runs out.`,
    );
  if (!accessorPattern.test(id)) throw new AppError("service-denied", "This is not the accessor of a request.");
  const action = `approve request ${id}`;
  const reply = await session.once({ path: "sys/control-group/authorize", body: { accessor: id }, action }, options);
  const refusal = refusalOf(reply);
  if (refusal !== undefined)
    throw new AppError("service-denied", session.redact(`Could not ${action}: ${refusal.message}`));
}
