import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { noCredentials } from "../../src/adapters/registry/credentials.ts";
import { createRegistry } from "../../src/adapters/registry/registry.ts";
import { executeFile, prepareFile, type FileSigningPorts } from "../../src/application/signFile.ts";
import { executeSigning, prepareSigning, type SigningTrust } from "../../src/application/signImage.ts";
import type { KeyDescription, KeySpec } from "../../src/application/signingService.ts";
import { createBundleOutput } from "../../src/cli/bundleOutput.ts";
import { readPolicy } from "../../src/core/policy/readPolicy.ts";
import type { SigningScheme } from "../../src/core/sign/scheme.ts";
import { verifyBundleForFile } from "../../src/core/signature/verifyBundle.ts";
import { startTrialRegistry } from "../../src/trial/registry/trialRegistry.ts";
import { pushImage } from "../helpers/registryScene.ts";
import { servicesUnderTest, type RunningService } from "../helpers/servicesUnderTest.ts";
import { describeWithPeers } from "./peers.ts";

const { signal } = new AbortController();
const log = { info: () => undefined, warn: () => undefined };
const clock = { now: () => new Date() };
const slsa = "https://slsa.dev/provenance/v1";
const predicate = { type: slsa, json: '{"buildDefinition":{},"runDetails":{}}' };
const nobody: SigningTrust = { policy: { rules: [], problems: [] }, material: { trustedRoots: [] } };

function bundleScheme(spec: KeySpec): SigningScheme {
  const scheme = spec === "ed25519" ? "ed25519" : spec.startsWith("rsa") ? "rsa-pkcs1v15" : "ecdsa";
  return { scheme, hash: "sha256" };
}

for (const { name, specs, signs, start } of servicesUnderTest)
  describeWithPeers(`files and attestations that ${name} signs`, ["cosign"], (peers) => {
    const folder = mkdtempSync(join(tmpdir(), "countersign-files-"));
    const registry = createRegistry({ credentials: noCredentials, userAgent: "countersign-test", log });
    let host: string;
    let stopRegistry: () => Promise<void>;
    let tested: RunningService;
    let described: readonly KeyDescription[];
    before(async () => {
      ({ host, stop: stopRegistry } = await startTrialRegistry());
      tested = await start();
      described = await tested.service.listKeys({ signal });
    });
    after(async () => {
      rmSync(folder, { recursive: true, force: true });
      await Promise.all([stopRegistry(), tested.stop()]);
    });

    const accepts = (key: KeyDescription, command: string): Promise<boolean> => {
      const file = join(peers.home, `${key.name.replaceAll("\\", "-")}.pub`);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, key.publicKey);
      const [, ...args] = command.split(" ").map((word) => word.replaceAll("'", "").replaceAll("\\", "-"));
      return peers.succeeds("cosign", args);
    };

    const keyOf = (spec: KeySpec): KeyDescription => described.find((each) => each.name === tested.nameOf(spec))!;
    const usable = specs.filter((spec) => signs(spec, bundleScheme(spec)));

    for (const spec of usable) {
      it(`a file by a key of ${spec} is accepted by cosign and by us, and changed by neither`, async () => {
        const path = join(folder, `${spec}.tar`);
        const content = Buffer.from(`content of ${spec}`);
        writeFileSync(path, content);
        const key = keyOf(spec);
        const output = createBundleOutput(`${path}.sigstore.json`, { cwd: folder, overwrite: false });
        const ports: FileSigningPorts = { service: tested.service, clock, log, output };
        const prepared = await prepareFile(
          ports,
          { file: { name: path, content }, key: key.name, tool: "t" },
          { signal },
        );
        const outcome = await executeFile(ports, prepared, { signal, waitMs: 0 });
        assert.equal(outcome.status, "signed", JSON.stringify(outcome));
        assert.equal(await accepts(key, prepared.plan.commands.verify), true);
        const bundleText = readFileSync(`${path}.sigstore.json`, "utf8");
        const verified = (bytes: Uint8Array): boolean =>
          verifyBundleForFile({ bundleText, artifact: { bytes }, keyPem: key.publicKey, time: new Date() }).verified;
        assert.deepEqual([verified(content), verified(Buffer.from("else"))], [true, false]);
        writeFileSync(path, "something else");
        assert.equal(await accepts(key, prepared.plan.commands.verify), false);
      });

      it(`an attestation of an image by a key of ${spec} is accepted as one, and never as a signature`, async () => {
        const place = { registry: host, repository: `shop/${spec}` };
        const reference = { ...place, tag: "1" };
        await pushImage(registry, place, "1", spec);
        const key = keyOf(spec);
        const authority = { signatureFormat: "bundle", key: { data: key.publicKey } };
        const policyFor = (attestations: object): SigningTrust => {
          const spec = { images: [{ glob: `${host}/**` }], authorities: [{ ...authority, ...attestations }] };
          const metadata = { name: "shop" };
          const cip = { apiVersion: "policy.sigstore.dev/v1beta1", kind: "ClusterImagePolicy", metadata, spec };
          return {
            ...nobody,
            policy: readPolicy([{ path: "p.yaml", text: JSON.stringify(cip) }]),
          };
        };
        const sign = async (trust: SigningTrust) => {
          const ports = { registry, service: tested.service, clock, log };
          const request = {
            reference,
            key: key.name,
            format: "sigstore-bundle",
            terms: { predicate },
            trust,
            tool: "t",
          };
          const prepared = await prepareSigning(ports, { ...request, format: "sigstore-bundle" }, { signal });
          const outcome = await executeSigning(ports, prepared, { signal, waitMs: 0 });
          assert.ok(outcome.status === "signed", JSON.stringify(outcome));
          const [acceptance] = prepared.plan.acceptance;
          return { plan: prepared.plan, state: outcome.verdict.state, foretold: acceptance?.accepts };
        };
        const asSignature = await sign(policyFor({}));
        assert.deepEqual([asSignature.state, asSignature.foretold], ["unsigned", false]);
        const asAttestation = await sign(policyFor({ attestations: [{ name: "slsa", predicateType: slsa }] }));
        assert.deepEqual([asAttestation.state, asAttestation.foretold], ["verified", true]);
        assert.equal(await accepts(key, asAttestation.plan.commands.verify), true);
        assert.equal(
          await accepts(key, asAttestation.plan.commands.verify.replace(slsa, "https://spdx.dev/Document")),
          false,
        );
      });
    }

    it("an attestation of a file is accepted by cosign", async () => {
      const path = join(folder, "attested.tar");
      const content = Buffer.from("attested");
      writeFileSync(path, content);
      const key = keyOf("p256");
      const output = createBundleOutput(`${path}.sigstore.json`, { cwd: folder, overwrite: false });
      const ports: FileSigningPorts = { service: tested.service, clock, log, output };
      const request = { file: { name: path, content }, key: key.name, terms: { predicate }, tool: "t" };
      const prepared = await prepareFile(ports, request, { signal });
      assert.equal((await executeFile(ports, prepared, { signal, waitMs: 0 })).status, "signed");
      assert.equal(await accepts(key, prepared.plan.commands.verify), true);
    });
  });
