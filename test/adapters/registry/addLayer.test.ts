import assert from "node:assert/strict";
import { createNodeWire } from "../../../src/adapters/registry/nodeWire.ts";
import type { Wire } from "../../../src/adapters/registry/wire.ts";
import type { Registry } from "../../../src/application/ports.ts";
import { signatureTag } from "../../../src/core/image/attachmentTag.ts";
import { parseManifest } from "../../../src/core/image/manifest.ts";
import { simpleSigningLayer, simpleSigningManifest } from "../../../src/core/sign/simpleSigning.ts";
import type { Descriptor } from "../../../src/core/verdict/evidence.ts";
import {
  attach,
  failureOf,
  neverAborted,
  pushImage,
  startScene,
  utf8,
  type Scene,
} from "../../helpers/registryScene.ts";
import { describeWithPeers } from "../../peers/peers.ts";

const payload = utf8("payload");
type Place = Scene["repository"];

/** Adds a signature over the one payload that all signers of an image sign. */
async function add(registry: Registry, place: Place, tag: string, signature: string): Promise<Descriptor> {
  const envelope = simpleSigningLayer(payload, utf8(signature), undefined);
  const { config, manifest } = simpleSigningManifest(envelope.descriptor);
  for (const { bytes, descriptor } of [envelope, config])
    await registry.pushBlob(place, bytes, descriptor.mediaType, neverAborted);
  return registry.addLayer(place, { tag, layer: envelope.descriptor, first: manifest }, neverAborted);
}

async function signaturesAt(registry: Registry, place: Place, tag: string): Promise<readonly string[]> {
  const stored = await registry.manifest(place, tag, neverAborted);
  const manifest = parseManifest(stored?.bytes ?? utf8("{}")).value;
  const layers = manifest?.kind === "manifest" ? manifest.layers : [];
  return layers.map(({ annotations }) =>
    Buffer.from(annotations?.["dev.cosignproject.cosign/signature"] ?? "", "base64").toString(),
  );
}

describe("adding a signature under a tag", () => {
  let scene: Scene;
  let tag: string;
  beforeEach(async () => {
    scene = await startScene({ client: { limits: { settleMs: 1 } } });
    tag = signatureTag((await pushImage(scene.registry, scene.repository, "1")).digest);
  });
  afterEach(() => scene.stop());
  const at = () => signaturesAt(scene.registry, scene.repository, tag);

  it("is after those of others, whose layers and members stay as they are", async () => {
    await add(scene.registry, scene.repository, tag, "first");
    const stored = await scene.registry.manifest(scene.repository, tag, neverAborted);
    const manifest: { layers: object[] } = JSON.parse(Buffer.from(stored!.bytes).toString());
    const changed = { ...manifest, annotations: { own: "kept" }, layers: [{ ...manifest.layers[0], foreign: [1] }] };
    const { mediaType } = stored!.descriptor;
    await scene.registry.pushManifest(
      scene.repository,
      { bytes: utf8(JSON.stringify(changed)), mediaType, tag },
      neverAborted,
    );
    const added = await add(scene.registry, scene.repository, tag, "second");
    const after = await scene.registry.manifest(scene.repository, tag, neverAborted);
    assert.equal(after?.descriptor.digest, added.digest);
    const now: typeof changed = JSON.parse(Buffer.from(after!.bytes).toString());
    assert.deepEqual([now.annotations, now.layers[0]], [changed.annotations, changed.layers[0]]);
    assert.deepEqual(await at(), ["first", "second"]);
  });

  it("is not there twice when it is added twice", async () => {
    await add(scene.registry, scene.repository, tag, "one");
    await add(scene.registry, scene.repository, tag, "one");
    assert.deepEqual(await at(), ["one"]);
  });

  it("loses none of several signers at once", async () => {
    const names = ["a", "b", "c", "d"];
    await Promise.all(names.map((name) => add(scene.client(), scene.repository, tag, name)));
    assert.deepEqual((await at()).toSorted(), names);
  });

  it("puts back what a slower writer dropped after it was seen", async () => {
    await add(scene.registry, scene.repository, tag, "first");
    const before = await scene.registry.manifest(scene.repository, tag, neverAborted);
    const { mediaType } = before!.descriptor;
    const direct = createNodeWire({ environment: {} });
    let readsAfterWriting = -1;
    // Another writer had read before us, and writes after our first look at what we wrote.
    const interrupted: Wire = async (request, signal) => {
      const own = request.url.pathname.endsWith(tag);
      if (own && request.method === "PUT") readsAfterWriting = Math.max(readsAfterWriting, 0);
      if (own && request.method === "GET" && readsAfterWriting >= 0 && ++readsAfterWriting === 2)
        await scene.registry.pushManifest(scene.repository, { bytes: before!.bytes, mediaType, tag }, neverAborted);
      return direct(request, signal);
    };
    await add(scene.client({ wire: interrupted }), scene.repository, tag, "ours");
    assert.deepEqual(await at(), ["first", "ours"]);
    assert.ok(readsAfterWriting > 2);
  });

  it("says so where the registry does not take it", async () => {
    scene.faults.push({ path: /manifests/u, method: "PUT", fault: { kind: "status", status: 403 } });
    assert.equal((await failureOf(add(scene.registry, scene.repository, tag, "x"))).code, "authentication");
  });
});

describeWithPeers(
  "several signers at once on docker-registry, which knows no conditions",
  ["docker-registry"],
  (peers) => {
    const names = ["a", "b", "c", "d", "e", "f"];
    let scene: Scene;
    let place: Place;
    let image: Descriptor;
    beforeEach(async () => {
      scene = await startScene();
      place = { registry: (await peers.startRegistry()).host, repository: "acme/app" };
      image = await pushImage(scene.registry, place, "1");
    });
    afterEach(() => scene.stop());

    it("lose no signature under the signature tag", async () => {
      const tag = signatureTag(image.digest);
      await Promise.all(names.map((name) => add(scene.client(), place, tag, name)));
      assert.deepEqual((await signaturesAt(scene.registry, place, tag)).toSorted(), names);
    });

    it("lose no entry of the list of referrers", async () => {
      const artifactType = "application/vnd.dev.sigstore.bundle.v0.3+json";
      const pushed = await Promise.all(
        names.map((text) => attach(scene.client(), place, image, { artifactType, text })),
      );
      const { descriptors } = await scene.client().referrers(place, image.digest, neverAborted);
      assert.deepEqual(
        descriptors.map(({ digest }) => digest).toSorted(),
        pushed.map(({ digest }) => digest).toSorted(),
      );
    });
  },
);
