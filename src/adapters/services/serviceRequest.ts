import { AppError } from "../../application/errors.ts";
import { readJson } from "../../core/json.ts";

/** One JSON request to a signing service. */
export interface ServiceRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly secret: string;
  readonly body?: unknown;
  readonly timeoutMs: number;
  /** What was tried, in words: "submit the request". */
  readonly action: string;
  /** What a person should know where it is not clear whether the request was carried out. */
  readonly ambiguity?: string;
}

/** Status and parsed body; `body` is undefined where it was no JSON. */
export interface ServiceReply {
  readonly status: number;
  readonly body: unknown;
}

const maximumReply = 4 * 1024 * 1024;

/**
 * Sends one request, once, and reads the bounded answer. Follows no redirect: the secret is for this origin alone.
 * Throws AppError `cancelled`, `service-unavailable` (no answer, or a status of 500 and above) or `service-protocol`.
 */
export async function sendToService(
  request: ServiceRequest,
  options: { readonly signal: AbortSignal },
): Promise<ServiceReply> {
  const timeout = AbortSignal.timeout(request.timeoutMs);
  const origin = new URL(request.url).origin;
  const advice = request.ambiguity === undefined ? "" : ` ${request.ambiguity}`;
  const failed = `Could not ${request.action} at ${origin}`;
  let reply: ServiceReply;
  try {
    const response = await fetch(request.url, {
      method: request.method,
      redirect: "manual",
      signal: AbortSignal.any([options.signal, timeout]),
      headers: { authorization: `Bearer ${request.secret}`, "content-type": "application/json" },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    });
    reply = { status: response.status, body: readJson(await readBounded(response)) };
  } catch (cause) {
    if (cause instanceof AppError) throw new AppError(cause.code, `${failed}: ${cause.message}${advice}`, { cause });
    if (options.signal.aborted) throw new AppError("cancelled", `${failed}: it was cancelled.${advice}`, { cause });
    if (timeout.aborted)
      throw new AppError(
        "service-unavailable",
        `${failed}: there was no answer within ${request.timeoutMs / 1000} s.${advice}`,
        { cause },
      );
    if (isRefused(cause))
      throw new AppError(
        "service-unavailable",
        `${failed}: nothing listens there. Nothing was sent; start the service and try again.`,
        { cause },
      );
    throw new AppError("service-unavailable", `${failed}: the connection failed.${advice}`, { cause });
  }
  if (reply.status >= 500)
    throw new AppError("service-unavailable", `${failed}: it answered with status ${reply.status}.${advice}`);
  if (reply.body === undefined)
    throw new AppError("service-protocol", `${failed}: the answer (status ${reply.status}) is not JSON.${advice}`);
  return reply;
}

async function readBounded(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > maximumReply)
      throw new AppError("service-protocol", `the answer is longer than ${maximumReply} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The one failure of which it is certain that nothing was sent. */
function isRefused(cause: unknown): boolean {
  const inner = cause instanceof Error ? cause.cause : undefined;
  return inner instanceof Error && "code" in inner && inner.code === "ECONNREFUSED";
}
