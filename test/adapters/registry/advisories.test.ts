import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { collectEvidence } from "../../../src/application/collectEvidence.ts";
import { createDockerCredentials } from "../../../src/adapters/registry/dockerConfig.ts";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { manifestMediaTypes } from "../../../src/core/image/manifest.ts";
import { judge } from "../../../src/core/verdict/judge.ts";
import type { Descriptor, Evidence } from "../../../src/core/verdict/evidence.ts";
import { acme, keyBundle, pem } from "../../helpers/keyBundle.ts";
import {
  attach,
  failureOf,
  neverAborted,
  pushImage,
  startScene,
  utf8,
  withScheme,
  type Scene,
} from "../../helpers/registryScene.ts";
import { keyAuthority, policyOf, rule } from "../../helpers/signedImage.ts";
import { startTrialRegistry, type TrialRequest } from "../../../src/trial/registry/trialRegistry.ts";

const artifactType = "application/vnd.dev.sigstore.bundle.v0.3+json";
const clock = { now: () => new Date() };

/** What went wrong in other clients of registries, each acted out against ours. */
describe("advisories on clients of registries", () => {
  let scene: Scene;
  let image: Descriptor;
  let other: Descriptor;
  const collect = (more: { tag?: string; digest?: string }): Promise<Evidence> =>
    collectEvidence({ registry: scene.registry, clock }, { ...scene.repository, ...more }, neverAborted);
  const stateOf = (evidence: Evidence): string => {
    const policy = policyOf(
      rule([keyAuthority(pem(acme))], { globs: [{ glob: "**", source: { file: "p", line: 1 } }] }),
    );
    return judge(evidence, policy, { trustedRoots: [] }, new Date()).state;
  };

  before(async () => {
    scene = await startScene();
    image = await pushImage(scene.registry, scene.repository, "signed", "signed");
    other = await pushImage(scene.registry, scene.repository, "other", "other");
    const text = keyBundle(acme, { digest: image.digest }).toString("utf8");
    await attach(scene.registry, scene.repository, image, { artifactType, text });
  });
  after(() => scene.stop());
  beforeEach(() => void scene.taken());
  afterEach(() => void scene.faults.splice(0));

  it("are about a scene in which the image is verified, and the other is not", async () => {
    assert.equal(stateOf(await collect({ tag: "signed" })), "verified");
    assert.equal(stateOf(await collect({ tag: "other" })), "unsigned");
  });

  it("CVE-2023-47630: a tag is resolved once, so that a registry cannot answer for another image later", async () => {
    const evidence = await collect({ tag: "signed" });
    const asked = scene.taken().filter((line) => line.includes("/manifests/signed"));
    assert.deepEqual([asked, evidence.image?.digest], [["HEAD /v2/acme/app/manifests/signed"], image.digest]);
    // The first answer is for the signed image and every later one for the other: nothing of the other is used.
    const headers = { "docker-content-digest": other.digest };
    scene.faults.push({ path: /manifests\/signed/u, fault: { kind: "delay", milliseconds: 0 }, once: true });
    scene.faults.push({ path: /manifests\/signed/u, fault: { kind: "headers", headers } });
    assert.equal((await collect({ tag: "signed" })).image?.digest, image.digest);
  });

  it("CVE-2023-47630: a signature is not taken for another image, whatever refers to it", async () => {
    const text = keyBundle(acme, { digest: image.digest }).toString("utf8");
    await attach(scene.registry, { ...scene.repository, repository: "acme/moved" }, other, { artifactType, text });
    const repository = { ...scene.repository, repository: "acme/moved", digest: other.digest };
    const evidence = await collectEvidence({ registry: scene.registry, clock }, repository, neverAborted);
    assert.notEqual(stateOf(evidence), "verified");
    assert.equal(evidence.candidates.length, 1);
  });

  it("CVE-2023-33959: a manifest is compared with the digest that was asked for", async () => {
    const bytes = JSON.stringify({ schemaVersion: 2, mediaType: manifestMediaTypes.ociManifest, layers: [] });
    const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    // It is whole, and honest about its own digest; it is only not what was asked for.
    const headers = { "docker-content-digest": digest, "content-type": manifestMediaTypes.ociManifest };
    scene.faults.push({ path: /manifests\/sha256:/u, fault: { kind: "body", body: bytes, headers } });
    const error = await failureOf(scene.registry.manifest(scene.repository, image.digest, neverAborted));
    assert.equal(error.code, "digest-mismatch");
    const evidence = await collect({ tag: "signed" });
    assert.equal(evidence.candidates[0]?.failure?.code, "digest-mismatch");
    assert.equal(stateOf(evidence), "unknown");
  });

  it("CVE-2020-15157: a descriptor's own addresses are never asked", async () => {
    const stolen: TrialRequest[] = [];
    const thief = await startTrialRegistry({ onRequest: (request) => stolen.push(request) });
    const layer = await scene.registry.pushBlob(scene.repository, utf8("{}"), artifactType, neverAborted);
    const manifest = utf8(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: manifestMediaTypes.ociManifest,
        artifactType,
        config: layer,
        layers: [{ ...layer, digest: `sha256:${"e".repeat(64)}`, urls: [`http://${thief.host}/v2/x/blobs/y`] }],
        subject: other,
      }),
    );
    const mediaType = manifestMediaTypes.ociManifest;
    await scene.registry.pushManifest(
      scene.repository,
      { bytes: manifest, mediaType, subject: other, artifactType },
      neverAborted,
    );
    const evidence = await collect({ tag: "other" });
    assert.ok(evidence.candidates.some(({ failure }) => failure?.code === "registry-error"));
    assert.equal(stateOf(evidence), "unknown");
    assert.deepEqual(stolen, []);
    await thief.stop();
  });

  it("CVE-2021-41190: a manifest that is an index as well, or is called another kind, is neither", async () => {
    const both = utf8(
      JSON.stringify({
        schemaVersion: 2,
        config: { mediaType: "x", digest: image.digest, size: 1 },
        layers: [],
        manifests: [image],
      }),
    );
    const repository = { ...scene.repository, repository: "acme/both" };
    const digest = `sha256:${createHash("sha256").update(both).digest("hex")}`;
    scene.faults.push({
      path: /acme\/both\/manifests/u,
      fault: { kind: "body", body: both, headers: { "content-type": manifestMediaTypes.ociManifest } },
    });
    const list = JSON.stringify({
      schemaVersion: 2,
      mediaType: manifestMediaTypes.ociIndex,
      manifests: [{ mediaType: manifestMediaTypes.ociManifest, digest, size: both.length }],
    });
    const headers = { "content-type": manifestMediaTypes.ociIndex };
    scene.faults.push({ path: /acme\/both\/referrers/u, fault: { kind: "body", body: list, headers } });
    const evidence = await collectEvidence(
      { registry: scene.registry, clock },
      { ...repository, digest: image.digest },
      neverAborted,
    );
    assert.notEqual(stateOf(evidence), "verified");
    assert.notEqual(stateOf(evidence), "unsigned");
  });

  it("CVE-2024-3727: a digest that is none reaches neither an address nor a file", async () => {
    for (const digest of [
      "sha256:../../../etc",
      "sha256:",
      "../x",
      `sha256:${"A".repeat(64)}`,
      `sha1:${"a".repeat(40)}`,
    ]) {
      const mediaType = manifestMediaTypes.ociManifest;
      const list = JSON.stringify({ schemaVersion: 2, manifests: [{ mediaType, digest, size: 2 }] });
      const headers = { "content-type": manifestMediaTypes.ociIndex };
      scene.faults.splice(0);
      scene.faults.push({ path: /referrers/u, fault: { kind: "body", body: list, headers } });
      const evidence = await collect({ tag: "other" });
      assert.ok(!["verified", "unsigned"].includes(stateOf(evidence)), `${digest}: ${stateOf(evidence)}`);
      assert.ok(scene.taken().every((line) => !line.includes("..") && !line.includes("A".repeat(64))));
    }
  });

  it("CVE-2023-46737, CVE-2024-29902, CVE-2024-29903, GHSA-f36w-mj3v-6jqv: sizes and numbers are bounded before anything is read", async () => {
    const huge = { mediaType: artifactType, digest: `sha256:${"a".repeat(64)}`, size: Number.MAX_SAFE_INTEGER };
    assert.equal((await failureOf(scene.registry.blob(scene.repository, huge, neverAborted))).code, "limit-reached");
    assert.deepEqual(scene.taken(), []);
    const manifests = Array.from({ length: 2000 }, (_, index) => ({
      mediaType: manifestMediaTypes.ociManifest,
      digest: `sha256:${index.toString(16).padStart(64, "0")}`,
      size: 2,
    }));
    const headers = { "content-type": manifestMediaTypes.ociIndex };
    const body = JSON.stringify({ schemaVersion: 2, manifests });
    scene.faults.push({ path: /referrers/u, fault: { kind: "body", body, headers } });
    const evidence = await collect({ tag: "other" });
    assert.ok(scene.taken().length < 120);
    assert.equal(stateOf(evidence), "unknown");
  });

  it("CVE-2026-59891: a login is for exactly its host, never for one whose name holds it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "countersign-advisory-"));
    const auth = Buffer.from("jane:secret-word").toString("base64");
    const port = scene.host.split(":")[1] ?? "";
    const near = [
      scene.host.slice(2),
      scene.host.slice(0, -1),
      `1${scene.host}`,
      `${scene.host}0`,
      `x.${scene.host}`,
      "127.0.0.1",
      port,
    ];
    writeFileSync(
      join(folder, "config.json"),
      JSON.stringify({ auths: Object.fromEntries(near.map((host) => [host, { auth }])) }),
    );
    const credentials = createDockerCredentials({
      environment: { DOCKER_CONFIG: folder },
      homeDirectory: folder,
      log: { info: () => undefined, warn: () => undefined },
    });
    const headers = { "www-authenticate": "Basic" };
    scene.faults.push({ path: /manifests/u, fault: { kind: "status", status: 401, headers } });
    scene.requests.splice(0);
    await failureOf(scene.client({ credentials }).manifest(scene.repository, "1", neverAborted));
    assert.ok(scene.requests.every(({ authorization }) => authorization === undefined));
    rmSync(folder, { recursive: true });
  });

  it("oras-go#1430: a redirect to the same origin takes the login along, to another one never, on any hop", async () => {
    const secret = {
      candidates: () =>
        Promise.resolve([
          {
            source: "test",
            get: () => Promise.resolve({ kind: "password" as const, username: "jane", password: "word" }),
          },
        ]),
    };
    const asking = await startScene({
      login: { kind: "basic", username: "jane", password: "word" },
    });
    const thief: TrialRequest[] = [];
    const away = await startTrialRegistry({ onRequest: (request) => thief.push(request) });
    const registry = asking.client({ credentials: secret, wire: withScheme("http:") });
    await pushImage(registry, asking.repository, "1");
    asking.requests.splice(0);
    asking.faults.push({ path: /manifests\/1$/u, fault: { kind: "redirect", location: "/v2/acme/app/manifests/2" } });
    asking.faults.push({
      path: /manifests\/2$/u,
      fault: { kind: "redirect", location: `https://${away.host}/v2/a/manifests/3` },
    });
    await registry.manifest(asking.repository, "1", neverAborted).catch(() => undefined);
    assert.ok(asking.requests.some(({ path, authorization }) => path.endsWith("/2") && authorization !== undefined));
    assert.deepEqual(
      thief.map(({ authorization }) => authorization),
      [undefined],
    );
    await Promise.all([asking.stop(), away.stop()]);
  });

  it("a list that changes between its pages, or names the same page again, is no list", async () => {
    const headers = {
      "content-type": manifestMediaTypes.ociIndex,
      link: `</v2/acme/app/referrers/${image.digest}?n=2>; rel="next"`,
    };
    const body = JSON.stringify({ schemaVersion: 2, manifests: [] });
    scene.faults.push({ path: /referrers/u, fault: { kind: "body", body, headers } });
    const error = await failureOf(scene.registry.referrers(scene.repository, image.digest, neverAborted));
    assert.equal(error.code, "limit-reached");
    scene.faults.splice(0);
    scene.faults.push({ path: /referrers/u, fault: { kind: "body", body, headers }, once: true });
    scene.faults.push({ path: /referrers/u, fault: { kind: "status", status: 404 } });
    const later = await failureOf(scene.registry.referrers(scene.repository, image.digest, neverAborted));
    assert.equal(later.code, "registry-error");
  });
});
