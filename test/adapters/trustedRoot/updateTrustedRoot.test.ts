import assert from "node:assert/strict";
import { createNodeWire } from "../../../src/adapters/registry/nodeWire.ts";
import { updateTrustedRoot, type UpdatedRoot } from "../../../src/adapters/trustedRoot/updateTrustedRoot.ts";
import { AppError } from "../../../src/application/errors.ts";
import { publicGoodRoot } from "../../../src/core/signature/publicGoodRoot.ts";
import { createTrialSigstore } from "../../../src/trial/sigstore/createTrialSigstore.ts";
import { createTufKey, serveFiles, tufFiles, tufRoot, type TufContent } from "../../helpers/tufRepository.ts";

const { signal } = new AbortController();
const wire = createNodeWire({ environment: {} });
const key = createTufKey();
const other = createTufKey();
const target = createTrialSigstore({ now: new Date("2026-11-21T12:00:00Z") }).trustedRoot;

async function update(content: Partial<TufContent> = {}, root = tufRoot(key, 1)): Promise<UpdatedRoot> {
  const served = await serveFiles(tufFiles({ key, target, ...content }));
  try {
    return await updateTrustedRoot({ mirror: served.url, root }, wire, { signal, userAgent: "test" });
  } finally {
    await served.stop();
  }
}

describe("updateTrustedRoot", () => {
  it("gives the root that the repository's keys vouch for", async () => {
    assert.equal((await update()).trustedRoot, target);
    assert.equal((await update({ version: 7 })).trustedRoot, target);
  });

  it("follows the keys of the repository from one root to the next", async () => {
    const laterRoots = [tufRoot(other, 2, [key, other])];
    const { trustedRoot, root } = await update({ key: other, laterRoots });
    assert.equal(trustedRoot, target);
    assert.equal(root, laterRoots[0]);
  });

  const refused: readonly (readonly [string, Partial<TufContent>, string?])[] = [
    ["is signed by other keys", { key: other }],
    ["has a next root that the keys before did not sign", { key: other, laterRoots: [tufRoot(other, 2)] }],
    ["has a next root with another number", { laterRoots: [tufRoot(key, 3)] }],
    ["has expired", { expires: "2020-01-01T00:00:00Z" }],
    ["has a root that has expired", {}, tufRoot(key, 1, [key], "2020-01-01T00:00:00Z")],
    ["describes another file", { described: publicGoodRoot().text }],
    ["describes a shorter file", { described: target.slice(0, -1) }],
    ["has something that is no trusted root", { target: "{}" }],
    ["has a root of trust that is none", {}, "{}"],
  ];
  for (const [what, content, root] of refused)
    it(`refuses a repository that ${what}`, async () => {
      const outcome = await update(content, root).catch((error: unknown) => error);
      assert.ok(outcome instanceof AppError, JSON.stringify(outcome).slice(0, 100));
      assert.equal(outcome.code, what.endsWith("a shorter file") ? "limit-reached" : "configuration");
    });

  it("reads no more than it may, and says where nothing answers", async () => {
    const files = tufFiles({ key, target });
    const served = await serveFiles(new Map([...files, ["/timestamp.json", " ".repeat(8 * 1024 * 1024)]]));
    const options = { signal, userAgent: "test" };
    const source = { mirror: served.url, root: tufRoot(key, 1) };
    await assert.rejects(
      updateTrustedRoot(source, wire, options),
      (error) => error instanceof AppError && error.code === "limit-reached",
    );
    await served.stop();
    await assert.rejects(
      updateTrustedRoot(source, wire, options),
      (error) => error instanceof AppError && error.code === "network",
    );
  });
});
