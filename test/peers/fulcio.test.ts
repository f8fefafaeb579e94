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
import { describeWithPeers, freePort } from "./peers.ts";

const { signal } = new AbortController();
const log = { info: () => undefined, warn: () => undefined };
const registry = createRegistry({ credentials: noCredentials, userAgent: "countersign-test", log });

/** Built by "go install github.com/sigstore/fulcio@v1.8.8", and put into the folder of the peers. */
describeWithPeers("Sigstore's own authority certifies identities", ["fulcio", "cosign"], (peers) => {
  let scene: SigstoreServiceScene;
  let images: TrialRegistry;
  let url: string;
  let trustedRoot: string;

  before(async () => {
    [scene, images] = await Promise.all([startSigstoreService(), startTrialRegistry()]);
    const issuer = scene.sigstore.url;
    const file = join(peers.home, "fulcio.yaml");
    const entry = `issuer-url: ${issuer}\n    client-id: sigstore\n    type: email\n`;
    writeFileSync(file, `oidc-issuers:\n  ${issuer}:\n    ${entry}`);
    const [port, grpc, metrics] = await Promise.all([freePort(), freePort(), freePort()]);
    const where = ["--host", "127.0.0.1", "--port", `${port}`, "--grpc-host", "127.0.0.1", "--grpc-port", `${grpc}`];
    const authority = ["--ca", "ephemeralca", "--ct-log-url=", "--config-path", file, "--metrics-port", `${metrics}`];
    await peers.startAndRead("fulcio", ["serve", ...where, ...authority], /listening on http at/u);
    url = `http://127.0.0.1:${port}`;
    const bundle = (await (await fetch(`${url}/api/v2/trustBundle`)).json()) as {
      readonly chains: readonly { readonly certificates: readonly string[] }[];
    };
    const certificates = (bundle.chains[0]?.certificates ?? []).map((pem) => ({
      rawBytes: pem.replaceAll(/-----[A-Z ]+-----|\s/gu, ""),
    }));
    const own = { certChain: { certificates }, validFor: { start: "2026-01-01T00:00:00Z" }, uri: url, subject: {} };
    // It runs without a certificate log here.
    const more = { certificateAuthorities: [own], ctlogs: [] };
    trustedRoot = JSON.stringify({ ...(JSON.parse(scene.sigstore.trustedRoot) as object), ...more });
  });
  after(() => Promise.all([scene.stop(), images.stop()]));

  it("and cosign and we accept what they sign", async () => {
    const base = JSON.parse(scene.sigstore.signingConfig()) as object;
    const validFor = { start: "2026-01-01T00:00:00Z" };
    const caUrls = [{ url, majorApiVersion: 1, validFor, operator: "trial.localhost" }];
    const service = await scene.open({
      url,
      signingConfig: JSON.stringify({ ...base, caUrls }),
      trustedRoot,
      environment: { COUNTERSIGN_SIGSTORE_URL: url },
      person: browsingPerson(),
    });
    const place = { registry: images.host, repository: "shop/web" };
    const image = await pushImage(registry, place, "1");
    const ports = { registry, service, clock: { now: () => new Date() }, log };
    const identity = trialIdentities.person;
    const policy = commandLinePolicy({ certificateIdentity: identity, certificateOidcIssuer: scene.sigstore.url });
    const root = { name: "people", text: trustedRoot, source: "test" };
    const trust = { policy, material: { trustedRoots: [root], defaultRoot: "people" } };
    const reference = { ...place, tag: "1" };
    const request = { reference, key: "identity", format: "sigstore-bundle", trust, tool: "test/1" } as const;
    const prepared = await prepareSigning(ports, request, { signal });
    const outcome = await executeSigning(ports, prepared, { signal, waitMs: 0 });
    assert.ok(outcome.status === "signed" && outcome.verdict.state === "verified", JSON.stringify(outcome));
    const file = join(peers.home, "trusted_root.json");
    writeFileSync(file, trustedRoot);
    const who = ["--certificate-identity", identity, "--certificate-oidc-issuer", scene.sigstore.url];
    const artifact = `${images.host}/shop/web@${image.digest}`;
    const flags = ["--use-signed-timestamps", "--insecure-ignore-sct"];
    await peers.run("cosign", ["verify", "--trusted-root", file, ...who, ...flags, artifact]);
  });
});
