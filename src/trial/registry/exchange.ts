import type { IncomingMessage, ServerResponse } from "node:http";

/** One request to the trial registry and the answer to it. */
export interface Exchange {
  readonly method: string;
  readonly url: URL;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Answers with JSON. */
export function sendJson(
  { method, response }: Exchange,
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const body = Buffer.from(JSON.stringify(value));
  response.writeHead(status, { "content-type": "application/json", ...headers, "content-length": String(body.length) });
  response.end(method === "HEAD" ? undefined : body);
}

/** Answers with bytes, or with their headers alone to a HEAD. */
export function sendBytes(
  { method, response }: Exchange,
  bytes: Uint8Array,
  headers: Readonly<Record<string, string>>,
): void {
  response.writeHead(200, { ...headers, "content-length": String(bytes.length) });
  response.end(method === "HEAD" ? undefined : bytes);
}

/** Answers that something was done, without a body. */
export function sendDone({ response }: Exchange, status: number, headers: Readonly<Record<string, string>>): void {
  response.writeHead(status, { ...headers, "content-length": "0" });
  response.end();
}

/** Answers with an error as the distribution specification writes it (Error Codes). */
export function sendError(
  exchange: Exchange,
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  sendJson(exchange, status, { errors: [{ code, message }] }, headers);
}

/** The body of a request; undefined where it is longer than `most` bytes. */
export async function readRequest({ request }: Exchange, most: number): Promise<Buffer | undefined> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request) {
    const bytes = Buffer.from(piece);
    length += bytes.length;
    if (length <= most) pieces.push(bytes);
  }
  return length <= most ? Buffer.concat(pieces) : undefined;
}
