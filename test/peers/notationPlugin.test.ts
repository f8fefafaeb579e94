import assert from "node:assert/strict";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { noCredentials } from "../../src/adapters/registry/credentials.ts";
import { createRegistry } from "../../src/adapters/registry/registry.ts";
import { verifyImages } from "../../src/application/verifyImages.ts";
import { readPolicy } from "../../src/core/policy/readPolicy.ts";
import { pluginKeys, startPluginScene, type PluginScene } from "../helpers/pluginScene.ts";
import { pushImage } from "../helpers/registryScene.ts";
import { describeWithPeers } from "./peers.ts";

const { signal } = new AbortController();
const registry = createRegistry({
  credentials: noCredentials,
  userAgent: "countersign-test",
  log: { info: () => undefined, warn: () => undefined },
});
const policy = JSON.stringify({
  version: "1.0",
  trustPolicies: [
    {
      name: "release",
      registryScopes: ["*"],
      signatureVerification: { level: "strict", override: { revocation: "skip" } },
      trustStores: ["ca:trial"],
      trustedIdentities: ["*"],
    },
  ],
});

describeWithPeers("notation signs through countersign as its plug-in", ["notation"], (peers) => {
  const folder = join(peers.home, ".config/notation");
  let scene: PluginScene;
  let images = 0;

  before(async () => {
    scene = await startPluginScene();
    const place = join(folder, "plugins/countersign");
    const installed = await scene.commandLine.run("plugin", "install", "notation", "--folder", place);
    assert.equal(installed.code, 0, installed.error);
    mkdirSync(join(folder, "truststore/x509/ca/trial"), { recursive: true });
    writeFileSync(join(folder, "truststore/x509/ca/trial/trial.pem"), scene.root);
    writeFileSync(join(folder, "trustpolicy.json"), policy, { mode: 0o600 });
  });
  after(() => scene.stop());

  /** An image of its own, by digest. */
  const push = async (): Promise<{ registry: string; repository: string; digest: string }> => {
    const place = { registry: scene.registry, repository: "acme/app" };
    images += 1;
    return { ...place, digest: (await pushImage(registry, place, `${images}`, `layer ${images}`)).digest };
  };
  const sign = (key: string, image: { repository: string; digest: string }, ...more: readonly string[]) =>
    peers.run(
      "notation",
      ["sign", "--insecure-registry", "--plugin", "countersign", "--id", `trial/${key}`, ...more, nameOf(image)],
      "",
      { COUNTERSIGN_STATE_DIR: scene.commandLine.environment["COUNTERSIGN_STATE_DIR"] ?? "" },
    );
  const nameOf = ({ repository, digest }: { repository: string; digest: string }): string =>
    `${scene.registry}/${repository}@${digest}`;
  const isAccepted = (image: { repository: string; digest: string }): Promise<boolean> =>
    peers.succeeds("notation", ["verify", "--insecure-registry", nameOf(image)]);

  it("is listed by notation", async () => {
    const listed = await peers.run("notation", ["plugin", "list"]);
    assert.match(listed, /^countersign .*SIGNATURE_GENERATOR\.RAW.*<nil>/mu);
  });

  for (const format of ["jws", "cose"])
    for (const key of pluginKeys.filter((each) => each !== "ed25519"))
      it(`as ${format} by a key of ${key}, and notation and we accept it`, async () => {
        const image = await push();
        await sign(key, image, "--signature-format", format);
        assert.equal(await isAccepted(image), true);
        const files = [
          { path: "trustpolicy.json", text: policy },
          { path: "truststore/x509/ca/trial/trial.pem", text: scene.root },
        ];
        const clock = { now: () => new Date() };
        const trust = readPolicy(files);
        const verdicts = await verifyImages({ registry, clock }, [image], trust, { trustedRoots: [] }, { signal });
        const [verdict] = verdicts.values();
        assert.equal(verdict?.state, "verified", verdict?.reason.message);
        const signed = scene.audit().findLast(({ event }) => event === "signed");
        assert.equal(signed?.digest, image.digest);
      });

  it("not by an Ed25519 key, which the Notary Project does not know", async () => {
    const image = await push();
    await assert.rejects(sign("ed25519", image), /Key 'ed25519' is an ed25519 key/u);
    assert.equal(await isAccepted(image), false);
  });

  it("not by a key that the service does not have", async () => {
    await assert.rejects(sign("other", await push()), /trial has no key 'other'/u);
  });

  it("sends nothing where an approval could not be waited for", async () => {
    const before = scene.audit().length;
    const config = ["--plugin-config", "justification=Release 1"];
    await assert.rejects(sign("release", await push(), ...config), /nothing was sent.*wait=15m/su);
    assert.equal(scene.audit().length, before);
  });

  it("waits for the approval where it is told to, and signs once", async () => {
    const image = await push();
    const before = scene.signatures();
    const signing = sign("release", image, "--plugin-config", "wait=2m", "--plugin-config", "justification=Release 1");
    await scene.decide(true);
    await signing;
    assert.equal(await isAccepted(image), true);
    assert.equal(scene.signatures(), before + 1);
  });

  it("says that it was rejected, and attaches nothing", async () => {
    const image = await push();
    const signing = sign("release", image, "--plugin-config", "wait=2m", "--plugin-config", "justification=Release 1");
    const refused = assert.rejects(signing, /rejected.*approval-rejected/su);
    await scene.decide(false);
    await refused;
    assert.equal(await isAccepted(image), false);
  });

  it("withdraws what was not approved in time", async () => {
    const config = ["--plugin-config", "wait=1s", "--plugin-config", "justification=Release 1"];
    await assert.rejects(sign("release", await push(), ...config), /not approved in time.*was withdrawn/su);
    assert.deepEqual(await scene.service.pending({ signal }), []);
  });

  it("asks for a justification", async () => {
    const config = ["--plugin-config", "wait=1s"];
    await assert.rejects(sign("release", await push(), ...config), /justification-required.*plugin-config/su);
  });

  it("refuses a setting that it does not know", async () => {
    await assert.rejects(sign("p256", await push(), "--plugin-config", "waits=1s"), /'waits' is no plug-in setting/u);
  });

  it("is gone when it is removed", async () => {
    const file = join(folder, "plugins/countersign/notation-countersign");
    assert.equal(existsSync(file), true);
    await scene.commandLine.run("plugin", "remove", "notation", "--folder", join(folder, "plugins/countersign"));
    assert.equal(existsSync(file), false);
  });
});
