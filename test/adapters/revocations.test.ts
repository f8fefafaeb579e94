import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createRevocations } from "../../src/adapters/revocations.ts";
import type { RevocationQuestion } from "../../src/core/x509/revocation.ts";

const { signal } = new AbortController();

interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

describe("createRevocations", () => {
  let server: Server;
  let base: string;
  let answer: { status: number; body: Buffer; headers?: Record<string, string>; stall?: true };
  const asked: Asked[] = [];
  const warnings: string[] = [];
  const log = { info: () => undefined, warn: (message: string) => void warnings.push(message) };

  before(async () => {
    server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        const { method = "", url = "", headers } = request;
        asked.push({ method, url, headers, body: Buffer.concat(parts) });
        if (answer.stall === true) return;
        response.writeHead(answer.status, answer.headers);
        response.end(answer.body);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    asked.length = 0;
    warnings.length = 0;
    answer = { status: 200, body: Buffer.from("answer") };
  });

  const ocsp = (request: Uint8Array, subject = "one"): RevocationQuestion => ({
    kind: "ocsp",
    url: `${base}/ocsp/`,
    subject,
    request,
  });
  const list = (path = "/1.crl"): RevocationQuestion => ({ kind: "list", url: base + path });
  const text = (bytes: Uint8Array | undefined): string | undefined =>
    bytes === undefined ? undefined : Buffer.from(bytes).toString();

  it("puts a short question into the address", async () => {
    const revocations = createRevocations({ log });
    assert.equal(text(await revocations.ask(ocsp(Buffer.from([0xfb, 0xff, 0xfe])), { signal })), "answer");
    assert.deepEqual(
      asked.map(({ method, url }) => [method, url]),
      [["GET", "/ocsp/%2B%2F%2F%2B"]],
    );
    assert.equal(asked[0]?.headers["authorization"], undefined);
  });

  it("posts a long one", async () => {
    const question = Buffer.alloc(300, 7);
    await createRevocations({ log }).ask(ocsp(question), { signal });
    assert.equal(asked[0]?.method, "POST");
    assert.equal(asked[0]?.headers["content-type"], "application/ocsp-request");
    assert.deepEqual(asked[0]?.body, question);
  });

  it("fetches a list", async () => {
    assert.equal(text(await createRevocations({ log }).ask(list(), { signal })), "answer");
    assert.deepEqual(
      asked.map(({ method, url }) => [method, url]),
      [["GET", "/1.crl"]],
    );
  });

  it("asks once, about each certificate and each place", async () => {
    const revocations = createRevocations({ log });
    for (const question of [
      ocsp(Buffer.alloc(1)),
      ocsp(Buffer.alloc(1)),
      ocsp(Buffer.alloc(1), "two"),
      list(),
      list(),
      list("/2.crl"),
    ])
      await revocations.ask(question, { signal });
    assert.equal(asked.length, 4);
  });

  it("forgets answers after a while, and what was no answer at once", async () => {
    const hasty = createRevocations({ log, limits: { keptMs: -1 } });
    await hasty.ask(list(), { signal });
    await hasty.ask(list(), { signal });
    assert.equal(asked.length, 2);
    answer = { status: 500, body: Buffer.alloc(0) };
    const revocations = createRevocations({ log });
    await revocations.ask(list(), { signal });
    answer = { status: 200, body: Buffer.from("later") };
    assert.equal(text(await revocations.ask(list(), { signal })), "later");
  });

  it("has no answer where the place fails, redirects, floods or stalls", async () => {
    const failures: readonly (typeof answer)[] = [
      { status: 404, body: Buffer.from("no") },
      { status: 302, body: Buffer.alloc(0), headers: { location: `${base}/2.crl` } },
      { status: 200, body: Buffer.alloc(2000) },
      { status: 200, body: Buffer.alloc(0), stall: true },
    ];
    for (const failure of failures) {
      answer = failure;
      const revocations = createRevocations({
        log,
        limits: { listBytes: 1000, responderBytes: 1000, listMs: 100, responderMs: 100 },
      });
      assert.equal(await revocations.ask(list(), { signal }), undefined);
      assert.equal(await revocations.ask(ocsp(Buffer.alloc(1)), { signal }), undefined);
    }
    assert.equal(warnings.length, 8);
    assert.ok(asked.every(({ url }) => url !== "/2.crl"));
  });

  it("ends when it is cancelled", async () => {
    answer = { status: 200, body: Buffer.alloc(0), stall: true };
    const controller = new AbortController();
    const asking = createRevocations({ log }).ask(list(), { signal: controller.signal });
    controller.abort();
    assert.equal(await asking, undefined);
  });
});
