import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { noCredentials } from "../../src/adapters/registry/credentials.ts";
import { createRegistry } from "../../src/adapters/registry/registry.ts";
import { createTrialService } from "../../src/adapters/services/trial.ts";
import type { Registry } from "../../src/application/ports.ts";
import { executeSigning, prepareSigning } from "../../src/application/signImage.ts";
import { collectEvidence } from "../../src/application/collectEvidence.ts";
import { isNotaryFormat, signingFormats } from "../../src/core/sign/scheme.ts";
import { startTrialRegistry } from "../../src/trial/registry/trialRegistry.ts";
import { startTrialService, type TrialService } from "../../src/trial/service/startTrialService.ts";
import { pushImage } from "../helpers/registryScene.ts";
import { describeWithPeers, type Peers } from "./peers.ts";

const { signal } = new AbortController();
const log = { info: () => undefined, warn: () => undefined };
const clock = { now: () => new Date() };
/** A client of its own, as another person has one. */
const client = (): Registry => createRegistry({ credentials: noCredentials, userAgent: "countersign-test", log });
const trust = {
  policy: { rules: [], problems: [] },
  material: { trustedRoots: [] },
  namedKeySuffices: true,
};

const registries = [
  { what: "a registry with the referrers API", start: () => startTrialRegistry() },
  { what: "a registry of before", start: () => startTrialRegistry({ referrersApi: false }) },
  {
    what: "docker-registry",
    start: async (peers: Peers) => ({ ...(await peers.startRegistry()), stop: () => Promise.resolve() }),
  },
];

for (const { what, start } of registries)
  describeWithPeers(`two people who sign at once on ${what}`, ["cosign", "notation", "docker-registry"], (peers) => {
    let host: string;
    let stop: () => Promise<void>;
    let trial: TrialService;
    before(async () => {
      ({ host, stop } = await start(peers));
      trial = await startTrialService({ retryAfterMs: 1, keys: [{ name: "one" }, { name: "two" }] });
      const folder = join(peers.home, ".config/notation");
      const statement = {
        name: "release",
        registryScopes: ["*"],
        signatureVerification: { level: "strict" },
        trustStores: ["ca:trial"],
        trustedIdentities: ["*"],
      };
      write(join(folder, "truststore/x509/ca/trial/root.crt"), trial.root);
      write(join(folder, "trustpolicy.json"), JSON.stringify({ version: "1.0", trustPolicies: [statement] }));
    });
    after(() => Promise.all([stop(), trial.stop()]));

    for (const format of signingFormats)
      it(`leave both signatures as ${format}, which the peers accept`, async () => {
        const place = { registry: host, repository: `shop/${format}` };
        const image = await pushImage(client(), place, "1", format);
        const sign = async (key: string): Promise<string> => {
          const service = createTrialService({ url: trial.url, secret: trial.secrets.dev });
          const ports = { registry: client(), service, log, clock };
          const request = { reference: { ...place, tag: "1" }, key, format, trust, tool: "test" };
          const prepared = await prepareSigning(ports, request, { signal });
          const outcome = await executeSigning(ports, prepared, { signal, waitMs: 0 });
          assert.ok(outcome.status === "signed" && outcome.verdict.state === "verified", JSON.stringify(outcome));
          return prepared.plan.commands.verify;
        };
        const commands = await Promise.all([sign("one"), sign("two")]);
        for (const [index, command] of commands.entries()) {
          const [program, ...args] = command.split(" ");
          write(join(peers.home, index === 0 ? "one.pub" : "two.pub"), trial.keys[index]!.publicKey);
          if (program === "cosign") await peers.run("cosign", args);
          else await peers.run("notation", [...args, "--insecure-registry"]);
        }
        const evidence = await collectEvidence(
          { registry: client(), clock },
          { ...place, digest: image.digest },
          { signal },
        );
        const layers = evidence.candidates.flatMap(({ descriptor }) => {
          const text = Buffer.from(evidence.blobs[descriptor.digest] ?? []).toString("utf8");
          const manifest: { layers?: unknown[] } = JSON.parse(text);
          return manifest.layers ?? [];
        });
        assert.equal(layers.length, 2, isNotaryFormat(format) ? "two envelopes" : "two signatures");
      });
  });

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
