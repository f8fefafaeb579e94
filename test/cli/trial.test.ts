import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { noCredentials } from "../../src/adapters/registry/credentials.ts";
import { createRegistry } from "../../src/adapters/registry/registry.ts";
import { silentLog } from "../../src/adapters/log.ts";
import { parseReference } from "../../src/core/image/reference.ts";
import { pushSampleImage } from "../../src/trial/sample/pushSampleImage.ts";
import { createCommandLine, jsonOf, type CommandLine, type Run } from "../helpers/commandLine.ts";

interface Up {
  readonly registry: string;
  readonly service: string;
  readonly url: string;
  readonly keys: readonly {
    readonly name: string;
    readonly publicKey: string;
    readonly certificateChain: readonly string[];
    readonly needs: readonly string[];
  }[];
}

interface Signed {
  readonly status: string;
  readonly image: string;
  readonly digest: string;
  readonly signature?: string;
  readonly state?: string;
  readonly ticket?: { readonly id: string };
  readonly audit?: string;
  readonly reason: { readonly code: string };
}

/** End to end, every step by the built command line against the trial that it starts. */
describe("countersign with the trial", function () {
  this.timeout(60_000);
  let cli: CommandLine;
  let up: Up;
  let image: string;
  let digest: string;
  let pushed = 0;

  const registry = createRegistry({ credentials: noCredentials, userAgent: "countersign/test", log: silentLog });
  const push = async (name: string): Promise<{ image: string; digest: string }> => {
    const { value } = parseReference(`${up.registry}/${name}`);
    assert.ok(value !== undefined);
    const created = new Date(1_700_000_000_000 + 1000 * pushed++);
    const pushedImage = await pushSampleImage(registry, value, created, { signal: new AbortController().signal });
    return { image: `${up.registry}/${name}`, digest: pushedImage.digest };
  };
  const sign = (...more: readonly string[]): Promise<Run> =>
    cli.run("sign", image, "--service", "trial", "--format", "json", ...more);
  const states = (run: Run): (string | undefined)[] => jsonOf(run).images.map(({ state }) => state);

  before(async () => {
    cli = await createCommandLine();
    const run = await cli.run("trial", "up", "--format", "json");
    assert.equal(run.code, 0, run.error);
    up = jsonOf<Up>(run);
    for (const { name, publicKey } of up.keys) cli.write(`${name}.pem`, publicKey);
  });
  after(async () => {
    await cli.run("trial", "down");
    cli.dispose();
  });
  beforeEach(async () => {
    ({ image, digest } = await push(`acme/app:${pushed + 1}`));
  });

  it("says where it runs and which keys it has, the same when it runs already", async () => {
    assert.match(up.registry, /^127\.0\.0\.1:\d+$/);
    assert.equal(up.service, "trial");
    assert.deepEqual(
      up.keys.map(({ name, needs }) => [name, needs]),
      [
        ["dev", []],
        ["release", ["justification", "approval"]],
      ],
    );
    assert.deepEqual(jsonOf<Up>(await cli.run("trial", "up", "--format", "json")), up);
  });

  it("signs with a key that signs at once, and the image turns verified", async () => {
    const before = await cli.run("verify", image, "--key", "dev.pem", "--format", "json");
    assert.deepEqual([before.code, states(before)], [1, ["unsigned"]]);
    const run = await sign("--key", "dev");
    assert.equal(run.code, 0, run.error);
    const signed = jsonOf<Signed>(run);
    assert.deepEqual([signed.status, signed.digest, signed.state], ["signed", digest, "verified"]);
    assert.match(signed.signature ?? "", /^sha256:[0-9a-f]{64}$/);
    const after = await cli.run("verify", image, "--key", "dev.pem", "--format", "json");
    assert.deepEqual([after.code, states(after)], [0, ["verified"]]);
    assert.equal(jsonOf(after).images[0]?.digest, digest);
    assert.match((await cli.run("verify", image, "--key", "dev.pem")).output, /^✔ .* Verified · key dev\.pem$/m);
  });

  it("never calls it verified by another key, or by nobody", async () => {
    assert.equal((await sign("--key", "dev")).code, 0);
    const other = await cli.run("verify", image, "--key", "release.pem", "--format", "json");
    assert.deepEqual([other.code, states(other)], [1, ["untrusted"]]);
    const nobody = await cli.run("verify", image, "--format", "json");
    assert.deepEqual([nobody.code, states(nobody)], [1, ["untrusted"]]);
  });

  it("waits for an approval: 75 and a ticket, then resumes once it is approved", async () => {
    const unjustified = await sign("--key", "release");
    assert.equal(unjustified.code, 2);
    const asked = await sign("--key", "release", "--justification", "Release 1.");
    assert.equal(asked.code, 75);
    const { status, ticket } = jsonOf<Signed>(asked);
    assert.equal(status, "pending");
    const id = ticket?.id ?? "";
    const resume = () => cli.run("sign", "--service", "trial", "--resume", id, "--format", "json");
    assert.equal((await resume()).code, 75);
    assert.match((await cli.run("trial", "status")).output, new RegExp(`${id} .* 0 of 1 approvals`));
    assert.equal((await cli.run("trial", "approve", id)).code, 0);
    const resumed = await resume();
    assert.equal(resumed.code, 0, resumed.error);
    const signed = jsonOf<Signed>(resumed);
    assert.deepEqual([signed.status, signed.digest, signed.state], ["signed", digest, "verified"]);
    assert.equal((await cli.run("verify", image, "--key", "release.pem")).code, 0);
    const again = await resume();
    assert.equal(again.code, 2);
    assert.match(again.error, /No signing with the ticket/);
  });

  it("waits itself where it is told to", async () => {
    const waiting = sign("--key", "release", "--justification", "Release 2.", "--wait", "50s");
    const pendingId = async (): Promise<string | undefined> =>
      jsonOf<{ pending: { id: string }[] }>(await cli.run("trial", "status", "--format", "json")).pending[0]?.id;
    let id = await pendingId();
    for (let attempt = 0; id === undefined && attempt < 40; attempt++) id = await pendingId();
    assert.equal((await cli.run("trial", "approve", id ?? "")).code, 0);
    const run = await waiting;
    assert.equal(run.code, 0, run.error);
    assert.equal(jsonOf<Signed>(run).status, "signed");
  });

  it("reports a rejection, and attaches nothing", async () => {
    const asked = jsonOf<Signed>(await sign("--key", "release", "--justification", "Release 3."));
    const id = asked.ticket?.id ?? "";
    assert.equal((await cli.run("trial", "approve", id, "--reject")).code, 0);
    const run = await cli.run("sign", "--service", "trial", "--resume", id, "--format", "json");
    assert.equal(run.code, 1);
    const { status, reason } = jsonOf<Signed>(run);
    assert.deepEqual([status, reason.code], ["denied", "approval-rejected"]);
    const verified = await cli.run("verify", image, "--key", "release.pem", "--format", "json");
    assert.deepEqual(states(verified), ["unsigned"]);
  });

  it("only says what it would sign in a dry run", async () => {
    const run = await sign("--key", "dev", "--dry-run");
    assert.equal(run.code, 0, run.error);
    assert.equal(jsonOf<Signed>(run).status, "planned");
    assert.deepEqual(states(await cli.run("verify", image, "--format", "json")), ["unsigned"]);
  });

  it("refuses what it cannot sign: no such image, no such key", async () => {
    const missing = await cli.run("sign", `${up.registry}/acme/none:1`, "--service", "trial", "--key", "dev");
    assert.equal(missing.code, 3);
    assert.match(missing.error, /\(image-not-found\)\n$/);
    const key = await sign("--key", "nokey");
    assert.equal(key.code, 2);
    assert.match(key.error, /has no key 'nokey'/);
  });

  it("inspects a workspace: policy, verdicts, findings with fixes, exit codes", async () => {
    const signed = image;
    assert.equal((await sign("--key", "dev")).code, 0);
    const unsigned = await push("acme/unsigned:1");
    const dev = up.keys.find(({ name }) => name === "dev")?.publicKey ?? "";
    const policy = `apiVersion: policy.sigstore.dev/v1beta1
kind: ClusterImagePolicy
metadata:
  name: release
spec:
  images:
    - glob: "${up.registry}/**"
  authorities:
    - name: acme
      key:
        data: |
${dev.trimEnd().replace(/^/gm, "          ")}
`;
    cli.write("policy/images.yaml", policy);
    cli.write("app/Dockerfile", `FROM ${signed}\nFROM ${unsigned.image}\nFROM 127.0.0.1:1/closed:1\n`);
    const run = await cli.run("inspect", "--format", "json");
    assert.equal(run.code, 1);
    const report = jsonOf(run);
    assert.deepEqual(states(run), ["verified", "unsigned", "unknown"]);
    assert.equal(report.images[0]?.decidedBy?.policy, "policy/images.yaml");
    assert.equal(report.images[2]?.reason?.code, "network");
    assert.deepEqual(
      report.findings.filter(({ severity }) => severity === "error").map(({ rule, file }) => [rule, file]),
      [["image-unsigned", "app/Dockerfile"]],
    );
    const text = await cli.run("inspect");
    assert.match(
      text.output,
      /is not signed; policy release \(policy\/images\.yaml:\d+\) requires a signature by acme\.$/m,
    );
    assert.match(text.output, /\n3 images: 1 verified, 1 could not check, 1 not signed · 1 error · /);
    assert.equal((await cli.run("inspect", "--fail-on", "never")).code, 0);
    cli.write("app/Dockerfile", `FROM ${signed}\nFROM 127.0.0.1:1/closed:1\n`);
    assert.equal((await cli.run("inspect")).code, 3);
    cli.write("app/Dockerfile", `FROM ${signed}\n`);
    assert.equal((await cli.run("inspect")).code, 0);
    assert.equal((await cli.run("inspect", "--fail-on", "note")).code, 1);
    const offline = await cli.run("inspect", "--offline", "--format", "json");
    assert.deepEqual([offline.code, states(offline)], [3, ["unknown"]]);
    const github = await cli.run("inspect", "--format", "github");
    assert.match(
      github.output,
      /^::notice file=app\/Dockerfile,line=1,col=6,endColumn=\d+,title=image-without-digest::/m,
    );
    const sarif = jsonOf<{ runs: { results: { ruleId: string }[] }[] }>(await cli.run("inspect", "--format", "sarif"));
    assert.deepEqual(
      sarif.runs[0]?.results.map(({ ruleId }) => ruleId),
      ["image-without-digest"],
    );
  });

  it("does not follow a policy that it does not understand in full", async () => {
    assert.equal((await sign("--key", "dev")).code, 0);
    const policy = `apiVersion: policy.sigstore.dev/v1beta1
kind: ClusterImagePolicy
metadata:
  name: strange
spec:
  images:
    - glob: "**"
  unheardOf: true
  authorities:
    - name: everybody
      static:
        action: pass
`;
    cli.write("strange.yaml", policy);
    const run = await cli.run("verify", image, "--policy", "strange.yaml", "--format", "json");
    assert.equal(run.code, 3);
    assert.deepEqual(states(run), ["unknown"]);
    assert.equal(jsonOf(run).images[0]?.reason?.code, "policy-not-understood");
    assert.notEqual(jsonOf(run).problems.length, 0);
  });

  it("says 3 where the registry is down, and 1 as soon as anything is worse", async () => {
    const down = await cli.run("verify", "127.0.0.1:1/acme/app:1", "--key", "dev.pem", "--format", "json");
    assert.deepEqual([down.code, states(down)], [3, ["unknown"]]);
    const both = await cli.run("verify", "127.0.0.1:1/acme/app:1", image, "--key", "dev.pem", "--format", "json");
    assert.deepEqual([both.code, states(both)], [1, ["unknown", "unsigned"]]);
  });

  it("ends without a trace", async () => {
    const own = await createCommandLine();
    try {
      assert.equal((await own.run("trial", "up")).code, 0);
      const down = await own.run("trial", "down", "--format", "json");
      assert.deepEqual([down.code, jsonOf<object>(down)], [0, { stopped: true }]);
      const state = own.environment["COUNTERSIGN_STATE_DIR"] ?? "";
      assert.equal(existsSync(state), false);
      assert.deepEqual(jsonOf<object>(await own.run("trial", "down", "--format", "json")), { stopped: false });
      const sign = await own.run("sign", "a/b", "--service", "trial", "--key", "dev");
      assert.equal(sign.code, 3);
      assert.match(sign.error, /countersign trial up/);
    } finally {
      own.dispose();
    }
  });
});
