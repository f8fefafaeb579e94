import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Descriptor } from "../../src/core/verdict/evidence.ts";
import { createCommandLine, type CommandLine } from "../helpers/commandLine.ts";
import { acme, keyBundle, pem, stranger } from "../helpers/keyBundle.ts";
import { attach, pushImage, startScene, type Scene } from "../helpers/registryScene.ts";

interface Report {
  readonly evidence?: { readonly file: string; readonly collectedAt: string };
  readonly images: readonly {
    readonly state: string;
    readonly digest?: string;
    readonly reason: { readonly code: string };
    readonly steps?: readonly { readonly step: string }[];
  }[];
}

describe("countersign verify, with evidence", () => {
  let scene: Scene;
  let image: Descriptor;
  let cli: CommandLine;
  let name: string;

  before(async () => {
    scene = await startScene();
    cli = await createCommandLine();
    image = await pushImage(scene.registry, scene.repository, "1");
    const artifactType = "application/vnd.dev.sigstore.bundle.v0.3+json";
    for (const pair of [acme, stranger]) {
      const text = keyBundle(pair, { digest: image.digest }).toString("utf8");
      await attach(scene.registry, scene.repository, image, { artifactType, text });
    }
    name = `${scene.host}/acme/app:1`;
    cli.write("acme.pub", pem(acme));
    cli.write("stranger.pub", pem(stranger));
    const exported = await cli.run("verify", name, "--key", "acme.pub", "--export-evidence", "evidence.json");
    assert.equal(exported.code, 0, exported.error);
    await scene.stop();
  });
  after(() => cli.dispose());
  beforeEach(() => void scene.requests.splice(0));

  const report = async (...args: readonly string[]): Promise<Report & { code: number | null }> => {
    const { code, output } = await cli.run("verify", ...args, "--format", "json");
    const read: Report = JSON.parse(output);
    return { ...read, code };
  };

  it("judges again without asking anybody, and says how old the evidence is", async () => {
    const { code, images, evidence } = await report(name, "--key", "acme.pub", "--evidence", "evidence.json");
    assert.deepEqual([code, images[0]?.state, images[0]?.digest], [0, "verified", image.digest]);
    assert.equal(evidence?.file, "evidence.json");
    assert.ok(Math.abs(Date.parse(evidence.collectedAt) - Date.now()) < 600_000);
    const { output } = await cli.run("verify", name, "--key", "acme.pub", "--offline", "--evidence", "evidence.json");
    assert.match(output, /Judged by the evidence in evidence\.json, collected .+ \(\d{4}-\d\d-\d\d \d\d:\d\d UTC\)/);
    assert.equal(scene.requests.length, 0);
  });

  it("takes all images of the file where none is named", async () => {
    const { images } = await report("--key", "acme.pub", "--evidence", "evidence.json");
    assert.deepEqual(
      images.map(({ state }) => state),
      ["verified"],
    );
  });

  it("judges by another policy than the one it was collected for", async () => {
    const { images } = await report("--key", "stranger.pub", "--evidence", "evidence.json");
    assert.equal(images[0]?.state, "verified");
  });

  it("knows nothing of what the file does not hold", async () => {
    const { code, images } = await report(
      `${scene.host}/acme/app:2`,
      "--key",
      "acme.pub",
      "--evidence",
      "evidence.json",
    );
    assert.deepEqual([code, images[0]?.state, images[0]?.reason.code], [3, "unknown", "offline"]);
  });

  it("does not verify by a file that was changed", async () => {
    const text = readFileSync(join(cli.folder, "evidence.json"), "utf8");
    const file: { blobs: Record<string, string> } = JSON.parse(text);
    for (const [digest, content] of Object.entries(file.blobs)) {
      const bytes = Buffer.from(content, "base64");
      bytes[5] = (bytes[5] ?? 0) ^ 1;
      cli.write(
        "changed.json",
        JSON.stringify({ ...file, blobs: { ...file.blobs, [digest]: bytes.toString("base64") } }),
      );
      const keys = ["--key", "acme.pub", "--key", "stranger.pub"];
      const { code, images } = await report(...keys, "--evidence", "changed.json");
      // The other signature may still be whole; a changed one is never the reason.
      assert.ok(images[0]?.state === "verified" || code === 3, `${digest}: ${images[0]?.state}`);
    }
    const none = Object.fromEntries(Object.keys(file.blobs).map((digest) => [digest, ""]));
    cli.write("changed.json", JSON.stringify({ ...file, blobs: none }));
    const { code, images } = await report("--key", "acme.pub", "--evidence", "changed.json");
    assert.deepEqual([code, images[0]?.state], [3, "unknown"]);
  });

  it("tells the steps", async () => {
    const { images } = await report("--key", "acme.pub", "--evidence", "evidence.json", "--explain");
    assert.deepEqual(
      [...new Set(images[0]?.steps?.map(({ step }) => step))],
      ["resolve", "look-up", "signature", "policy", "verdict"],
    );
    const { output } = await cli.run("verify", "--key", "acme.pub", "--evidence", "evidence.json", "--explain");
    assert.match(output, /\n {5}\S verdict: A valid signature is accepted by/);
  });

  it("refuses options that rule each other out, and files that are none", async () => {
    const both = await cli.run("verify", name, "--evidence", "evidence.json", "--export-evidence", "other.json");
    assert.equal(both.code, 2);
    assert.match(both.error, /--export-evidence asks registries/);
    cli.write("none.json", "{}");
    const none = await cli.run("verify", name, "--evidence", "none.json");
    assert.equal(none.code, 2);
    assert.match(none.error, /Could not use none\.json as evidence/);
  });

  it("inspects a workspace by evidence", async () => {
    cli.write("app/Dockerfile", `FROM ${name}\n`);
    const { output } = await cli.run(
      "inspect",
      "app",
      "--key",
      "acme.pub",
      "--evidence",
      "evidence.json",
      "--format",
      "json",
    );
    const read: Report = JSON.parse(output);
    assert.deepEqual([read.images[0]?.state, read.evidence?.file], ["verified", "evidence.json"]);
  });
});
