import assert from "node:assert/strict";
import { createHash, generateKeyPairSync } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { noCredentials } from "../../src/adapters/registry/credentials.ts";
import { createRegistry } from "../../src/adapters/registry/registry.ts";
import { executeSigning, prepareSigning } from "../../src/application/signImage.ts";
import { commandLinePolicy } from "../../src/core/policy/commandLinePolicy.ts";
import { startTrialRegistry, type TrialRegistry } from "../../src/trial/registry/trialRegistry.ts";
import { trialIdentities } from "../../src/trial/sigstore/identityProvider.ts";
import { pushImage } from "../helpers/registryScene.ts";
import { pipelineVariables, startSigstoreService, type SigstoreServiceScene } from "../helpers/sigstoreService.ts";
import { describeWithPeers, freePort } from "./peers.ts";

const { signal } = new AbortController();
const log = { info: () => undefined, warn: () => undefined };
const registry = createRegistry({ credentials: noCredentials, userAgent: "countersign-test", log });
const origin = "rekor.trial.localhost";

/**
 * The server is built by "go install github.com/sigstore/rekor-tiles/v2/cmd/rekor-server/posix@v2.3.0", and its program
 * "posix" put into the folder of the peers as "rekor-server".
 */
describeWithPeers("Sigstore's own log takes what identities sign", ["rekor-server", "cosign"], (peers) => {
  let scene: SigstoreServiceScene;
  let images: TrialRegistry;
  let url: string;
  let trustedRoot: string;

  before(async () => {
    [scene, images] = await Promise.all([startSigstoreService(), startTrialRegistry()]);
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    const signer = join(peers.home, "log.pem");
    const storage = join(peers.home, "log");
    writeFileSync(signer, privateKey.export({ type: "pkcs8", format: "pem" }));
    mkdirSync(storage);
    const [port, grpc, metrics] = await Promise.all([freePort(), freePort(), freePort()]);
    const where = ["--storage-dir", storage, "--hostname", origin, "--signer-filepath", signer];
    const ports = ["--http-port", `${port}`, "--grpc-port", `${grpc}`, "--http-metrics-port", `${metrics}`];
    const args = ["serve", ...where, ...ports, "--checkpoint-interval", "1s"];
    await peers.startAndRead("rekor-server", args, /starting http metrics/u);
    url = `http://127.0.0.1:${port}`;
    const spki = publicKey.export({ type: "spki", format: "der" });
    // The key identifier of a signed note (C2SP signed-note), which the log's entries name.
    const id = createHash("sha256")
      .update(Buffer.concat([Buffer.from(`${origin}\n\u0001`, "latin1"), spki.subarray(-32)]))
      .digest();
    const own = {
      baseUrl: `https://${origin}`,
      hashAlgorithm: "SHA2_256",
      publicKey: {
        rawBytes: spki.toString("base64"),
        keyDetails: "PKIX_ED25519",
        validFor: { start: "2026-01-01T00:00:00Z" },
      },
      logId: { keyId: id.toString("base64") },
    };
    trustedRoot = JSON.stringify({ ...(JSON.parse(scene.sigstore.trustedRoot) as object), tlogs: [own] });
  });
  after(() => Promise.all([scene.stop(), images.stop()]));

  it("and cosign and we accept its proof", async () => {
    const base = JSON.parse(scene.sigstore.signingConfig()) as object;
    const validFor = { start: "2026-01-01T00:00:00Z" };
    const rekorTlogUrls = [{ url, majorApiVersion: 2, validFor, operator: "trial.localhost" }];
    const service = await scene.open({
      signingConfig: JSON.stringify({ ...base, rekorTlogUrls }),
      trustedRoot,
      environment: pipelineVariables(scene.sigstore),
    });
    const place = { registry: images.host, repository: "shop/web" };
    const image = await pushImage(registry, place, "1");
    const ports = { registry, service, clock: { now: () => new Date() }, log };
    const identity = trialIdentities.pipeline;
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
    await peers.run("cosign", ["verify", "--trusted-root", file, ...who, "--use-signed-timestamps", artifact]);
  });
});
