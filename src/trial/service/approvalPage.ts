import { createHmac, timingSafeEqual } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { LoopbackCall } from "../loopback.ts";
import { renderApprovals, styleHash, type ApprovalView } from "./approvalHtml.ts";
import type { ChainedEntry } from "./auditLog.ts";
import type { TrialUser } from "./keyPolicy.ts";
import type { TrialKey } from "./keys.ts";
import type { TrialAnswer, TrialRequests } from "./requests.ts";

/** Where the page is, under the origin of the service. */
export const approvalPath = "/approvals";

/** What the page shows and does. */
export interface ApprovalPageContext {
  readonly requests: TrialRequests;
  readonly keys: readonly TrialKey[];
  /** By user. */
  readonly secrets: Readonly<Record<TrialUser, string>>;
  audit(): readonly ChainedEntry[];
}

const approvers = ["lead", "security"] as const;
const maximumComment = 2000;

/** The address of the page for the user that holds the secret. It lets in whoever has it, for this run of the trial. */
export function approvalPageOf(origin: string, secret: string): string {
  return `${origin}${approvalPath}?token=${tokenOf(secret)}`;
}

/** The address holds what is derived from the user's secret, not the secret: it opens the page and nothing else. */
function tokenOf(secret: string): string {
  return createHmac("sha256", secret).update("approval page").digest("base64url");
}

/** Serves the page on which approvers decide: plain HTML, no script. Decisions are taken from the page itself alone. */
export function serveApprovalPage(call: LoopbackCall, response: ServerResponse, context: ApprovalPageContext): void {
  const { method, url, headers } = call;
  const cookie = `countersign-trial-${call.request.socket.localPort ?? 0}`;
  const token = url.searchParams.get("token");
  if (method === "GET" && url.pathname === approvalPath && token !== null) {
    if (userOf(token, context) === undefined)
      return refuse(response, 403, "This address is not of the trial that runs now.");
    // Out of the address bar and the history; a page of another port on this machine cannot read it.
    response.setHeader("set-cookie", `${cookie}=${token}; HttpOnly; SameSite=Strict; Path=${approvalPath}`);
    return redirect(response);
  }
  const user = userOf(cookieNamed(cookie, headers.cookie), context);
  if (user === undefined) return refuse(response, 401, "Open the address that 'countersign trial status' prints.");
  if (method === "GET" && url.pathname === approvalPath) return show(response, 200, viewOf(user, context));
  const [id = "", ...rest] = url.pathname.slice(approvalPath.length + 1).split("/");
  if (method !== "POST" || id === "" || rest.length > 0) return refuse(response, 404, "There is nothing at this path.");
  // Sites differ by scheme and host alone, so SameSite does not keep out another port: the origin does.
  if (headers.origin !== `http://${headers.host ?? ""}`)
    return refuse(response, 403, "Decisions are taken from the page itself alone.");
  const form = new URLSearchParams(call.content.toString("utf8"));
  const outcome = decide(context.requests, user, id, form);
  if (typeof outcome === "string") return show(response, 409, { ...viewOf(user, context), problem: outcome });
  return redirect(response);
}

/** What the decision came to, or why it was not taken. */
function decide(requests: TrialRequests, user: string, id: string, form: URLSearchParams): TrialAnswer | string {
  const comment = (form.get("comment") ?? "").trim();
  const verb = form.get("decision");
  if (comment.length > maximumComment) return `A comment has at most ${maximumComment} characters.`;
  if (verb === "reject" && comment === "") return "Say why you reject it, so that the requester knows what to change.";
  if (verb !== "approve" && verb !== "reject") return "Choose Approve or Reject.";
  const answer = verb === "approve" ? requests.approve(user, id, comment) : requests.reject(user, id, comment);
  if (answer === undefined) return "There is no such request.";
  const isRefused = answer.status === "denied" && answer.code === "forbidden";
  return isRefused ? answer.message : answer;
}

function viewOf(user: TrialUser, context: ApprovalPageContext): ApprovalView {
  return { user, pending: context.requests.pending(), keys: context.keys, entries: context.audit() };
}

function userOf(token: string | undefined, { secrets }: ApprovalPageContext): TrialUser | undefined {
  const given = Buffer.from(token ?? "");
  return approvers.find((user) => {
    const expected = Buffer.from(tokenOf(secrets[user]));
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}

function cookieNamed(name: string, header: string | undefined): string | undefined {
  const pairs = (header ?? "").split(";").map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}

function redirect(response: ServerResponse): void {
  response.writeHead(303, { location: approvalPath, "cache-control": "no-store" });
  response.end();
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" });
  response.end(`${message}\n`);
}

function show(response: ServerResponse, status: number, view: ApprovalView): void {
  response.writeHead(status, {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "content-security-policy": `default-src 'none'; style-src '${styleHash}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
  });
  response.end(renderApprovals(view));
}
