import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { noCredentials } from "../../src/adapters/registry/credentials.ts";
import { createRegistry } from "../../src/adapters/registry/registry.ts";
import { verifyImages } from "../../src/application/verifyImages.ts";
import { formatReference, type ImageReference } from "../../src/core/image/reference.ts";
import { readPolicy } from "../../src/core/policy/readPolicy.ts";
import type { Verdict } from "../../src/core/verdict/verdict.ts";
import { startTrialRegistry } from "../../src/trial/registry/trialRegistry.ts";
import { pushImage } from "../helpers/registryScene.ts";
import { describeWithPeers, type Peers } from "./peers.ts";

const { signal } = new AbortController();
const registry = createRegistry({
  credentials: noCredentials,
  userAgent: "countersign-test",
  log: { info: () => undefined, warn: () => undefined },
});

const acme = "x509.subject: C=US, ST=WA, L=Seattle, O=Notary, CN=acme";

/** A trust policy of one statement for every repository. */
function trustPolicy(more: object = {}): string {
  const statement = {
    name: "release",
    registryScopes: ["*"],
    signatureVerification: { level: "strict" },
    trustStores: ["ca:acme"],
    trustedIdentities: [acme],
    ...more,
  };
  return JSON.stringify({ version: "1.0", trustPolicies: [statement] }, undefined, 2);
}

const registries = [
  { what: "a registry with the referrers API", start: () => startTrialRegistry() },
  {
    what: "docker-registry, which has no referrers API",
    start: async (peers: Peers) => ({ ...(await peers.startRegistry()), stop: () => Promise.resolve() }),
  },
];

for (const { what, start } of registries)
  for (const format of ["jws", "cose"] as const)
    describeWithPeers(
      `notation sign --signature-format ${format} on ${what}`,
      ["notation", "docker-registry"],
      (peers) => {
        const folder = join(peers.home, ".config/notation");
        let stop: () => Promise<void>;
        let reference: ImageReference;

        const certificate = (name: string): { path: string; text: string } => ({
          path: `truststore/x509/ca/${name}/${name}.crt`,
          text: readFileSync(join(folder, `truststore/x509/ca/${name}/${name}.crt`), "utf8"),
        });

        const verdictUnder = async (policy: string, of = reference): Promise<Verdict> => {
          const files = [{ path: "trustpolicy.json", text: policy }, certificate("acme"), certificate("other")];
          const clock = { now: () => new Date() };
          const verdicts = await verifyImages(
            { registry, clock },
            [of],
            readPolicy(files),
            { trustedRoots: [] },
            { signal },
          );
          const verdict = verdicts.get(formatReference(of));
          assert.ok(verdict);
          return verdict;
        };

        /** Attaches the signature to another image, as a registry that lies would. */
        const copySignature = async (to: ImageReference & { readonly digest: string }): Promise<void> => {
          const { descriptors } = await registry.referrers(reference, reference.digest ?? "", { signal });
          const manifest = await registry.manifest(reference, descriptors[0]?.digest ?? "", { signal });
          const { subject: _subject, ...rest }: { subject?: unknown } = JSON.parse(
            Buffer.from(manifest?.bytes ?? []).toString("utf8"),
          );
          const subject = await registry.resolve(to, { signal });
          assert.ok(subject !== undefined && manifest !== undefined);
          const bytes = Buffer.from(JSON.stringify({ ...rest, subject }));
          const { mediaType } = manifest.descriptor;
          const artifactType = "application/vnd.cncf.notary.signature";
          await registry.pushManifest(to, { bytes, mediaType, subject, artifactType }, { signal });
        };

        /** What notation itself says under the same policy. */
        const notationAccepts = async (policy: string, of = reference): Promise<boolean> => {
          const file = join(folder, "trustpolicy.json");
          mkdirSync(dirname(file), { recursive: true });
          writeFileSync(file, policy, { mode: 0o600 });
          return peers.succeeds("notation", ["verify", "--insecure-registry", formatReference(of)]);
        };

        before(async () => {
          const started = await start(peers);
          stop = started.stop;
          await peers.run("notation", ["cert", "generate-test", "acme"]);
          await peers.run("notation", ["cert", "generate-test", "other"]);
          const image = await pushImage(registry, { registry: started.host, repository: "acme/app" }, "1");
          reference = { registry: started.host, repository: "acme/app", digest: image.digest };
          const sign = ["sign", "--insecure-registry", "--key", "acme", "--signature-format", format];
          await peers.run("notation", [...sign, formatReference(reference)]);
        });
        after(() => stop());

        it("is verified under the policy that accepts it, by digest and by tag", async () => {
          const { digest: _digest, ...repository } = reference;
          for (const name of [reference, { ...repository, tag: "1" }]) {
            const verdict = await verdictUnder(trustPolicy(), name);
            assert.equal(verdict.state, "verified", verdict.reason.message);
            assert.equal(verdict.signatures[0]?.format, `notation-${format}`);
            assert.deepEqual(verdict.decidedBy, { policy: "trustpolicy.json", line: 4, rule: "release" });
            assert.equal(await notationAccepts(trustPolicy(), name), true);
          }
        });

        const refused: readonly (readonly [string, object])[] = [
          ["another trust store", { trustStores: ["ca:other"] }],
          ["another identity", { trustedIdentities: ["x509.subject: C=US, ST=WA, O=Other"] }],
        ];
        for (const [title, more] of refused)
          it(`is not trusted under ${title}, as notation says`, async () => {
            const verdict = await verdictUnder(trustPolicy(more));
            assert.equal(verdict.state, "untrusted", verdict.reason.message);
            assert.equal(await notationAccepts(trustPolicy(more)), false);
          });

        it("is not trusted where only a signing authority's store has its certificate", async () => {
          const text = trustPolicy({ trustStores: ["signingAuthority:acme"] });
          const policy = readPolicy([
            { path: "trustpolicy.json", text },
            { path: "truststore/x509/signingAuthority/acme/acme.crt", text: certificate("acme").text },
          ]);
          const clock = { now: () => new Date() };
          const verdicts = await verifyImages(
            { registry, clock },
            [reference],
            policy,
            { trustedRoots: [] },
            { signal },
          );
          assert.equal([...verdicts.values()][0]?.state, "untrusted");
        });

        it("is of no other image, as notation says", async () => {
          const repository = { registry: reference.registry, repository: "acme/app" };
          const { digest } = await pushImage(registry, repository, "2", "another");
          const other = { ...repository, digest };
          assert.equal((await verdictUnder(trustPolicy(), other)).state, "unsigned");
          await copySignature(other);
          const { state, signatures } = await verdictUnder(trustPolicy(), other);
          assert.deepEqual([state, signatures[0]?.reasons[0]?.code], ["invalid", "other-image"]);
          assert.equal(await notationAccepts(trustPolicy(), other), false);
        });

        it("is let pass, and not verified, where the policy skips verification", async () => {
          const skip = {
            signatureVerification: { level: "skip" },
            registryScopes: [`${reference.registry}/acme/app`],
            trustStores: [],
            trustedIdentities: [],
          };
          assert.notEqual((await verdictUnder(trustPolicy(skip))).state, "verified");
        });
      },
    );
