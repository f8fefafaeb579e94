import assert from "node:assert/strict";
import { createTimeStamps } from "../../src/adapters/timeStamps.ts";
import { encodeTimestampRequest } from "../../src/core/x509/timestampRequest.ts";
import {
  serveLoopback,
  type LoopbackAnswer,
  type LoopbackCall,
  type LoopbackServer,
} from "../../src/trial/loopback.ts";

const { signal } = new AbortController();
const request = encodeTimestampRequest(Buffer.from("x"), Buffer.from([1]));

describe("asking a time-stamp authority", () => {
  let server: LoopbackServer;
  let answer: LoopbackAnswer | undefined;
  let calls: LoopbackCall[];
  beforeEach(async () => {
    calls = [];
    answer = { status: 200, bytes: { type: "application/timestamp-reply", content: Buffer.from("answer") } };
    server = await serveLoopback({
      route: (call) => {
        calls.push(call);
        return answer;
      },
    });
  });
  afterEach(() => server.stop());
  const ask = (timeoutMs = 5_000, by = signal): Promise<Uint8Array> =>
    createTimeStamps({ timeoutMs }).ask(`${server.url}/stamp`, request, { signal: by });

  it("posts the request and gives the answer as it is", async () => {
    assert.equal(Buffer.from(await ask()).toString(), "answer");
    assert.deepEqual(calls[0]?.content, Buffer.from(request));
    assert.equal(calls[0]?.headers["content-type"], "application/timestamp-query");
    assert.equal(calls[0]?.headers.authorization, undefined);
  });

  it("takes the status 201, too", async () => {
    answer = { ...answer, status: 201 };
    assert.equal((await ask()).length, 6);
  });

  it("says what came back in place of a time stamp, and asks once", async () => {
    answer = { status: 503 };
    await assert.rejects(ask(), /Could not get a time stamp of .*: it answered with status 503\./);
    assert.equal(calls.length, 1);
  });

  it("GHSA-4qg8-fj49-pxjh, GHSA-9c54-x2g4-v92j: reads no endless answer", async () => {
    answer = { status: 200, bytes: { type: "x", content: Buffer.alloc(300 * 1024) } };
    await assert.rejects(ask(), /its answer is too long/);
  });

  it("does not wait for ever", async () => {
    answer = undefined;
    await assert.rejects(ask(50), /there was no answer within 0\.05 s/);
  });

  it("stops where the person cancels", async () => {
    answer = undefined;
    await assert.rejects(ask(5_000, AbortSignal.abort()), { code: "cancelled" });
  });

  it("says that nobody is there", async () => {
    await server.stop();
    await assert.rejects(ask(), { code: "service-unavailable" });
  });
});
