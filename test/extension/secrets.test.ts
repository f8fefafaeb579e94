import assert from "node:assert/strict";
import { createSecrets } from "../../src/extension/secrets.ts";

function storage() {
  const kept = new Map<string, string>();
  return {
    kept,
    get: async (key: string) => kept.get(key),
    store: async (key: string, value: string) => void kept.set(key, value),
    delete: async (key: string) => void kept.delete(key),
    keys: async () => [...kept.keys()],
    onDidChange: () => ({ dispose: () => undefined }),
  };
}

describe("secrets", () => {
  it("are given back for the origin that they were stored for, and for no other", async () => {
    const secrets = createSecrets(storage());
    await secrets.set("https://sign.acme.example/v1", "token", "s3cret");
    assert.equal(await secrets.get("https://sign.acme.example/other", "token"), "s3cret");
    for (const origin of [
      "http://sign.acme.example",
      "https://sign.acme.example:8443",
      "https://sign.acme.example.evil",
    ])
      assert.equal(await secrets.get(origin, "token"), undefined);
    await secrets.delete("https://sign.acme.example", "token");
    assert.equal(await secrets.get("https://sign.acme.example", "token"), undefined);
  });
});
