/** One request as it goes out: no redirect is followed, nothing is stored, no login is added. */
export interface WireRequest {
  readonly method: "GET" | "HEAD" | "POST" | "PUT";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/** The headers of an answer; `get` takes a name in lower case, and joins what was sent several times with commas. */
export interface AnswerHeaders {
  get(name: string): string | null;
}

/** An answer as it begins: its body is still on the way. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  /** The body in pieces, with its content coding undone; undefined where the answer has none. */
  readonly body: AsyncIterable<Uint8Array> | undefined;
}

/** Sends a request, and gives its answer once the headers are there. Rejects with ConnectionError. */
export type Wire = (request: WireRequest, signal: AbortSignal) => Promise<WireAnswer>;

/** A request that got no answer, or whose answer broke off; the cause says why. */
export class ConnectionError extends Error {
  constructor(cause: unknown) {
    super("the connection failed", { cause });
    this.name = "ConnectionError";
  }
}
