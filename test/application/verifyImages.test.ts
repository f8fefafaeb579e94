import assert from "node:assert/strict";
import type { Registry } from "../../src/application/ports.ts";
import { verifyImage } from "../../src/application/verifyImage.ts";
import { verifyImages } from "../../src/application/verifyImages.ts";
import { parseReference, type ImageReference } from "../../src/core/image/reference.ts";
import type { TrustPolicy } from "../../src/core/policy/policy.ts";
import type { Evidence } from "../../src/core/verdict/evidence.ts";
import type { Verdict } from "../../src/core/verdict/verdict.ts";
import { impatient, isEndless, neverAborted, pushImage, startScene, type Scene } from "../helpers/registryScene.ts";

const clock = { now: () => new Date("2026-01-02T03:04:05Z") };
const nobody: TrustPolicy = { rules: [], problems: [] };
const material = { trustedRoots: [] };

function reference(text: string): ImageReference {
  const { value } = parseReference(text);
  assert.ok(value);
  return value;
}

describe("verifyImages", () => {
  let scene: Scene;
  before(async () => {
    scene = await startScene();
    await pushImage(scene.registry, scene.repository, "1");
    await pushImage(scene.registry, scene.repository, "2", "two");
  });
  after(() => scene.stop());
  beforeEach(() => scene.taken());
  afterEach(() => void scene.faults.splice(0));

  const verify = (
    names: readonly string[],
    options: Partial<Parameters<typeof verifyImages>[4]> = {},
    registry: Registry = scene.registry,
  ) =>
    verifyImages(
      { registry, clock },
      names.map((name) => reference(`${scene.host}/acme/app:${name}`)),
      nobody,
      material,
      { ...neverAborted, ...options },
    );
  const states = (verdicts: ReadonlyMap<string, Verdict>) =>
    [...verdicts.values()].map(({ state, reason }) => (state === "unknown" ? reason.code : state));

  it("judges by evidence without asking, and no platform by what is about its index", async () => {
    const kept = new Map<string, Evidence>();
    const onVerdict = (verdict: Verdict, evidence: Evidence) => void kept.set(verdict.reference, evidence);
    const before = await verify(["1"], { onVerdict, exhaustive: true });
    scene.taken();
    assert.deepEqual(states(await verify(["1", "2"], { evidence: kept })), ["unsigned", "offline"]);
    const [evidence] = kept.values();
    assert.ok(evidence?.image !== undefined && before.size === 1);
    const { verdict } = await verifyImage(
      { registry: scene.registry, clock },
      reference(`${scene.host}/acme/app:1`),
      { policy: nobody, material },
      { ...neverAborted, evidence: kept },
      { ...evidence.image, digest: `sha256:${"1".repeat(64)}` },
    );
    assert.deepEqual([verdict.state, verdict.reason.code], ["unknown", "offline"]);
    assert.deepEqual(scene.taken(), []);
  });

  it("gives others their turn while it judges many without waiting for anybody", async () => {
    let isTurn = false;
    let before = 0;
    setImmediate(() => (isTurn = true));
    const names = Array.from({ length: 300 }, (_, index) => `tag${index}`);
    const onVerdict = (): void => void (isTurn || before++);
    const verdicts = await verify(names, { offline: true, onVerdict });
    assert.equal(verdicts.size, 300);
    assert.ok(before < 200, `${before} verdicts without a turn`);
  });

  it("asks identical references once, and answers in their order", async () => {
    const seen: string[] = [];
    const verdicts = await verify(["2", "1", "2", "absent", "1"], {
      onVerdict: (verdict) => seen.push(verdict.reference),
    });
    assert.deepEqual(
      [...verdicts.keys()],
      ["2", "1", "absent"].map((name) => `${scene.host}/acme/app:${name}`),
    );
    assert.deepEqual(states(verdicts), ["unsigned", "unsigned", "image-not-found"]);
    assert.equal(seen.length, 3);
    assert.equal(scene.taken().length, 3 + 3 + 1);
  });

  it("finds out early, and once, whether a registry of many images has the referrers API", async () => {
    const many = Array.from({ length: 8 }, (_, index) => `absent-${index}`);
    const probes = () => scene.taken().filter((request) => request.includes(`/referrers/sha256:${"0".repeat(64)}`));
    await verify(many.slice(1), {}, scene.client());
    assert.equal(probes().length, 0);
    const registry = scene.client();
    await verify(many, {}, registry);
    await verify(many, {}, registry);
    assert.equal(probes().length, 1);
    await verify(many, { offline: true }, scene.client());
    assert.equal(probes().length, 0);
  });

  it("asks nothing offline", async () => {
    assert.deepEqual(states(await verify(["1"], { offline: true })), ["offline"]);
    assert.deepEqual(scene.taken(), []);
  });

  it("asks nothing when it is cancelled, and stops what it has begun", async () => {
    assert.deepEqual(states(await verify(["1"], { signal: AbortSignal.abort() })), ["cancelled"]);
    assert.deepEqual(scene.taken(), []);
    scene.faults.push({ path: /manifests/u, fault: { kind: "stall" } });
    const controller = new AbortController();
    const verifying = verify(["1", "2"], { signal: controller.signal }, scene.client());
    while (scene.requests.length < 2) await new Promise(setImmediate);
    controller.abort();
    assert.deepEqual(states(await verifying), ["cancelled", "cancelled"]);
  });

  it("gives an image its time and no more", async () => {
    scene.faults.push({ path: /manifests\/1/u, fault: { kind: "stall" } });
    const verdicts = await verify(["1"], { limitMs: 100 });
    assert.deepEqual(states(verdicts), ["timeout"]);
    assert.match([...verdicts.values()][0]?.reason.message ?? "", /within 0\.1 seconds/u);
  });

  it("does not let one image hold up the others", async () => {
    scene.faults.push({ path: /manifests\/1/u, fault: { kind: "stall" } });
    const controller = new AbortController();
    const verdicts = await verify(["1", "2"], { signal: controller.signal, onVerdict: () => controller.abort() });
    assert.deepEqual(states(verdicts), ["cancelled", "unsigned"]);
  });

  for (const [what, fault, code] of [
    ["an error", { kind: "status", status: 500 }, "registry-error"],
    ["a refusal", { kind: "status", status: 401 }, "authentication"],
    ["a limit", { kind: "status", status: 429 }, "rate-limit"],
    ["silence", { kind: "stall" }, "timeout"],
    ["a web page", { kind: "html" }, "registry-error"],
    ["a closed connection", { kind: "close" }, "network"],
  ] as const) {
    for (const path of [/manifests\/1/u, /referrers/u, /\.sig$/u]) {
      it(`never takes ${what} on ${path.source} for "not signed"`, async () => {
        scene.faults.push({ path, fault });
        assert.deepEqual(states(await verify(["1"], {}, scene.client(isEndless(fault) ? impatient : {}))), [code]);
      });
    }
  }
});
