import { generateKeyPairSync, randomBytes, type KeyObject } from "node:crypto";
import type { ServerResponse } from "node:http";
import { failure, send, type Reply } from "./protocol.ts";
import { signDigest, toSideBySide } from "./signDigest.ts";

/** Ways in which the trial service misbehaves on demand, so that what uses a service can be tested. */
export const trialFaults = [
  "refuse",
  /** Takes the request and never answers. */
  "stall",
  /** Answers with a signature over something else. */
  "wrong-signature",
  /** Answers with r and s side by side and calls it DER. */
  "side-by-side",
  /** Signs and records it, and then fails: the caller cannot know. */
  "error-after-signing",
  "malformed",
  /** Never stops sending. */
  "flood",
] as const;

/** One of them. */
export interface TrialFault {
  readonly kind: (typeof trialFaults)[number];
}

/** Sends the reply, or what the fault makes of it. Faults concern answers that say what became of a signing request. */
export function sendUnder(fault: TrialFault | undefined, response: ServerResponse, reply: Reply): void {
  const kind = reply.outcome === undefined ? undefined : fault?.kind;
  switch (kind) {
    case undefined:
      return send(response, reply);
    case "refuse":
      return send(response, {
        status: 403,
        body: { status: "denied", code: "forbidden", message: "The service refuses.", audit: "audit-0" },
      });
    case "stall":
      return;
    case "malformed":
      response.writeHead(200, { "content-type": "application/json" });
      response.end('{"status":"signed","signature":');
      return;
    case "error-after-signing":
      return send(response, failure(500, "The service failed."));
    case "flood":
      response.writeHead(200, { "content-type": "application/json" });
      return flood(response);
    case "wrong-signature":
      return send(
        response,
        withSignature(reply, () => signDigest(strangersKey(), randomBytes(32))),
      );
    case "side-by-side":
      return send(response, withSignature(reply, toSideBySide));
  }
}

function withSignature(reply: Reply, change: (signature: Buffer) => Buffer): Reply {
  if (reply.outcome?.status !== "signed") return reply;
  const signature = change(reply.outcome.signature).toString("base64");
  return { status: 200, body: { status: "signed", signature, encoding: "der", audit: reply.outcome.audit } };
}

function strangersKey(): KeyObject {
  return generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
}

function flood(response: ServerResponse): void {
  if (response.destroyed) return;
  response.write(" ".repeat(64 * 1024), () => flood(response));
}
