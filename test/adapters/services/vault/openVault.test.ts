import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openVault } from "../../../../src/adapters/services/vault/openVault.ts";
import { openService } from "../../../../src/adapters/services/services.ts";
import { startVaultScene } from "../../../helpers/vaultScene.ts";

const options = { signal: new AbortController().signal };
const place = { platform: process.platform, environment: {} };

describe("a service of the type vault", () => {
  for (const [url, fields, words] of [
    ["https://vault.example", { path: "transit" }, /'path' is not a known option/],
    ["http://vault.example", {}, /must begin with https/],
    ["https://user:pass@vault.example", {}, /must not hold credentials/],
    ["https://vault.example/v1", {}, /without a path/],
    ["vault.example", {}, /cannot be read/],
    ["https://vault.example", { caFile: "ca.pem" }, /needs a workspace folder/],
  ] as const)
    it(`is not opened at ${url} with ${JSON.stringify(fields)}`, () =>
      assert.rejects(openVault({ name: "v", type: "vault", url, options: fields }, { place }), {
        code: "configuration",
        message: words,
      }));

  it("reads authorities from the workspace, and nothing else as one", async () => {
    const root = mkdtempSync(join(tmpdir(), "countersign-vault-"));
    const pointer = { name: "v", type: "vault", url: "https://vault.example", options: { caFile: "ca.pem" } };
    await assert.rejects(openVault(pointer, { place, root }), { code: "file-unreadable" });
    writeFileSync(join(root, "ca.pem"), "nothing");
    await assert.rejects(openVault(pointer, { place, root }), { code: "configuration" });
    rmSync(root, { recursive: true });
  });

  it("uses the secret of the trial only at the address that the trial wrote down", async () => {
    const scene = await startVaultScene({ specs: ["p256"] });
    const { secrets } = scene.engine;
    const pointer = { name: "v", type: "vault", url: scene.vault.url, options: {} };
    try {
      const own = await openVault(pointer, { place, trial: { vault: { url: scene.vault.url }, secrets } });
      assert.equal((await own.listKeys(options)).length, 2);
      const before = scene.vault.calls().length;
      const moved = await openVault(pointer, { place, trial: { vault: { url: "http://127.0.0.1:1" }, secrets } });
      await assert.rejects(moved.listKeys(options), { code: "authentication" });
      assert.equal(scene.vault.calls().length, before);
    } finally {
      await scene.stop();
    }
  });

  it("is found by its name", async () => {
    const pointer = { name: "bao", type: "vault", url: "https://bao.example", options: {} };
    const folder = mkdtempSync(join(tmpdir(), "countersign-vault-"));
    const found = await openService("bao", {
      configuration: { services: [pointer] },
      place: { ...place, environment: { COUNTERSIGN_STATE_DIR: folder } },
    });
    assert.deepEqual([found.name, found.origin], ["bao", "https://bao.example"]);
    rmSync(folder, { recursive: true });
  });

  it("offers the keys that are named, without listing any", async () => {
    const scene = await startVaultScene({ specs: ["p256"] });
    try {
      const service = await scene.open({ options: { keys: "p256, absent" } });
      assert.deepEqual(
        (await service.listKeys(options)).map(({ name }) => name),
        ["p256"],
      );
      assert.ok(!scene.vault.calls().some(({ target }) => target === "GET /v1/transit/keys"));
      assert.deepEqual(await service.pending(options), []);
      await assert.rejects(service.audit(options), { code: "service-denied" });
    } finally {
      await scene.stop();
    }
  });
});
