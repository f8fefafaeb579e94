import { createServer, type IncomingHttpHeaders } from "node:http";

/** A request that a test's server has seen. */
export interface SeenRequest {
  readonly method: string;
  /** Path with query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** A server on loopback that answers JSON. */
export interface JsonServer {
  readonly url: string;
  readonly seen: SeenRequest[];
  /** Status and body of the answers from now on. */
  answer(reply: (request: SeenRequest) => readonly [number, object, Readonly<Record<string, string>>?]): void;
  stop(): Promise<void>;
}

export async function startJsonServer(): Promise<JsonServer> {
  const seen: SeenRequest[] = [];
  let reply: Parameters<JsonServer["answer"]>[0] = () => [404, {}];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      const each = { method, path: url, headers, text: Buffer.concat(chunks).toString("utf8") };
      seen.push(each);
      const [status, body, more = {}] = reply(each);
      response.writeHead(status, { "content-type": "application/json", ...more }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`,
    seen,
    answer: (next) => {
      reply = next;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
