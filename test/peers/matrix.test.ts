import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { noCredentials } from "../../src/adapters/registry/credentials.ts";
import { createNodeWire } from "../../src/adapters/registry/nodeWire.ts";
import { createRegistry } from "../../src/adapters/registry/registry.ts";
import type { Repository } from "../../src/application/ports.ts";
import { verifyImages } from "../../src/application/verifyImages.ts";
import type { TrustPolicy } from "../../src/core/policy/policy.ts";
import { readPolicy } from "../../src/core/policy/readPolicy.ts";
import type { Descriptor } from "../../src/core/verdict/evidence.ts";
import type { Verdict } from "../../src/core/verdict/verdict.ts";
import { startTrialRegistry } from "../../src/trial/registry/trialRegistry.ts";
import { attach, neverAborted, pushImage } from "../helpers/registryScene.ts";
import { keyAuthority, policyOf, rule } from "../helpers/signedImage.ts";
import { cosignOffline, describeWithPeers, type PeerName, type Peers } from "./peers.ts";

const log = { info: () => undefined, warn: () => undefined };
const wire = createNodeWire({ environment: {} });
const registry = createRegistry({ credentials: noCredentials, userAgent: "countersign-test", wire, log });
const http = "--allow-http-registry";

interface Started {
  readonly host: string;
  readonly stop: () => Promise<void>;
}

/**
 * Registries by three makers: one without the referrers API, one with it, and one that lists one entry a page.
 */
const registries: readonly {
  readonly what: string;
  readonly peers: readonly PeerName[];
  readonly start: (peers: Peers) => Promise<Started>;
}[] = [
  {
    what: "docker-registry",
    peers: ["docker-registry"],
    start: async (peers) => ({ ...(await peers.startRegistry()), stop: () => Promise.resolve() }),
  },
  {
    what: "a registry with the referrers API",
    peers: ["referrers-registry"],
    start: async (peers) => ({
      host: await peers.startAndRead("referrers-registry"),
      stop: () => Promise.resolve(),
    }),
  },
  { what: "a registry that pages", peers: [], start: () => startTrialRegistry({ pageSize: 1 }) },
];

for (const { what, peers: needed, start } of registries)
  describeWithPeers(`images signed by others on ${what}`, ["cosign", "notation", ...needed], (peers) => {
    let started: Started;
    let policies: Readonly<Record<"acme" | "notary", TrustPolicy>>;

    before(async () => {
      started = await start(peers);
      for (const name of ["acme", "stranger"]) {
        await peers.run("cosign", ["generate-key-pair", "--output-key-prefix", name]);
        await peers.run("notation", ["cert", "generate-test", name]);
      }
      writeFileSync(join(peers.home, "predicate.json"), "{}");
      const everything = [{ glob: "**", source: { file: "p.yaml", line: 1 } }];
      const authority = keyAuthority(readFileSync(join(peers.home, "acme.pub"), "utf8"));
      const path = "truststore/x509/ca/acme/acme.crt";
      const text = readFileSync(join(peers.home, ".config/notation", path), "utf8");
      const statement = {
        name: "release",
        registryScopes: ["*"],
        signatureVerification: { level: "strict" },
        trustStores: ["ca:acme"],
        trustedIdentities: ["x509.subject: C=US, ST=WA, L=Seattle, O=Notary, CN=acme"],
      };
      const trustPolicy = JSON.stringify({ version: "1.0", trustPolicies: [statement] });
      policies = {
        acme: policyOf(rule([authority], { globs: everything })),
        notary: readPolicy([
          { path: "trustpolicy.json", text: trustPolicy },
          { path, text },
        ]),
      };
    });
    after(() => started.stop());

    const push = async (name: string): Promise<Repository & { readonly image: Descriptor }> => {
      const repository = { registry: started.host, repository: `acme/${name}` };
      const image = await pushImage(registry, repository, "1", name);
      // What says something about the image and is no signature comes first, so that a first page holds no answer.
      for (const text of ["one", "two"])
        await attach(registry, repository, image, { artifactType: "application/vnd.example.note", text });
      return { ...repository, image };
    };
    const cosign = (key: string, reference: string, ...more: string[]) =>
      peers.run("cosign", ["sign", "--key", `${key}.key`, ...cosignOffline, http, ...more, reference]);
    const notation = (key: string, format: string, reference: string) =>
      peers.run("notation", ["sign", "--insecure-registry", "--key", key, "--signature-format", format, reference]);
    const attest = (reference: string) => {
      const options = [
        "--key",
        "acme.key",
        ...cosignOffline,
        http,
        "--predicate",
        "predicate.json",
        "--type",
        "custom",
      ];
      return peers.run("cosign", ["attest", ...options, reference]);
    };
    const judged = async (image: Repository & { tag?: string; digest?: string }, by: TrustPolicy): Promise<Verdict> => {
      const clock = { now: () => new Date() };
      const ports = { registry, clock };
      const verdicts = await verifyImages(ports, [image], by, { trustedRoots: [] }, neverAborted);
      const [verdict] = verdicts.values();
      assert.ok(verdict);
      return verdict;
    };

    const cases: readonly {
      readonly name: string;
      readonly sign: (reference: string) => Promise<unknown>;
      readonly by: "acme" | "notary";
      readonly state: Verdict["state"];
      /** Format, purpose, valid, trusted of each, in alphabetical order. */
      readonly signatures: readonly string[];
    }[] = [
      {
        name: "cosign3-bundle",
        sign: (reference) => cosign("acme", reference),
        by: "acme",
        state: "verified",
        signatures: ["sigstore-bundle signature valid trusted"],
      },
      {
        name: "cosign2-style",
        sign: (reference) => cosign("acme", reference, "--new-bundle-format=false"),
        by: "acme",
        state: "verified",
        signatures: ["cosign signature valid trusted"],
      },
      ...(["jws", "cose"] as const).map((format) => ({
        name: `notation-${format}`,
        sign: (reference: string) => notation("acme", format, reference),
        by: "notary" as const,
        state: "verified" as const,
        signatures: [`notation-${format} signature valid trusted`],
      })),
      {
        name: "attestation-only",
        sign: attest,
        by: "acme",
        state: "unsigned",
        signatures: ["sigstore-bundle attestation valid"],
      },
      {
        name: "two-signatures",
        sign: async (reference) => {
          await cosign("stranger", reference);
          await cosign("acme", reference);
        },
        by: "acme",
        state: "verified",
        signatures: ["sigstore-bundle signature", "sigstore-bundle signature valid trusted"],
      },
      {
        name: "two-formats",
        sign: async (reference) => {
          await cosign("acme", reference);
          await notation("acme", "jws", reference);
        },
        by: "notary",
        state: "verified",
        signatures: ["notation-jws signature valid trusted", "sigstore-bundle signature"],
      },
      {
        name: "wrong-key",
        sign: (reference) => cosign("stranger", reference),
        by: "acme",
        state: "untrusted",
        signatures: ["sigstore-bundle signature"],
      },
      {
        name: "wrong-key-cosign2-style",
        sign: (reference) => cosign("stranger", reference, "--new-bundle-format=false"),
        by: "acme",
        state: "invalid",
        signatures: ["cosign signature"],
      },
      {
        name: "wrong-certificate",
        sign: (reference) => notation("stranger", "jws", reference),
        by: "notary",
        state: "untrusted",
        signatures: ["notation-jws signature valid"],
      },
      { name: "unsigned", sign: () => Promise.resolve(), by: "acme", state: "unsigned", signatures: [] },
    ];
    for (const { name, sign, by, state, signatures } of cases)
      it(`${name}: ${state}`, async () => {
        const { image, ...repository } = await push(name);
        await sign(`${started.host}/${repository.repository}@${image.digest}`);
        for (const named of [{ tag: "1" }, { digest: image.digest }]) {
          const verdict = await judged({ ...repository, ...named }, policies[by]);
          assert.equal(verdict.state, state, verdict.reason.message);
          assert.equal(verdict.digest, image.digest);
          const found = verdict.signatures.map(({ format, purpose, valid, trusted }) =>
            [format, purpose, valid ? "valid" : "", trusted ? "trusted" : ""].filter((word) => word !== "").join(" "),
          );
          assert.deepEqual(found.toSorted(), signatures);
        }
      });
  });
