import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { sendToService, type ServiceRequest } from "../../../src/adapters/services/serviceRequest.ts";

const { signal } = new AbortController();

describe("sendToService", () => {
  let server: Server;
  let url: string;
  let seen: { readonly request: IncomingMessage; readonly body: string }[];
  let reply: (response: ServerResponse) => void;
  before(async () => {
    server = createServer((request, response) => {
      let body = "";
      request.setEncoding("utf8").on("data", (piece: string) => (body += piece));
      request.once("end", () => {
        seen.push({ request, body });
        reply(response);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    seen = [];
    reply = (response) => response.end("{}");
  });

  const send = (more: Partial<ServiceRequest> = {}): ReturnType<typeof sendToService> =>
    sendToService({ method: "POST", url: `${url}/x`, action: "try it", timeoutMs: 20_000, ...more }, { signal });
  const answering =
    (status: number, body: string, headers: Record<string, string> = {}) =>
    (response: ServerResponse): void => {
      response.writeHead(status, headers);
      response.end(body);
    };

  it("sends JSON with a bearer secret, or a form with headers of its own", async () => {
    await send({ secret: "s", body: { a: 1 } });
    await send({ form: { a: "b c" }, headers: { "x-key": "k" } });
    assert.deepEqual(
      seen.map(({ request: { headers }, body }) => [
        body,
        headers.authorization,
        headers["content-type"],
        headers["x-key"],
      ]),
      [
        ['{"a":1}', "Bearer s", "application/json", undefined],
        ["a=b+c", undefined, "application/x-www-form-urlencoded", "k"],
      ],
    );
  });

  it("GHSA-4c4x-jm2x-pf9j: follows no redirect, so that a secret stays where it belongs", async () => {
    reply = answering(302, "{}", { location: `${url}/other` });
    assert.equal((await send({ secret: "s" })).status, 302);
    assert.equal(seen.length, 1);
  });

  it("leaves an answer without JSON to be understood by its status where that is about the sign-in", async () => {
    for (const status of [401, 403]) {
      reply = answering(status, "<html>");
      const { status: told, body } = await send();
      assert.deepEqual([told, body], [status, undefined]);
    }
  });

  it("tells the service's clock", async () => {
    reply = answering(200, "{}", { date: "Sun, 06 Nov 1994 08:49:37 GMT" });
    assert.equal((await send()).date, Date.UTC(1994, 10, 6, 8, 49, 37));
    reply = answering(200, "{}", { date: "once upon a time" });
    assert.equal((await send()).date, undefined);
  });

  const failures: readonly (readonly [string, (response: ServerResponse) => void, string, RegExp])[] = [
    ["no JSON", answering(200, "<html>"), "service-protocol", /not JSON/],
    ["too many requests", answering(429, "{}"), "service-unavailable", /too many requests/],
    ["a failure", answering(503, "{}"), "service-unavailable", /status 503/],
    ["a connection that breaks", (response) => response.destroy(), "service-unavailable", /connection failed/],
    [
      "an answer that breaks off",
      (response) => {
        response.writeHead(200, { "content-length": "100" });
        response.write("{");
        setImmediate(() => response.destroy());
      },
      "service-unavailable",
      /connection failed/,
    ],
    [
      "an answer without end (GHSA-273p-m2cw-6833, GHSA-47q9-m4ww-924m)",
      (response) => flood(response),
      "service-protocol",
      /longer than/,
    ],
  ];
  for (const [what, answer, code, message] of failures)
    it(`reports ${what}, with what is not known then`, async () => {
      reply = answer;
      await assert.rejects(send({ ambiguity: "Look it up." }), (error: Error & { code?: string }) => {
        assert.equal(error.code, code);
        assert.match(error.message, message);
        assert.match(error.message, /^Could not try it at http:.* Look it up\.$/);
        return true;
      });
      assert.equal(seen.length, 1);
    });

  it("reports that nothing listens, that time is up, and that it was cancelled", async () => {
    await assert.rejects(send({ url: "http://127.0.0.1:1/x" }), {
      message: /Nothing was sent/,
      nothingSent: true,
    });
    reply = () => undefined;
    await assert.rejects(send({ timeoutMs: 50 }), {
      code: "service-unavailable",
      message: /within 0\.05 s/,
      nothingSent: false,
    });
    const controller = new AbortController();
    controller.abort();
    const request = { method: "GET", url, action: "try it", timeoutMs: 1_000 } as const;
    await assert.rejects(sendToService(request, { signal: controller.signal }), { code: "cancelled" });
  });
});

function flood(response: ServerResponse): void {
  if (!response.destroyed) response.write(" ".repeat(64 * 1024), () => flood(response));
}
