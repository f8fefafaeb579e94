import { randomBytes, randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { DenyCode, SignRequest } from "../application/signingService.ts";
import { serveLoopback, type LoopbackAnswer, type LoopbackCall } from "./loopback.ts";
import type { TrialEngine } from "./service/engine.ts";
import type { TrialUser } from "./service/keyPolicy.ts";
import { digestLengths } from "./service/signScheme.ts";

/** Ways in which a face misbehaves on demand when it is asked to sign, so that what uses it can be tested. */
export type TrialFaceFault =
  /** Never answers. */
  | { readonly kind: "stall" }
  /** Signs and records it, and then fails: the caller cannot know. */
  | { readonly kind: "error-after-signing" }
  /** Answers something that is no JSON, or never stops sending. */
  | { readonly kind: "malformed" | "flood" }
  /** Answers with a signature over something else. */
  | { readonly kind: "wrong-signature" }
  /** Refuses everything and repeats what it was sent, secrets and all. */
  | { readonly kind: "echo" };

/** What a face tells of a request to the engine that cannot wait. */
export type TrialSigned =
  | { readonly status: "signed"; readonly signature: Buffer; readonly audit: string }
  | { readonly status: "denied"; readonly code: DenyCode; readonly message: string };

/** The trial service behind the interface of another service. */
export interface TrialFace {
  /** Origin, `http://127.0.0.1:PORT`. */
  readonly url: string;
  setFault(fault: TrialFaceFault | undefined): void;
  /** Ends every session that was granted. */
  endSessions(): void;
  /** The calls so far, as the face names them. */
  calls(): readonly string[];
  stop(): Promise<void>;
}

/** What routes are given. */
export interface FaceContext {
  readonly engine: TrialEngine;
  /** Puts a request to the engine: what would have to wait for an approval is denied. */
  sign(user: TrialUser, request: Asked): TrialSigned;
}

/** A request in the engine's terms; the rest is said for the face. */
export type Asked = Pick<SignRequest, "key" | "scheme" | "hash" | "digest" | "message">;

/** What differs between faces. */
export interface FaceOptions {
  /** What people call the interface. */
  readonly product: string;
  /** How the call is named in the list of calls; `sign` marks those that ask for a signature. */
  readonly nameOf: (call: LoopbackCall) => { readonly name: string; readonly sign: boolean };
  readonly route: (call: LoopbackCall, context: FaceContext) => LoopbackAnswer;
  readonly endSessions?: () => void;
  /** PEM of the server's key and chain; plain HTTP without it. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

const maximumCalls = 1000;

/** Starts a face on a free port of 127.0.0.1. */
export async function startFace(engine: TrialEngine, options: FaceOptions): Promise<TrialFace> {
  const calls: string[] = [];
  let fault: TrialFaceFault | undefined;
  const context: FaceContext = {
    engine,
    sign: (user, asked) => submit(engine, options.product, user, asked, fault?.kind === "wrong-signature"),
  };
  const server = await serveLoopback({
    ...(options.tls === undefined ? {} : { tls: options.tls }),
    route: (call, response) => {
      const { name, sign } = options.nameOf(call);
      if (calls.length < maximumCalls) calls.push(name);
      if (fault?.kind === "echo")
        return { status: 400, body: { error: `${JSON.stringify(call.headers)} ${call.content.toString("utf8")}` } };
      if (sign && fault?.kind === "stall") return undefined;
      const answer = options.route(call, context);
      return sign ? answerUnder(fault, answer, response) : answer;
    },
  });
  return {
    url: server.url,
    setFault: (next) => {
      fault = next;
    },
    endSessions: () => options.endSessions?.(),
    calls: () => [...calls],
    stop: () => server.stop(),
  };
}

function answerUnder(
  fault: TrialFaceFault | undefined,
  answer: LoopbackAnswer,
  response: ServerResponse,
): LoopbackAnswer | undefined {
  switch (fault?.kind) {
    case "error-after-signing":
      return { status: 500, body: { error: "The service failed." } };
    case "malformed":
    case "flood":
      return breakAnswer(fault.kind, response);
    case "stall":
    case "echo":
    case "wrong-signature":
    case undefined:
      return answer;
  }
}

/** An answer that is no JSON; or one without an end, which is written here. */
export function breakAnswer(kind: "malformed" | "flood", response: ServerResponse): LoopbackAnswer | undefined {
  if (kind === "malformed")
    return { status: 200, bytes: { type: "application/json", content: Buffer.from('{"signature":') } };
  response.writeHead(200, { "content-type": "application/json" });
  flood(response);
  return undefined;
}

function flood(response: ServerResponse): void {
  if (response.destroyed) return;
  response.write(" ".repeat(64 * 1024), () => flood(response));
}

function submit(
  { keys, requests }: TrialEngine,
  product: string,
  user: TrialUser,
  asked: Asked,
  isWrong: boolean,
): TrialSigned {
  const needs = keys.find(({ description }) => description.name === asked.key)?.description.needs ?? [];
  if (needs.includes("approval"))
    return {
      status: "denied",
      code: "forbidden",
      message: `Key '${asked.key}' needs an approval, which the interface of ${product} cannot wait for.`,
    };
  const digest = isWrong && asked.message === undefined ? randomBytes(digestLengths[asked.hash]) : asked.digest;
  const answer = requests.submit(user, {
    ...asked,
    digest,
    purpose: {
      artifact: { kind: "file", name: product, digest: `${asked.hash}:${Buffer.from(digest).toString("hex")}` },
      tool: product,
    },
    idempotencyKey: randomUUID(),
    // Only the trial knows justifications; these interfaces cannot carry any.
    ...(needs.includes("justification") ? { justification: `Asked for through the interface of ${product}.` } : {}),
  });
  if (answer.status === "pending")
    return { status: "denied", code: "forbidden", message: "The request waits for an approval." };
  return answer.status === "signed" && isWrong && asked.message !== undefined
    ? { ...answer, signature: randomBytes(answer.signature.length) }
    : answer;
}
