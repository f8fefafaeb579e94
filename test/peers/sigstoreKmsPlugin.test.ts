import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { noCredentials } from "../../src/adapters/registry/credentials.ts";
import { createRegistry } from "../../src/adapters/registry/registry.ts";
import { verifyImages } from "../../src/application/verifyImages.ts";
import { commandLinePolicy } from "../../src/core/policy/commandLinePolicy.ts";
import { pluginKeys, startPluginScene, type PluginScene } from "../helpers/pluginScene.ts";
import { pushImage } from "../helpers/registryScene.ts";
import { cosignOffline, describeWithPeers } from "./peers.ts";

const { signal } = new AbortController();
const registry = createRegistry({
  credentials: noCredentials,
  userAgent: "countersign-test",
  log: { info: () => undefined, warn: () => undefined },
});

describeWithPeers("cosign signs through countersign as its key management service", ["cosign"], (peers) => {
  let scene: PluginScene;
  let environment: Record<string, string>;
  let images = 0;

  before(async () => {
    scene = await startPluginScene();
    const folder = join(peers.home, "bin");
    const installed = await scene.commandLine.run("plugin", "install", "sigstore-kms", "--folder", folder);
    assert.equal(installed.code, 0, installed.error);
    assert.match(installed.output, /not on PATH/u);
    environment = {
      PATH: `${folder}${delimiter}${process.env["PATH"] ?? ""}`,
      COUNTERSIGN_STATE_DIR: scene.commandLine.environment["COUNTERSIGN_STATE_DIR"] ?? "",
    };
  });
  after(() => scene.stop());

  interface Image {
    readonly registry: string;
    readonly repository: string;
    readonly digest: string;
  }
  const push = async (): Promise<Image> => {
    const place = { registry: scene.registry, repository: "acme/app" };
    images += 1;
    return { ...place, digest: (await pushImage(registry, place, `${images}`, `layer ${images}`)).digest };
  };
  const nameOf = ({ repository, digest }: Image): string => `${scene.registry}/${repository}@${digest}`;
  const cosign = (args: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<string> =>
    peers.run("cosign", args, "", { ...environment, ...more });
  const sign = (key: string, image: Image, more: Readonly<Record<string, string>> = {}): Promise<string> =>
    cosign(["sign", "--key", `countersign://trial/${key}`, ...cosignOffline, nameOf(image)], more);
  const isAccepted = (key: string, image: Image): Promise<boolean> => {
    const file = join(peers.home, `${key}.pub`);
    writeFileSync(file, scene.publicKeyOf(key));
    // cosign signs with the hash that belongs to the curve, and verifies with SHA-256 where it is not told.
    const hash = `sha${key === "p384" ? 384 : key === "p521" ? 512 : 256}`;
    const flags = ["--insecure-ignore-tlog", "--signature-digest-algorithm", hash];
    return peers.succeeds("cosign", ["verify", "--key", file, ...flags, nameOf(image)]);
  };

  for (const key of pluginKeys)
    it(`by a key of ${key}, and cosign and we accept it`, async () => {
      const image = await push();
      await sign(key, image);
      assert.equal(await isAccepted(key, image), true);
      assert.equal(await isAccepted(key === "p256" ? "p384" : "p256", image), false);
      const policy = commandLinePolicy({ keys: [{ file: key, pem: scene.publicKeyOf(key) }] });
      const clock = { now: () => new Date() };
      const verdicts = await verifyImages({ registry, clock }, [image], policy, { trustedRoots: [] }, { signal });
      const [verdict] = verdicts.values();
      assert.equal(verdict?.state, "verified", verdict?.reason.message);
      assert.equal(scene.audit().findLast(({ event }) => event === "signed")?.digest, image.digest);
    });

  it("in cosign's first format too, and for files", async () => {
    const image = await push();
    const flags = [...cosignOffline, "--new-bundle-format=false"];
    await cosign(["sign", "--key", "countersign://trial/p256", ...flags, nameOf(image)]);
    assert.equal(await isAccepted("p256", image), true);
    assert.equal(scene.audit().findLast(({ event }) => event === "signed")?.digest, image.digest);
    writeFileSync(join(peers.home, "file"), "content");
    const bundle = ["--bundle", "file.json", "file"];
    await cosign(["sign-blob", "--key", "countersign://trial/p256", ...cosignOffline, ...bundle]);
    await cosign(["verify-blob", "--key", "p256.pub", "--insecure-ignore-tlog", ...bundle]);
  });

  it("gives the public key, and verifies by it", async () => {
    assert.equal(await cosign(["public-key", "--key", "countersign://trial/p256"]), scene.publicKeyOf("p256"));
    const image = await push();
    await sign("p256", image);
    const verify = (key: string): Promise<string> =>
      cosign(["verify", "--key", `countersign://trial/${key}`, "--insecure-ignore-tlog", nameOf(image)]);
    await verify("p256");
    await assert.rejects(verify("rsa2048"));
  });

  it("goes on with the request that waits when it is run again, and signs once", async () => {
    const image = await push();
    const justified = { COUNTERSIGN_JUSTIFICATION: "Release 1" };
    const before = scene.signatures();
    const submitted = (): number => scene.audit().filter(({ event }) => event === "requested").length;
    await assert.rejects(sign("release", image, justified), /not signed yet.*run the same command again/su);
    const asked = submitted();
    await assert.rejects(sign("release", image, justified), /not signed yet/u);
    assert.equal(submitted(), asked);
    await scene.decide(true);
    await sign("release", image, justified);
    assert.deepEqual([submitted(), scene.signatures()], [asked, before + 1]);
    assert.equal(await isAccepted("release", image), true);
  });

  it("waits for the approval where it is told to", async () => {
    const image = await push();
    const signing = sign("release", image, { COUNTERSIGN_JUSTIFICATION: "Release 1", COUNTERSIGN_WAIT: "2m" });
    await scene.decide(true);
    await signing;
    assert.equal(await isAccepted("release", image), true);
  });

  it("says that it was rejected, attaches nothing, and asks anew the next time", async () => {
    const image = await push();
    const more = { COUNTERSIGN_JUSTIFICATION: "Release 1", COUNTERSIGN_WAIT: "2m" };
    const refused = assert.rejects(sign("release", image, more), /rejected.*approval-rejected/su);
    await scene.decide(false);
    await refused;
    assert.equal(await isAccepted("release", image), false);
    const signing = sign("release", image, more);
    await scene.decide(true);
    await signing;
  });

  it("asks for a justification, and for a key that exists", async () => {
    const image = await push();
    await assert.rejects(sign("release", image), /justification-required.*COUNTERSIGN_JUSTIFICATION/su);
    await assert.rejects(sign("other", image), /trial has no key 'other'/u);
    await assert.rejects(sign("", image), /names no key/u);
  });
});
