import { AppError } from "../../application/errors.ts";
import type { WaitOptions } from "../../application/ports.ts";
import type { Decision, SigningService, SignRequest, Ticket } from "../../application/signingService.ts";
import { requestHash } from "../../core/sign/requestHash.ts";
import { sendToService, type ServiceReply } from "./serviceRequest.ts";
import { isNone, readAudit, readError, readKeys, readOutcome, readPending } from "./trialAnswers.ts";

/** How to reach a trial service. */
export interface TrialConnection {
  /** Name of the service as people and tickets say it; `trial` without it. */
  readonly name?: string;
  /** Origin, `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Bearer secret of the user that asks. */
  readonly secret: string;
  /** Bearer secret of the user that decides about requests; without it this connection decides nothing. */
  readonly approverSecret?: string;
  /** Limit for one request, in milliseconds. */
  readonly timeoutMs?: number;
}

const notRepeated =
  "The request was sent once and not repeated, so it is not known whether the key signed: the audit log of the service says so.";

/** The trial signing service as a signing service. `submit` sends its request exactly once. */
export function createTrialService(connection: TrialConnection): SigningService {
  const { url, name = "trial" } = connection;
  const ask = (
    method: "GET" | "POST",
    path: string,
    action: string,
    options: WaitOptions,
    more: { readonly body?: unknown; readonly ambiguity?: string } = {},
  ): Promise<ServiceReply> =>
    sendToService(
      {
        method,
        url: `${url}/v1/${path}`,
        secret: connection.secret,
        timeoutMs: connection.timeoutMs ?? 15_000,
        action,
        ...more,
      },
      options,
    );

  /** What the answer holds, or the failure that it is. */
  const decoded = <T>(reply: ServiceReply, value: T | undefined, action: string, advice = ""): T => {
    if (value !== undefined) return value;
    const error = readError(reply.body);
    const said = error === undefined ? "the answer is not understood" : `it answered: ${error}`;
    throw new AppError("service-protocol", `Could not ${action} at ${url}: ${said} (status ${reply.status}).${advice}`);
  };

  return {
    name,
    origin: url,
    listKeys: async (options) => {
      const action = "list the keys";
      const reply = await ask("GET", "keys", action, options);
      return decoded(reply, readKeys(reply.body), action);
    },
    submit: async (request, options) => {
      const action = "submit the request";
      const reply = await ask("POST", "requests", action, options, { body: encode(request), ambiguity: notRepeated });
      const hash = requestHash(request);
      return decoded(reply, readOutcome(reply.body, name, hash), action, ` ${notRepeated}`);
    },
    resume: async (ticket, options) => {
      const action = `ask for request ${ticket.id}`;
      const reply = await ask("GET", requestPath(ticket), action, options);
      return decoded(reply, readOutcome(reply.body, name, ticket.requestHash), action);
    },
    cancel: async (ticket, options) => {
      const action = `withdraw request ${ticket.id}`;
      const reply = await ask("POST", `${requestPath(ticket)}/cancel`, action, options, { body: {} });
      const outcome = decoded(reply, readOutcome(reply.body, name, ticket.requestHash), action);
      if (outcome.status === "signed")
        throw new AppError("service-denied", `Request ${ticket.id} could not be withdrawn: it was signed before.`);
    },
    find: async (request, options) => {
      const action = "look for the request";
      const reply = await ask("GET", `submissions/${encodeURIComponent(request.idempotencyKey)}`, action, options);
      if (isNone(reply.body)) return { kind: "none", isCertain: true };
      return { kind: "outcome", outcome: decoded(reply, readOutcome(reply.body, name, requestHash(request)), action) };
    },
    pending: async (options) => {
      const action = "list the pending requests";
      const reply = await ask("GET", "pending", action, options);
      return decoded(reply, readPending(reply.body), action);
    },
    audit: async (options) => {
      const action = "read the audit log";
      const reply = await ask("GET", "audit", action, options);
      return decoded(reply, readAudit(reply.body), action);
    },
    ...(connection.approverSecret === undefined ? {} : deciding({ ...connection, secret: connection.approverSecret })),
  };
}

/** The part of the service that its second user has. In the trial one person may be both; the audit log names the user. */
function deciding(connection: TrialConnection): Required<Pick<SigningService, "decide">> {
  return { decide: (decision, options) => decideTrialRequest(connection, decision, options) };
}

/** Decides about a pending request as the user whose secret the connection holds. Throws AppError `service-denied`. */
export async function decideTrialRequest(
  connection: TrialConnection,
  decision: Decision,
  options: WaitOptions,
): Promise<void> {
  const verb = decision.approve ? "approve" : "reject";
  const action = `${verb} request ${decision.id}`;
  const reply = await sendToService(
    {
      method: "POST",
      url: `${connection.url}/v1/requests/${encodeURIComponent(decision.id)}/${verb}`,
      secret: connection.secret,
      timeoutMs: connection.timeoutMs ?? 15_000,
      action,
      body: { comment: decision.comment },
    },
    options,
  );
  const outcome = readOutcome(reply.body, "trial", undefined);
  if (outcome?.status === (decision.approve ? "signed" : "denied")) return;
  // One of several approvals: recorded, and the request waits for the others.
  if (decision.approve && outcome?.status === "pending") return;
  const why = outcome?.status === "denied" ? outcome.message : (readError(reply.body) ?? "it is not waiting any more");
  throw new AppError("service-denied", `Could not ${action}: ${why}`);
}

function requestPath(ticket: Ticket): string {
  return `requests/${encodeURIComponent(ticket.id)}`;
}

function encode(request: SignRequest): unknown {
  return {
    key: request.key,
    scheme: request.scheme,
    hash: request.hash,
    digest: Buffer.from(request.digest).toString("hex"),
    ...(request.message === undefined ? {} : { message: Buffer.from(request.message).toString("base64") }),
    artifact: request.purpose.artifact,
    tool: request.purpose.tool,
    idempotencyKey: request.idempotencyKey,
    ...(request.justification === undefined ? {} : { justification: request.justification }),
  };
}
