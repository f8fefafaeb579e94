import assert from "node:assert/strict";
import { referrersTag } from "../../../src/core/image/attachmentTag.ts";
import { manifestMediaTypes } from "../../../src/core/image/manifest.ts";
import type { Descriptor } from "../../../src/core/verdict/evidence.ts";
import {
  attach,
  failureOf,
  impatient,
  isEndless,
  neverAborted,
  pushImage,
  startScene,
  utf8,
  type Scene,
} from "../../helpers/registryScene.ts";

const bundle = "application/vnd.dev.sigstore.bundle.v0.3+json";

describe("referrers", () => {
  let scene: Scene;
  let image: Descriptor;
  before(async () => {
    scene = await startScene({ pageSize: 2 });
    image = await pushImage(scene.registry, scene.repository, "1");
    for (const text of ["a", "b", "c", "d", "e"])
      await attach(scene.registry, scene.repository, image, { artifactType: bundle, text });
  });
  after(() => scene.stop());
  beforeEach(() => scene.taken());
  afterEach(() => void scene.faults.splice(0));

  const ask = () => scene.client().referrers(scene.repository, image.digest, neverAborted);

  it("are listed over all pages, in one request a page and without a filter", async () => {
    const { from, descriptors } = await ask();
    assert.equal(from, "referrers");
    assert.equal(descriptors.length, 5);
    assert.ok(descriptors.every(({ artifactType }) => artifactType === bundle));
    const path = `GET /v2/acme/app/referrers/${image.digest}`;
    assert.deepEqual(scene.taken(), [path, `${path}?start=2`, `${path}?start=4`]);
  });

  it("are none where nothing refers to an image, which is an answer", async () => {
    const other = await pushImage(scene.registry, scene.repository, "2", "other");
    const { from, descriptors } = await scene.registry.referrers(scene.repository, other.digest, neverAborted);
    assert.deepEqual([from, descriptors], ["referrers", []]);
  });

  const page = { kind: "body" as const, body: JSON.stringify({ schemaVersion: 2, manifests: [] }) };
  const type = { "content-type": manifestMediaTypes.ociIndex };

  it("are not followed in a circle, without an end, or away from the registry", async () => {
    scene.faults.push({ path: /referrers/u, fault: { ...page, headers: { ...type, link: '<?start=1>; rel="next"' } } });
    assert.equal((await failureOf(ask())).code, "limit-reached");
    assert.equal(scene.taken().length, 2);
    let count = 0;
    scene.faults.splice(0, 1, {
      path: /referrers/u,
      fault: {
        ...page,
        headers: {
          ...type,
          get link() {
            return `<?start=${count++}>; rel="next"`;
          },
        },
      },
    });
    assert.equal((await failureOf(ask())).code, "limit-reached");
    assert.equal(scene.taken().length, 20);
    scene.faults.splice(0, 1, {
      path: /referrers/u,
      fault: { ...page, headers: { ...type, link: '<https://other.example/v2/>; rel="next"' } },
    });
    const error = await failureOf(ask());
    assert.equal(error.code, "registry-error");
    assert.match(error.message, /https:\/\/other\.example, which is not the registry/u);
    assert.equal(scene.taken().length, 1);
  });

  it("fail where a later page fails: half a list is none", async () => {
    scene.faults.push({ path: /start=2/u, fault: { kind: "status", status: 404 } });
    assert.equal((await failureOf(ask())).code, "registry-error");
  });

  it("fail where the list cannot be read", async () => {
    scene.faults.push({
      path: /referrers/u,
      fault: { kind: "body", headers: type, body: '{"manifests":[{"digest":"x"}]}' },
    });
    assert.equal((await failureOf(ask())).code, "registry-error");
  });

  it("fail where the repository does not exist, which is not a missing API", async () => {
    const body = JSON.stringify({ errors: [{ code: "NAME_UNKNOWN", message: "" }] });
    scene.faults.push({ path: /referrers/u, fault: { kind: "status", status: 404, body } });
    assert.equal((await failureOf(ask())).code, "image-not-found");
    assert.equal(scene.taken().length, 1);
  });

  for (const [what, fault, code] of [
    ["an error", { kind: "status", status: 500 }, "registry-error"],
    ["a refusal", { kind: "status", status: 403 }, "authentication"],
    ["a limit", { kind: "status", status: 429 }, "rate-limit"],
    ["a web page", { kind: "html" }, "registry-error"],
    ["silence", { kind: "stall" }, "timeout"],
  ] as const) {
    it(`fail after ${what}, without a second way`, async () => {
      scene.faults.push({ path: /referrers/u, fault });
      const registry = scene.client(isEndless(fault) ? impatient : {});
      assert.equal((await failureOf(registry.referrers(scene.repository, image.digest, neverAborted))).code, code);
      assert.ok(scene.taken().every((line) => line.includes("/referrers/")));
    });
  }

  for (const [what, fault] of [
    ["knows no such address", { kind: "status", status: 404, headers: { "content-type": "text/plain" } }],
    ["finds the request wrong", { kind: "status", status: 400 }],
    ["cannot answer in that type", { kind: "status", status: 406 }],
    ["answers in another type", { kind: "body", body: "[]", headers: { "content-type": "application/json" } }],
  ] as const) {
    it(`are read from the fallback tag where a registry ${what}`, async () => {
      scene.faults.push({ path: /referrers/u, fault });
      const { from, descriptors } = await ask();
      assert.deepEqual([from, descriptors], ["referrers-tag", []]);
    });
  }
});

describe("referrers without the API", () => {
  let scene: Scene;
  let image: Descriptor;
  before(async () => {
    scene = await startScene({ referrersApi: false });
    image = await pushImage(scene.registry, scene.repository, "1");
  });
  after(() => scene.stop());
  beforeEach(() => scene.taken());

  it("are asked for once per host, however much is asked at once", async () => {
    const registry = scene.client();
    const digests = ["a", "b", "c", "d"].map((digit) => `sha256:${digit.repeat(64)}`);
    await Promise.all(digests.map((digest) => registry.referrers(scene.repository, digest, neverAborted)));
    const asked = scene.taken();
    assert.equal(asked.filter((line) => line.includes("/referrers/")).length, 1);
    assert.equal(asked.filter((line) => line.includes("/manifests/sha256-")).length, 4);
  });

  it("do not wait for a caller who has given up", async () => {
    const registry = scene.client();
    scene.faults.push({ path: /referrers/u, fault: { kind: "stall" }, once: true });
    const controller = new AbortController();
    const first = failureOf(
      registry.referrers(scene.repository, `sha256:${"a".repeat(64)}`, { signal: controller.signal }),
    );
    const second = registry.referrers(scene.repository, `sha256:${"b".repeat(64)}`, neverAborted);
    while (scene.requests.length === 0) await new Promise(setImmediate);
    controller.abort();
    assert.equal((await first).code, "cancelled");
    assert.equal((await second).from, "referrers-tag");
  });

  it("are what the fallback tag lists, without the type that clients write there", async () => {
    const signature = await attach(scene.registry, scene.repository, image, {
      artifactType: bundle,
      text: "s",
      annotations: { a: "b" },
    });
    const { from, descriptors } = await scene.client().referrers(scene.repository, image.digest, neverAborted);
    assert.equal(from, "referrers-tag");
    const { artifactType: _, ...untyped } = signature;
    assert.deepEqual(descriptors, [{ ...untyped, annotations: { a: "b" } }]);
  });

  it("are none where the fallback tag is no index", async () => {
    const other = await pushImage(scene.registry, scene.repository, "2", "other");
    const bytes = utf8(
      JSON.stringify({ schemaVersion: 2, mediaType: manifestMediaTypes.ociManifest, config: other, layers: [] }),
    );
    await scene.registry.pushManifest(
      scene.repository,
      { bytes, mediaType: manifestMediaTypes.ociManifest, tag: referrersTag(other.digest) },
      neverAborted,
    );
    assert.deepEqual((await scene.registry.referrers(scene.repository, other.digest, neverAborted)).descriptors, []);
  });

  it("have a tag of at most 32 and 64 characters", () => {
    assert.equal(referrersTag(`sha256:${"a".repeat(64)}`), `sha256-${"a".repeat(64)}`);
    assert.equal(referrersTag(`sha512:${"b".repeat(128)}`), `sha512-${"b".repeat(64)}`);
  });
});
