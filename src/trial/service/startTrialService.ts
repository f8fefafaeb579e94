import { timingSafeEqual } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { KeyDescription } from "../../application/signingService.ts";
import { serveLoopback, type LoopbackCall } from "../loopback.ts";
import { approvalPath, serveApprovalPage } from "./approvalPage.ts";
import type { ChainedEntry } from "./auditLog.ts";
import { control, type TrialControl } from "./control.ts";
import { createTrialEngine, type TrialEngine, type TrialEngineOptions } from "./engine.ts";
import { sendUnder, type TrialFault } from "./faults.ts";
import { trialUsers, type TrialUser } from "./keyPolicy.ts";
import { failure, readComment, readSubmission, send, writeAnswer, type Reply } from "./protocol.ts";
import type { TrialAnswer, TrialRequests } from "./requests.ts";

/** A running trial service. */
export interface TrialService {
  /** Origin, `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Bearer secrets by user. In the trial one person holds all; the audit log names the user that acted. */
  readonly secrets: TrialEngine["secrets"];
  readonly keys: readonly KeyDescription[];
  /** PEM of the root authority. */
  readonly root: string;
  audit(): readonly ChainedEntry[];
  /** Makes the service misbehave from the next submission or look-up on, for ever or so many times; undefined ends it. */
  setFault(fault: TrialFault | undefined, times?: number): void;
  stop(): Promise<void>;
}

/** How the service is started; all have a default. Times in milliseconds. */
export interface TrialServiceOptions extends TrialEngineOptions {
  /** What the service is a face of; one of its own without it. */
  readonly engine?: TrialEngine;
  /** What clients are told to wait between two look-ups. */
  readonly retryAfterMs?: number;
  /** Called when a client asks the service to end, after the client has its answer. */
  readonly onStop?: () => void;
  /** Revokes a certificate, PEM, where somebody answers about certificates. */
  readonly revoke?: (certificate: string) => void;
}

interface Context extends TrialControl {
  readonly requests: TrialRequests;
  readonly retryAfterMs: number;
  /** The fault that an answer about a signing request falls under. */
  takeFault(): TrialFault | undefined;
  onStop(): void;
}

const maximumBody = 64 * 1024;

/** Starts the trial signing service on a free port of 127.0.0.1. Keys, secrets and requests live in memory alone. */
export async function startTrialService(options: TrialServiceOptions = {}): Promise<TrialService> {
  const engine = options.engine ?? createTrialEngine(options);
  const { authority, keys, audit, secrets } = engine;
  let fault: TrialFault | undefined;
  let left = 0;
  const setFault = (next: TrialFault | undefined, times = Infinity): void => {
    fault = next;
    left = times;
  };
  const context: Context = {
    requests: engine.requests,
    keys,
    retryAfterMs: options.retryAfterMs ?? 1000,
    audit,
    revoke: options.revoke,
    setFault,
    takeFault: () => (left-- > 0 ? fault : undefined),
    onStop: () => options.onStop?.(),
  };
  const server = await serveLoopback({
    maximumBody,
    pages: approvalPath,
    route: (call, response) => {
      answer(call, response, context, secrets);
      return undefined;
    },
  });
  return {
    url: server.url,
    secrets,
    keys: keys.map(({ description }) => description),
    root: authority.root,
    audit: () => audit.entries(),
    setFault,
    stop: () => server.stop(),
  };
}

function answer(
  call: LoopbackCall,
  response: ServerResponse,
  context: Context,
  secrets: TrialService["secrets"],
): void {
  if (call.url.pathname.startsWith(approvalPath))
    return serveApprovalPage(call, response, { ...context, audit: () => context.audit.entries(), secrets });
  const user = userOf(call.headers.authorization, secrets);
  if (user === undefined) return send(response, failure(401, "The bearer secret of this run is needed."));
  if (call.method === "POST" && call.url.pathname === "/v1/stop") {
    response.once("finish", () => context.onStop());
    return send(response, { status: 200, body: {} });
  }
  const controlled = control(call, user, context);
  if (controlled !== undefined) return send(response, controlled);
  const reply = route(call, user, context);
  // What is only listed falls under no fault, and uses none up.
  return sendUnder(reply.outcome === undefined ? undefined : context.takeFault(), response, reply);
}

function route({ method, url, body }: LoopbackCall, user: string, context: Context): Reply {
  const { requests } = context;
  const [version, collection, id, action, ...rest] = url.pathname.split("/").slice(1);
  if (version !== "v1" || rest.length > 0) return failure(404, "There is nothing at this path.");
  const found = (result: TrialAnswer | undefined): Reply =>
    result === undefined ? failure(404, "There is no such request.") : writeAnswer(result, context.retryAfterMs);
  const target = `${method} ${collection ?? ""}${id === undefined ? "" : "/ID"}${action === undefined ? "" : `/${action}`}`;
  switch (target) {
    case "GET keys":
      return { status: 200, body: { keys: context.keys.map(({ description }) => description) } };
    case "GET pending":
      return { status: 200, body: { requests: requests.pending() } };
    case "GET audit":
      return { status: 200, body: { entries: context.audit.entries() } };
    case "POST requests": {
      const submission = readSubmission(body);
      return submission === undefined
        ? failure(400, "The request is not understood: a member is missing, of another type, or too long.")
        : writeAnswer(requests.submit(user, submission), context.retryAfterMs);
    }
    case "GET requests/ID":
      return found(requests.find(user, id ?? ""));
    case "GET submissions/ID":
      return looked(requests.findSubmission(user, id ?? ""), context.retryAfterMs);
    case "POST requests/ID/cancel":
      return found(requests.cancel(user, id ?? ""));
    case "POST requests/ID/approve":
    case "POST requests/ID/reject": {
      const comment = readComment(body);
      if (comment === undefined) return failure(400, "The decision is not understood.");
      return found(
        action === "approve" ? requests.approve(user, id ?? "", comment) : requests.reject(user, id ?? "", comment),
      );
    }
    default:
      return failure(404, "There is nothing at this path.");
  }
}

/** What a look-up says: it falls under no fault, and uses none up. */
function looked(answer: TrialAnswer | undefined, retryAfterMs: number): Reply {
  if (answer === undefined) return { status: 200, body: { status: "none" } };
  const { status, body } = writeAnswer(answer, retryAfterMs);
  return { status, body };
}

function userOf(authorization: string | undefined, secrets: TrialEngine["secrets"]): TrialUser | undefined {
  const given = Buffer.from(authorization ?? "");
  return trialUsers.find((user) => {
    const expected = Buffer.from(`Bearer ${secrets[user]}`);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}
