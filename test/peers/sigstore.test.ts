import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { noCredentials } from "../../src/adapters/registry/credentials.ts";
import { createRegistry } from "../../src/adapters/registry/registry.ts";
import { executeFile, prepareFile } from "../../src/application/signFile.ts";
import { executeSigning, prepareSigning } from "../../src/application/signImage.ts";
import { createBundleOutput } from "../../src/cli/bundleOutput.ts";
import { commandLinePolicy } from "../../src/core/policy/commandLinePolicy.ts";
import { verifyBundleForFile } from "../../src/core/signature/verifyBundle.ts";
import { trialIdentities } from "../../src/trial/sigstore/identityProvider.ts";
import { startTrialRegistry, type TrialRegistry } from "../../src/trial/registry/trialRegistry.ts";
import { pushImage } from "../helpers/registryScene.ts";
import {
  browsingPerson,
  pipelineVariables,
  startSigstoreService,
  type SigstoreServiceScene,
} from "../helpers/sigstoreService.ts";
import { describeWithPeers } from "./peers.ts";

const { signal } = new AbortController();
const log = { info: () => undefined, warn: () => undefined };
const registry = createRegistry({ credentials: noCredentials, userAgent: "countersign-test", log });

describeWithPeers("cosign verify accepts what identities of a private Sigstore have signed", ["cosign"], (peers) => {
  let scene: SigstoreServiceScene;
  let images: TrialRegistry;
  before(async () => {
    [scene, images] = await Promise.all([startSigstoreService(), startTrialRegistry()]);
  });
  after(() => Promise.all([scene.stop(), images.stop()]));

  for (const logVersion of [1, 2] as const)
    for (const who of ["person", "pipeline"] as const)
      it(`a ${who}, with a log of version ${logVersion}`, async () => {
        const identity = trialIdentities[who];
        const service = await scene.open({
          log: logVersion,
          ...(who === "person" ? { person: browsingPerson() } : { environment: pipelineVariables(scene.sigstore) }),
        });
        const place = { registry: images.host, repository: `shop/${who}` };
        const image = await pushImage(registry, place, `${logVersion}`, `layer ${logVersion}`);
        const ports = { registry, service, clock: { now: () => new Date() }, log };
        const policy = commandLinePolicy({ certificateIdentity: identity, certificateOidcIssuer: scene.sigstore.url });
        const root = { name: "people", text: scene.sigstore.trustedRoot, source: "test" };
        const trust = { policy, material: { trustedRoots: [root], defaultRoot: "people" } };
        const reference = { ...place, tag: `${logVersion}` };
        const request = { reference, key: "identity", format: "sigstore-bundle", trust, tool: "test/1" } as const;
        const outcome = await executeSigning(ports, await prepareSigning(ports, request, { signal }), {
          signal,
          waitMs: 0,
        });
        assert.ok(outcome.status === "signed" && outcome.verdict.state === "verified", JSON.stringify(outcome));

        const file = join(peers.home, "trusted_root.json");
        writeFileSync(file, scene.sigstore.trustedRoot);
        const flags = ["--trusted-root", file, "--certificate-oidc-issuer", scene.sigstore.url];
        const artifact = `${images.host}/shop/${who}@${image.digest}`;
        const verify = (named: string): readonly string[] => {
          return ["verify", ...flags, "--use-signed-timestamps", "--certificate-identity", named, artifact];
        };
        await peers.run("cosign", verify(identity));
        assert.equal(await peers.succeeds("cosign", verify("mallory@trial.localhost")), false);
      });

  /** What cosign is told of whom to accept; `named` in place of the one who signed. */
  const whom = (named: string = trialIdentities.person): readonly string[] => {
    const file = join(peers.home, "trusted_root.json");
    writeFileSync(file, scene.sigstore.trustedRoot);
    const issuer = ["--certificate-oidc-issuer", scene.sigstore.url, "--certificate-identity", named];
    return ["--trusted-root", file, "--use-signed-timestamps", ...issuer];
  };
  const slsa = "https://slsa.dev/provenance/v1";
  const predicate = { type: slsa, json: '{"buildDefinition":{},"runDetails":{}}' };

  for (const logVersion of [1, 2] as const)
    it(`for a file and for what is said of it, with a log of version ${logVersion}`, async () => {
      const service = await scene.open({ log: logVersion, person: browsingPerson() });
      const content = Buffer.from(`content ${logVersion}`);
      const path = join(peers.home, `app-${logVersion}.tar`);
      writeFileSync(path, content);
      const verified = (bundleText: string, bytes: Uint8Array): boolean =>
        verifyBundleForFile({
          bundleText,
          artifact: { bytes },
          identity: trialIdentities.person,
          issuer: scene.sigstore.url,
          trustedRootText: scene.sigstore.trustedRoot,
          time: new Date(),
        }).verified;
      for (const terms of [{}, { predicate }]) {
        const isAttestation = "predicate" in terms;
        const bundle = `${path}.${isAttestation ? "attested" : "signed"}.json`;
        const output = createBundleOutput(bundle, { cwd: peers.home, overwrite: false });
        const ports = { service, clock: { now: () => new Date() }, log, output };
        const request = { file: { name: path, content }, key: "identity", terms, tool: "test/1" };
        const outcome = await executeFile(ports, await prepareFile(ports, request, { signal }), { signal, waitMs: 0 });
        assert.equal(outcome.status, "signed", JSON.stringify(outcome));
        const command = isAttestation ? ["verify-blob-attestation", "--type", slsa] : ["verify-blob"];
        await peers.run("cosign", [...command, ...whom(), "--bundle", bundle, path]);
        const other = [...command, ...whom("mallory@trial.localhost"), "--bundle", bundle, path];
        assert.equal(await peers.succeeds("cosign", other), false);
        const text = readFileSync(bundle, "utf8");
        assert.deepEqual([verified(text, content), verified(text, Buffer.from("other"))], [true, false]);
      }
    });

  it("for an attestation of an image, which we never take for a signature", async () => {
    const service = await scene.open({ log: 2, person: browsingPerson() });
    const place = { registry: images.host, repository: "shop/attested" };
    const image = await pushImage(registry, place, "1", "attested");
    const ports = { registry, service, clock: { now: () => new Date() }, log };
    const root = { name: "people", text: scene.sigstore.trustedRoot, source: "test" };
    const identity = { certificateIdentity: trialIdentities.person, certificateOidcIssuer: scene.sigstore.url };
    const trust = { policy: commandLinePolicy(identity), material: { trustedRoots: [root], defaultRoot: "people" } };
    const asked = { reference: { ...place, tag: "1" }, key: "identity", terms: { predicate }, trust, tool: "test/1" };
    const prepared = await prepareSigning(ports, { ...asked, format: "sigstore-bundle" }, { signal });
    const outcome = await executeSigning(ports, prepared, { signal, waitMs: 0 });
    assert.ok(outcome.status === "signed" && outcome.verdict.state === "unsigned", JSON.stringify(outcome));
    const artifact = `${images.host}/shop/attested@${image.digest}`;
    await peers.run("cosign", ["verify-attestation", "--type", slsa, ...whom(), artifact]);
    const other = ["verify-attestation", "--type", slsa, ...whom("mallory@trial.localhost"), artifact];
    assert.equal(await peers.succeeds("cosign", other), false);
  });
});
