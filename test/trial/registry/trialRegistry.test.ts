import assert from "node:assert/strict";
import { request } from "node:http";
import { digestOf } from "../../../src/core/image/contentDigest.ts";
import { manifestMediaTypes } from "../../../src/core/image/manifest.ts";
import type { Descriptor } from "../../../src/core/verdict/evidence.ts";
import { startTrialRegistry, type TrialRegistry } from "../../../src/trial/registry/trialRegistry.ts";
import { attach, pushImage, startScene, utf8, type Scene } from "../../helpers/registryScene.ts";

describe("startTrialRegistry", () => {
  let scene: Scene;
  let image: Descriptor;
  before(async () => {
    scene = await startScene({ pageSize: 1 });
    image = await pushImage(scene.registry, scene.repository, "1");
  });
  after(() => scene.stop());
  const at = (path: string, init?: RequestInit): Promise<Response> =>
    fetch(`http://${scene.host}/v2/acme/app/${path}`, init);

  it("filters referrers by type and says so, page by page", async () => {
    for (const text of ["a", "b"]) await attach(scene.registry, scene.repository, image, { artifactType: "x/y", text });
    await attach(scene.registry, scene.repository, image, { artifactType: "z/z", text: "c" });
    const answer = await at(`referrers/${image.digest}?artifactType=x%2Fy`);
    assert.equal(answer.headers.get("oci-filters-applied"), "artifactType");
    assert.equal(answer.headers.get("content-type"), manifestMediaTypes.ociIndex);
    assert.equal(
      answer.headers.get("link"),
      `</v2/acme/app/referrers/${image.digest}?artifactType=x%2Fy&start=1>; rel="next"`,
    );
  });

  it("says that it took note of a subject", async () => {
    const body = JSON.stringify({ schemaVersion: 2, config: image, layers: [], subject: image });
    const answer = await at(`manifests/${digestOf(utf8(body))}`, { method: "PUT", body });
    assert.equal(answer.status, 201);
    assert.equal(answer.headers.get("oci-subject"), image.digest);
  });

  for (const [what, path, init, status] of [
    [
      "a manifest under another digest",
      `manifests/sha256:${"0".repeat(64)}`,
      { method: "PUT", body: '{"layers":[]}' },
      400,
    ],
    ["what is no manifest", "manifests/x", { method: "PUT", body: "x" }, 400],
    ["a manifest that is too large", "manifests/x", { method: "PUT", body: " ".repeat(5 * 1024 * 1024) }, 413],
    [
      "a blob under another digest",
      `blobs/uploads/?digest=sha256:${"0".repeat(64)}`,
      { method: "POST", body: "x" },
      400,
    ],
    [
      "a tag that has changed",
      "manifests/1",
      { method: "PUT", body: '{"layers":[]}', headers: { "if-match": '"x"' } },
      412,
    ],
    [
      "a tag that exists",
      "manifests/1",
      { method: "PUT", body: '{"layers":[]}', headers: { "if-none-match": "*" } },
      412,
    ],
    ["an upload that was not begun", "blobs/uploads/x", { method: "PUT", body: "x" }, 404],
    ["a tag that is none", "manifests/a%2Fb", {}, 400],
  ] as const) {
    it(`refuses ${what}`, async () => assert.equal((await at(path, init)).status, status));
  }

  it("removes a manifest with its tags and from its subject's list", async () => {
    const other = await pushImage(scene.registry, scene.repository, "gone", "gone");
    assert.equal((await at(`manifests/${other.digest}`, { method: "DELETE" })).status, 202);
    assert.equal((await at("manifests/gone")).status, 404);
    const tags = await (await at("tags/list")).text();
    assert.equal(tags, '{"name":"acme/app","tags":["1"]}');
  });

  it("listens on loopback only, and answers only to its own name", async () => {
    assert.match(scene.host, /^127\.0\.0\.1:\d+$/u);
    const status = await new Promise((resolve, reject) => {
      const [hostname, port] = scene.host.split(":");
      request({ hostname, port, path: "/v2/", headers: { host: "rebound.example" } }, (answer) =>
        resolve(answer.resume().statusCode),
      )
        .on("error", reject)
        .end();
    });
    assert.equal(status, 421);
  });

  it("takes no more than it has room for", async () => {
    const small: TrialRegistry = await startTrialRegistry({ capacity: 10 });
    const push = (body: string) =>
      fetch(`http://${small.host}/v2/a/blobs/uploads/?digest=${digestOf(utf8(body))}`, { method: "POST", body });
    assert.equal((await push("123456789")).status, 201);
    assert.equal((await push("another")).status, 507);
    await small.stop();
  });

  it("says where its port is taken", async () => {
    await assert.rejects(startTrialRegistry({ port: Number(scene.host.split(":")[1]) }), { code: "EADDRINUSE" });
  });
});
