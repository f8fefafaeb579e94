import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createNodeFiles } from "../../src/adapters/files/nodeFiles.ts";
import { noCredentials } from "../../src/adapters/registry/credentials.ts";
import { createRegistry } from "../../src/adapters/registry/registry.ts";
import { createTrialService } from "../../src/adapters/services/trial.ts";
import { inspectWorkspace, type InspectedWorkspace } from "../../src/application/inspectWorkspace.ts";
import { createSample, type Sample } from "../../src/trial/sample.ts";
import { startTrial, type Trial } from "../../src/trial/startTrial.ts";

const { signal } = new AbortController();

describe("the sample workspace", () => {
  let folder: string;
  let trial: Trial;
  let sample: Sample;
  let inspected: InspectedWorkspace;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "countersign-sample-"));
    trial = await startTrial();
    const service = createTrialService({ url: trial.service.url, secret: trial.service.secrets.dev });
    sample = await createSample({
      folder,
      trial: { registry: trial.registry, keys: trial.service.keys },
      service,
      signal,
    });
    const log = { info: () => undefined, warn: () => undefined };
    inspected = await inspectWorkspace(
      {
        files: createNodeFiles({ root: folder, accepts: () => true }),
        registry: createRegistry({ credentials: noCredentials, userAgent: "test", log }),
        clock: { now: () => new Date() },
      },
      { signal, material: { trustedRoots: [] } },
    );
  });
  after(async () => {
    await Promise.all([trial.stop(), rm(folder, { recursive: true })]);
  });

  it("is read without problems", () => assert.deepEqual(inspected.problems, []));

  it("shows each image in the verdict that it is made for, and no others", () => {
    const seen = [...inspected.verdicts].map(
      ([reference, { state, reason }]) => `${reference} ${state} (${reason.code})`,
    );
    const expected = sample.images.map(({ reference, state }) => `${reference} ${state} (`);
    for (const start of expected)
      assert.ok(
        seen.some((text) => text.startsWith(start)),
        `${start}\n${seen.join("\n")}`,
      );
    assert.equal(seen.length, expected.length, seen.join("\n"));
    assert.deepEqual(
      new Set(sample.images.map(({ state }) => state)),
      new Set(["verified", "untrusted", "invalid", "unsigned", "unknown"]),
    );
  });

  it("gives each rule something to point at", () => {
    const rules = new Set(inspected.findings.map(({ rule }) => rule));
    assert.deepEqual([...rules].toSorted(), [
      "docker-content-trust",
      "image-invalid",
      "image-unknown",
      "image-unsigned",
      "image-untrusted",
      "image-without-digest",
      "sign-by-tag",
      "verify-any-identity",
    ]);
  });

  it("names who signed", () => {
    const signers = [...inspected.verdicts.values()].flatMap(({ signatures }) =>
      signatures.map(({ signer }) => signer?.identity),
    );
    assert.ok(signers.includes("https://github.com/acme/shop/.github/workflows/release.yml@refs/tags/v2.0.1"));
    assert.ok(signers.includes("jane@example.com"));
    assert.ok(signers.includes("dev"));
  });
});
