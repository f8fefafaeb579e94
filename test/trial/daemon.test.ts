import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openService } from "../../src/adapters/services/services.ts";
import { trialApprove, trialDown, trialStatus, trialUp } from "../../src/trial/daemon.ts";

const command = [process.execPath, fileURLToPath(new URL("../helpers/trialDaemon.ts", import.meta.url))];
const { signal } = new AbortController();

describe("the trial in the background", () => {
  let parent: string;
  let folder: string;
  let options: { signal: AbortSignal; command: string[]; place: { environment: NodeJS.ProcessEnv; platform: string } };
  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), "countersign-trial-"));
    folder = join(parent, "state");
    const environment = { ...process.env, COUNTERSIGN_STATE_DIR: folder };
    options = { signal, command, place: { environment, platform: process.platform } };
  });
  afterEach(async () => {
    await trialDown(options).catch(() => undefined);
    await rm(parent, { recursive: true });
  });

  it("starts, is found, and leaves no trace", async () => {
    const description = await trialUp(options);
    assert.deepEqual(Object.keys(description), [
      "registry",
      "service",
      "url",
      "keys",
      "venafi",
      "timeStamps",
      "vault",
      "interfaces",
      "approvals",
    ]);
    assert.deepEqual(
      description.keys.map(({ name, needs }) => [name, needs]),
      [
        ["dev", []],
        ["release", ["justification", "approval"]],
      ],
    );
    assert.equal((await fetch(`http://${description.registry}/v2/`)).status, 200);
    assert.equal((await stat(folder)).mode & 0o777, 0o700);
    for (const file of await readdir(folder)) assert.equal((await stat(join(folder, file))).mode & 0o777, 0o600);

    assert.deepEqual(await trialUp(options), description);
    const status = await trialStatus(options);
    assert.ok(status.status === "running" && status.audit.intact && status.audit.entries === 1);

    assert.deepEqual(await trialDown(options), { stopped: true });
    assert.deepEqual(await readdir(parent), []);
    assert.throws(() => process.kill(status.status === "running" ? status.pid : 0, 0));
    assert.deepEqual(await trialStatus(options), { status: "stopped" });
    assert.deepEqual(await trialDown(options), { stopped: false });
  });

  it("is started once by two at the same time", async () => {
    const [one, other] = await Promise.all([trialUp(options), trialUp(options)]);
    assert.deepEqual(one, other);
    const status = await trialStatus(options);
    assert.ok(status.status === "running" && status.audit.intact);
  });

  it("starts anew where only the state of one is left", async () => {
    await mkdir(folder, { mode: 0o700 });
    const stale = {
      registry: "127.0.0.1:1",
      url: "http://127.0.0.1:1",
      secrets: { dev: "d", lead: "l", security: "s" },
    };
    await writeFile(join(folder, "trial.json"), JSON.stringify({ pid: process.pid, startedAt: "then", ...stale }));
    assert.deepEqual(await trialStatus(options), { status: "stopped" });
    assert.notEqual((await trialUp(options)).url, stale.url);
  });

  it("lets the lead approve by the ID", async () => {
    await trialUp(options);
    const service = await openService("trial", { configuration: { services: [] }, place: options.place });
    const outcome = await service.submit(
      {
        key: "release",
        scheme: "ecdsa",
        hash: "sha256",
        digest: Buffer.alloc(32, 7),
        purpose: { artifact: { kind: "image", name: "shop/cart", digest: `sha256:${"ab".repeat(32)}` }, tool: "test" },
        justification: "release",
        idempotencyKey: "1",
      },
      { signal },
    );
    assert.ok(outcome.status === "pending");
    const before = await trialStatus(options);
    assert.ok(before.status === "running" && before.pending[0]?.id === outcome.ticket.id);
    await trialApprove(outcome.ticket.id, { ...options, comment: "fine" });
    assert.equal((await service.resume(outcome.ticket, { signal })).status, "signed");
    const log = await readFile(join(folder, "trial-audit.jsonl"), "utf8");
    assert.match(log, /"actor":"lead","event":"approved".*"note":"fine"/);
    await assert.rejects(trialApprove("none", options), { code: "service-denied" });
  });

  it("notices an audit log that was cut off, changed or removed", async () => {
    await trialUp(options);
    const service = await openService("trial", { configuration: { services: [] }, place: options.place });
    const file = join(folder, "trial-audit.jsonl");
    const request = {
      key: "none",
      scheme: "ecdsa",
      hash: "sha256",
      digest: Buffer.alloc(32),
      idempotencyKey: "1",
    } as const;
    const artifact = { kind: "image", name: "shop/cart", digest: `sha256:${"ab".repeat(32)}` } as const;
    await service.submit({ ...request, purpose: { artifact, tool: "test" } }, { signal });
    const isIntact = async (): Promise<boolean> => {
      const status = await trialStatus(options);
      return status.status === "running" && status.audit.intact;
    };
    const text = await readFile(file, "utf8");
    assert.equal(await isIntact(), true);
    for (const changed of [text.slice(0, text.indexOf("\n") + 1), text.replace("refused", "signed"), ""]) {
      await writeFile(file, changed);
      assert.equal(await isIntact(), false);
    }
    await rm(file);
    assert.equal(await isIntact(), false);
  });

  it("removes a state that nobody understands when it is told to end", async () => {
    await mkdir(folder, { mode: 0o700 });
    await writeFile(join(folder, "trial.json"), "{");
    await assert.rejects(trialUp(options), { code: "configuration" });
    await trialDown(options);
    assert.deepEqual(await readdir(parent), []);
  });

  it("keeps no secrets in a folder that others may write to", async function () {
    if (process.platform === "win32") this.skip();
    await mkdir(folder);
    await chmod(folder, 0o777);
    await assert.rejects(trialUp(options), { code: "configuration" });
    assert.deepEqual(await readdir(folder), []);
  });

  it("says why it did not come up", async () => {
    const broken = [process.execPath, "-e", "process.exit(3)", "--"];
    await assert.rejects(trialUp({ ...options, command: broken }), /in the background: the process ended with 3/);
  });
});
