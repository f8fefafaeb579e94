import assert from "node:assert/strict";
import { verifyImages } from "../../src/application/verifyImages.ts";
import { parseReference } from "../../src/core/image/reference.ts";
import type { Authority } from "../../src/core/policy/policy.ts";
import { acme, pem } from "../helpers/keyBundle.ts";
import { attach, neverAborted, pushImage, startScene, type Scene } from "../helpers/registryScene.ts";
import { keyAuthority, policyOf, rule } from "../helpers/signedImage.ts";

const now = new Date("2026-11-21T12:00:00Z");

describe("the tag of attestations in cosign's first format", () => {
  let scene: Scene;
  before(async () => {
    scene = await startScene();
    const image = await pushImage(scene.registry, scene.repository, "1");
    await attach(scene.registry, scene.repository, image, { artifactType: "application/spdx+json", text: "{}" });
  });
  after(() => scene.stop());
  beforeEach(() => scene.taken());

  async function asked(authority: Authority): Promise<{ readonly tags: readonly string[]; readonly requests: number }> {
    const { value } = parseReference(`${scene.host}/acme/app:1`);
    assert.ok(value);
    const policy = policyOf(rule([authority], { globs: [{ glob: "**", source: { file: "p.yaml", line: 1 } }] }));
    const ports = { registry: scene.registry, clock: { now: () => now } };
    const [verdict] = (await verifyImages(ports, [value], policy, { trustedRoots: [] }, neverAborted)).values();
    assert.equal(verdict?.state, "unsigned");
    // What refers to the image and is no signature costs nothing, and is told.
    assert.deepEqual(
      verdict.attachments?.map(({ kind, from }) => [kind, from]),
      [["sbom", "referrers"]],
    );
    const taken = scene.taken();
    const tags = taken.flatMap((line) => /sha256-[0-9a-f]{64}\.(\w+)$/.exec(line)?.[1] ?? []);
    return { tags: tags.toSorted((one, other) => (one < other ? -1 : 1)), requests: taken.length };
  }

  it("is not asked for by a policy that asks for signatures", async () =>
    assert.deepEqual(await asked(keyAuthority(pem(acme))), { tags: ["sig"], requests: 3 }));

  it("is asked for by a policy that asks for attestations in any format, beside the signatures' tag", async () => {
    const attestations = ["https://slsa.dev/provenance/v1"];
    assert.deepEqual(await asked(keyAuthority(pem(acme), { attestations })), { tags: ["att", "sig"], requests: 4 });
    const bundles = keyAuthority(pem(acme), { attestations, format: "bundle" });
    assert.deepEqual(await asked(bundles), { tags: ["sig"], requests: 3 });
  });
});
