import assert from "node:assert/strict";
import { createCommandLine, jsonOf, type CommandLine, type Run } from "../helpers/commandLine.ts";
import { startVaultScene, type VaultScene } from "../helpers/vaultScene.ts";

describe("countersign certify", function () {
  this.timeout(60_000);
  let cli: CommandLine;
  let scene: VaultScene;
  before(async () => {
    cli = await createCommandLine();
    scene = await startVaultScene({ specs: ["p256"], pki: { mount: "pki_int" } });
    const service = { name: "vault", type: "vault", url: scene.vault.url, options: { pkiMount: "pki_int" } };
    cli.write(".countersign.yaml", JSON.stringify({ version: 1, services: [service] }));
  });
  after(async () => {
    await scene.stop();
    cli.dispose();
  });

  const run = (...args: readonly string[]): Promise<Run> => {
    const own = { VAULT_ADDR: scene.vault.url, VAULT_TOKEN: scene.engine.secrets.dev };
    return cli.runWith(own, "certify", ...args);
  };
  const issued = (): number => scene.vault.calls().filter(({ target }) => target.includes("/sign/")).length;
  const how = ["p256", "--service", "vault", "--role", "code-signing", "--common-name", "release"];

  it("shows what would be done, and does nothing, without --yes", async () => {
    const planned = await run(...how, "--dry-run");
    assert.equal(planned.code, 0, planned.error);
    assert.match(planned.output, /^Key +p256 \(p256\) of vault.*\nAuthority +pki_int\/, role code-signing\n/);
    assert.match(planned.output, /takes the place of the certificates that the key has/);
    const unconfirmed = await run(...how);
    assert.equal(unconfirmed.code, 2);
    assert.match(unconfirmed.error, /Nobody is here to confirm; nothing was changed/);
    assert.equal(issued(), 0);
  });

  it("certifies the key where that is settled", async () => {
    const done = await run(...how, "--yes", "--format", "json");
    assert.equal(done.code, 0, done.error);
    const { status, key, certificateChain } = jsonOf<{
      readonly status: string;
      readonly key: string;
      readonly certificateChain: readonly string[];
    }>(done);
    assert.deepEqual([status, key, certificateChain.length], ["certified", "p256", 3]);
    assert.equal(issued(), 1);
    assert.equal((done.output + done.error).includes(scene.engine.secrets.dev), false);
  });

  for (const [what, args] of [
    ["a key", ["--service", "vault", "--role", "r"]],
    ["a service", ["p256", "--role", "r"]],
    ["a role", ["p256", "--service", "vault"]],
    ["whole hours", [...how, "--expires-in", "90m"]],
  ] as const)
    it(`wants ${what}`, async () => {
      const refused = await run(...args);
      assert.equal(refused.code, 2, refused.output);
      assert.match(refused.error, /countersign certify --help/);
    });
});
