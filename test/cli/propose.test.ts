import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createCommandLine, type CommandLine } from "../helpers/commandLine.ts";
import { acme, keyBundle, pem, stranger } from "../helpers/keyBundle.ts";
import { createNotaryChain, signJws } from "../helpers/notary.ts";
import { attach, pushImage, startScene, type Scene } from "../helpers/registryScene.ts";

interface Proposal {
  readonly for: string;
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly meaning?: readonly string[];
  readonly reason?: string;
}

describe("countersign propose", () => {
  let scene: Scene;
  let cli: CommandLine;
  const nameOf = (tag: string) => `${scene.host}/acme/app:${tag}`;

  before(async () => {
    scene = await startScene();
    const bundle = "application/vnd.dev.sigstore.bundle.v0.3+json";
    const byKey = await pushImage(scene.registry, scene.repository, "key", "key");
    const text = keyBundle(acme, { digest: byKey.digest }).toString("utf8");
    await attach(scene.registry, scene.repository, byKey, { artifactType: bundle, text });
    const byNotary = await pushImage(scene.registry, scene.repository, "notary", "notary");
    const { chain, leaf } = createNotaryChain({ notBefore: new Date("2020-01-01"), notAfter: new Date("2049-01-01") });
    const envelope = signJws({ target: byNotary, chain, privateKey: leaf.keys.privateKey }).toString("utf8");
    const artifactType = "application/vnd.cncf.notary.signature";
    await attach(scene.registry, scene.repository, byNotary, {
      artifactType,
      text: envelope,
      mediaType: "application/jose+json",
    });
    await pushImage(scene.registry, scene.repository, "unsigned", "unsigned");
  });
  after(() => scene.stop());
  beforeEach(async () => {
    cli = await createCommandLine();
    cli.write("acme.pub", pem(acme));
    cli.write("stranger.pub", pem(stranger));
  });
  afterEach(() => cli.dispose());

  const stateOf = async (...args: readonly string[]): Promise<string | undefined> => {
    const { output } = await cli.run("verify", ...args, "--format", "json");
    const report: { readonly images: readonly { readonly state: string }[] } = JSON.parse(output);
    return report.images[0]?.state;
  };

  it("writes a rule that verifies the image as it is printed, and says what it means", async () => {
    const { code, output, error } = await cli.run(
      "propose",
      nameOf("key"),
      "--key",
      "stranger.pub",
      "--key",
      "acme.pub",
    );
    assert.equal(code, 0, error);
    assert.match(error, /Accepting this rule means:\n {2}Whoever is in possession of the key/u);
    cli.write("policy.yaml", output);
    assert.equal(await stateOf(nameOf("key"), "--policy", "policy.yaml"), "verified");
    assert.equal(await stateOf(nameOf("unsigned"), "--policy", "policy.yaml"), "unsigned");
  });

  it("writes it in the format that is asked for, and in that of the workspace's policies", async () => {
    const asked = await cli.run("propose", nameOf("key"), "--key", "acme.pub", "--for", "kyverno");
    assert.match(asked.output, /^apiVersion: "kyverno\.io\/v1"|^apiVersion: kyverno\.io\/v1/u);
    cli.write("policies/kyverno.yaml", asked.output.replaceAll("acme/app", "acme/other"));
    const { output } = await cli.run("propose", nameOf("key"), "--key", "acme.pub", "--format", "json");
    const proposal: Proposal = JSON.parse(output);
    assert.equal(proposal.for, "kyverno");
    assert.equal(proposal.files.length, 1);
  });

  it("names a Notary signer by subject and root", async () => {
    const { code, output } = await cli.run("propose", nameOf("notary"), "--format", "json");
    const proposal: Proposal = JSON.parse(output);
    assert.deepEqual([code, proposal.for, proposal.files.length], [0, "notary-trust-policy", 2]);
    for (const { path, text } of proposal.files) {
      mkdirSync(dirname(join(cli.folder, "notation", path)), { recursive: true });
      writeFileSync(join(cli.folder, "notation", path), text);
    }
    assert.equal(await stateOf(nameOf("notary"), "--policy", "notation/trustpolicy.json"), "verified");
    assert.match(readFileSync(join(cli.folder, "notation/trustpolicy.json"), "utf8"), /x509\.subject: C=/u);
  });

  it("needs the key of a signature by a key, and says so", async () => {
    for (const keys of [[], ["--key", "stranger.pub"]]) {
      const { code, output, error } = await cli.run("propose", nameOf("key"), ...keys);
      assert.deepEqual([code, output], [1, ""]);
      assert.match(error, /name the file of the public key with --key/u);
    }
  });

  it("proposes nothing for what is not signed, cannot be asked, or cannot be seen", async () => {
    const unsigned = await cli.run("propose", nameOf("unsigned"));
    assert.deepEqual([unsigned.code, unsigned.output], [1, ""]);
    const absent = await cli.run("propose", nameOf("absent"));
    assert.deepEqual([absent.code, absent.output], [3, ""]);
    const unseen = await cli.run(
      "propose",
      nameOf("key"),
      "--key",
      "acme.pub",
      "--for",
      "openshift",
      "--format",
      "json",
    );
    const proposal: Proposal = JSON.parse(unseen.output);
    assert.equal(unseen.code, 1);
    assert.match(proposal.reason ?? "", /cosign's first format only/u);
  });

  it("works by evidence alone", async () => {
    await cli.run("verify", nameOf("key"), "--key", "acme.pub", "--export-evidence", "evidence.json");
    scene.taken();
    const { code } = await cli.run("propose", nameOf("key"), "--key", "acme.pub", "--evidence", "evidence.json");
    assert.equal(code, 0);
    assert.deepEqual(scene.taken(), []);
  });
});
