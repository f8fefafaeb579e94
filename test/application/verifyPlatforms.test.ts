import assert from "node:assert/strict";
import { verifyImages } from "../../src/application/verifyImages.ts";
import { manifestMediaTypes } from "../../src/core/image/manifest.ts";
import { parseReference } from "../../src/core/image/reference.ts";
import { toJson } from "../../src/core/report/toJson.ts";
import { toText } from "../../src/core/report/toText.ts";
import type { Descriptor } from "../../src/core/verdict/evidence.ts";
import type { Verdict } from "../../src/core/verdict/verdict.ts";
import { acme, keyBundle, pem, stranger } from "../helpers/keyBundle.ts";
import { attach, neverAborted, pushImage, startScene, utf8, type Scene } from "../helpers/registryScene.ts";
import { bundleType, keyAuthority, policyOf, rule } from "../helpers/signedImage.ts";

const now = new Date("2026-11-21T12:00:00Z");

describe("verifyPlatforms", () => {
  let scene: Scene;
  let index: Descriptor;
  const platforms: Descriptor[] = [];

  before(async () => {
    scene = await startScene();
    for (const [name, signer] of [
      ["amd64", acme],
      ["arm64", undefined],
      ["riscv64", stranger],
    ] as const) {
      const image = await pushImage(scene.registry, scene.repository, `own-${name}`, name);
      platforms.push(image);
      if (signer !== undefined) await sign(image, keyBundle(signer, { digest: image.digest }));
    }
    const built = await pushImage(scene.registry, scene.repository, "built", "built");
    const mediaType = manifestMediaTypes.ociIndex;
    const manifests = [
      ...platforms.map((image, i) => ({
        ...image,
        platform: { os: "linux", architecture: ["amd64", "arm64", "riscv64"][i] },
      })),
      {
        ...built,
        platform: { os: "unknown", architecture: "unknown" },
        annotations: { "vnd.docker.reference.type": "attestation-manifest" },
      },
    ];
    const bytes = utf8(JSON.stringify({ schemaVersion: 2, mediaType, manifests }));
    index = await scene.registry.pushManifest(scene.repository, { bytes, mediaType, tag: "multi" }, neverAborted);
    await sign(index, keyBundle(acme, { digest: index.digest }));
  });
  after(() => scene.stop());
  beforeEach(() => scene.taken());

  async function sign(image: Descriptor, bundle: Uint8Array): Promise<void> {
    const text = Buffer.from(bundle).toString();
    await attach(scene.registry, scene.repository, image, { artifactType: bundleType, text });
  }

  async function verified(tag: string, all: boolean, matching = "**"): Promise<Verdict> {
    const { value } = parseReference(`${scene.host}/acme/app:${tag}`);
    assert.ok(value);
    const source = { file: "p.yaml", line: 1 };
    const policy = policyOf(rule([keyAuthority(pem(acme))], { globs: [{ glob: matching, source }] }));
    const ports = { registry: scene.registry, clock: { now: () => now } };
    const [verdict] = (
      await verifyImages(ports, [value], policy, { trustedRoots: [] }, { ...neverAborted, all })
    ).values();
    assert.ok(verdict);
    return verdict;
  }

  it("are not asked for where nobody wants to know: the index costs what an image costs", async () => {
    const verdict = await verified("multi", false);
    assert.deepEqual([verdict.state, verdict.platforms], ["verified", undefined]);
    assert.equal(scene.taken().length, 4);
  });

  it("are each judged by what is attached to them", async () => {
    const verdict = await verified("multi", true);
    assert.equal(verdict.state, "verified");
    assert.deepEqual(
      verdict.platforms?.map(({ platform, verdict: own }) => [platform, own.digest, own.state]),
      [
        ["linux/amd64", platforms[0]?.digest, "verified"],
        ["linux/arm64", platforms[1]?.digest, "unsigned"],
        ["linux/riscv64", platforms[2]?.digest, "untrusted"],
      ],
    );
    // The index: tag, referrers, manifest, blob, three tags of the first format, and itself; no platform is looked up by name.
    const asked = scene.taken();
    assert.equal(asked.filter((line) => line.startsWith("HEAD")).length, 1);
    assert.ok(asked.length <= 8 + 4 + 2 + 4, asked.join("\n"));
  });

  it("are covered by the policies that cover the reference of the index", async () => {
    const { platforms: judged } = await verified("multi", true, `${scene.host}/acme/app:multi`);
    assert.deepEqual(
      judged?.map(({ verdict }) => verdict.state),
      ["verified", "unsigned", "untrusted"],
    );
  });

  it("leave out what the builder says of itself, which nobody signed", async () => {
    const { attachments } = await verified("multi", true);
    assert.deepEqual(
      attachments?.map(({ kind, from }) => [kind, from]),
      [["attestation", "index"]],
    );
  });

  it("are none of an image that is no index", async () => {
    const verdict = await verified("own-amd64", true);
    assert.deepEqual([verdict.state, verdict.platforms], ["verified", undefined]);
  });

  it("are told in the reports", async () => {
    const reference = `${scene.host}/acme/app:multi`;
    const verdict = await verified("multi", true);
    const inspection = {
      documents: [],
      references: [{ text: "multi", reference }],
      verdicts: new Map([[reference, verdict]]),
      findings: [],
      problems: [],
    };
    const lines = toText(inspection, { colour: false, unicode: true, now }).split("\n");
    const short = platforms.map(({ digest }) => `${digest.slice(0, 19)}...`);
    assert.deepEqual(
      lines.slice(1, 5).map((line) => line.trim()),
      [
        `✔ linux/amd64  ${short[0]}  Verified · key acme`,
        `• linux/arm64  ${short[1]}  Not signed by itself · covered by the index`,
        `◇ linux/riscv64  ${short[2]}  Signed, not trusted`,
        `• Attestation (${verdict.attachments?.[0]?.mediaType})  ${verdict.attachments?.[0]?.digest.slice(0, 19)}...  Not signed`,
      ],
    );
    const { images } = JSON.parse(toJson(inspection));
    assert.deepEqual(
      images[0].platforms.map((each: { platform: string; digest: string; state: string }) => [
        each.platform,
        each.state,
      ]),
      [
        ["linux/amd64", "verified"],
        ["linux/arm64", "unsigned"],
        ["linux/riscv64", "untrusted"],
      ],
    );
    assert.deepEqual([images[0].attachments[0].kind, images[0].attachments[0].signed], ["attestation", false]);
  });
});
