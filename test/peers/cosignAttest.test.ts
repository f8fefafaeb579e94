import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { collectEvidence } from "../../src/application/collectEvidence.ts";
import { digestOf } from "../../src/core/image/contentDigest.ts";
import { parseReference } from "../../src/core/image/reference.ts";
import type { Authority } from "../../src/core/policy/policy.ts";
import { judge } from "../../src/core/verdict/judge.ts";
import type { Verdict } from "../../src/core/verdict/verdict.ts";
import { neverAborted, startScene, type Scene } from "../helpers/registryScene.ts";
import { keyAuthority, policyOf, rule } from "../helpers/signedImage.ts";
import { cosignOffline, describeWithPeers } from "./peers.ts";

const clock = { now: () => new Date("2026-11-21T12:00:00Z") };
const custom = "https://cosign.sigstore.dev/attestation/v1";

describeWithPeers("what cosign attests and attaches", ["cosign"], (peers) => {
  let scene: Scene;
  const source = { file: "p.yaml", line: 1 };

  before(async () => {
    scene = await startScene();
    await peers.run("cosign", ["generate-key-pair", "--output-key-prefix", "own"]);
    writeFileSync(join(peers.home, "predicate.json"), "{}");
    writeFileSync(join(peers.home, "sbom.json"), '{"spdxVersion":"SPDX-2.3"}');
  });
  after(() => scene.stop());

  /** Pushes an image of its own and gives its reference. */
  async function pushed(name: string): Promise<string> {
    const repository = { registry: scene.host, repository: `acme/${name}` };
    const config = Buffer.from(JSON.stringify({ architecture: "amd64", os: "linux", name }));
    const type = "application/vnd.oci.image.config.v1+json";
    const configured = await scene.registry.pushBlob(repository, config, type, neverAborted);
    const mediaType = "application/vnd.oci.image.manifest.v1+json";
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, config: configured, layers: [] }));
    await scene.registry.pushManifest(repository, { bytes, mediaType }, neverAborted);
    return `${scene.host}/acme/${name}@${digestOf(bytes)}`;
  }

  async function judged(reference: string, more: Partial<Extract<Authority, { kind: "key" }>> = {}): Promise<Verdict> {
    const authority = keyAuthority(readFileSync(join(peers.home, "own.pub"), "utf8"), more);
    const parsed = parseReference(reference).value;
    assert.ok(parsed);
    const also = ["attestation-tag", "sbom-tag"] as const;
    const evidence = await collectEvidence({ registry: scene.registry, clock }, parsed, { ...neverAborted, also });
    const policy = policyOf(rule([authority], { globs: [{ glob: "**", source }] }));
    return judge(evidence, policy, { trustedRoots: [] }, clock.now());
  }

  for (const [format, flags] of [
    ["sigstore-bundle", []],
    ["cosign", ["--new-bundle-format=false"]],
  ] as const)
    it(`is an attestation in the format ${format}, told by its predicate type`, async () => {
      const reference = await pushed(`attested-${format}`);
      const how = ["--key", "own.key", ...cosignOffline, ...flags, "--predicate", "predicate.json", "--type", "custom"];
      await peers.run("cosign", ["attest", ...how, reference]);
      const verdict = await judged(reference, { attestations: [custom] });
      assert.equal(verdict.state, "verified", verdict.reason.message);
      assert.deepEqual(
        verdict.signatures.map(({ format: own, purpose, predicateType }) => [own, purpose, predicateType]),
        [[format, "attestation", custom]],
      );
      assert.equal((await judged(reference)).state, "unsigned");
      assert.notEqual(
        (await judged(reference, { attestations: ["https://slsa.dev/provenance/v1"] })).state,
        "verified",
      );
    });

  it("is an SBOM that nobody signed, and never a signature", async () => {
    const reference = await pushed("with-sbom");
    await peers.run("cosign", [
      "attach",
      "sbom",
      "--sbom",
      "sbom.json",
      "--type",
      "spdx",
      "--input-format",
      "json",
      reference,
    ]);
    const { state, attachments } = await judged(reference);
    assert.equal(state, "unsigned");
    assert.deepEqual(
      attachments?.map(({ kind, mediaType, from }) => [kind, mediaType, from]),
      [["sbom", "text/spdx+json", "sbom-tag"]],
    );
  });

  it("is a signature of the first format, attached as a referrer", async () => {
    const reference = await pushed("as-referrer");
    const how = [
      "--key",
      "own.key",
      ...cosignOffline,
      "--new-bundle-format=false",
      "--registry-referrers-mode",
      "oci-1-1",
    ];
    await peers.run("cosign", ["sign", ...how, reference], "", { COSIGN_EXPERIMENTAL: "1" });
    const verdict = await judged(reference);
    assert.equal(verdict.state, "verified", verdict.reason.message);
    assert.equal(verdict.signatures[0]?.format, "cosign");
  });
});
