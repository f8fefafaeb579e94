import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readPublicGoodRoot, rootFolder, storePublicGoodRoot } from "../../../src/adapters/trustedRoot/storedRoot.ts";
import { publicGoodRoot } from "../../../src/core/signature/publicGoodRoot.ts";

describe("the stored trusted root", () => {
  let home: string;
  beforeEach(() => void (home = mkdtempSync(join(tmpdir(), "countersign-root-"))));
  afterEach(() => rmSync(home, { recursive: true }));
  const place = () => ({ environment: { HOME: home }, platform: "linux" });

  it("takes the place of the one that the program carries, with its date", async () => {
    assert.deepEqual(await readPublicGoodRoot(place()), publicGoodRoot());
    const path = await storePublicGoodRoot(place(), "a root", new Date("2026-11-20T10:00:00Z"));
    assert.deepEqual(await readPublicGoodRoot(place()), {
      name: publicGoodRoot().name,
      text: "a root",
      source: path,
      date: "2026-11-20T10:00:00.000Z",
    });
    if (process.platform !== "win32") assert.equal(statSync(path).mode & 0o077, 0);
  });

  it("does not where it is older than that, or cannot be read", async () => {
    await storePublicGoodRoot(place(), "a root", new Date("2026-08-20T10:00:00Z"));
    assert.equal((await readPublicGoodRoot(place())).source, "built in");
    for (const text of [
      "",
      "{",
      "[]",
      '{"updatedAt":"2026-11-20T10:00:00Z"}',
      '{"trustedRoot":"x"}',
      '{"updatedAt":"x","trustedRoot":"x"}',
    ]) {
      mkdirSync(rootFolder(place()), { recursive: true });
      writeFileSync(join(rootFolder(place()), "root.json"), text);
      assert.equal((await readPublicGoodRoot(place())).source, "built in", text);
    }
  });

  it("has the platform's place for a user's data", () => {
    const at = (platform: string, more: Record<string, string> = {}) =>
      rootFolder({ environment: { HOME: "/home/jane", ...more }, platform });
    assert.equal(at("linux"), "/home/jane/.local/share/countersign/trust");
    assert.equal(at("linux", { XDG_DATA_HOME: "/data" }), "/data/countersign/trust");
    assert.equal(at("linux", { XDG_DATA_HOME: "data" }), "/home/jane/.local/share/countersign/trust");
    assert.equal(at("darwin"), "/home/jane/Library/Application Support/countersign/trust");
  });
});
