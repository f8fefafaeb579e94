import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { noCredentials } from "../../src/adapters/registry/credentials.ts";
import { createRegistry } from "../../src/adapters/registry/registry.ts";
import { executeSigning, prepareSigning } from "../../src/application/signImage.ts";
import { commandLinePolicy } from "../../src/core/policy/commandLinePolicy.ts";
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
});
