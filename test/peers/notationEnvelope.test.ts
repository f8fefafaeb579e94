import assert from "node:assert/strict";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { noCredentials } from "../../src/adapters/registry/credentials.ts";
import { createRegistry } from "../../src/adapters/registry/registry.ts";
import { executeSigning, prepareSigning } from "../../src/application/signImage.ts";
import { readPolicy } from "../../src/core/policy/readPolicy.ts";
import { startTrialRegistry } from "../../src/trial/registry/trialRegistry.ts";
import { createEnvelopePlugin, type EnvelopePlugin, type Misbehaviour } from "../helpers/envelopePlugin.ts";
import { pushImage } from "../helpers/registryScene.ts";
import { describeWithPeers } from "./peers.ts";

const { signal } = new AbortController();
const log = { info: () => undefined, warn: () => undefined };
const clock = { now: () => new Date() };
const registry = createRegistry({ credentials: noCredentials, userAgent: "countersign-test", log });
const capabilities = [
  "SIGNATURE_GENERATOR.ENVELOPE",
  "SIGNATURE_VERIFIER.TRUSTED_IDENTITY",
  "SIGNATURE_VERIFIER.REVOCATION_CHECK",
];

describeWithPeers("notation verifies what a plug-in wrapped that signs for us", ["notation"], (peers) => {
  const folder = join(peers.home, ".config/notation");
  let host: string;
  let stop: () => Promise<void>;
  let plugin: EnvelopePlugin;
  before(async () => {
    ({ host, stop } = await startTrialRegistry());
    plugin = createEnvelopePlugin("p256", capabilities);
    for (const store of ["ca", "signingAuthority"]) {
      mkdirSync(join(folder, `truststore/x509/${store}/acme`), { recursive: true });
      writeFileSync(join(folder, `truststore/x509/${store}/acme/root.crt`), plugin.root.der);
    }
    const statement = {
      name: "release",
      registryScopes: ["*"],
      signatureVerification: { level: "strict" },
      trustStores: ["ca:acme", "signingAuthority:acme"],
      trustedIdentities: ["*"],
    };
    const policy = { version: "1.0", trustPolicies: [statement] };
    writeFileSync(join(folder, "trustpolicy.json"), JSON.stringify(policy), { mode: 0o600 });
  });
  after(async () => {
    plugin.stop();
    await stop();
  });

  const nothing = { policy: readPolicy([]), material: { trustedRoots: [] }, namedKeySuffices: true };
  const sign = async (how: Misbehaviour, format: "notation-jws" | "notation-cose"): Promise<string> => {
    plugin.behave(how);
    const reference = { registry: host, repository: `acme/${format}`, tag: how.replaceAll(" ", "-") };
    await pushImage(registry, reference, reference.tag, `${format} ${how}`);
    const ports = { registry, service: await plugin.open("authority"), clock, log };
    const request = { reference, key: "release", format, trust: nothing, tool: "test" };
    const prepared = await prepareSigning(ports, request, { signal });
    const outcome = await executeSigning(ports, prepared, { signal, waitMs: 0 });
    assert.ok(outcome.status === "signed", outcome.status);
    return outcome.artifact;
  };
  const verify = (artifact: string): Promise<boolean> =>
    peers.succeeds("notation", ["verify", "--insecure-registry", artifact]);

  for (const format of ["notation-jws", "notation-cose"] as const) {
    for (const how of ["none", "own expiry", "signing authority"] as const)
      it(`as ${format}: ${how}`, async () => {
        assert.equal(await verify(await sign(how, format)), true);
      });

    it(`as ${format} that demands the plug-in, only with it`, async () => {
      const plain = await sign("own plug-in", format);
      const extended = await sign("own critical attribute", format);
      assert.deepEqual([await verify(plain), await verify(extended)], [false, false]);
      const place = join(folder, "plugins/acme");
      cpSync(join(plugin.libexec, "plugins/acme"), place, { recursive: true });
      try {
        assert.deepEqual([await verify(plain), await verify(extended)], [true, true]);
      } finally {
        await peers.run("notation", ["plugin", "uninstall", "--yes", "acme"]);
      }
    });
  }

  it("which notation itself signs through, so that it is one as it should be", async () => {
    plugin.behave("none");
    cpSync(join(plugin.libexec, "plugins/acme"), join(folder, "plugins/acme"), { recursive: true });
    const reference = { registry: host, repository: "acme/by-notation", tag: "1" };
    const { digest } = await pushImage(registry, reference, "1", "by notation");
    const artifact = `${host}/acme/by-notation@${digest}`;
    await peers.run("notation", ["sign", "--insecure-registry", "--plugin", "acme", "--id", "release", artifact]);
    assert.equal(await verify(artifact), true);
  });
});
