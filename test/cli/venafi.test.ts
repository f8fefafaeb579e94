import assert from "node:assert/strict";
import { silentLog } from "../../src/adapters/log.ts";
import { noCredentials } from "../../src/adapters/registry/credentials.ts";
import { createRegistry } from "../../src/adapters/registry/registry.ts";
import { parseReference } from "../../src/core/image/reference.ts";
import { pushSampleImage } from "../../src/trial/sample/pushSampleImage.ts";
import { createCommandLine, jsonOf, type CommandLine, type Run } from "../helpers/commandLine.ts";

interface Up {
  readonly registry: string;
  readonly keys: readonly { readonly publicKey: string }[];
  readonly venafi: { readonly url: string; readonly root: string };
}
interface Signed {
  readonly status: string;
  readonly state?: string;
  readonly audit?: string;
  readonly ticket?: { readonly id: string };
}

describe("countersign with a Venafi service that .countersign.yaml names", function () {
  this.timeout(60_000);
  let cli: CommandLine;
  let up: Up;
  let image: string;
  const sign = (...more: readonly string[]): Promise<Run> =>
    cli.run("sign", ...more, "--service", "csp", "--format", "json");

  before(async () => {
    cli = await createCommandLine();
    up = jsonOf<Up>(await cli.run("trial", "up", "--format", "json"));
    cli.write("dev.pem", up.keys[0]!.publicKey);
    image = `${up.registry}/acme/app:1`;
    const registry = createRegistry({ credentials: noCredentials, userAgent: "countersign/test", log: silentLog });
    await pushSampleImage(registry, parseReference(image).value!, new Date(0), {
      signal: new AbortController().signal,
    });
    const options = `scope: "codesignclient;codesign;codesign:manage"`;
    const service = `  - { name: csp, type: venafi, url: "${up.venafi.url}", options: { ${options} } }`;
    cli.write(".countersign.yaml", `version: 1\nservices:\n${service}\n`);
  });
  after(async () => {
    await cli.run("trial", "down");
    cli.dispose();
  });

  it("signs, and names the entry of the archive", async () => {
    const run = await sign(image, "--key", "Trial\\dev");
    assert.equal(run.code, 0, run.error);
    const { status, audit } = jsonOf<Signed>(run);
    assert.equal(status, "signed");
    assert.match(audit ?? "", /^audit-\d+$/);
    const verified = await cli.run("verify", image, "--key", "dev.pem", "--format", "json");
    assert.deepEqual(
      jsonOf(verified).images.map(({ state }) => state),
      ["verified"],
    );
  });

  it("waits for an approval with a ticket, and resumes", async () => {
    const first = await sign(image, "--key", "Trial\\release", "--justification", "release 1");
    assert.equal(first.code, 75, first.error);
    const { ticket } = jsonOf<Signed>(first);
    const status = jsonOf<{ pending: { id: string }[] }>(await cli.run("trial", "status", "--format", "json"));
    assert.equal((await cli.run("trial", "approve", status.pending[0]!.id)).code, 0);
    const resumed = await sign("--resume", ticket?.id ?? "");
    assert.equal(resumed.code, 0, resumed.error);
    assert.equal(jsonOf<Signed>(resumed).status, "signed");
  });

  it("names the keys that there are", async () => {
    const run = await sign(image, "--key", "Trial\\none");
    assert.equal(run.code, 2);
    assert.match(run.error + run.output, /Trial\\+dev, Trial\\+release/);
  });
});
