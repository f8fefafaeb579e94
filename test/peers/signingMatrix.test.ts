import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { noCredentials } from "../../src/adapters/registry/credentials.ts";
import { createRegistry } from "../../src/adapters/registry/registry.ts";
import { executeSigning, prepareSigning, type SigningTrust } from "../../src/application/signImage.ts";
import type { KeyDescription, KeySpec } from "../../src/application/signingService.ts";
import { readPolicy } from "../../src/core/policy/readPolicy.ts";
import { isNotaryFormat, signingFormats, type SigningFormat } from "../../src/core/sign/scheme.ts";
import { startTrialRegistry } from "../../src/trial/registry/trialRegistry.ts";
import { pushImage } from "../helpers/registryScene.ts";
import { servicesUnderTest, type ServiceUnderTest } from "../helpers/servicesUnderTest.ts";
import { vaultKeys } from "../helpers/vaultScene.ts";
import { describeWithPeers, type Peers } from "./peers.ts";

const { signal } = new AbortController();
const log = { info: () => undefined, warn: () => undefined };
const clock = { now: () => new Date() };
const registry = createRegistry({ credentials: noCredentials, userAgent: "countersign-test", log });

function cosignPolicy(glob: string, publicKey: string, signatureFormat: string): SigningTrust {
  const policy = {
    apiVersion: "policy.sigstore.dev/v1beta1",
    kind: "ClusterImagePolicy",
    metadata: { name: "shop" },
    spec: { images: [{ glob }], authorities: [{ signatureFormat, key: { data: publicKey } }] },
  };
  return { policy: readPolicy([{ path: "p.yaml", text: JSON.stringify(policy) }]), material: { trustedRoots: [] } };
}

function notaryPolicyText(identity: string): string {
  const statement = {
    name: "release",
    registryScopes: ["*"],
    signatureVerification: { level: "strict" },
    trustStores: ["ca:trial"],
    trustedIdentities: [identity],
  };
  return JSON.stringify({ version: "1.0", trustPolicies: [statement] });
}

function notaryPolicy(root: string, identity = "*"): SigningTrust {
  const files = [
    { path: "trustpolicy.json", text: notaryPolicyText(identity) },
    { path: "truststore/x509/ca/trial/root.crt", text: root },
  ];
  return { policy: readPolicy(files), material: { trustedRoots: [] } };
}

for (const [name, start] of servicesUnderTest)
  describeWithPeers(`what ${name} signs`, ["cosign", "notation"], (peers) => {
    let host: string;
    let stopRegistry: () => Promise<void>;
    let tested: ServiceUnderTest;
    let described: readonly KeyDescription[];
    before(async () => {
      ({ host, stop: stopRegistry } = await startTrialRegistry());
      tested = await start();
      described = await tested.service.listKeys({ signal });
      const folder = join(peers.home, ".config/notation");
      write(join(folder, "truststore/x509/ca/trial/root.crt"), tested.root);
      write(join(folder, "trustpolicy.json"), notaryPolicyText("*"));
    });
    after(() => Promise.all([stopRegistry(), tested.stop()]));

    /** Services name keys in their own ways; all have one of each kind. */
    const keyOf = (spec: KeySpec): KeyDescription => described.find((key) => key.spec === spec)!;
    const trustFor = (key: KeyDescription, format: SigningFormat): SigningTrust =>
      isNotaryFormat(format)
        ? notaryPolicy(tested.root)
        : cosignPolicy(`${host}/**`, key.publicKey, format === "cosign" ? "legacy" : "bundle");

    for (const format of signingFormats)
      for (const spec of vaultKeys) {
        if (spec === "ed25519" && isNotaryFormat(format)) continue;
        it(`as ${format} by a key of ${spec}, ${isNotaryFormat(format) ? "notation" : "cosign"} accepts, and so do we`, async () => {
          const reference = { registry: host, repository: `shop/${format}-${spec}`, tag: "1" };
          const image = await pushImage(registry, reference, "1", spec);
          const key = keyOf(spec);
          const ports = { registry, service: tested.service, clock, log };
          const request = { reference, key: key.name, format, trust: trustFor(key, format), tool: "test" };
          const prepared = await prepareSigning(ports, request, { signal });
          assert.deepEqual(
            prepared.plan.acceptance.map(({ accepts, reason }) => [accepts, reason]),
            [[true, prepared.plan.acceptance[0]?.reason]],
          );
          const outcome = await executeSigning(ports, prepared, { signal, waitMs: 0 });
          assert.ok(outcome.status === "signed", JSON.stringify(outcome));
          assert.equal(outcome.verdict.state, "verified", JSON.stringify(outcome.verdict.trace));
          assert.equal(outcome.verdict.signatures[0]?.format, format);
          const artifact = `${host}/${reference.repository}@${image.digest}`;
          await accept(peers, key, prepared.plan.commands.verify);
          assert.ok(!(await acceptsOther(peers, keyOf(spec === "p256" ? "p384" : "p256"), format, artifact)));
        });
      }

    for (const format of ["notation-jws", "notation-cose"] as const)
      it(`does not sign as ${format} by a key of Ed25519, and says why`, async () => {
        const reference = { registry: host, repository: "shop/no-ed25519", tag: "1" };
        await pushImage(registry, reference, "1");
        const ports = { registry, service: tested.service, clock, log };
        const key = keyOf("ed25519").name;
        const request = { reference, key, format, trust: notaryPolicy(tested.root), tool: "test" };
        await assert.rejects(prepareSigning(ports, request, { signal }), /which the Notary Project does not know/);
      });
  });

/** Runs the command that the person is shown. */
async function accept(peers: Peers, key: KeyDescription, command: string): Promise<void> {
  const [program, ...words] = command.split(" ");
  const args = words.map((word) => word.replaceAll("'", ""));
  if (program === "notation") return void (await peers.run("notation", [...args, "--insecure-registry"]));
  write(join(peers.home, `${key.name}.pub`), key.publicKey);
  await peers.run("cosign", args);
}

async function acceptsOther(
  peers: Peers,
  key: KeyDescription,
  format: SigningFormat,
  artifact: string,
): Promise<boolean> {
  if (isNotaryFormat(format)) {
    const folder = join(peers.home, ".config/notation");
    write(join(folder, "trustpolicy.json"), notaryPolicyText("x509.subject: C=US, ST=WA, O=Other"));
    const accepted = await peers.succeeds("notation", ["verify", "--insecure-registry", artifact]);
    write(join(folder, "trustpolicy.json"), notaryPolicyText("*"));
    return accepted;
  }
  const file = join(peers.home, "other.pub");
  write(file, key.publicKey);
  const bundle = format === "cosign" ? ["--new-bundle-format=false"] : [];
  return peers.succeeds("cosign", ["verify", "--key", file, ...bundle, "--insecure-ignore-tlog", artifact]);
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
