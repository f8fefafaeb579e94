import assert from "node:assert/strict";
import { jsonOf, type Run } from "../helpers/commandLine.ts";
import { startTrialWorkspace, type TrialWorkspace } from "../helpers/trialWorkspace.ts";

interface Signed {
  readonly status: string;
  readonly audit?: string;
  readonly ticket?: { readonly id: string };
}

describe("countersign with a Vault that .countersign.yaml names", function () {
  this.timeout(60_000);
  let trial: TrialWorkspace;
  const sign = (...more: readonly string[]): Promise<Run> =>
    trial.cli.run("sign", ...more, "--service", "bao", "--format", "json");

  before(async () => {
    trial = await startTrialWorkspace(({ vault }) => `{ name: bao, type: vault, url: "${vault.url}" }`);
  });
  after(() => trial.stop());

  it("signs, and names the request for the audit log", async () => {
    const run = await sign(trial.image, "--key", "dev");
    assert.equal(run.code, 0, run.error);
    const { status, audit } = jsonOf<Signed>(run);
    assert.equal(status, "signed");
    assert.match(audit ?? "", /^audit-\d+$/);
    const verified = await trial.cli.run("verify", trial.image, "--key", "dev.pem", "--format", "json");
    assert.deepEqual(
      jsonOf(verified).images.map(({ state }) => state),
      ["verified"],
    );
  });

  it("waits for a control group with a ticket that holds no secret, and resumes", async () => {
    const first = await sign(trial.image, "--key", "release");
    assert.equal(first.code, 75, first.error);
    assert.ok(!/hvs\./.test(first.output + first.error));
    const { ticket } = jsonOf<Signed>(first);
    // The accessor is what approvers name.
    assert.equal((await trial.cli.run("trial", "approve", ticket?.id ?? "")).code, 0);
    const resumed = await sign("--resume", ticket?.id ?? "");
    assert.equal(resumed.code, 0, resumed.error);
    assert.equal(jsonOf<Signed>(resumed).status, "signed");
  });
});
