import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { noCredentials } from "../../src/adapters/registry/credentials.ts";
import { createRegistry } from "../../src/adapters/registry/registry.ts";
import { readPendingSigning } from "../../src/application/pendingSigning.ts";
import { executeSigning, prepareSigning, resumeSigning, type SigningPorts } from "../../src/application/signImage.ts";
import type { KeySpec } from "../../src/application/signingService.ts";
import { readPolicy } from "../../src/core/policy/readPolicy.ts";
import { startTrialRegistry } from "../../src/trial/registry/trialRegistry.ts";
import { pushImage } from "../helpers/registryScene.ts";
import { secretsOf, startVenafiScene, type VenafiScene } from "../helpers/venafiScene.ts";
import { describeWithPeers } from "./peers.ts";

const { signal } = new AbortController();
const specs: readonly KeySpec[] = ["rsa2048", "rsa3072", "rsa4096", "p256", "p384", "p521", "ed25519"];

describeWithPeers("cosign verify accepts what a Venafi service has signed", ["cosign"], (peers) => {
  let scene: VenafiScene;
  let host: string;
  let stopRegistry: () => Promise<void>;
  before(async () => {
    const keys = [...specs.map((spec) => ({ name: spec, spec })), { name: "release", needs: ["approval"] as const }];
    scene = await startVenafiScene({ engine: { keys } });
    ({ host, stop: stopRegistry } = await startTrialRegistry());
  });
  after(() => Promise.all([scene.facade.stop(), stopRegistry()]));

  const log: string[] = [];
  const ports = (): SigningPorts => ({
    registry: createRegistry({
      credentials: noCredentials,
      userAgent: "countersign-test",
      log: { info: () => undefined, warn: () => undefined },
    }),
    service: scene.client(),
    clock: { now: () => new Date() },
    log: { info: (message) => log.push(message), warn: (message) => log.push(message) },
  });
  const trustIn = (name: string): Parameters<typeof prepareSigning>[1]["trust"] => {
    const data = scene.engine.keys.find(({ description }) => description.name === name)?.description.publicKey;
    const policy = {
      apiVersion: "policy.sigstore.dev/v1beta1",
      kind: "ClusterImagePolicy",
      metadata: { name: "shop" },
      spec: { images: [{ glob: `${host}/shop/*` }], authorities: [{ signatureFormat: "bundle", key: { data } }] },
    };
    return { policy: readPolicy([{ path: "p.yaml", text: JSON.stringify(policy) }]), material: { trustedRoots: [] } };
  };
  const accepts = (name: string, artifact: string): Promise<boolean> => {
    const file = join(peers.home, `${name}.pub`);
    writeFileSync(file, scene.engine.keys.find(({ description }) => description.name === name)!.description.publicKey);
    return peers.succeeds("cosign", ["verify", "--key", file, "--insecure-ignore-tlog", artifact]);
  };

  for (const spec of specs)
    it(`by a key of ${spec}`, async () => {
      const place = { registry: host, repository: `shop/${spec}` };
      const outside = ports();
      const image = await pushImage(outside.registry, place, "1", spec);
      const reference = { ...place, tag: "1" };
      const trust = trustIn(spec);
      const request = { reference, key: `Trial\\${spec}`, format: "sigstore-bundle", trust, tool: "test/1" } as const;
      const prepared = await prepareSigning(outside, request, { signal });
      const outcome = await executeSigning(outside, prepared, { signal, waitMs: 0 });
      assert.ok(outcome.status === "signed", JSON.stringify(outcome));
      assert.equal(outcome.verdict.state, "verified");
      const artifact = `${host}/shop/${spec}@${image.digest}`;
      assert.equal(await accepts(spec, artifact), true);
      assert.equal(await accepts(spec === "p256" ? "p384" : "p256", artifact), false);
    });

  it("after an approval, and a restart in between", async () => {
    const place = { registry: host, repository: "shop/release" };
    const image = await pushImage(ports().registry, place, "1", "release");
    const trust = trustIn("release");
    const reference = { ...place, tag: "1" };
    const key = "Trial\\release";
    const request = { reference, key, format: "sigstore-bundle", justification: "why", trust, tool: "test/1" } as const;
    const prepared = await prepareSigning(ports(), request, { signal });
    const first = await executeSigning(ports(), prepared, { signal, waitMs: 0 });
    assert.ok(first.status === "pending");
    const pending = readPendingSigning(JSON.parse(JSON.stringify(first.pending)))!;
    const secrets = secretsOf(scene.facade.url, { username: "lead", password: scene.engine.secrets.lead });
    const lead = scene.client({ secrets, options: { scope: "codesignclient;codesign:approve" } });
    const [waiting] = await lead.pending({ signal });
    assert.match(waiting?.artifact ?? "", new RegExp(image.digest));
    await lead.decide?.({ id: waiting?.id ?? "", approve: true, comment: "" }, { signal });
    const outcome = await resumeSigning(ports(), pending, trust, { signal, waitMs: 0 });
    assert.ok(outcome.status === "signed", JSON.stringify(outcome));
    assert.equal(outcome.verdict.state, "verified");
    assert.equal(await accepts("release", `${host}/shop/release@${image.digest}`), true);
    const secret = [scene.engine.secrets.dev, scene.engine.secrets.lead];
    assert.ok(log.length > 0 && !secret.some((each) => log.join().includes(each)));
  });

  it("only where it fits: swapped halves are not attached", async () => {
    const place = { registry: host, repository: "shop/swapped" };
    const outside = ports();
    const image = await pushImage(outside.registry, place, "1", "swapped");
    const reference = { ...place, tag: "1" };
    const request = {
      reference,
      key: "Trial\\p256",
      format: "sigstore-bundle",
      trust: trustIn("p256"),
      tool: "test/1",
    } as const;
    const prepared = await prepareSigning(outside, request, { signal });
    scene.facade.setFault({ kind: "encoding", as: "swapped" });
    await assert.rejects(executeSigning(outside, prepared, { signal, waitMs: 0 }), { code: "signature-not-verified" });
    scene.facade.setFault(undefined);
    assert.deepEqual((await outside.registry.referrers(place, image.digest, { signal })).descriptors, []);
  });
});
