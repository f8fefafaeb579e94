import { request as requestHttp, type IncomingMessage, type OutgoingHttpHeaders } from "node:http";
import { request as requestHttps } from "node:https";
import { createSecureContext, rootCertificates, type SecureContext } from "node:tls";
import { AppError } from "../../application/errors.ts";
import { readJson } from "../../core/json.ts";

/** What a connection to a service needs beyond the system's own trust. There is no way to leave the check out. */
export interface ServiceTls {
  /** PEM of authorities that are trusted for this service, besides the usual ones. */
  readonly authorities?: string;
  /** PEM of the certificate chain and key by which this client proves who it is. */
  readonly client?: { readonly certificate: string; readonly key: string };
}

/** One JSON request to a signing service. */
export interface ServiceRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  /** Sent as a bearer token. */
  readonly secret?: string | undefined;
  /** Sent besides the content type, such as an API key. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: unknown;
  /** Sent as a form in place of a JSON body. */
  readonly form?: Readonly<Record<string, string>> | undefined;
  /** Sent as it is, byte for byte, in place of a JSON body: a signature over the request may cover it. */
  readonly content?: { readonly type: string; readonly text: string } | undefined;
  readonly tls?: ServiceTls | undefined;
  readonly timeoutMs: number;
  /** What was tried, in words: "submit the request". */
  readonly action: string;
  /** What a person should know where it is not clear whether the request was carried out. */
  readonly ambiguity?: string | undefined;
  /** The service explains failures in JSON: an answer with status 500 and above is given back where it is JSON. */
  readonly explainsFailures?: boolean;
  /** Reads an answer of a service that may not answer JSON; undefined for one that is not understood. */
  readonly read?: (bytes: Uint8Array) => unknown;
}

/** Status and parsed body; `body` is undefined where it was no JSON, which only a refused authentication may be. */
export interface ServiceReply {
  readonly status: number;
  readonly body: unknown;
  /** The service's clock, milliseconds since 1970, where it told it. */
  readonly date?: number;
}

const maximumReply = 4 * 1024 * 1024;

/**
 * Sends one request, once, and reads the bounded answer. Follows no redirect: the secret is for this origin alone.
 * Throws AppError `cancelled`, `tls`, `service-unavailable` (no answer, or a status of 500 and above) or `service-protocol`.
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
    reply = await exchange(request, AbortSignal.any([options.signal, timeout]));
  } catch (cause) {
    if (cause instanceof AppError) throw new AppError(cause.code, `${failed}: ${cause.message}${advice}`, { cause });
    if (options.signal.aborted) throw new AppError("cancelled", `${failed}: it was cancelled.${advice}`, { cause });
    if (timeout.aborted)
      throw new AppError(
        "service-unavailable",
        `${failed}: there was no answer within ${request.timeoutMs / 1000} s.${advice}`,
        { cause },
      );
    const code = codeOf(cause);
    // The one failure of which it is certain that nothing was sent, besides the next one.
    if (code === "ECONNREFUSED")
      throw new AppError(
        "service-unavailable",
        `${failed}: nothing listens there. Nothing was sent; start the service and try again.`,
        { cause, nothingSent: true },
      );
    if (tlsCode.test(code))
      throw new AppError(
        "tls",
        `${failed}: it did not prove its identity (${code}). Nothing was sent. Name the file with the certificate of its authority ('caFile' of the service in .countersign.yaml), or have this machine trust it.`,
        { cause, nothingSent: true },
      );
    throw new AppError("service-unavailable", `${failed}: the connection failed.${advice}`, { cause });
  }
  if (reply.status === 429 && request.explainsFailures !== true)
    throw new AppError("service-unavailable", `${failed}: it has had too many requests; try again later.${advice}`);
  if (reply.status >= 500 && (request.explainsFailures !== true || reply.body === undefined))
    throw new AppError("service-unavailable", `${failed}: it answered with status ${reply.status}.${advice}`);
  if (reply.body === undefined && reply.status !== 401 && reply.status !== 403)
    throw new AppError("service-protocol", `${failed}: the answer (status ${reply.status}) is not JSON.${advice}`);
  return reply;
}

/** Codes of OpenSSL and of Node for a certificate that proves nothing: found before anything is sent, as no other failure of TLS is for certain. */
const tlsCode =
  /^(?:CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|ERR_TLS_CERT_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH)/;

function exchange(request: ServiceRequest, signal: AbortSignal): Promise<ServiceReply> {
  const url = new URL(request.url);
  const { text: content, type: contentType } = contentOf(request);
  const headers: OutgoingHttpHeaders = {
    ...request.headers,
    ...(request.secret === undefined ? {} : { authorization: `Bearer ${request.secret}` }),
    accept: "application/json",
    "content-type": contentType,
    // On a connection that was kept, a request can be lost without anyone knowing whether it arrived.
    connection: "close",
  };
  const options = {
    method: request.method,
    headers,
    signal,
    // The common agent takes up sessions again by host alone where it is given a context: of another trust, too.
    ...(request.tls === undefined ? {} : { secureContext: contextOf(request.tls), agent: false }),
  };
  return new Promise((resolve, reject) => {
    const receive = (response: IncomingMessage): void => {
      readBounded(response).then(
        (bytes) => {
          const date = Date.parse(response.headers.date ?? "");
          const told = Number.isNaN(date) ? {} : { date };
          resolve({ status: response.statusCode ?? 0, body: (request.read ?? readJson)(bytes), ...told });
        },
        (error: unknown) => {
          outgoing.destroy();
          reject(error instanceof Error ? error : new Error("the answer broke off"));
        },
      );
    };
    const outgoing =
      url.protocol === "https:" ? requestHttps(url, options, receive) : requestHttp(url, options, receive);
    outgoing.once("error", reject);
    outgoing.end(content);
  });
}

/** To read all authorities takes longer than a request to this machine: once for all requests by the same trust. */
const contexts = new WeakMap<ServiceTls, SecureContext>();

function contextOf(tls: ServiceTls): SecureContext {
  const { authorities, client } = tls;
  const context =
    contexts.get(tls) ??
    createSecureContext({
      ...(authorities === undefined ? {} : { ca: [...rootCertificates, authorities] }),
      ...(client === undefined ? {} : { cert: client.certificate, key: client.key }),
    });
  contexts.set(tls, context);
  return context;
}

function contentOf({ body, form, content }: ServiceRequest): { readonly type: string; readonly text?: string } {
  if (content !== undefined) return content;
  if (form !== undefined)
    return { type: "application/x-www-form-urlencoded", text: new URLSearchParams(form).toString() };
  return { type: "application/json", ...(body === undefined ? {} : { text: JSON.stringify(body) }) };
}

async function readBounded(response: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response) {
    const bytes: Buffer = Buffer.from(chunk);
    length += bytes.length;
    if (length > maximumReply)
      throw new AppError("service-protocol", `the answer is longer than ${maximumReply} bytes.`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : "";
}
