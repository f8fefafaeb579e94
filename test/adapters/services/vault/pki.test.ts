import assert from "node:assert/strict";
import type { KeyDescription } from "../../../../src/application/signingService.ts";
import { startVaultScene, vaultRequest, type VaultScene } from "../../../helpers/vaultScene.ts";

const { signal } = new AbortController();

describe("keys whose certificates the PKI engine issued", () => {
  let scene: VaultScene;
  before(async () => {
    scene = await startVaultScene({ specs: ["p256", "p384"], pki: { mount: "pki_int", revoked: ["p384"] } });
  });
  after(() => scene.stop());

  const keysWith = async (options: Record<string, string>): Promise<readonly KeyDescription[]> =>
    (await scene.open({ options })).listKeys({ signal });

  it("say by which mount, and whether they are revoked", async () => {
    const [good, revoked] = await keysWith({ pkiMount: "pki_int" });
    assert.deepEqual([good?.state, revoked?.state], ["enabled", "disabled"]);
    assert.equal(good?.governance.issuer, "Countersign TRIAL issuing, by pki_int/");
    assert.match(good?.governance.attributesSetBy ?? "", /the role of pki_int\//);
    assert.match(revoked?.governance.issuer ?? "", /; the certificate is revoked$/);
    assert.equal(good?.certificateChain.length, 3);
  });

  it("sign nothing where they are revoked", async () => {
    const service = await scene.open({ options: { pkiMount: "pki_int" } });
    const outcome = await service.submit(vaultRequest("p384", "ecdsa"), { signal });
    assert.equal(outcome.status === "denied" && outcome.code, "key-disabled");
    assert.equal((await service.submit(vaultRequest("p256", "ecdsa"), { signal })).status, "signed");
  });

  it("are what they were where the engine does not know them, or is not asked", async () => {
    const [other] = await keysWith({ pkiMount: "pki_other" });
    assert.match(other?.governance.issuer ?? "", /, which pki_other\/ does not know$/);
    assert.equal(other?.state, "enabled");
    const [plain] = await keysWith({});
    assert.equal(plain?.governance.issuer, "Countersign TRIAL issuing");
  });
});
