import assert from "node:assert/strict";
import { readTrustMaterial } from "../../src/application/trustMaterial.ts";
import { emptyConfiguration } from "../../src/core/policy/configuration.ts";
import { memoryFiles } from "../helpers/memoryFiles.ts";

const { signal } = new AbortController();
const builtIn = { name: "public", text: "{}", source: "built in", date: "2026-01-01T00:00:00Z" };
const named = { name: "given.json", text: "{}", source: "given.json" };
const configuration = {
  ...emptyConfiguration,
  trustedRoots: [
    { name: "acme", file: "acme.json", isDefault: true },
    { name: "gone", file: "gone.json", isDefault: false },
    { name: "locked", file: "locked.json", isDefault: false },
  ],
};
const files = memoryFiles({ "acme.json": "{}", "locked.json": undefined });

describe("readTrustMaterial", () => {
  it("adds the configuration's roots, and its default replaces the built-in one", async () => {
    const given = { trustedRoots: [builtIn], defaultRoot: "public" };
    const { material, problems } = await readTrustMaterial(files, configuration, given, { signal });
    assert.equal(material.defaultRoot, "acme");
    assert.deepEqual(
      material.trustedRoots.map(({ name, source }) => [name, source]),
      [
        ["acme", "acme.json"],
        ["public", "built in"],
      ],
    );
    assert.deepEqual(
      problems.map(({ code, file }) => [code, file]),
      [
        ["file-unreadable", "gone.json"],
        ["file-unreadable", "locked.json"],
      ],
    );
  });

  it("keeps a default that somebody named", async () => {
    const given = { trustedRoots: [named], defaultRoot: "given.json" };
    const { material } = await readTrustMaterial(files, configuration, given, { signal });
    assert.equal(material.defaultRoot, "given.json");
  });

  it("keeps a default whose file is missing, so that nothing else is judged by instead", async () => {
    const missing = { ...configuration, trustedRoots: [{ name: "x", file: "gone.json", isDefault: true }] };
    const given = { trustedRoots: [builtIn], defaultRoot: "public" };
    const { material } = await readTrustMaterial(files, missing, given, { signal });
    assert.equal(material.defaultRoot, "x");
  });

  it("changes nothing without a configuration", async () => {
    const given = { trustedRoots: [builtIn], defaultRoot: "public" };
    assert.deepEqual((await readTrustMaterial(files, emptyConfiguration, given, { signal })).material, given);
  });
});
