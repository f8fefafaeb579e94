import assert from "node:assert/strict";
import { manifestMediaTypes } from "../../../src/core/image/manifest.ts";
import { referrersTag } from "../../../src/core/image/attachmentTag.ts";
import { digestOf } from "../../../src/core/image/contentDigest.ts";
import { createNodeWire } from "../../../src/adapters/registry/nodeWire.ts";
import type { Wire } from "../../../src/adapters/registry/wire.ts";
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

const artifactType = "application/vnd.dev.sigstore.bundle.v0.3+json";

async function digestsAt(scene: Scene, tag: string): Promise<string[]> {
  const manifest = await scene.client().manifest(scene.repository, tag, neverAborted);
  const index: { manifests: Descriptor[] } = JSON.parse(Buffer.from(manifest?.bytes ?? []).toString());
  return index.manifests.map(({ digest }) => digest).sort();
}

describe("pushing", () => {
  let scene: Scene;
  let image: Descriptor;
  before(async () => {
    scene = await startScene();
    image = await pushImage(scene.registry, scene.repository, "1");
  });
  after(() => scene.stop());
  beforeEach(() => scene.taken());
  afterEach(() => void scene.faults.splice(0));

  it("stores a blob in one piece, and only where the registry does not have it", async () => {
    const bytes = utf8("content of a blob");
    const blob = await scene.registry.pushBlob(scene.repository, bytes, "text/plain", neverAborted);
    assert.deepEqual(blob, { mediaType: "text/plain", digest: digestOf(bytes), size: bytes.length });
    assert.deepEqual(
      scene.taken().map((line) => line.split(" ")[0]),
      ["HEAD", "POST", "PUT"],
    );
    await scene.registry.pushBlob(scene.repository, bytes, "text/plain", neverAborted);
    assert.deepEqual(
      scene.taken().map((line) => line.split(" ")[0]),
      ["HEAD"],
    );
    assert.deepEqual(Buffer.from(await scene.registry.blob(scene.repository, blob, neverAborted)), Buffer.from(bytes));
  });

  it("leaves the list to a registry that keeps it", async () => {
    await attach(scene.registry, scene.repository, image, { artifactType, text: "s" });
    assert.ok(!scene.taken().some((line) => line.includes(referrersTag(image.digest))));
  });

  it("notices where a manifest is stored under another digest", async () => {
    const headers = { "docker-content-digest": `sha256:${"0".repeat(64)}` };
    scene.faults.push({ path: /manifests/u, method: "PUT", fault: { kind: "headers", headers } });
    assert.equal((await failureOf(pushImage(scene.registry, scene.repository, "2"))).code, "digest-mismatch");
  });

  for (const [what, fault, code] of [
    ["does not take it", { kind: "status", status: 403 }, "authentication"],
    ["is full", { kind: "status", status: 507 }, "registry-error"],
    ["finds it wrong", { kind: "status", status: 400 }, "registry-error"],
    ["sends it elsewhere", { kind: "redirect", location: "https://other.example/" }, "registry-error"],
  ] as const) {
    it(`fails where the registry ${what}`, async () => {
      scene.faults.push({ path: /manifests/u, method: "PUT", fault });
      assert.equal((await failureOf(pushImage(scene.registry, scene.repository, "2"))).code, code);
    });
  }
});

describe("pushing what refers, without the API", () => {
  let scene: Scene;
  let image: Descriptor;
  let tag: string;
  beforeEach(async () => {
    scene = await startScene({ referrersApi: false });
    image = await pushImage(scene.registry, scene.repository, "1");
    tag = referrersTag(image.digest);
    scene.taken();
  });
  afterEach(() => scene.stop());

  const push = (text: string) => attach(scene.registry, scene.repository, image, { artifactType, text });

  it("adds to the list and keeps what others wrote there, to the letter", async () => {
    const foreign = {
      mediaType: "m",
      digest: `sha256:${"f".repeat(64)}`,
      size: 1,
      platform: { os: "linux" },
      unknown: [1],
    };
    const bytes = utf8(
      JSON.stringify({ schemaVersion: 2, mediaType: manifestMediaTypes.ociIndex, manifests: [foreign] }),
    );
    await scene.registry.pushManifest(
      scene.repository,
      { bytes, mediaType: manifestMediaTypes.ociIndex, tag },
      neverAborted,
    );
    const pushed = await push("s");
    assert.deepEqual(await digestsAt(scene, tag), [pushed.digest, foreign.digest].sort());
    const stored = await scene.registry.manifest(scene.repository, tag, neverAborted);
    const index: { manifests: unknown[] } = JSON.parse(Buffer.from(stored?.bytes ?? []).toString());
    assert.deepEqual(
      index.manifests.find((entry) => JSON.stringify(entry).includes("linux")),
      foreign,
    );
  });

  it("writes on the condition that nobody else has, and adds to what they wrote", async () => {
    const digests = await Promise.all(["a", "b", "c"].map((text) => push(text)));
    assert.deepEqual(await digestsAt(scene, tag), digests.map(({ digest }) => digest).sort());
  });

  it("does not overwrite what another writer added between reading and writing", async () => {
    let other: Promise<Descriptor> | undefined;
    const direct = createNodeWire({ environment: {} });
    const interrupted: Wire = async (request, signal) => {
      if (request.method === "PUT" && request.url.pathname.endsWith(tag)) await (other ??= push("other"));
      return direct(request, signal);
    };
    const ours = await attach(scene.client({ wire: interrupted }), scene.repository, image, {
      artifactType,
      text: "ours",
    });
    assert.deepEqual(await digestsAt(scene, tag), [ours.digest, (await other)?.digest ?? ""].sort());
  });

  it("puts back what a registry without conditions let others lose", async () => {
    const first = await push("first");
    scene.taken();
    // The write is answered as done, and is not there afterwards: another writer came after us.
    scene.faults.push({
      path: new RegExp(`manifests/${tag}`, "u"),
      method: "PUT",
      fault: { kind: "status", status: 201 },
      once: true,
    });
    const second = await push("second");
    assert.deepEqual(await digestsAt(scene, tag), [first.digest, second.digest].sort());
  });

  it("gives up where the list never keeps it, and says so", async () => {
    scene.faults.push({
      path: new RegExp(`manifests/${tag}`, "u"),
      method: "PUT",
      fault: { kind: "status", status: 412 },
    });
    const error = await failureOf(push("s"));
    assert.equal(error.code, "registry-error");
    assert.match(error.message, /others change that list/u);
  });
});
