import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { noCredentials } from "../../src/adapters/registry/credentials.ts";
import { createRegistry } from "../../src/adapters/registry/registry.ts";
import type { HashAlgorithm } from "../../src/application/signingService.ts";
import { startTrialRegistry } from "../../src/trial/registry/trialRegistry.ts";
import { pushImage } from "../helpers/registryScene.ts";
import { secretsOf, startVenafiScene, type VenafiScene } from "../helpers/venafiScene.ts";
import { describeWithPeers } from "./peers.ts";

const { signal } = new AbortController();
const hashes: readonly HashAlgorithm[] = ["sha256", "sha384", "sha512"];
const specs = ["rsa2048", "p256", "p384", "p521"] as const;
const log = { info: () => undefined, warn: () => undefined };

/** Mechanism and digest, as vsign is told them, and the key. */
const cases = [
  [1, "sha256", "rsa2048"],
  [1, "sha512", "rsa2048"],
  [64, "sha256", "rsa2048"],
  [4161, "sha256", "p256"],
  [4161, "sha384", "p384"],
  [4161, "sha512", "p521"],
  [4164, "sha256", "p256"],
] as const;

describeWithPeers("vsign, the vendor's command, through the trial as Venafi", ["vsign", "cosign"], (peers) => {
  const account = generateKeyPairSync("ed25519");
  let scene: VenafiScene;
  let environments: Readonly<Record<string, Readonly<Record<string, string>>>>;
  before(async () => {
    const serviceAccounts = new Map([["account", account.publicKey]]);
    const keys = [
      ...specs.map((spec) => ({ name: spec, spec, hashes })),
      { name: "release", spec: "rsa2048" as const, needs: ["approval"] as const, hashes },
    ];
    scene = await startVenafiScene({ engine: { keys }, facade: { identities: { serviceAccounts } } });
    writeFileSync(join(peers.home, "ca.pem"), scene.facade.root);
    writeFileSync(join(peers.home, "account.pem"), account.privateKey.export({ type: "pkcs8", format: "pem" }));
    writeFileSync(join(peers.home, "payload.txt"), "what is signed");
    writeFileSync(join(peers.home, "other.txt"), "what is not signed");
    for (const { description } of scene.engine.keys)
      writeFileSync(join(peers.home, `${description.name}.pub`), description.publicKey);
    const secrets = secretsOf(scene.facade.url, { username: "dev", password: scene.engine.secrets.dev });
    await scene.client({ secrets }).listKeys({ signal });
    const token = secrets.values.get(`${scene.facade.url} venafi access-token`) ?? "";
    const trust = join(peers.home, "ca.pem");
    const usual = { VSIGN_URL: scene.facade.url, VSIGN_TRUST_BUNDLE: trust, VSIGN_LOG_LEVEL: "info" };
    const keyFile = join(peers.home, "account.pem");
    environments = {
      "self-hosted": { ...usual, VSIGN_TOKEN: token },
      SaaS: { ...usual, VSIGN_CLIENT_ID: "account", VSIGN_PRIVATE_KEY_FILE: keyFile },
    };
  });
  after(() => scene.facade.stop());

  const environmentFor = (product: string, key: string): Readonly<Record<string, string>> => ({
    ...environments[product],
    ...(product === "SaaS" ? { VSIGN_KEY_LABEL: `Trial-${key}` } : { VSIGN_PROJECT: `Trial\\${key}` }),
  });
  const sign = (product: string, key: string, mechanism: number, digest: string, output: string): Promise<string> =>
    peers.run(
      "vsign",
      [
        "sign",
        "--payload",
        "payload.txt",
        "--output-signature",
        output,
        "--mechanism",
        `${mechanism}`,
        "--digest",
        digest,
      ],
      "",
      environmentFor(product, key),
    );
  const verify = (payload: string, signature: string, key: string, digest: string): Promise<boolean> =>
    peers.succeeds("vsign", [
      "verify",
      "--payload",
      payload,
      "--signature",
      signature,
      "--key",
      `${key}.pub`,
      "--digest",
      digest,
    ]);

  for (const product of ["self-hosted", "SaaS"])
    for (const [mechanism, digest, key] of cases)
      it(`${product}: signs and verifies a file, mechanism ${mechanism}, ${digest}, ${key}`, async () => {
        const output = `${product}-${key}-${mechanism}-${digest}.sig`;
        const said = await sign(product, key, mechanism, digest, output);
        assert.match(said, /Successfully connected to (?:TPP|Cloud)/iu);
        assert.equal(await verify("payload.txt", output, key, digest), true);
        assert.equal(await verify("other.txt", output, key, digest), false);
      });

  it("verifies by the key that the service names", async () => {
    await sign("self-hosted", "rsa2048", 1, "sha256", "named.sig");
    const { VSIGN_TOKEN: token } = environments["self-hosted"] ?? {};
    const lines = [
      `tpp_url=${scene.facade.url}`,
      `access_token=${token}`,
      "tpp_project=Trial\\rsa2048",
      `trust_bundle=${join(peers.home, "ca.pem")}`,
      "log_level=info",
    ];
    writeFileSync(join(peers.home, "config.ini"), `${lines.join("\n")}\n`);
    const args = ["verify", "--config", "config.ini", "--signature", "named.sig", "--digest", "sha256"];
    assert.match(await peers.run("vsign", [...args, "--payload", "payload.txt"]), /Verification successful/u);
    assert.equal(await peers.succeeds("vsign", [...args, "--payload", "other.txt"]), false);
  });

  it("signs an image, which cosign accepts", async () => {
    const { host, stop } = await startTrialRegistry();
    try {
      const registry = createRegistry({ credentials: noCredentials, userAgent: "countersign-test", log });
      const { digest } = await pushImage(registry, { registry: host, repository: "acme/app" }, "1", "layer");
      const artifact = `${host}/acme/app@${digest}`;
      // It asks for the size of a payload file, whatever it signs.
      const args = ["sign", "--image", artifact, "--mechanism", "64", "--payload", "payload.txt"];
      await peers.run("vsign", args, "", environmentFor("self-hosted", "rsa2048"));
      const key = ["--key", join(peers.home, "rsa2048.pub"), "--insecure-ignore-tlog", "--new-bundle-format=false"];
      await peers.run("cosign", ["verify", ...key, artifact]);
    } finally {
      await stop();
    }
  });

  it("has no signature while an approval is pending, and collects it by asking the same again", async () => {
    const before = signatures(scene);
    const output = join(peers.home, "release.sig");
    // It takes the answer that something waits for a signature, says that it has one, and writes a file without content.
    assert.match(
      await sign("self-hosted", "release", 1, "sha256", "release.sig"),
      /Pushing signature to: release.sig/u,
    );
    assert.equal(readFileSync(output).length, 0);
    assert.equal(signatures(scene), before);
    const [waiting] = scene.engine.requests.pending();
    scene.engine.requests.approve("lead", waiting?.id ?? "", "by a test");
    await sign("self-hosted", "release", 1, "sha256", "release.sig");
    assert.equal(await verify("payload.txt", "release.sig", "release", "sha256"), true);
    assert.equal(signatures(scene), before + 1);
  });

  it("is refused without a session, and another project", async () => {
    const without = { ...environmentFor("self-hosted", "p256"), VSIGN_TOKEN: "none" };
    const args = ["sign", "--payload", "payload.txt", "--output-signature", "none.sig", "--mechanism", "4161"];
    await assert.rejects(peers.run("vsign", args, "", without), /401/u);
    await assert.rejects(sign("self-hosted", "other", 1, "sha256", "none.sig"));
  });
});

function signatures({ engine }: VenafiScene): number {
  return engine.audit.entries().filter(({ event }) => event === "signed").length;
}
