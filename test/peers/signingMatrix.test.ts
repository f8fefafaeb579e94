import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { noCredentials } from "../../src/adapters/registry/credentials.ts";
import { createRegistry } from "../../src/adapters/registry/registry.ts";
import { createRevocations } from "../../src/adapters/revocations.ts";
import { executeSigning, prepareSigning, type SigningTrust } from "../../src/application/signImage.ts";
import { verifyImages } from "../../src/application/verifyImages.ts";
import type { KeyDescription, KeySpec } from "../../src/application/signingService.ts";
import { readPolicy } from "../../src/core/policy/readPolicy.ts";
import { notarySchemeOf } from "../../src/core/sign/notaryFit.ts";
import { isNotaryFormat, signingFormats, type SigningFormat, type SigningScheme } from "../../src/core/sign/scheme.ts";
import { startTrialRegistry } from "../../src/trial/registry/trialRegistry.ts";
import { pushImage } from "../helpers/registryScene.ts";
import { servicesUnderTest, type RunningService } from "../helpers/servicesUnderTest.ts";
import { describeWithPeers, type Peers } from "./peers.ts";

const { signal } = new AbortController();
const log = { info: () => undefined, warn: () => undefined };
const clock = { now: () => new Date() };
const revocations = createRevocations({ log });
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

const stranger = {
  publicKey: generateKeyPairSync("ec", { namedCurve: "P-256" })
    .publicKey.export({ type: "spki", format: "pem" })
    .toString(),
};
const nobody = "x509.subject: C=US, ST=WA, O=Other";

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

/** What signing needs; undefined where nobody could verify it. */
function schemeFor(spec: KeySpec, format: SigningFormat): SigningScheme | undefined {
  if (isNotaryFormat(format)) return notarySchemeOf(spec);
  const scheme = spec === "ed25519" ? "ed25519" : spec.startsWith("rsa") ? "rsa-pkcs1v15" : "ecdsa";
  return { scheme, hash: "sha256" };
}

for (const { name, specs, signs, start } of servicesUnderTest)
  describeWithPeers(`what ${name} signs`, ["cosign", "notation"], (peers) => {
    let host: string;
    let stopRegistry: () => Promise<void>;
    let tested: RunningService;
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

    const keyOf = (spec: KeySpec): KeyDescription => described.find((key) => key.name === tested.nameOf(spec))!;
    const trustFor = (key: Pick<KeyDescription, "publicKey">, format: SigningFormat): SigningTrust =>
      isNotaryFormat(format)
        ? notaryPolicy(tested.root)
        : cosignPolicy(`${host}/**`, key.publicKey, format === "cosign" ? "legacy" : "bundle");

    for (const format of signingFormats)
      for (const spec of specs) {
        const scheme = schemeFor(spec, format);
        if (scheme === undefined || !signs(spec, scheme)) {
          it(`does not sign as ${format} by a key of ${spec}, and says why`, async () => {
            const reference = { registry: host, repository: "shop/unsigned", tag: "1" };
            await pushImage(registry, reference, "1");
            const key = keyOf(spec);
            const ports = { registry, service: tested.service, clock, log, revocations };
            const request = { reference, key: key.name, format, trust: trustFor(key, format), tool: "test" };
            const reason =
              scheme === undefined
                ? /which the Notary Project does not know/
                : /does not sign with .* which the format/;
            await assert.rejects(prepareSigning(ports, request, { signal }), reason);
          });
          continue;
        }
        it(`as ${format} by a key of ${spec}, ${isNotaryFormat(format) ? "notation" : "cosign"} accepts, and so do we`, async () => {
          const reference = { registry: host, repository: `shop/${format}-${spec}`, tag: "1" };
          const image = await pushImage(registry, reference, "1", spec);
          const key = keyOf(spec);
          const ports = { registry, service: tested.service, clock, log, revocations };
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
          assert.ok(!(await acceptsOther(peers, format, artifact)));
          const { policy } = isNotaryFormat(format) ? notaryPolicy(tested.root, nobody) : trustFor(stranger, format);
          const judged = await verifyImages(
            { registry, clock, revocations },
            [reference],
            policy,
            { trustedRoots: [] },
            { signal },
          );
          // A key that no policy names proves nothing either way; of cosign's first format nothing else can be told.
          assert.deepEqual(
            [...judged.values()].map(({ state }) => state),
            [format === "cosign" ? "invalid" : "untrusted"],
          );
        });
      }
  });

/** Runs the command that the person is shown. */
async function accept(peers: Peers, key: KeyDescription, command: string): Promise<void> {
  const [program, ...words] = command.split(" ");
  const args = words.map((word) => word.replaceAll("'", ""));
  if (program === "notation") return void (await peers.run("notation", [...args, "--insecure-registry"]));
  write(join(peers.home, `${key.name}.pub`), key.publicKey);
  await peers.run("cosign", args);
}

async function acceptsOther(peers: Peers, format: SigningFormat, artifact: string): Promise<boolean> {
  if (isNotaryFormat(format)) {
    const folder = join(peers.home, ".config/notation");
    write(join(folder, "trustpolicy.json"), notaryPolicyText(nobody));
    const accepted = await peers.succeeds("notation", ["verify", "--insecure-registry", artifact]);
    write(join(folder, "trustpolicy.json"), notaryPolicyText("*"));
    return accepted;
  }
  const file = join(peers.home, "other.pub");
  write(file, stranger.publicKey);
  const bundle = format === "cosign" ? ["--new-bundle-format=false"] : [];
  return peers.succeeds("cosign", ["verify", "--key", file, ...bundle, "--insecure-ignore-tlog", artifact]);
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
