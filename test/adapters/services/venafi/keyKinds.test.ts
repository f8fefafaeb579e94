import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { HashAlgorithm, KeySpec, SignatureScheme } from "../../../../src/application/signingService.ts";
import { isValid, message, request, signed } from "../../../helpers/signRequests.ts";
import { startVenafiScene, type ClientOptions, type VenafiScene } from "../../../helpers/venafiScene.ts";

const { signal } = new AbortController();
const hashes: readonly HashAlgorithm[] = ["sha256", "sha384", "sha512"];
const kinds: readonly (readonly [KeySpec, readonly SignatureScheme[]])[] = [
  ["rsa2048", ["rsa-pkcs1v15", "rsa-pss"]],
  ["rsa3072", ["rsa-pkcs1v15", "rsa-pss"]],
  ["rsa4096", ["rsa-pkcs1v15", "rsa-pss"]],
  ["p256", ["ecdsa"]],
  ["p384", ["ecdsa"]],
  ["p521", ["ecdsa"]],
  ["ed25519", ["ed25519"]],
];

describe("a Venafi service with keys of each kind", function () {
  this.timeout(30_000);
  const products: readonly (readonly [string, (scene: VenafiScene) => ClientOptions])[] = [
    ["self-hosted", () => ({})],
    [
      "SaaS",
      ({ facade, engine }) => ({
        options: { product: "saas", label: kinds.map(([spec]) => `Trial-${spec}`).join(",") },
        environment: { VSIGN_URL: facade.url, VSIGN_APIKEY: engine.secrets.dev },
      }),
    ],
  ];
  let scene: VenafiScene;
  before(async () => {
    scene = await startVenafiScene({ engine: { keys: kinds.map(([spec]) => ({ name: spec, spec, hashes })) } });
  });
  after(() => scene.facade.stop());

  for (const [product, options] of products) {
    const keyName = (spec: KeySpec): string => (product === "SaaS" ? `Trial-${spec}` : `Trial\\${spec}`);

    it(`lists them with their chains (${product})`, async () => {
      const keys = await scene.client(options(scene)).listKeys({ signal });
      assert.deepEqual(
        keys.map(({ name, spec, certificateChain, state }) => [name, spec, certificateChain.length, state]),
        kinds.map(([spec]) => [keyName(spec), spec, 3, "enabled"]),
      );
      for (const [index, { description }] of scene.engine.keys.entries()) {
        assert.equal(keys[index]?.publicKey, description.publicKey);
        assert.deepEqual(keys[index]?.certificateChain, description.certificateChain);
      }
    });

    for (const [spec, schemes] of kinds)
      for (const scheme of schemes)
        for (const hash of scheme === "ed25519" ? (["sha256"] as const) : hashes)
          it(`signs with ${scheme} and ${hash} by ${spec} (${product})`, async () => {
            const service = scene.client(options(scene));
            const asked = request({ key: keyName(spec), scheme, hash, ...(scheme === "ed25519" ? { message } : {}) });
            const { signature } = signed(await service.submit(asked, { signal }));
            const { description } = scene.engine.keys.find((key) => key.description.name === spec)!;
            assert.equal(isValid(scheme, hash, description.publicKey, signature), true);
          });
  }

  it("sends no message that is too long for the product", async () => {
    const long = Buffer.alloc(10_001);
    const digest = createHash("sha256").update(long).digest();
    const calls = scene.facade.calls().length;
    const asked = request({ key: "Trial\\ed25519", scheme: "ed25519", digest, message: long });
    const outcome = await scene.client().submit(asked, { signal });
    assert.ok(outcome.status === "denied" && outcome.code === "unsupported");
    assert.ok(!scene.facade.calls().slice(calls).includes("POST vedhsm/api/sign"));
  });
});
