import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { noCredentials } from "../../src/adapters/registry/credentials.ts";
import { createRegistry } from "../../src/adapters/registry/registry.ts";
import { trialIdentities } from "../../src/trial/sigstore/identityProvider.ts";
import { createCommandLine, jsonOf, type CommandLine } from "../helpers/commandLine.ts";
import { pushImage } from "../helpers/registryScene.ts";
import { pipelineVariables, startSigstoreService, type SigstoreServiceScene } from "../helpers/sigstoreService.ts";

const registry = createRegistry({
  credentials: noCredentials,
  userAgent: "countersign-test",
  log: { info: () => undefined, warn: () => undefined },
});

describe("countersign sign by an identity", () => {
  let commandLine: CommandLine;
  let scene: SigstoreServiceScene;
  let host: string;
  let url: string;
  let state: string;

  before(async function () {
    this.timeout(20_000);
    [commandLine, scene] = await Promise.all([createCommandLine(), startSigstoreService()]);
    const up = await commandLine.run("trial", "up", "--format", "json");
    const description = jsonOf<{ registry: string; interfaces: Record<string, string> }>(up);
    host = description.registry;
    url = description.interfaces["sigstore"] ?? "";
    state = commandLine.environment["COUNTERSIGN_STATE_DIR"] ?? "";
  });
  after(async () => {
    await commandLine.run("trial", "down");
    commandLine.dispose();
    await scene.stop();
  });

  const environment = (): Record<string, string> => commandLine.environment;

  it("of the trial, whose files are there to verify by", async () => {
    // A token of the trial's own provider: the person's, who would sign in in a browser.
    const device = await postForm(`${url}/oauth2/device`, { client_id: "sigstore", code_challenge: challenge });
    await fetch(String(device["verification_uri_complete"]));
    const grant = { grant_type: "device", device_code: String(device["device_code"]), code_verifier: "verifier" };
    const token = String((await postForm(`${url}/oauth2/token`, grant))["id_token"]);
    environment()["SIGSTORE_ID_TOKEN"] = token;
    await pushImage(registry, { registry: host, repository: "shop/web" }, "1");
    const image = `${host}/shop/web:1`;
    const run = await commandLine.run("sign", image, "--service", "sigstore", "--key", "identity", "--format", "json");
    delete environment()["SIGSTORE_ID_TOKEN"];
    assert.equal(run.code, 0, run.output + run.error);
    assert.equal(jsonOf<{ state: string }>(run).state, "verified");
    const trust = ["--trusted-root", join(state, "trial-trusted-root.json"), "--certificate-oidc-issuer", url];
    const verify = (identity: string) => commandLine.run("verify", image, ...trust, "--certificate-identity", identity);
    assert.equal((await verify(trialIdentities.person)).code, 0);
    assert.equal((await verify("mallory@trial.localhost")).code, 1);
  });

  it("says that nobody is there to sign in", async () => {
    const run = await commandLine.run("sign", `${host}/shop/web:1`, "--service", "sigstore", "--key", "identity");
    assert.match(run.error, /nobody is there/u);
    assert.notEqual(run.code, 0);
  });

  describe("of a pipeline", () => {
    before(() => {
      commandLine.write("sigstore/signing_config.json", scene.sigstore.signingConfig());
      commandLine.write("sigstore/trusted_root.json", scene.sigstore.trustedRoot);
      commandLine.write(
        ".countersign.yaml",
        `version: 1
services:
  - name: people
    type: sigstore
    url: ${scene.sigstore.url}
    options:
      signingConfig: sigstore/signing_config.json
      trustedRoot: sigstore/trusted_root.json
`,
      );
      Object.assign(environment(), pipelineVariables(scene.sigstore));
    });

    it("signs a file, whose bundle verifies", async () => {
      commandLine.write("app.tar", "content");
      const run = await commandLine.run(
        "sign",
        "app.tar",
        "--service",
        "people",
        "--key",
        "identity",
        "--format",
        "json",
      );
      assert.equal(run.code, 0, run.output + run.error);
      const { bundle } = jsonOf<{ bundle: string }>(run);
      const issuer = ["--certificate-oidc-issuer", scene.sigstore.url];
      const trust = ["--bundle", bundle, "--trusted-root", "sigstore/trusted_root.json", ...issuer];
      const verify = (identity: string) =>
        commandLine.run("verify-bundle", ...trust, "--certificate-identity", identity, "app.tar");
      const verified = await verify(trialIdentities.pipeline);
      assert.equal(verified.code, 0, verified.output + verified.error);
      assert.equal((await verify(trialIdentities.person)).code, 1);
    });

    it("tells no secret where the instance fails", async () => {
      scene.sigstore.setFault("authority-fails");
      environment()["COUNTERSIGN_DEBUG"] = "1";
      const run = await commandLine.run("sign", "app.tar", "--service", "people", "--key", "identity");
      delete environment()["COUNTERSIGN_DEBUG"];
      scene.sigstore.setFault(undefined);
      assert.notEqual(run.code, 0);
      assert.equal(`${run.output}${run.error}`.includes(scene.sigstore.provider.pipelineSecret), false);
      assert.doesNotMatch(`${run.output}${run.error}`, /eyJ[\w-]+\./u);
    });
  });

  it("leaves nothing behind when the trial ends", async () => {
    assert.equal(existsSync(join(state, "trial-trusted-root.json")), true);
    await commandLine.run("trial", "down");
    assert.equal(existsSync(state), false);
  });
});

const challenge = "iMnq5o6zALKXGivsnlom_0F5_WYda32GHkxlV7mq7hQ";

async function postForm(address: string, form: Record<string, string>): Promise<Record<string, unknown>> {
  const response = await fetch(address, { method: "POST", body: new URLSearchParams(form) });
  return (await response.json()) as Record<string, unknown>;
}
