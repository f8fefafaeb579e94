import assert from "node:assert/strict";
import { noCredentials } from "../../src/adapters/registry/credentials.ts";
import { createRegistry } from "../../src/adapters/registry/registry.ts";
import { silentLog } from "../../src/adapters/log.ts";
import { parseReference } from "../../src/core/image/reference.ts";
import { pushSampleImage } from "../../src/trial/sample/pushSampleImage.ts";
import { createCommandLine, jsonOf, type CommandLine, type Run } from "../helpers/commandLine.ts";

const policy = JSON.stringify({
  version: "1.0",
  trustPolicies: [
    {
      name: "shop",
      registryScopes: ["*"],
      signatureVerification: { level: "strict" },
      trustStores: ["ca:trial"],
      trustedIdentities: ["*"],
    },
  ],
});

describe("countersign trial revoke and fault", function () {
  this.timeout(60_000);
  let cli: CommandLine;
  let image: string;

  before(async () => {
    cli = await createCommandLine();
    const run = await cli.run("trial", "up", "--format", "json");
    const { registry: host, keys } = jsonOf<{
      readonly registry: string;
      readonly keys: readonly { readonly certificateChain: readonly string[] }[];
    }>(run);
    cli.write("notation/trustpolicy.json", policy);
    cli.write("notation/truststore/x509/ca/trial/root.crt", keys[0]?.certificateChain.at(-1) ?? "");
    image = `${host}/acme/app:1`;
    const { value } = parseReference(image);
    assert.ok(value !== undefined);
    const registry = createRegistry({ credentials: noCredentials, userAgent: "countersign/test", log: silentLog });
    await pushSampleImage(registry, value, new Date("2026-01-01"), { signal: new AbortController().signal });
  });
  after(async () => {
    await cli.run("trial", "down");
    cli.dispose();
  });

  const sign = (): Promise<Run> =>
    cli.run("sign", image, "--service", "trial", "--key", "dev", "--signature-format", "notation-jws");
  const verify = async (): Promise<{ readonly state?: string; readonly said: string }> => {
    const run = await cli.run("verify", image, "--policy", "notation/trustpolicy.json", "--format", "json");
    const [only] = jsonOf(run).images;
    return { ...(only?.state === undefined ? {} : { state: only.state }), said: run.output };
  };

  it("refuses once, and signs after that", async () => {
    const set = await cli.run("trial", "fault", "refuse");
    assert.deepEqual([set.code, set.output], [0, "The next answer about a signing request: refuse.\n"]);
    const refused = await sign();
    assert.equal(refused.code, 1, refused.output + refused.error);
    assert.equal((await verify()).state, "unsigned");
    assert.equal((await sign()).code, 0);
    assert.equal((await verify()).state, "verified");
  });

  it("says in the verdict that a certificate was revoked", async () => {
    const revoked = await cli.run("trial", "revoke", "dev", "--format", "json");
    assert.deepEqual([revoked.code, jsonOf<object>(revoked)], [0, { status: "revoked", key: "dev" }]);
    const { state, said } = await verify();
    assert.equal(state, "invalid");
    assert.match(said, /revoked/u);
  });

  for (const [what, args, code, said] of [
    ["no key", ["revoke"], 2, /see 'countersign trial --help'/u],
    ["a key that there is not", ["revoke", "other"], 1, /no certificate of such a key/u],
    ["a fault that there is not", ["fault", "sleep"], 2, /must be refuse, stall/u],
    ["nought times", ["fault", "refuse", "--times", "0"], 2, /--times/u],
    ["a word for a number", ["fault", "refuse", "--times", "often"], 2, /--times/u],
  ] as const)
    it(`refuses ${what}`, async () => {
      const run = await cli.run("trial", ...args);
      assert.equal(run.code, code, run.error);
      assert.match(run.error, said);
    });

  it("says that no trial runs", async () => {
    const own = await createCommandLine();
    try {
      const run = await own.run("trial", "fault", "refuse");
      assert.match(run.error, /No trial is running/u);
      assert.notEqual(run.code, 0);
    } finally {
      own.dispose();
    }
  });
});
