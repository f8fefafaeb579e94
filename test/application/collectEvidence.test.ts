import assert from "node:assert/strict";
import { collectEvidence, evidenceWithout } from "../../src/application/collectEvidence.ts";
import { createContentCache } from "../../src/application/contentCache.ts";
import { manifestMediaTypes } from "../../src/core/image/manifest.ts";
import type { ImageReference } from "../../src/core/image/reference.ts";
import type { Descriptor, Evidence } from "../../src/core/verdict/evidence.ts";
import { attach, impatient, neverAborted, pushImage, startScene, utf8, type Scene } from "../helpers/registryScene.ts";

const bundle = "application/vnd.dev.sigstore.bundle.v0.3+json";
const clock = { now: () => new Date("2026-01-02T03:04:05Z") };

/** Pushes what cosign's first format leaves under its tag. */
async function attachLegacy(scene: Scene, image: Descriptor, texts: readonly string[]): Promise<void> {
  const config = await scene.registry.pushBlob(
    scene.repository,
    utf8("{}"),
    "application/vnd.oci.image.config.v1+json",
    neverAborted,
  );
  const type = "application/vnd.dev.cosign.simplesigning.v1+json";
  const layers = await Promise.all(
    texts.map((text) => scene.registry.pushBlob(scene.repository, utf8(text), type, neverAborted)),
  );
  const mediaType = manifestMediaTypes.ociManifest;
  const bytes = utf8(JSON.stringify({ schemaVersion: 2, mediaType, config, layers }));
  const tag = `${image.digest.replace(":", "-")}.sig`;
  await scene.registry.pushManifest(scene.repository, { bytes, mediaType, tag }, neverAborted);
}

for (const referrersApi of [true, false]) {
  describe(`collectEvidence, ${referrersApi ? "with" : "without"} the referrers API`, () => {
    let scene: Scene;
    let signed: Descriptor;
    let unsigned: Descriptor;
    let legacy: Descriptor;
    before(async () => {
      scene = await startScene({ referrersApi });
      signed = await pushImage(scene.registry, scene.repository, "signed", "signed");
      unsigned = await pushImage(scene.registry, scene.repository, "unsigned", "unsigned");
      legacy = await pushImage(scene.registry, scene.repository, "legacy", "legacy");
      await attach(scene.registry, scene.repository, signed, { artifactType: bundle, text: '{"bundle":1}' });
      await attachLegacy(scene, legacy, ["one", "two"]);
      // A client learns of a missing API with its first image; the counts are those of the images after it.
      await scene.registry.referrers(scene.repository, unsigned.digest, neverAborted);
    });
    after(() => scene.stop());
    beforeEach(() => scene.taken());
    afterEach(() => void scene.faults.splice(0));

    const collect = (
      name: Pick<ImageReference, "tag" | "digest">,
      satisfied?: (evidence: Evidence) => boolean,
      content = createContentCache(),
    ) =>
      collectEvidence(
        { registry: scene.registry, clock, content },
        { ...scene.repository, ...name },
        satisfied === undefined ? neverAborted : { ...neverAborted, satisfied },
      );
    const hasBundle = ({ candidates }: Evidence): boolean => candidates.length > 0;
    const outcomes = ({ lookups }: Evidence) => lookups.map(({ kind, outcome }) => `${kind} ${outcome}`);
    const list = referrersApi ? "referrers" : "referrers-tag";

    it("costs four requests for a signed tag and three for its digest", async () => {
      const evidence = await collect({ tag: "signed" }, hasBundle);
      assert.equal(scene.taken().length, 4);
      assert.equal(evidence.image?.digest, signed.digest);
      assert.deepEqual(outcomes(evidence), ["image found", `${list} found`]);
      assert.equal(evidence.candidates[0]?.failure, undefined);
      assert.ok(Object.values(evidence.blobs).some((bytes) => Buffer.from(bytes).toString() === '{"bundle":1}'));
      assert.equal(evidence.lookups[0]?.at, "2026-01-02T03:04:05.000Z");
      await collect({ digest: signed.digest }, hasBundle);
      assert.equal(scene.taken().length, 3);
    });

    it("costs two requests where everything is known, and follows a tag that has moved", async () => {
      const known = { registry: scene.registry, clock, content: createContentCache(), lastDigests: new Map() };
      const again = () =>
        collectEvidence(known, { ...scene.repository, tag: "moving" }, { ...neverAborted, satisfied: hasBundle });
      await pushImage(scene.registry, scene.repository, "moving", "signed");
      const first = await again();
      scene.taken();
      assert.deepEqual(await again(), first);
      assert.equal(scene.taken().length, 2);
      await pushImage(scene.registry, scene.repository, "moving", "unsigned");
      const moved = await again();
      assert.equal(moved.image?.digest, unsigned.digest);
      assert.deepEqual(moved.candidates, []);
      // What refers to the former image is not asked for again.
      scene.faults.push({ path: new RegExp(signed.digest.slice(7), "u"), fault: { kind: "status", status: 500 } });
      assert.deepEqual(await again(), moved);
    });

    it("asks at once for what refers to the digest that a tag meant last, and only for a tag", async () => {
      const order: string[] = [];
      const { registry } = scene;
      const watched: typeof registry = {
        ...registry,
        async resolve(reference, options) {
          const found = await registry.resolve(reference, options);
          order.push("resolved");
          return found;
        },
        referrers(repository, digest, options) {
          order.push("referrers");
          return registry.referrers(repository, digest, options);
        },
      };
      const known = { registry: watched, clock, content: createContentCache(), lastDigests: new Map<string, string>() };
      const ask = async (name: Pick<ImageReference, "tag" | "digest">): Promise<readonly string[]> => {
        order.splice(0);
        await collectEvidence(known, { ...scene.repository, ...name }, { ...neverAborted, satisfied: hasBundle });
        return [...order];
      };
      assert.deepEqual(await ask({ digest: signed.digest }), ["referrers"]);
      assert.equal(known.lastDigests.size, 0);
      assert.deepEqual(await ask({ tag: "signed" }), ["resolved", "referrers"]);
      assert.deepEqual([...known.lastDigests.values()], [signed.digest]);
      assert.deepEqual(await ask({ tag: "signed" }), ["referrers", "resolved"]);
    });

    it("costs one more for a digest with a Notary signature, which covers the image's media type and size", async () => {
      const artifactType = "application/vnd.cncf.notary.signature";
      const image = await pushImage(scene.registry, scene.repository, "notary", "notary");
      await attach(scene.registry, scene.repository, image, {
        artifactType,
        text: "{}",
        mediaType: "application/jose+json",
      });
      scene.taken();
      const evidence = await collect({ digest: image.digest }, hasBundle);
      assert.equal(scene.taken().length, 4);
      assert.deepEqual(evidence.image, image);
      await collect({ tag: "notary" }, hasBundle);
      assert.equal(scene.taken().length, 4);
    });

    it("costs three requests for an unsigned tag, and for its digest", async () => {
      const evidence = await collect({ tag: "unsigned" }, hasBundle);
      assert.equal(scene.taken().length, 3);
      assert.deepEqual(outcomes(evidence), ["image found", `${list} absent`, "signature-tag absent"]);
      assert.deepEqual(evidence.candidates, []);
      await collect({ digest: unsigned.digest }, hasBundle);
      assert.equal(scene.taken().length, 3);
    });

    it("says that a digest does not exist, although nothing refers to it either", async () => {
      const absent = `sha256:${"0".repeat(64)}`;
      const evidence = await collect({ digest: absent });
      assert.equal(evidence.image, undefined);
      assert.ok(evidence.lookups.some(({ kind, failure }) => kind === "image" && failure?.code === "image-not-found"));
    });

    it("costs only the mutable look-ups for a known image", async () => {
      const content = createContentCache();
      await collect({ tag: "signed" }, hasBundle, content);
      scene.taken();
      const again = await collect({ tag: "signed" }, hasBundle, content);
      assert.equal(scene.taken().length, 2);
      assert.equal(Object.keys(again.blobs).length, 2);
    });

    it("asks for the signature tag where what was found does not suffice", async () => {
      const evidence = await collect({ tag: "legacy" }, () => false);
      assert.equal(scene.taken().length, 5);
      assert.deepEqual(outcomes(evidence), ["image found", `${list} absent`, "signature-tag found"]);
      assert.deepEqual(
        evidence.candidates.map(({ from }) => from),
        ["signature-tag"],
      );
      assert.equal(Object.keys(evidence.blobs).length, 3);
      assert.deepEqual(outcomes(await collect({ tag: "signed" }, () => false)), [
        "image found",
        `${list} found`,
        "signature-tag absent",
      ]);
    });

    it("says that an image does not exist, and asks no more", async () => {
      const evidence = await collect({ tag: "absent" });
      assert.deepEqual(outcomes(evidence), ["image absent"]);
      assert.equal(evidence.lookups[0]?.failure?.code, "image-not-found");
      assert.equal(scene.taken().length, 1);
    });

    it("records a failed look-up as failed, never as absent", async () => {
      scene.faults.push({ path: /manifests\/signed/u, fault: { kind: "status", status: 500 } });
      assert.deepEqual(outcomes(await collect({ tag: "signed" })), ["image failed"]);
      scene.faults.splice(0, 1, { path: /referrers|sha256-[0-9a-f]+$/u, fault: { kind: "status", status: 500 } });
      assert.deepEqual(outcomes(await collect({ tag: "signed" })), [
        "image found",
        "referrers failed",
        "signature-tag absent",
      ]);
      scene.faults.splice(0, 1, { path: /referrers|sha256-[0-9a-f]+$/u, fault: { kind: "status", status: 429 } });
      assert.deepEqual(outcomes(await collect({ tag: "signed" })), ["image found", "referrers failed"]);
      scene.faults.splice(0, 1, { path: /\.sig$/u, fault: { kind: "stall" } });
      const hasty = { registry: scene.client(impatient), clock };
      const { lookups } = await collectEvidence(hasty, { ...scene.repository, digest: unsigned.digest }, neverAborted);
      assert.equal(lookups.find(({ kind }) => kind === "signature-tag")?.failure?.code, "timeout");
    });

    it("records what could not be had of a candidate", async () => {
      scene.faults.push({ path: /blobs\//u, fault: { kind: "body", body: "lie" } });
      const lied = await collect({ tag: "signed" });
      assert.equal(lied.candidates[0]?.failure?.code, "digest-mismatch");
      assert.equal(
        lied.candidates[0]?.descriptor.size,
        lied.blobs[lied.candidates[0]?.descriptor.digest ?? ""]?.length,
      );
      scene.faults.splice(0, 1, { path: /manifests\/sha256:/u, fault: { kind: "status", status: 404 } });
      assert.equal((await collect({ tag: "signed" })).candidates[0]?.failure?.code, "registry-error");
    });

    it("ends with what it has when it is cancelled", async () => {
      scene.faults.push({ path: /blobs\//u, fault: { kind: "stall" } });
      const controller = new AbortController();
      const collecting = collectEvidence(
        { registry: scene.client(), clock },
        { ...scene.repository, tag: "signed" },
        { signal: controller.signal },
      );
      while (!scene.requests.some(({ path }) => path.includes("/blobs/"))) await new Promise(setImmediate);
      controller.abort();
      const evidence = await collecting;
      assert.equal(evidence.candidates[0]?.failure?.code, "cancelled");
      assert.equal(evidence.lookups.at(-1)?.failure?.code, "cancelled");
    });
  });
}

describe("collectEvidence, of a Notary signature that a list calls something else", () => {
  it("looks up the image's media type and size all the same", async () => {
    const scene = await startScene({ referrersApi: false });
    try {
      const { registry, repository } = scene;
      const image = await pushImage(registry, repository, "1");
      const subject = await pushImage(registry, repository, "2", "another");
      const artifactType = "application/vnd.cncf.notary.signature";
      await attach(registry, repository, subject, { artifactType, text: "{}", mediaType: "application/jose+json" });
      const [signature] = (await registry.referrers(repository, subject.digest, neverAborted)).descriptors;
      const mediaType = manifestMediaTypes.ociIndex;
      const manifests = [{ ...signature, artifactType: "application/vnd.oci.empty.v1+json" }];
      const bytes = utf8(JSON.stringify({ schemaVersion: 2, mediaType, manifests }));
      const tag = image.digest.replace(":", "-");
      await registry.pushManifest(repository, { bytes, mediaType, tag }, neverAborted);
      const evidence = await collectEvidence(
        { registry, clock },
        { ...repository, digest: image.digest },
        neverAborted,
      );
      assert.equal(evidence.candidates.length, 1);
      assert.deepEqual(evidence.image, image);
    } finally {
      await scene.stop();
    }
  });
});

describe("collectEvidence, with many referrers", () => {
  let scene: Scene;
  let image: Descriptor;
  beforeEach(async () => {
    scene = await startScene();
    image = await pushImage(scene.registry, scene.repository, "1");
  });
  afterEach(() => scene.stop());
  const collect = () =>
    collectEvidence({ registry: scene.registry, clock }, { ...scene.repository, digest: image.digest }, neverAborted);

  it("fetches no more than fifty, signatures first, and says which it left out", async () => {
    const predicate = "dev.sigstore.bundle.predicateType";
    const attest = (index: number) =>
      attach(scene.registry, scene.repository, image, {
        artifactType: bundle,
        text: `a${index}`,
        annotations: { [predicate]: "https://slsa.dev/provenance/v1" },
      });
    for (let index = 0; index < 55; index++) await attest(index);
    const annotations = { [predicate]: "https://sigstore.dev/cosign/sign/v1" };
    const signature = await attach(scene.registry, scene.repository, image, {
      artifactType: bundle,
      text: "s",
      annotations,
    });
    const { candidates } = await collect();
    assert.equal(candidates.length, 56);
    assert.equal(candidates[0]?.descriptor.digest, signature.digest);
    assert.deepEqual(
      candidates.map(({ failure }) => failure?.code),
      [...Array<undefined>(50).fill(undefined), ...Array<string>(6).fill("limit-reached")],
    );
  });

  it("lists fifty things that carry no signature, and no more", async () => {
    const before = (await collect()).others ?? [];
    for (let index = 0; index < 51; index++)
      await attach(scene.registry, scene.repository, image, {
        artifactType: "application/spdx+json",
        text: `${index}`,
      });
    const { others = [], candidates } = await collect();
    assert.deepEqual([before.length, others.length, candidates.length], [0, 50, 0]);
    assert.ok(others.every(({ artifactType }) => artifactType === "application/spdx+json"));
  });

  it("spends nothing on what carries no signature", async () => {
    await attach(scene.registry, scene.repository, image, { artifactType: "application/spdx+json", text: "{}" });
    scene.taken();
    assert.deepEqual((await collect()).candidates, []);
    assert.equal(scene.taken().length, 3);
  });

  it("fetches no more than 64 MiB for an image", async () => {
    const mediaType = "application/vnd.dev.cosign.simplesigning.v1+json";
    const layers = ["a", "b", "c"].map((digit) => ({
      mediaType,
      digest: `sha256:${digit.repeat(64)}`,
      size: 30 * 1024 * 1024,
    }));
    const bytes = utf8(JSON.stringify({ schemaVersion: 2, mediaType: manifestMediaTypes.ociManifest, layers }));
    const tag = `${image.digest.replace(":", "-")}.sig`;
    await scene.registry.pushManifest(
      scene.repository,
      { bytes, mediaType: manifestMediaTypes.ociManifest, tag },
      neverAborted,
    );
    scene.taken();
    await collect();
    assert.equal(scene.taken().filter((line) => line.includes("/blobs/")).length, 2);
  });

  it("reads a hundred layers of a signature tag, and says that there are more", async () => {
    await attachLegacy(
      scene,
      image,
      Array.from({ length: 101 }, (_, index) => `${index}`),
    );
    const { candidates, blobs } = await collect();
    assert.equal(candidates[0]?.failure?.code, "limit-reached");
    assert.equal(Object.keys(blobs).length, 101);
  });
});

describe("evidenceWithout", () => {
  const repository = { registry: "registry.example", repository: "acme/app" };
  const failure = { code: "offline", message: "No." } as const;
  const digest = `sha256:${"5".repeat(64)}`;
  for (const [name, kind, target] of [
    [{ tag: "1" }, "image", "registry.example/acme/app:1"],
    [{ digest }, "referrers", `registry.example/acme/app@${digest}`],
  ] as const)
    it(`says of ${target} why nothing was asked`, () =>
      assert.deepEqual(evidenceWithout({ ...repository, ...name }, failure, clock), {
        reference: target,
        lookups: [{ kind, target, at: "2026-01-02T03:04:05.000Z", outcome: "failed", failure }],
        candidates: [],
        blobs: {},
      }));
});
