import assert from "node:assert/strict";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import type { Descriptor } from "../../src/core/verdict/evidence.ts";
import { certificatePem } from "../../src/trial/x509/issueCertificate.ts";
import { createCommandLine, type CommandLine } from "../helpers/commandLine.ts";
import { createNotaryChain, signJws } from "../helpers/notary.ts";
import { attach, pushImage, startScene, type Scene } from "../helpers/registryScene.ts";

const policy = JSON.stringify({
  version: "1.0",
  trustPolicies: [
    {
      name: "release",
      registryScopes: ["*"],
      signatureVerification: { level: "strict" },
      trustStores: ["ca:acme"],
      trustedIdentities: ["x509.subject: C=US, ST=WA, O=Acme"],
    },
  ],
});

describe("countersign verify, with a Notary trust policy", () => {
  const { root, leaf, chain } = createNotaryChain({
    notBefore: new Date("2020-01-01"),
    notAfter: new Date("2049-01-01"),
  });
  let scene: Scene;
  let image: Descriptor;
  let commandLine: CommandLine;
  let name: string;

  before(async () => {
    scene = await startScene();
    image = await pushImage(scene.registry, scene.repository, "1");
    const text = signJws({ target: image, chain, privateKey: leaf.keys.privateKey }).toString("utf8");
    const artifactType = "application/vnd.cncf.notary.signature";
    await attach(scene.registry, scene.repository, image, { artifactType, text, mediaType: "application/jose+json" });
    name = `${scene.host}/acme/app@${image.digest}`;
  });
  after(() => scene.stop());
  beforeEach(async () => void (commandLine = await createCommandLine()));
  afterEach(() => commandLine.dispose());

  const stateOf = async (...args: readonly string[]): Promise<string> => {
    const { output } = await commandLine.run(...args, "--format", "json");
    const { images }: { images: readonly { state: string }[] } = JSON.parse(output);
    return images[0]?.state ?? output;
  };

  for (const [kind, content] of [
    ["PEM", certificatePem(root.der)],
    ["DER", root.der],
  ] as const)
    it(`takes the trust stores beside the policy, certificates in ${kind}`, async () => {
      commandLine.write("notation/trustpolicy.json", policy);
      commandLine.write("notation/truststore/x509/ca/acme/root.crt", content);
      assert.equal(await stateOf("verify", "--policy", "notation/trustpolicy.json", name), "verified");
      assert.equal(
        await stateOf("verify", "--policy", join(commandLine.folder, "notation/trustpolicy.json"), name),
        "verified",
      );
    });

  it("takes those of notation's own folder where there are none beside the policy", async () => {
    commandLine.write("elsewhere/trustpolicy.json", policy);
    commandLine.write("../.config/notation/truststore/x509/ca/acme/root.crt", certificatePem(root.der));
    assert.equal(await stateOf("verify", "--policy", "elsewhere/trustpolicy.json", name), "verified");
    commandLine.write("elsewhere/truststore/x509/ca/other/root.crt", certificatePem(root.der));
    assert.equal(await stateOf("verify", "--policy", "elsewhere/trustpolicy.json", name), "unknown");
  });

  it("says that it cannot tell without the trust store", async () => {
    commandLine.write("notation/trustpolicy.json", policy);
    const { code, output } = await commandLine.run("verify", "--policy", "notation/trustpolicy.json", name);
    assert.equal(code, 3, output);
    assert.match(output, /ca:acme/);
  });

  it("follows no link in a trust store", async () => {
    commandLine.write("notation/trustpolicy.json", policy);
    commandLine.write("notation/truststore/x509/ca/acme/other.pem", certificatePem(root.der));
    const target = commandLine.write("root.crt", certificatePem(root.der));
    symlinkSync(target, join(commandLine.folder, "notation/truststore/x509/ca/acme/root.crt"));
    const { code, error } = await commandLine.run("verify", "--policy", "notation/trustpolicy.json", name);
    assert.equal(code, 2, error);
  });

  it("finds the policy and its trust stores in a workspace", async () => {
    commandLine.write("Dockerfile", `FROM ${name}\n`);
    commandLine.write("policy/trustpolicy.json", policy);
    commandLine.write("policy/truststore/x509/ca/acme/root.crt", certificatePem(root.der));
    assert.equal(await stateOf("inspect"), "verified");
  });
});
