import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { noCredentials } from "../../src/adapters/registry/credentials.ts";
import { createRegistry } from "../../src/adapters/registry/registry.ts";
import type { Descriptor } from "../../src/core/verdict/evidence.ts";
import { createCommandLine, jsonOf, type CommandLine, type Run } from "../helpers/commandLine.ts";
import { pushImage } from "../helpers/registryScene.ts";

interface Signed {
  readonly status: string;
  readonly file?: string;
  readonly digest?: string;
  readonly bundle?: string;
  readonly state?: string;
  readonly platform?: string;
  readonly platforms?: readonly string[];
  readonly size?: number;
  readonly ticket?: { readonly id: string };
  readonly signatures?: readonly Signed[];
  readonly key?: {
    readonly name: string;
    readonly certificate?: { readonly subject: string; readonly issuer: string };
  };
  readonly acceptance?: readonly { readonly rule: string; readonly accepts: boolean }[];
  readonly commands?: { readonly sign: string; readonly verify: string };
  readonly timeStampAuthority?: string;
  readonly predicateType?: string;
  readonly problems?: readonly { readonly code: string; readonly message: string }[];
}

describe("countersign sign and attest", function () {
  this.timeout(60_000);
  let cli: CommandLine;
  let host: string;
  let image: Descriptor;
  let key: string;
  const registry = createRegistry({
    credentials: noCredentials,
    userAgent: "countersign-test",
    log: { info: () => undefined, warn: () => undefined },
  });
  const { signal } = new AbortController();

  before(async () => {
    cli = await createCommandLine();
    const up = jsonOf<{ registry: string; keys: { publicKey: string }[] }>(
      await cli.run("trial", "up", "--format", "json"),
    );
    host = up.registry;
    key = up.keys[0]?.publicKey ?? "";
    cli.write("dev.pem", key);
    image = await pushImage(registry, { registry: host, repository: "acme/app" }, "1");
    cli.write("p.json", '{"buildDefinition":{}}');
  });
  after(async () => {
    await cli.run("trial", "down");
    cli.dispose();
  });

  const sign = (...args: readonly string[]): Promise<Run> =>
    cli.run("sign", "--service", "trial", "--key", "dev", ...args);
  const path = (name: string): string => join(cli.folder, name);

  it("says all of a plan before anything is sent", async () => {
    cli.write(
      "policy.yaml",
      JSON.stringify({
        apiVersion: "policy.sigstore.dev/v1beta1",
        kind: "ClusterImagePolicy",
        metadata: { name: "shop" },
        spec: {
          images: [{ glob: `${host}/acme/*` }],
          authorities: [{ signatureFormat: "bundle", key: { data: key } }],
        },
      }),
    );
    const stamped = ["--timestamp-authority", "trial", "--policy", "policy.yaml"];
    const planned = jsonOf<Signed>(await sign(`${host}/acme/app:1`, "--dry-run", ...stamped, "--format", "json"));
    assert.deepEqual([planned.status, planned.digest, planned.size], ["planned", image.digest, image.size]);
    assert.match(planned.key?.certificate?.subject ?? "", /TRIAL dev/);
    assert.match(planned.key?.certificate?.issuer ?? "", /TRIAL issuing/);
    assert.deepEqual(
      planned.acceptance?.map(({ rule, accepts }) => [rule, accepts]),
      [["shop", true]],
    );
    assert.match(planned.commands?.sign ?? "", /^cosign sign /);
    assert.match(planned.timeStampAuthority ?? "", /^http:\/\/127\.0\.0\.1:\d+\/timestamp$/);
    const { output } = await sign(`${host}/acme/app:1`, "--dry-run", ...stamped);
    for (const expected of [
      image.digest,
      /named +\S+acme\/app:1/,
      /certificate +.*TRIAL issuing/,
      /accepted by +shop/,
      /by cosign/,
    ])
      assert.match(output, expected instanceof RegExp ? expected : new RegExp(expected));
    assert.match(output, /Nothing was signed\.\n$/);
    rmSync(path("policy.yaml"));
    const verified = await cli.run("verify", `${host}/acme/app:1`, "--key", "dev.pem", "--format", "json");
    assert.equal(jsonOf(verified).images[0]?.state, "unsigned");
  });

  for (const format of ["sigstore-bundle", "cosign", "notation-jws", "notation-cose"])
    it(`signs an image as ${format}, with a time stamp`, async () => {
      await pushImage(registry, { registry: host, repository: `acme/${format}` }, "1", format);
      const more = ["--signature-format", format, "--timestamp-authority", "trial", "--format", "json"];
      const run = await sign(`${host}/acme/${format}:1`, ...more);
      assert.equal(run.code, 0, run.error);
      assert.deepEqual([jsonOf<Signed>(run).status, jsonOf<Signed>(run).state], ["signed", "verified"]);
    });

  it("signs the images of an index where they are asked for, and says each", async () => {
    const place = { registry: host, repository: "acme/multi" };
    const arm = await pushImage(registry, place, "arm", "arm");
    const mediaType = "application/vnd.oci.image.index.v1+json";
    const manifests = [{ ...arm, platform: { os: "linux", architecture: "arm64" } }];
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, manifests }));
    const index = await registry.pushManifest(place, { bytes, mediaType, tag: "1" }, { signal });
    const all = jsonOf<Signed>(await sign(`${host}/acme/multi:1`, "--platforms", "all", "--format", "json"));
    assert.deepEqual(
      all.signatures?.map(({ status, digest, platform, state }) => [status, digest, platform, state]),
      [
        ["signed", index.digest, undefined, "verified"],
        ["signed", arm.digest, "linux/arm64", "verified"],
      ],
    );
    const plan = jsonOf<Signed>(await sign(`${host}/acme/multi:1`, "--dry-run", "--format", "json"));
    assert.deepEqual([plan.digest, plan.platforms], [index.digest, ["linux/arm64"]]);
  });

  it("attests what a file says of an image, and never takes it for a signature", async () => {
    await pushImage(registry, { registry: host, repository: "acme/attested" }, "1", "attested");
    const about = ["--predicate", "p.json", "--type", "slsaprovenance1", "--service", "trial", "--key", "dev"];
    const run = await cli.run("attest", `${host}/acme/attested:1`, ...about, "--format", "json");
    assert.deepEqual([run.code, jsonOf<Signed>(run).state], [0, "verified"], run.error);
    const verified = await cli.run("verify", `${host}/acme/attested:1`, "--key", "dev.pem", "--format", "json");
    assert.equal(jsonOf(verified).images[0]?.state, "unsigned");
    const wrong = await cli.run("attest", `${host}/acme/attested:1`, ...about.with(1, "dev.pem"));
    assert.deepEqual([wrong.code, /dev\.pem cannot be attested/.test(wrong.error)], [2, true]);
  });

  it("writes a pipeline step for a service of the configuration, and none for the trial", async () => {
    const step = ["pipeline-step", "gitlab", "--image", "registry.acme.io/app:1", "--key", "release", "--service"];
    const url = "https://vault.invalid";
    cli.write(".countersign.yaml", JSON.stringify({ version: 1, services: [{ name: "acme", type: "vault", url }] }));
    const run = await cli.run(...step, "acme");
    rmSync(path(".countersign.yaml"));
    assert.equal(run.code, 0, run.error);
    assert.match(
      run.output,
      /IMAGE: "registry\.acme\.io\/app"\n[^]*countersign sign "\$IMAGE@\$DIGEST" --service acme --key release/,
    );
    assert.match(run.error, /was not asked what key 'release' needs/);
    const trial = await cli.run(...step, "trial");
    assert.deepEqual([trial.code, /The trial signs on this machine only/.test(trial.error)], [2, true]);
  });

  describe("a file", () => {
    it("gets its bundle beside it, which verifies, and is not replaced unless it is asked for", async () => {
      cli.write("dist.tar", "content");
      const run = await sign("dist.tar", "--format", "json");
      const { status, file, bundle, state } = jsonOf<Signed>(run);
      assert.deepEqual([status, file, bundle, state], ["signed", "dist.tar", "dist.tar.sigstore.json", "verified"]);
      const verify = ["verify-bundle", "--bundle", "dist.tar.sigstore.json", "--key", "dev.pem", "dist.tar"];
      assert.equal((await cli.run(...verify)).code, 0);
      const before = readFileSync(path("dist.tar.sigstore.json"), "utf8");
      const again = await sign("dist.tar");
      assert.deepEqual([again.code, /exists already and was left as it is/.test(again.error)], [1, true], again.error);
      assert.equal(readFileSync(path("dist.tar.sigstore.json"), "utf8"), before);
      assert.equal((await sign("dist.tar", "--output", "other.json")).code, 0);
      assert.ok(existsSync(path("other.json")));
      assert.equal((await sign("dist.tar", "--overwrite")).code, 0);
      assert.notEqual(readFileSync(path("dist.tar.sigstore.json"), "utf8"), before);
      cli.write("dist.tar", "changed");
      assert.equal((await cli.run(...verify)).code, 1);
    });

    it("bears a time stamp, and verifies with it and without knowing its authority", async () => {
      cli.write("stamped.tar", "stamped");
      assert.equal((await sign("stamped.tar", "--timestamp-authority", "trial")).code, 0);
      assert.match(readFileSync(path("stamped.tar.sigstore.json"), "utf8"), /rfc3161Timestamps/);
      const verify = ["verify-bundle", "--bundle", "stamped.tar.sigstore.json", "--key", "dev.pem", "stamped.tar"];
      const run = await cli.run(...verify);
      assert.equal(run.code, 0, run.output);
    });

    it("is attested beside it, and that verifies for the file alone", async () => {
      cli.write("app.bin", "app");
      const about = [
        "--predicate",
        "p.json",
        "--type",
        "https://example.com/scan",
        "--service",
        "trial",
        "--key",
        "dev",
      ];
      assert.equal((await cli.run("attest", "./app.bin", ...about)).code, 0);
      const verify = ["verify-bundle", "--bundle", "app.bin.sigstore.json", "--key", "dev.pem", "--format", "json"];
      const { predicateType } = jsonOf<Signed>(await cli.run(...verify, "app.bin"));
      assert.equal(predicateType, "https://example.com/scan");
      assert.equal((await cli.run(...verify, "p.json")).code, 1);
    });

    it("waits for an approval, and is written once it is approved and has not changed", async () => {
      cli.write("release.tar", "release");
      const release = ["sign", "release.tar", "--service", "trial", "--key", "release", "--justification", "because"];
      const pending = await cli.run(...release, "--format", "json");
      assert.equal(pending.code, 75, pending.error);
      const id = jsonOf<Signed>(pending).ticket?.id ?? "";
      await cli.run("trial", "approve", id);
      cli.write("release.tar", "changed");
      const changed = await cli.run("sign", "--service", "trial", "--resume", id);
      assert.match(changed.error, /release\.tar is not what request .* was made for/);
      cli.write("release.tar", "release");
      cli.write("elsewhere/.keep", "");
      const resumed = await cli.runIn("elsewhere", "sign", "--service", "trial", "--resume", id, "--format", "json");
      assert.deepEqual([resumed.code, jsonOf<Signed>(resumed).bundle], [0, "release.tar.sigstore.json"], resumed.error);
      assert.equal((await cli.run("sign", "--service", "trial", "--resume", id)).code, 2);
    });

    it("asks for nothing where its bundle could not be written", async () => {
      cli.write("a.tar", "a");
      const run = await sign("a.tar", "--output", "nowhere/a.json");
      assert.deepEqual([run.code, /Could not write nowhere\/a\.json \(ENOENT\)/.test(run.error)], [1, true], run.error);
      const refused = await cli.run("sign", "a.tar", "--service", "trial", "--key", "release", "--output", "no/a.json");
      assert.match(refused.error, /Could not write no\/a\.json/);
      assert.match((await cli.run("trial", "status")).output, /Waiting for approval: none/);
    });

    it("is told from an image by being there, or by its path", async () => {
      cli.write("alpine", "a program");
      assert.equal(jsonOf<Signed>(await sign("alpine", "--dry-run", "--format", "json")).file, "alpine");
      mkdirSync(path("folder"));
      const run = await sign("FOLDER", "--dry-run");
      assert.match(run.error, /is no file, and no image reference/);
      const cosign = await sign("alpine", "--signature-format", "cosign");
      assert.match(cosign.error, /A file is signed as sigstore-bundle/);
    });
  });

  describe("a folder", () => {
    it("is one list of all its files, signed once", async () => {
      cli.write("out/b.tar", "b");
      cli.write("out/sub/a.tar", "a");
      const run = await sign("out/", "--format", "json");
      const { file, bundle } = jsonOf<Signed>(run);
      assert.deepEqual([file, bundle], ["out/SHA256SUMS", "out/SHA256SUMS.sigstore.json"], run.error);
      const list = readFileSync(path("out/SHA256SUMS"), "utf8");
      assert.match(list, /^[0-9a-f]{64} {2}b\.tar\n[0-9a-f]{64} {2}sub\/a\.tar\n$/);
      const verify = [
        "verify-bundle",
        "--bundle",
        "out/SHA256SUMS.sigstore.json",
        "--key",
        "dev.pem",
        "out/SHA256SUMS",
      ];
      assert.equal((await cli.run(...verify)).code, 0);
      const folder = (): Promise<Run> => cli.run("verify-bundle", "--key", "dev.pem", "out");
      assert.equal((await folder()).code, 0);
      for (const [change, undo, said] of [
        [() => cli.write("out/new", "x"), () => rmSync(path("out/new")), /new is not in the list/],
        [() => rmSync(path("out/sub/a.tar")), () => cli.write("out/sub/a.tar", "a"), /sub\/a\.tar is missing/],
        [() => cli.write("out/b.tar", "x"), () => cli.write("out/b.tar", "b"), /b\.tar was changed/],
      ] as const) {
        change();
        const { code, output } = await folder();
        undo();
        assert.deepEqual([code, said.test(output)], [1, true], output);
      }
      writeFileSync(path("out/b.tar"), "changed");
      const planned = await sign("out/", "--dry-run", "--overwrite", "--format", "json");
      assert.equal(jsonOf<Signed>(planned).file, "out/SHA256SUMS");
      assert.equal(readFileSync(path("out/SHA256SUMS"), "utf8"), list);
      const again = await sign("out/");
      assert.match(again.error, /SHA256SUMS exists already and was left as it is/);
      assert.equal(readFileSync(path("out/SHA256SUMS"), "utf8"), list);
      assert.equal((await sign("out/", "--overwrite")).code, 0);
    });
  });
});
