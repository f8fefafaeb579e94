import assert from "node:assert/strict";
import { endpointOf, mayPointTo, networkZone } from "../../../src/adapters/registry/endpoint.ts";

describe("endpointOf", () => {
  const cases: readonly (readonly [string, readonly string[], string])[] = [
    ["docker.io", [], "https://registry-1.docker.io"],
    ["ghcr.io", [], "https://ghcr.io"],
    ["registry.acme.io:5000", [], "https://registry.acme.io:5000"],
    ["localhost:5000", [], "http://localhost:5000"],
    ["127.0.0.1:5000", [], "http://127.0.0.1:5000"],
    ["[::1]:5000", [], "http://[::1]:5000"],
    ["10.0.0.5:5000", [], "https://10.0.0.5:5000"],
    ["10.0.0.5:5000", ["10.0.0.5"], "http://10.0.0.5:5000"],
    ["reg.lan:5000", ["reg.lan:5000"], "http://reg.lan:5000"],
    ["reg.lan:5001", ["reg.lan:5000"], "https://reg.lan:5001"],
    ["localhost.evil.example", [], "https://localhost.evil.example"],
  ];
  for (const [registry, plainHttp, origin] of cases) {
    it(`reaches ${registry} at ${origin}`, () => assert.equal(endpointOf(registry, plainHttp).origin, origin));
  }

  it("refuses what is no host", () => {
    assert.throws(() => endpointOf("registry:99999", []), { name: "RegistryError", code: "network" });
  });
});

describe("networkZone", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["auth.docker.io", "public"],
    ["localhost", "machine"],
    ["LOCALHOST.", "machine"],
    ["a.localhost", "machine"],
    ["127.8.9.1", "machine"],
    ["0.0.0.0", "machine"],
    ["[::1]", "machine"],
    ["[::ffff:7f00:1]", "machine"],
    ["[::ffff:a9fe:a9fe]", "link-local"],
    ["[64:ff9b::a00:1]", "private"],
    ["169.254.169.254", "link-local"],
    ["[fe80::1]", "link-local"],
    ["10.1.2.3", "private"],
    ["172.16.0.1", "private"],
    ["172.32.0.1", "public"],
    ["192.168.1.1", "private"],
    ["100.64.0.1", "private"],
    ["[fd00::1]", "private"],
    ["metadata.google.internal", "private"],
    ["auth", "private"],
    ["8.8.8.8", "public"],
    ["[2606:4700::1]", "public"],
  ];
  for (const [host, zone] of cases) {
    it(`puts ${host} into ${zone}`, () => assert.equal(networkZone(host), zone));
  }

  it("lets a host point into its own zone and out, not into another one", () => {
    const may = (from: string, to: string) => mayPointTo(new URL(from), new URL(to));
    assert.ok(may("https://ghcr.io", "https://cdn.example"));
    assert.ok(may("https://10.0.0.5", "https://10.0.0.6"));
    assert.ok(may("http://127.0.0.1:1", "http://127.0.0.1:2"));
    assert.ok(!may("https://ghcr.io", "https://127.0.0.1"));
    assert.ok(!may("https://10.0.0.5", "https://127.0.0.1"));
    assert.ok(!may("https://10.0.0.5", "https://169.254.169.254"));
    // URL writes every spelling of an address in one form.
    assert.ok(!may("https://ghcr.io", "https://0x7f.1"));
  });
});
