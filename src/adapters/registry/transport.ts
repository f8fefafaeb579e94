import { connectionFailure, connectionLost, failure, stoppedBy, type Attempt } from "./failure.ts";
import { createHostQueue, type HostQueue } from "./hostQueue.ts";
import type { RegistryLimits } from "./limits.ts";
import { ConnectionError, type AnswerHeaders, type Wire, type WireAnswer } from "./wire.ts";

/** One request, without redirects or authentication. */
export interface HttpRequest {
  readonly method: "GET" | "HEAD" | "POST" | "PUT";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** The most bytes that the body of a successful answer may have. */
  readonly maxBytes: number;
  readonly attempt: Attempt;
}

/** An answer with its whole body. The body of an answer that is no success may be cut off at its bound. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly bytes: Uint8Array;
  /** What was asked last, after redirects. */
  readonly url: URL;
}

export type Transport = (request: HttpRequest, signal: AbortSignal) => Promise<HttpAnswer>;

export interface TransportOptions {
  readonly limits: RegistryLimits;
  readonly userAgent: string;
  readonly wire: Wire;
}

/** The longest that we wait because a registry says "later", in milliseconds. */
const longestPause = 5000;
const attemptsWhenBusy = 3;
/** The longest that we believe a registry that asks for a pause, in milliseconds: it may not keep a person from trying again. */
const longestRest = 15 * 60_000;

/** Sends single requests: in turn per host, within time limits, bodies bounded; 429 and lost connections are tried again. */
export function createTransport({ limits, userAgent, wire }: TransportOptions): Transport {
  const queues = new Map<string, HostQueue>();

  function queueOf(host: string): HostQueue {
    const queue = queues.get(host) ?? createHostQueue(limits.requestsPerHost);
    queues.set(host, queue);
    return queue;
  }

  async function once(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const leave = await queueOf(request.url.host).enter(signal);
    const watch = createWatch(signal);
    try {
      watch.within(limits.answerMs);
      const { method, url, body } = request;
      // Bodies are compared with sizes and digests, so they must arrive as they are stored.
      const headers = { "user-agent": userAgent, "accept-encoding": "identity", ...request.headers };
      const sent = { method, url, headers, ...(body === undefined ? {} : { body }) };
      const response = await wire(sent, watch.signal);
      const bytes = await readBody(response, request, watch);
      return { status: response.status, headers: response.headers, bytes, url: request.url };
    } catch (error) {
      if (signal.aborted) throw stoppedBy(signal);
      if (watch.expired())
        throw failure(
          "timeout",
          request.attempt,
          `${request.url.host} did not answer in time`,
          "Try again later.",
          error,
        );
      throw error;
    } finally {
      watch.stop();
      leave();
    }
  }

  async function readBody(answer: WireAnswer, request: HttpRequest, watch: Watch): Promise<Uint8Array> {
    if (answer.body === undefined) return new Uint8Array();
    const isSuccess = answer.status >= 200 && answer.status <= 299;
    const most = isSuccess ? request.maxBytes : limits.otherBytes;
    const pieces: Uint8Array[] = [];
    let length = 0;
    watch.within(limits.idleMs, limits.bodyMs);
    for await (const piece of answer.body) {
      length += piece.byteLength;
      if (length > most) {
        if (!isSuccess) return Buffer.concat(pieces);
        throw failure(
          "limit-reached",
          request.attempt,
          `${request.url.host} sent more than the ${most} bytes that are read at most`,
          "Content of this size is not checked.",
        );
      }
      pieces.push(piece);
      watch.within(limits.idleMs);
    }
    return Buffer.concat(pieces);
  }

  /** Hosts that asked for a pause, and the monotonic time at which it ends. */
  const resting = new Map<string, number>();

  function rest(host: string, milliseconds: number): void {
    resting.set(host, performance.now() + Math.min(milliseconds, longestRest));
  }

  function checkRest({ url, attempt }: HttpRequest): void {
    const left = (resting.get(url.host) ?? 0) - performance.now();
    if (left <= 0) return;
    throw failure(
      "rate-limit",
      attempt,
      `${url.host} has asked for a pause, of which ${Math.ceil(left / 1000)} seconds are left; it was not asked again`,
      "Wait, or sign in for a higher limit.",
    );
  }

  return async (request, signal) => {
    const isRead = request.method === "GET" || request.method === "HEAD";
    for (let attempt = 1; ; attempt++) {
      checkRest(request);
      try {
        const answer = await once(request, signal);
        if (answer.status !== 429) return answer;
        queueOf(request.url.host).slowDown();
        const pause = retryAfter(answer.headers.get("retry-after"), Date.now());
        if (pause !== undefined && pause > longestPause) rest(request.url.host, pause);
        if (!isRead || attempt >= attemptsWhenBusy || pause === undefined || pause > longestPause) return answer;
        await wait(pause, signal);
      } catch (error) {
        // Only what reads is repeated, and only once: a kept-alive connection may have been closed under it.
        if (isRead && attempt === 1 && connectionLost(error)) continue;
        throw error instanceof ConnectionError ? connectionFailure(error, request.attempt, request.url.host) : error;
      }
    }
  };
}

/** Milliseconds that a Retry-After header (RFC 9110, 10.2.3) asks for; undefined without a readable one. */
function retryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/u.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

interface Watch {
  readonly signal: AbortSignal;
  /** Aborts unless called again within `idle`; `total` starts a second clock that runs on. */
  within(idle: number, total?: number): void;
  expired(): boolean;
  stop(): void;
}

function createWatch(parent: AbortSignal): Watch {
  const own = new AbortController();
  const abort = (): void => own.abort();
  let idleTimer: NodeJS.Timeout | undefined;
  let totalTimer: NodeJS.Timeout | undefined;
  let expired = false;
  const expire = (): void => {
    expired = true;
    own.abort();
  };
  // An abort that came while we waited for a place raises no event any more.
  if (parent.aborted) abort();
  parent.addEventListener("abort", abort, { once: true });
  return {
    signal: own.signal,
    within(idle, total) {
      clearTimeout(idleTimer);
      idleTimer = setTimeout(expire, idle);
      if (total !== undefined) totalTimer = setTimeout(expire, total);
    },
    expired: () => expired,
    stop() {
      clearTimeout(idleTimer);
      clearTimeout(totalTimer);
      parent.removeEventListener("abort", abort);
    },
  };
}

function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(stoppedBy(signal));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", abort);
      resolve();
    }, milliseconds);
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
  });
}
