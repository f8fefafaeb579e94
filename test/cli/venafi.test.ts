import assert from "node:assert/strict";
import { jsonOf, type Run } from "../helpers/commandLine.ts";
import { startTrialWorkspace, type TrialWorkspace } from "../helpers/trialWorkspace.ts";

interface Signed {
  readonly status: string;
  readonly state?: string;
  readonly audit?: string;
  readonly ticket?: { readonly id: string };
}

describe("countersign with a Venafi service that .countersign.yaml names", function () {
  this.timeout(60_000);
  let trial: TrialWorkspace;
  const sign = (...more: readonly string[]): Promise<Run> =>
    trial.cli.run("sign", ...more, "--service", "csp", "--format", "json");

  before(async () => {
    const options = `scope: "codesignclient;codesign;codesign:manage"`;
    trial = await startTrialWorkspace(
      ({ venafi }) => `{ name: csp, type: venafi, url: "${venafi.url}", options: { ${options} } }`,
    );
  });
  after(() => trial.stop());

  it("signs, and names the entry of the archive", async () => {
    const run = await sign(trial.image, "--key", "Trial\\dev");
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

  it("waits for an approval with a ticket, and resumes", async () => {
    const first = await sign(trial.image, "--key", "Trial\\release", "--justification", "release 1");
    assert.equal(first.code, 75, first.error);
    const { ticket } = jsonOf<Signed>(first);
    const status = jsonOf<{ pending: { id: string }[] }>(await trial.cli.run("trial", "status", "--format", "json"));
    assert.equal((await trial.cli.run("trial", "approve", status.pending[0]!.id)).code, 0);
    const resumed = await sign("--resume", ticket?.id ?? "");
    assert.equal(resumed.code, 0, resumed.error);
    assert.equal(jsonOf<Signed>(resumed).status, "signed");
  });

  it("names the keys that there are", async () => {
    const run = await sign(trial.image, "--key", "Trial\\none");
    assert.equal(run.code, 2);
    assert.match(run.error + run.output, /Trial\\+dev, Trial\\+release/);
  });
});
