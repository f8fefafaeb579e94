import assert from "node:assert/strict";
import { constants, createPublicKey, verify } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { noCredentials } from "../../src/adapters/registry/credentials.ts";
import { createRegistry } from "../../src/adapters/registry/registry.ts";
import { executeCertification, prepareCertification } from "../../src/application/certifyKey.ts";
import { readPendingSigning } from "../../src/application/pendingSigning.ts";
import { executeSigning, prepareSigning, resumeSigning, type SigningPorts } from "../../src/application/signImage.ts";
import { decodePem } from "../../src/core/base64.ts";
import { readPolicy } from "../../src/core/policy/readPolicy.ts";
import { keyOfCertificationRequest } from "../../src/core/x509/certificationRequest.ts";
import { startTrialRegistry } from "../../src/trial/registry/trialRegistry.ts";
import { createTrialAuthority } from "../../src/trial/service/authority.ts";
import { pushImage } from "../helpers/registryScene.ts";
import { openVaultAt, startVaultScene, vaultKeys, vaultRequest, type VaultScene } from "../helpers/vaultScene.ts";
import { describeWithPeers } from "./peers.ts";

const { signal } = new AbortController();
const message = Buffer.from("what is signed");

describeWithPeers("cosign verify accepts what the transit engine has signed", ["cosign"], (peers) => {
  let scene: VaultScene;
  let host: string;
  let stopRegistry: () => Promise<void>;
  before(async () => {
    scene = await startVaultScene();
    ({ host, stop: stopRegistry } = await startTrialRegistry());
  });
  after(() => Promise.all([scene.stop(), stopRegistry()]));

  const silent = { info: () => undefined, warn: () => undefined };
  const ports = async (): Promise<SigningPorts> => ({
    registry: createRegistry({ credentials: noCredentials, userAgent: "countersign-test", log: silent }),
    service: await scene.open(),
    clock: { now: () => new Date() },
    log: silent,
  });
  const publicKeyOf = (name: string): string =>
    scene.engine.keys.find(({ description }) => description.name === name)!.description.publicKey;
  const trustIn = (name: string): Parameters<typeof prepareSigning>[1]["trust"] => {
    const policy = {
      apiVersion: "policy.sigstore.dev/v1beta1",
      kind: "ClusterImagePolicy",
      metadata: { name: "shop" },
      spec: {
        images: [{ glob: `${host}/shop/*` }],
        authorities: [{ signatureFormat: "bundle", key: { data: publicKeyOf(name) } }],
      },
    };
    return { policy: readPolicy([{ path: "p.yaml", text: JSON.stringify(policy) }]), material: { trustedRoots: [] } };
  };
  const accepts = (name: string, artifact: string): Promise<boolean> => {
    const file = join(peers.home, `${name}.pub`);
    writeFileSync(file, publicKeyOf(name));
    return peers.succeeds("cosign", ["verify", "--key", file, "--insecure-ignore-tlog", artifact]);
  };

  for (const spec of vaultKeys)
    it(`by a key of ${spec}`, async () => {
      const place = { registry: host, repository: `shop/${spec}` };
      const outside = await ports();
      const image = await pushImage(outside.registry, place, "1", spec);
      const reference = { ...place, tag: "1" };
      const request = {
        reference,
        key: spec,
        format: "sigstore-bundle",
        trust: trustIn(spec),
        tool: "test/1",
      } as const;
      const prepared = await prepareSigning(outside, request, { signal });
      const outcome = await executeSigning(outside, prepared, { signal, waitMs: 0 });
      assert.ok(outcome.status === "signed", JSON.stringify(outcome));
      assert.equal(outcome.verdict.state, "verified");
      const artifact = `${host}/shop/${spec}@${image.digest}`;
      assert.equal(await accepts(spec, artifact), true);
      assert.equal(await accepts(spec === "p256" ? "p384" : "p256", artifact), false);
    });

  it("after an approval by a control group, and a restart in between", async () => {
    const place = { registry: host, repository: "shop/release" };
    const outside = await ports();
    const image = await pushImage(outside.registry, place, "1", "release");
    const trust = trustIn("release");
    const reference = { ...place, tag: "1" };
    const request = { reference, key: "release", format: "sigstore-bundle", trust, tool: "test/1" } as const;
    const prepared = await prepareSigning(outside, request, { signal });
    const outcome = await executeSigning(outside, prepared, { signal, waitMs: 0 });
    assert.ok(outcome.status === "pending");
    const stored = readPendingSigning(JSON.parse(JSON.stringify(outcome.pending)));
    assert.ok(stored);
    const environment = { VAULT_ADDR: scene.vault.url, VAULT_TOKEN: scene.engine.secrets.lead };
    const approver = await scene.open({ environment });
    await approver.decide?.({ id: stored.ticket.id, approve: true, comment: "" }, { signal });
    const resumed = await resumeSigning(await ports(), stored, trust, { signal, waitMs: 0 });
    assert.ok(resumed.status === "signed" && resumed.verdict.state === "verified", JSON.stringify(resumed));
    assert.equal(await accepts("release", `${host}/shop/release@${image.digest}`), true);
  });
});

describeWithPeers("cosign's client for Vault signs through the trial", ["hashivault-signer"], (peers) => {
  let scene: VaultScene;
  before(async () => {
    scene = await startVaultScene({ specs: ["p256", "p384", "rsa2048", "rsa4096"] });
  });
  after(() => scene.stop());

  for (const name of ["p256", "p384", "rsa2048", "rsa4096"])
    it(`by a key of ${name}`, async () => {
      const environment = { VAULT_ADDR: scene.vault.url, VAULT_TOKEN: scene.engine.secrets.dev };
      const printed: unknown = JSON.parse(
        await peers.run("hashivault-signer", [name], message.toString(), environment),
      );
      const { publicKey, signature, verified, changed } = printed as Record<string, string | boolean>;
      const pem = scene.engine.keys.find(({ description }) => description.name === name)!.description.publicKey;
      // It signs RSA with PKCS #1 v1.5 and asks to verify without naming that, which the engine takes for PSS.
      assert.deepEqual([publicKey, verified, changed], [pem, !name.startsWith("rsa"), false]);
      assert.equal(verify("sha256", message, pem, Buffer.from(String(signature), "base64")), true);
    });

  it("not without a token", async () => {
    const environment = { VAULT_ADDR: scene.vault.url, VAULT_TOKEN: "none" };
    await assert.rejects(
      peers.run("hashivault-signer", ["p256"], message.toString(), environment),
      /permission denied/,
    );
  });
});

describeWithPeers("the transit engine of Vault itself signs for us", ["vault-transit"], (peers) => {
  let url: string;
  const types = ["ecdsa-p256", "ecdsa-p384", "ecdsa-p521", "rsa-2048", "rsa-3072", "rsa-4096", "ed25519"];
  const post = async (path: string, body: object): Promise<void> => {
    const headers = { "x-vault-token": "root" };
    const answer = await fetch(`${url}/v1/transit/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    assert.ok(answer.ok, await answer.text());
  };
  before(async () => {
    url = `http://${await peers.startAndRead("vault-transit")}`;
    for (const type of types) await post(`keys/${type}`, { type });
    await post("keys/rotated", { type: "ecdsa-p256", exportable: true });
    await post("keys/rotated/rotate", {});
    await post("keys/cipher", { type: "aes256-gcm96" });
  });

  it("by each kind of key, scheme and hash", async () => {
    const service = await openVaultAt(url, { VAULT_ADDR: url, VAULT_TOKEN: "root" });
    const keys = await service.listKeys({ signal });
    assert.deepEqual(keys.map(({ name }) => name).toSorted(), [...types, "rotated"].toSorted());
    let tried = 0;
    for (const { name, publicKey, schemes } of keys)
      for (const { scheme, hashes } of schemes)
        for (const hash of hashes) {
          const outcome = await service.submit(vaultRequest(name, scheme, hash, message), { signal });
          assert.ok(outcome.status === "signed", `${name} ${scheme} ${hash} ${JSON.stringify(outcome)}`);
          const key = createPublicKey(publicKey);
          const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: Number(hash.slice(3)) / 8 };
          const how = scheme === "rsa-pss" ? { key, ...pss } : key;
          const algorithm = scheme === "ed25519" ? null : hash;
          assert.equal(verify(algorithm, message, how, outcome.signature), true, `${name} ${scheme} ${hash}`);
          tried += 1;
        }
    assert.equal(tried, 4 * 3 + 3 * 2 * 3 + 3);
  });

  it("and certifies its keys by an authority, in place of what they had", async () => {
    const options = { pkiMount: "pki" };
    const environment = { VAULT_ADDR: url, VAULT_TOKEN: "root" };
    const authority = createTrialAuthority(new Date());
    const engine = await openVaultAt(url, environment, options);
    // The engine has no authority beside it here: what its keys sign is certified by another.
    const issue = (_wish: unknown, request: string): Promise<{ chain: readonly string[]; serial: string }> => {
      const asked = keyOfCertificationRequest(decodePem(request, "CERTIFICATE REQUEST") ?? Buffer.alloc(0));
      return Promise.resolve({ chain: authority.issue("release", asked!.key), serial: "01" });
    };
    const service = { ...engine, certification: { ...engine.certification!, issue } };
    for (const key of [...types, "rotated"]) {
      const prepared = await prepareCertification({ service }, { key, role: "code-signing" }, { signal });
      assert.equal(prepared.replaces, false, key);
      const { chain } = await executeCertification({ service, clock: { now: () => new Date() } }, prepared, { signal });
      const described = (await service.listKeys({ signal })).find(({ name }) => name === key);
      assert.deepEqual(
        described?.certificateChain.map((pem) => pem.trim()),
        chain.map((pem) => pem.trim()),
      );
      assert.match(described?.governance.issuer ?? "", /Countersign TRIAL issuing/);
    }
    const others = authority.issue("other", createPublicKey((await service.listKeys({ signal }))[0]!.publicKey));
    await assert.rejects(service.certification.keep("rotated", others, { signal }), { code: "service-denied" });
  });

  it("and says what may be done with keys", async () => {
    const service = await openVaultAt(url, { VAULT_ADDR: url, VAULT_TOKEN: "root" });
    const rotated = (await service.listKeys({ signal })).find(({ name }) => name === "rotated");
    assert.match(rotated?.governance.managedBy ?? "", /version 2; the private key can be exported/);
    assert.equal(rotated?.custody, "unknown");
    const absent = await service.submit(vaultRequest("absent", "ecdsa"), { signal });
    assert.ok(absent.status === "denied" && absent.code === "key-not-found");
  });
});
