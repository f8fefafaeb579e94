import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { noCredentials } from "../../src/adapters/registry/credentials.ts";
import { createRegistry } from "../../src/adapters/registry/registry.ts";
import { executeSigning, prepareSigning } from "../../src/application/signImage.ts";
import { commandLinePolicy } from "../../src/core/policy/commandLinePolicy.ts";
import { startTrialRegistry, type TrialRegistry } from "../../src/trial/registry/trialRegistry.ts";
import { trialIdentities } from "../../src/trial/sigstore/identityProvider.ts";
import { pushImage } from "../helpers/registryScene.ts";
import { browsingPerson, startSigstoreService, type SigstoreServiceScene } from "../helpers/sigstoreService.ts";
import { describeWithPeers, type PeerName } from "./peers.ts";
import { startFulcio, startRekor, startTimestampServer } from "./sigstoreServers.ts";

const { signal } = new AbortController();
const log = { info: () => undefined, warn: () => undefined };
const registry = createRegistry({ credentials: noCredentials, userAgent: "countersign-test", log });

const cases: readonly (readonly [string, readonly PeerName[]])[] = [
  ["authority", ["fulcio"]],
  ["log", ["rekor-server"]],
  ["time-stamp authority", ["timestamp-server"]],
  ["authority, log and time-stamp authority", ["fulcio", "rekor-server", "timestamp-server"]],
];

for (const [what, servers] of cases)
  describeWithPeers(`identities sign by Sigstore's own ${what}`, [...servers, "cosign"], (peers) => {
    let scene: SigstoreServiceScene;
    let images: TrialRegistry;
    before(async () => {
      [scene, images] = await Promise.all([startSigstoreService(), startTrialRegistry()]);
    });
    after(() => Promise.all([scene.stop(), images.stop()]));

    it("and cosign and we accept it", async () => {
      const issuer = scene.sigstore.url;
      let config = JSON.parse(scene.sigstore.signingConfig()) as object;
      let root = JSON.parse(scene.sigstore.trustedRoot) as object;
      let url = issuer;
      const service = (address: string, majorApiVersion: number): object => ({
        url: address,
        majorApiVersion,
        validFor: { start: "2026-01-01T00:00:00Z" },
        operator: "trial.localhost",
      });
      if (servers.includes("fulcio")) {
        const { trust, ...own } = await startFulcio(peers, issuer);
        ({ url } = own);
        config = { ...config, caUrls: [service(url, 1)] };
        root = { ...root, ...trust };
      }
      if (servers.includes("rekor-server")) {
        const own = await startRekor(peers);
        config = { ...config, rekorTlogUrls: [service(own.url, 2)] };
        root = { ...root, ...own.trust };
      }
      if (servers.includes("timestamp-server")) {
        const own = await startTimestampServer(peers);
        config = { ...config, tsaUrls: [service(own.url, 1)] };
        root = { ...root, ...own.trust };
      }
      const trustedRoot = JSON.stringify(root);
      const signing = await scene.open({
        url,
        trustedRoot,
        signingConfig: JSON.stringify(config),
        environment: { COUNTERSIGN_SIGSTORE_URL: url },
        person: browsingPerson(),
      });
      const place = { registry: images.host, repository: "shop/web" };
      const image = await pushImage(registry, place, "1");
      const ports = { registry, service: signing, clock: { now: () => new Date() }, log };
      const identity = trialIdentities.person;
      const policy = commandLinePolicy({ certificateIdentity: identity, certificateOidcIssuer: issuer });
      const named = { name: "people", text: trustedRoot, source: "test" };
      const trust = { policy, material: { trustedRoots: [named], defaultRoot: "people" } };
      const reference = { ...place, tag: "1" };
      const request = { reference, key: "identity", format: "sigstore-bundle", trust, tool: "test/1" } as const;
      const prepared = await prepareSigning(ports, request, { signal });
      const outcome = await executeSigning(ports, prepared, { signal, waitMs: 0 });
      assert.ok(outcome.status === "signed" && outcome.verdict.state === "verified", JSON.stringify(outcome));
      const file = join(peers.home, "trusted_root.json");
      writeFileSync(file, trustedRoot);
      const who = ["--certificate-identity", identity, "--certificate-oidc-issuer", issuer];
      const flags = ["--use-signed-timestamps", ...(servers.includes("fulcio") ? ["--insecure-ignore-sct"] : [])];
      const artifact = `${images.host}/shop/web@${image.digest}`;
      await peers.run("cosign", ["verify", "--trusted-root", file, ...who, ...flags, artifact]);
    });
  });
