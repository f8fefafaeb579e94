import assert from "node:assert/strict";
import { createHostWire } from "../../../src/adapters/registry/fetchWire.ts";
import type { HostCertificates } from "../../../src/adapters/registry/nodeWire.ts";
import type { Wire } from "../../../src/adapters/registry/wire.ts";

const requestOf = (address: string) => ({ method: "GET", url: new URL(address), headers: {} }) as const;
const named =
  (status: number): Wire =>
  () =>
    Promise.resolve({ status, headers: new Headers(), body: undefined });

describe("a wire that looks for certificates of its host", () => {
  const own: HostCertificates = { authorities: [] };
  const wire = (certificates: () => Promise<HostCertificates | undefined>): Wire =>
    createHostWire(named(200), named(201), certificates);
  const { signal } = new AbortController();

  it("takes the special way only for hosts that have some", async () => {
    const found = wire(() => Promise.resolve(own));
    assert.equal((await found(requestOf("https://registry.example/v2/"), signal)).status, 201);
    assert.equal((await found(requestOf("http://registry.example/v2/"), signal)).status, 200);
    const none = wire(() => Promise.resolve(undefined));
    assert.equal((await none(requestOf("https://registry.example/v2/"), signal)).status, 200);
  });

  it("waits no longer for them than the request may take", async () => {
    const controller = new AbortController();
    const waiting = wire(() => new Promise(() => undefined))(
      requestOf("https://registry.example/v2/"),
      controller.signal,
    );
    controller.abort();
    await assert.rejects(waiting, { code: "cancelled" });
  });
});
