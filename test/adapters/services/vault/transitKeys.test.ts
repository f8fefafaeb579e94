import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { describeTransitKey } from "../../../../src/adapters/services/vault/transitKeys.ts";
import { createTrialAuthority } from "../../../../src/trial/service/authority.ts";

const now = Date.parse("2026-11-21T12:00:00Z");
const authority = createTrialAuthority(new Date(now));
const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
const chain = authority.issue("release", publicKey).join("");

const version = { public_key: pem, name: "P-256", creation_time: "2026-11-21T12:00:00Z" };
const data = {
  type: "ecdsa-p256",
  latest_version: 1,
  exportable: false,
  allow_plaintext_backup: false,
  deletion_allowed: false,
  supports_signing: true,
  keys: { "1": version },
};
const described = (changes: object, at = now): ReturnType<typeof describeTransitKey> =>
  describeTransitKey("release", { data: { ...data, ...changes } }, { mount: "transit", namespace: "team" }, at);

describe("the description of a transit key", () => {
  it("says where it is and what may be done with it", () => {
    const { description } = described({}) ?? {};
    assert.equal(description?.custody, "service-software");
    assert.equal(
      description?.governance.managedBy,
      "policies of transit/ in namespace team; version 1; the private key cannot be exported; plain-text backups are not allowed; it may not be deleted",
    );
    assert.match(description?.governance.issuer ?? "", /nobody/);
  });

  for (const [changes, words] of [
    [{ exportable: true }, /private key can be exported/],
    [{ allow_plaintext_backup: true }, /backups are allowed/],
    [{ exportable: undefined }, /exportable unknown/],
  ] as const)
    it(`does not vouch for the custody with ${JSON.stringify(changes)}`, () => {
      const { description } = described(changes) ?? {};
      assert.equal(description?.custody, "unknown");
      assert.match(description?.governance.managedBy ?? "", words);
    });

  it("is of the latest version", () => {
    const other = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ type: "spki", format: "pem" });
    const key = described({ latest_version: 2, keys: { "1": version, "2": { ...version, public_key: other } } });
    assert.equal(key?.version, 2);
    assert.equal(key?.description.publicKey, other);
  });

  it("holds the chain that was set", () => {
    const { description } = described({ keys: { "1": { ...version, certificate_chain: chain } } }) ?? {};
    assert.equal(description?.certificateChain.length, 3);
    assert.equal(description?.governance.issuer, "Countersign TRIAL issuing");
    assert.equal(description?.state, "enabled");
    const later = described({ keys: { "1": { ...version, certificate_chain: chain } } }, now + 30 * 24 * 3600 * 1000);
    assert.equal(later?.description.state, "expired");
  });

  it("leaves out a chain for another key, or one that cannot be read, and says so", () => {
    const stranger = authority.issue("x", generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey).join("");
    for (const [certificate_chain, words] of [
      [stranger, /for another key/],
      ["-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", /cannot be read/],
      ["nothing", /cannot be read/],
      [chain.repeat(4), /cannot be read/],
    ] as const) {
      const { description } = described({ keys: { "1": { ...version, certificate_chain } } }) ?? {};
      assert.deepEqual(description?.certificateChain, []);
      assert.match(description?.governance.issuer ?? "", words);
    }
  });

  it("says that a key was deleted, and can be restored", () =>
    assert.equal(described({ soft_deleted: true })?.description.state, "disabled"));

  for (const changes of [
    { type: "aes256-gcm96" },
    { type: "ml-dsa" },
    { type: "ecdsa-p384" },
    { type: "constructor" },
    { derived: true },
    { supports_signing: false },
    { latest_version: 0 },
    { latest_version: "1" },
    { latest_version: 3 },
    { keys: {} },
    { keys: { "1": 1 } },
    { keys: { "1": { public_key: "x" } } },
    { type: "ed25519", keys: { "1": { public_key: "AAAA" } } },
    { type: "ed25519", keys: { "1": { public_key: pem } } },
  ])
    it(`is none for ${JSON.stringify(changes).slice(0, 60)}`, () => assert.equal(described(changes), undefined));

  it("reads an Ed25519 key, which is not in PEM", () => {
    const ed25519 = generateKeyPairSync("ed25519").publicKey;
    const raw = ed25519.export({ type: "spki", format: "der" }).subarray(-32).toString("base64");
    const key = described({ type: "ed25519", keys: { "1": { public_key: raw } } });
    assert.equal(key?.description.publicKey, ed25519.export({ type: "spki", format: "pem" }));
  });
});
