import assert from "node:assert/strict";
import { constants, createHash, createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { HashAlgorithm, KeySpec } from "../../src/application/signingService.ts";
import { secretsOf, startVenafiScene, type VenafiScene } from "../helpers/venafiScene.ts";
import { describeWithPeers } from "./peers.ts";

const { signal } = new AbortController();
const message = "what is signed";
const hashes: readonly HashAlgorithm[] = ["sha256", "sha384", "sha512"];
const keys = (["rsa2048", "p256", "p384", "p521", "ed25519"] as const).map((spec) => ({ name: spec, spec, hashes }));

/** Mechanism, digest, key. */
const cases: readonly (readonly [number, HashAlgorithm, KeySpec])[] = [
  ...hashes.flatMap((hash) => [1, 13].map((mechanism) => [mechanism, hash, "rsa2048"] as const)),
  ...hashes.map((hash, index) => [4161, hash, (["p256", "p384", "p521"] as const)[index] ?? "p256"] as const),
  [64, "sha256", "rsa2048"],
  [4164, "sha256", "p256"],
  [4183, "sha512", "ed25519"],
];

describeWithPeers("the vendor's own connector signs through the trial as Venafi", ["vsign-connector"], (peers) => {
  const account = generateKeyPairSync("ed25519");
  let scene: VenafiScene;
  let environment: Readonly<Record<string, Readonly<Record<string, string>>>>;
  before(async () => {
    const serviceAccounts = new Map([["account", account.publicKey]]);
    scene = await startVenafiScene({ engine: { keys }, facade: { identities: { serviceAccounts } } });
    writeFileSync(join(peers.home, "ca.pem"), scene.facade.root);
    writeFileSync(join(peers.home, "account.pem"), account.privateKey.export({ type: "pkcs8", format: "pem" }));
    const secrets = secretsOf(scene.facade.url, { username: "dev", password: scene.engine.secrets.dev });
    await scene.client({ secrets }).listKeys({ signal });
    const token = secrets.values.get(`${scene.facade.url} venafi access-token`) ?? "";
    environment = {
      "self-hosted": { VSIGN_TOKEN: token },
      saas: { VSIGN_CLIENT_ID: "account", VSIGN_PRIVATE_KEY_FILE: join(peers.home, "account.pem") },
    };
  });
  after(() => scene.facade.stop());

  for (const product of ["self-hosted", "saas"])
    for (const [mechanism, hash, spec] of cases)
      it(`${product}, mechanism ${mechanism}, ${hash}, ${spec}`, async () => {
        const name = product === "saas" ? `Trial-${spec}` : `Trial\\${spec}`;
        const args = [product, scene.facade.url, name, String(mechanism), hash, join(peers.home, "ca.pem")];
        const printed = JSON.parse(await peers.run("vsign-connector", args, message, environment[product])) as {
          readonly chain: readonly string[];
          readonly signature: string;
        };
        const { description } = scene.engine.keys.find((key) => key.description.name === spec)!;
        assert.equal(printed.chain.length, description.certificateChain.length);
        const key = createPublicKey(description.publicKey);
        const signature = Buffer.from(printed.signature, "base64");
        const data = Buffer.from(message);
        if (spec === "ed25519") assert.equal(verify(null, data, key, signature), true);
        else if (spec.startsWith("p"))
          assert.equal(verify(hash, data, { key, dsaEncoding: "ieee-p1363" }, signature), true);
        else if (mechanism === 13) {
          const saltLength = createHash(hash).digest().length;
          const padding = constants.RSA_PKCS1_PSS_PADDING;
          assert.equal(verify(hash, data, { key, padding, saltLength }, signature), true);
        } else assert.equal(verify(hash, data, key, signature), true);
      });

  it("is refused without a session", async () => {
    const args = ["self-hosted", scene.facade.url, "Trial\\p256", "4161", "sha256", join(peers.home, "ca.pem")];
    await assert.rejects(peers.run("vsign-connector", args, message, { VSIGN_TOKEN: "none" }), /401/);
  });
});
