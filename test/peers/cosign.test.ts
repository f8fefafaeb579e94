import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { collectEvidence } from "../../src/application/collectEvidence.ts";
import { digestOf } from "../../src/core/image/contentDigest.ts";
import { parseReference } from "../../src/core/image/reference.ts";
import type { SignatureFormatFilter } from "../../src/core/policy/policy.ts";
import type { Evidence } from "../../src/core/verdict/evidence.ts";
import { judge } from "../../src/core/verdict/judge.ts";
import type { Verdict } from "../../src/core/verdict/verdict.ts";
import { neverAborted, startScene, type Scene } from "../helpers/registryScene.ts";
import { createTrialSigstore } from "../../src/trial/sigstore/createTrialSigstore.ts";
import {
  bundleType,
  identity,
  issuer,
  keyAuthority,
  keylessAuthority,
  policyOf,
  rule,
} from "../helpers/signedImage.ts";
import { cosignOffline, describeWithPeers } from "./peers.ts";

const clock = { now: () => new Date("2026-11-21T12:00:00Z") };

describeWithPeers("what cosign signs", ["cosign"], (peers) => {
  const folder = peers.home;
  let scene: Scene;

  before(async () => {
    scene = await startScene();
  });
  after(() => scene.stop());

  async function cosign(...given: readonly string[]): Promise<void> {
    await peers.run("cosign", given);
  }

  /** Pushes an image of its own, signs it, and collects the evidence. */
  async function signed(name: string, keys: string, ...flags: readonly string[]): Promise<Evidence> {
    const repository = { registry: scene.host, repository: `acme/${name}` };
    const config = Buffer.from(JSON.stringify({ architecture: "amd64", os: "linux", name }));
    const configured = await scene.registry.pushBlob(
      repository,
      config,
      "application/vnd.oci.image.config.v1+json",
      neverAborted,
    );
    const manifest = {
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: configured,
      layers: [],
    };
    const bytes = Buffer.from(JSON.stringify(manifest));
    await scene.registry.pushManifest(repository, { bytes, mediaType: manifest.mediaType }, neverAborted);
    const reference = `${scene.host}/acme/${name}@${digestOf(bytes)}`;
    await cosign("sign", "--key", `${keys}.key`, ...cosignOffline, ...flags, reference);
    return evidenceOf(reference);
  }

  async function evidenceOf(reference: string): Promise<Evidence> {
    const parsed = parseReference(reference).value;
    assert.ok(parsed);
    return collectEvidence({ registry: scene.registry, clock }, parsed, neverAborted);
  }

  function judged(evidence: Evidence, keys: string, format: SignatureFormatFilter = "any"): Verdict {
    const publicKey = readFileSync(join(folder, `${keys}.pub`), "utf8");
    const source = { file: "p.yaml", line: 1 };
    const policy = policyOf(rule([keyAuthority(publicKey, { format })], { globs: [{ glob: "**", source }] }));
    return judge(evidence, policy, { trustedRoots: [] }, clock.now());
  }

  async function keyPair(name: string): Promise<void> {
    await cosign("generate-key-pair", "--output-key-prefix", name);
  }

  /** Brings a key of another kind to cosign, which makes P-256 keys only. */
  async function importKey(name: string, pem: string): Promise<void> {
    writeFileSync(join(folder, `${name}.pem`), pem);
    await cosign("import-key-pair", "--yes", "--key", `${name}.pem`, "--output-key-prefix", name);
  }

  for (const [format, flags, other] of [
    ["bundle", [], "legacy"],
    ["legacy", ["--new-bundle-format=false"], "bundle"],
  ] as const)
    describe(`with a key, in the ${format} format`, () => {
      let evidence: Evidence;
      before(async () => {
        await keyPair(format);
        evidence = await signed(format, format, ...flags);
      });

      it("is verified", () =>
        assert.equal(judged(evidence, format).state, "verified", judged(evidence, format).reason.message));

      it("is verified by a policy for the format, and not by one for the other", () => {
        assert.equal(judged(evidence, format, format).state, "verified");
        assert.equal(judged(evidence, format, other).state, "untrusted");
      });

      it("is not verified for another key", async () => {
        await keyPair(`${format}-other`);
        const { state } = judged(evidence, `${format}-other`);
        assert.equal(state, format === "bundle" ? "untrusted" : "invalid");
      });

      it("is not verified with any bit of any blob changed", () => {
        for (const [digest, bytes] of Object.entries(evidence.blobs))
          for (let at = 0; at < bytes.length; at++) {
            const changed = Buffer.from(bytes);
            changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
            const { state } = judged({ ...evidence, blobs: { ...evidence.blobs, [digest]: changed } }, format);
            assert.equal(state, "unknown", `${digest} at ${at}`);
          }
      });

      it("is not verified with a changed signature or payload, whatever digests the registry then claims", () => {
        let tried = 0;
        for (const [digest, bytes] of Object.entries(evidence.blobs))
          for (const [start, end] of signedRanges(Buffer.from(bytes)))
            for (let at = start; at < end; at++) {
              const changed = Buffer.from(bytes);
              changed[at] = (changed[at] ?? 0) ^ 1;
              const { state } = judged(rehashed(evidence, digest, changed), format);
              assert.notEqual(state, "verified", `${digest} at ${at}`);
              tried++;
            }
        assert.ok(tried > 200, `only ${tried} places were tried`);
      });
    });

  for (const [name, pem] of [
    [
      "p384",
      generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey.export({ type: "sec1", format: "pem" }).toString(),
    ],
    [
      "rsa",
      generateKeyPairSync("rsa", { modulusLength: 2048 })
        .privateKey.export({ type: "pkcs1", format: "pem" })
        .toString(),
    ],
  ] as const)
    for (const flags of [[], ["--new-bundle-format=false"]])
      it(`is verified with an imported ${name} key${flags.length === 0 ? "" : ", in the first format"}`, async () => {
        await importKey(name, pem);
        const verdict = judged(await signed(`${name}${flags.length}`, name, ...flags), name);
        assert.equal(verdict.state, "verified", verdict.reason.message);
      });

  it("agrees with us on a signature of the private Sigstore", async () => {
    const now = new Date();
    const sigstore = createTrialSigstore({ now });
    writeFileSync(join(folder, "trusted_root.json"), sigstore.trustedRoot);
    await keyPair("beside");
    const { image, reference } = await signed("keyless", "beside");
    const parsed = parseReference(reference).value;
    assert.ok(parsed !== undefined && image !== undefined);
    const found = await scene.registry.manifest(parsed, image.digest, neverAborted);
    const bundle = sigstore.signImageKeyless({ digest: image.digest, identity, issuer, at: now });
    const layer = await scene.registry.pushBlob(parsed, bundle, bundleType, neverAborted);
    const config = await scene.registry.pushBlob(
      parsed,
      Buffer.from("{}"),
      "application/vnd.oci.empty.v1+json",
      neverAborted,
    );
    const mediaType = "application/vnd.oci.image.manifest.v1+json";
    const manifest = {
      schemaVersion: 2,
      mediaType,
      artifactType: bundleType,
      config,
      layers: [layer],
      subject: found?.descriptor,
    };
    await scene.registry.pushManifest(
      parsed,
      {
        bytes: Buffer.from(JSON.stringify(manifest)),
        mediaType,
        artifactType: bundleType,
        ...(found === undefined ? {} : { subject: found.descriptor }),
      },
      neverAborted,
    );
    const verify = (name: string): Promise<boolean> =>
      peers.succeeds("cosign", [
        "verify",
        "--trusted-root",
        "trusted_root.json",
        "--certificate-identity",
        name,
        "--certificate-oidc-issuer",
        issuer,
        reference,
      ]);
    assert.equal(await verify(identity), true);
    assert.equal(await verify(`${identity}x`), false);
    const material = {
      trustedRoots: [{ name: "trial", text: sigstore.trustedRoot, source: "trial" }],
      defaultRoot: "trial",
    };
    const policy = policyOf(
      rule([keylessAuthority()], { globs: [{ glob: "**", source: { file: "p.yaml", line: 1 } }] }),
    );
    const verdict = judge(await evidenceOf(reference), policy, material, new Date());
    assert.equal(verdict.state, "verified", verdict.reason.message);
  });

  it("is unsigned where cosign only attested something", async () => {
    await keyPair("attest");
    const { image, reference } = await signed("attested", "attest");
    const fresh = reference.replace("attested", "only-attested");
    const parsed = parseReference(reference).value;
    assert.ok(parsed !== undefined && image !== undefined);
    const copied = await scene.registry.manifest(parsed, image.digest, neverAborted);
    assert.ok(copied);
    const repository = { registry: scene.host, repository: "acme/only-attested" };
    const config = Buffer.from(JSON.stringify({ architecture: "amd64", os: "linux", name: "attested" }));
    await scene.registry.pushBlob(repository, config, "application/vnd.oci.image.config.v1+json", neverAborted);
    await scene.registry.pushManifest(
      repository,
      { bytes: copied.bytes, mediaType: copied.descriptor.mediaType },
      neverAborted,
    );
    writeFileSync(join(folder, "predicate.json"), "{}");
    await cosign(
      "attest",
      "--key",
      "attest.key",
      ...cosignOffline,
      "--predicate",
      "predicate.json",
      "--type",
      "custom",
      fresh,
    );
    const verdict = judged(await evidenceOf(fresh), "attest");
    assert.equal(verdict.state, "unsigned");
    assert.deepEqual(
      verdict.signatures.map(({ purpose, valid, trusted }) => [purpose, valid, trusted]),
      [["attestation", true, false]],
    );
  });
});

/** Where the signature's value and the signed text stand in a manifest or bundle. */
function signedRanges(bytes: Buffer): readonly (readonly [number, number])[] {
  const text = bytes.toString("latin1");
  if (text.startsWith('{"critical"')) return [[0, bytes.length]];
  return [...text.matchAll(/"(?:sig|payload|payloadType|dev\.cosignproject\.cosign\/signature)":"([^"]+)"/g)].map(
    (match) => {
      const end = match.index + match[0].length - 1;
      return [end - (match[1]?.length ?? 0), end] as const;
    },
  );
}

/** Evidence as a registry would give it that changed one blob and every digest that leads to it. */
function rehashed(evidence: Evidence, digest: string, changed: Buffer): Evidence {
  const fresh = digestOf(changed);
  const blobs: Record<string, Uint8Array> = { [fresh]: changed };
  const renamed = new Map([[digest, fresh]]);
  for (const [name, bytes] of Object.entries(evidence.blobs)) {
    if (name === digest) continue;
    const text = Buffer.from(bytes).toString("utf8").replaceAll(digest, fresh);
    const rewritten = Buffer.from(text);
    renamed.set(name, digestOf(rewritten));
    blobs[digestOf(rewritten)] = rewritten;
  }
  const candidates = evidence.candidates.map((candidate) => {
    const name = renamed.get(candidate.descriptor.digest) ?? candidate.descriptor.digest;
    return { ...candidate, descriptor: { ...candidate.descriptor, digest: name, size: blobs[name]?.length ?? 0 } };
  });
  return { ...evidence, candidates, blobs };
}
