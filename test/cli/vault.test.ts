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
  readonly vault: { readonly url: string };
}
interface Signed {
  readonly status: string;
  readonly audit?: string;
  readonly ticket?: { readonly id: string };
}

describe("countersign with a Vault that .countersign.yaml names", function () {
  this.timeout(60_000);
  let cli: CommandLine;
  let up: Up;
  let image: string;
  const sign = (...more: readonly string[]): Promise<Run> =>
    cli.run("sign", ...more, "--service", "bao", "--format", "json");

  before(async () => {
    cli = await createCommandLine();
    up = jsonOf<Up>(await cli.run("trial", "up", "--format", "json"));
    cli.write("dev.pem", up.keys[0]!.publicKey);
    image = `${up.registry}/acme/app:1`;
    const registry = createRegistry({ credentials: noCredentials, userAgent: "countersign/test", log: silentLog });
    await pushSampleImage(registry, parseReference(image).value!, new Date(0), {
      signal: new AbortController().signal,
    });
    cli.write(".countersign.yaml", `version: 1\nservices:\n  - { name: bao, type: vault, url: "${up.vault.url}" }\n`);
  });
  after(async () => {
    await cli.run("trial", "down");
    cli.dispose();
  });

  it("signs, and names the request for the audit log", async () => {
    const run = await sign(image, "--key", "dev");
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

  it("waits for a control group with a ticket that holds no secret, and resumes", async () => {
    const first = await sign(image, "--key", "release");
    assert.equal(first.code, 75, first.error);
    assert.ok(!/hvs\./.test(first.output + first.error));
    const { ticket } = jsonOf<Signed>(first);
    // The accessor is what approvers name.
    assert.equal((await cli.run("trial", "approve", ticket?.id ?? "")).code, 0);
    const resumed = await sign("--resume", ticket?.id ?? "");
    assert.equal(resumed.code, 0, resumed.error);
    assert.equal(jsonOf<Signed>(resumed).status, "signed");
  });
});
