import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createTrialService, decideTrialRequest } from "../../src/adapters/services/trial.ts";
import { lookForAnswer } from "../../src/cli/lostAnswer.ts";
import { openPendingStore } from "../../src/cli/pendingStore.ts";
import type { Descriptor } from "../../src/core/verdict/evidence.ts";
import { startTrialService, type TrialService } from "../../src/trial/service/startTrialService.ts";
import { prepareStateFolder, writeTrialState } from "../../src/trial/stateFiles.ts";
import { createCommandLine, jsonOf, type CommandLine } from "../helpers/commandLine.ts";
import { pushImage, startScene, type Scene } from "../helpers/registryScene.ts";

const { signal } = new AbortController();

const run = (program: string, ...args: readonly string[]): void =>
  void execFileSync(program, [...args], { stdio: "ignore" });

interface Failed {
  readonly status: string;
  readonly state?: string;
  readonly ticket?: { readonly id: string; readonly service: string };
  readonly reason?: { readonly code: string; readonly message: string };
  readonly problems?: readonly { readonly code: string; readonly message: string }[];
}

describe("countersign sign, where the process or the disk fails", function () {
  this.timeout(60_000);
  let cli: CommandLine;
  let scene: Scene;
  let trial: TrialService;
  let image: Descriptor;
  let pending: string;

  beforeEach(async () => {
    cli = await createCommandLine();
    scene = await startScene();
    trial = await startTrialService({ retryAfterMs: 1 });
    image = await pushImage(scene.registry, scene.repository, "1");
    const place = { environment: cli.environment, platform: process.platform };
    const state = cli.environment["COUNTERSIGN_STATE_DIR"] ?? "";
    pending = join(state, "pending");
    mkdirSync(state, { mode: 0o700 });
    await prepareStateFolder(place);
    const { url, secrets } = trial;
    const started = { pid: process.pid, startedAt: new Date().toISOString(), registry: scene.host };
    await writeTrialState(place, { ...started, url, secrets });
  });
  afterEach(async () => {
    await Promise.all([scene.stop(), trial.stop()]);
    cli.dispose();
  });

  const artifact = (): string => `${scene.host}/${scene.repository.repository}@${image.digest}`;
  const how = ["--service", "trial", "--key", "dev", "--format", "json"];
  const signatures = (): number => trial.audit().filter(({ event }) => event === "signed").length;
  const submitted = (): number => trial.audit().filter(({ event }) => event !== "started").length;
  const attached = async (): Promise<number> =>
    (await scene.client().referrers(scene.repository, image.digest, { signal })).descriptors.length;
  const records = (): readonly string[] => {
    try {
      return readdirSync(pending).filter((name) => name.endsWith(".json"));
    } catch {
      return [];
    }
  };
  interface Kept {
    readonly ticket: { readonly id: string };
    readonly signature?: string;
    readonly unanswered?: unknown;
  }
  const read = (name: string): Kept => JSON.parse(readFileSync(join(pending, name), "utf8")) as Kept;
  const ticketOf = (name: string): string => read(name).ticket.id;
  /** All that can be read now; another process writes. */
  const kept = (): readonly Kept[] =>
    records().flatMap((name) => {
      try {
        return [read(name)];
      } catch {
        return [];
      }
    });
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await new Promise((resolve) => setImmediate(resolve));
  };
  /** Kills it as soon as the signature was kept; the registry keeps what comes next waiting. */
  const killWhenSigned = async (...args: readonly string[]): Promise<string> => {
    scene.faults.push({ path: /uploads/u, method: "POST", fault: { kind: "stall" } });
    const { child, ended } = cli.start("sign", artifact(), ...args);
    await until(() => kept().some(({ signature }) => signature !== undefined));
    child.kill("SIGKILL");
    const { code, output } = await ended;
    assert.deepEqual([code, output], [null, ""]);
    scene.faults.length = 0;
    assert.deepEqual([signatures(), await attached()], [1, 0]);
    return ticketOf(records()[0] ?? "");
  };

  it("resumes by its ticket what was signed before it was killed", async () => {
    const ticket = await killWhenSigned(...how);
    const resumed = await cli.run("sign", "--service", "trial", "--resume", ticket, "--format", "json");
    assert.deepEqual([resumed.code, jsonOf<Failed>(resumed).state], [0, "verified"], resumed.error);
    assert.deepEqual([signatures(), await attached(), records()], [1, 1, []]);
  });

  for (const format of ["sigstore-bundle", "notation-jws"])
    it(`asks for no other signature as ${format} when the same is signed again`, async () => {
      const args = [...how, "--signature-format", format];
      const ticket = await killWhenSigned(...args);
      const again = await cli.run("sign", artifact(), ...args);
      assert.deepEqual([again.code, jsonOf<Failed>(again).state], [0, "verified"], again.error);
      assert.match(again.error, new RegExp(`Going on with ticket ${ticket}`, "u"));
      assert.deepEqual([signatures(), await attached(), records()], [1, 1, []]);
      // Now that it is done, another one is another one.
      await cli.run("sign", artifact(), ...args);
      assert.equal(signatures(), 2);
    });

  it("asks for another signature where another is wanted", async () => {
    await killWhenSigned(...how);
    const other = await cli.run("sign", artifact(), ...how, "--signature-format", "cosign");
    assert.equal(other.code, 0, other.error);
    assert.deepEqual([signatures(), records().length], [2, 1]);
  });

  it("resumes what waited for an approval when it was killed", async () => {
    const args = ["--service", "trial", "--key", "release", "--justification", "release 1", "--wait", "1h"];
    const { child, ended } = cli.start("sign", artifact(), ...args);
    await until(() => kept().length === 1 && kept().every(({ unanswered }) => unanswered === undefined));
    child.kill("SIGKILL");
    await ended;
    const ticket = ticketOf(records()[0] ?? "");
    const decision = { id: ticket, approve: true, comment: "" };
    await decideTrialRequest({ url: trial.url, secret: trial.secrets.lead }, decision, { signal });
    const resumed = await cli.run("sign", "--service", "trial", "--resume", ticket, "--format", "json");
    assert.deepEqual([resumed.code, jsonOf<Failed>(resumed).state], [0, "verified"], resumed.error);
    assert.deepEqual([signatures(), await attached(), records()], [1, 1, []]);
  });

  it("says the ticket in JSON where it could not be attached", async () => {
    scene.faults.push({ path: /uploads/u, method: "POST", fault: { kind: "status", status: 403 } });
    const failed = await cli.run("sign", artifact(), ...how);
    const { status, ticket, reason, problems } = jsonOf<Failed>(failed);
    assert.deepEqual([failed.code, status, reason?.code], [1, "failed", "attach-failed"]);
    assert.deepEqual(ticket, { id: ticketOf(records()[0] ?? ""), service: "trial" });
    assert.deepEqual(problems, [reason]);
    assert.match(reason?.message ?? "", new RegExp(`--resume ${ticket?.id}`, "u"));
    scene.faults.length = 0;
    const resumed = await cli.run("sign", "--service", "trial", "--resume", ticket?.id ?? "", "--format", "json");
    assert.equal(resumed.code, 0, resumed.error);
    assert.deepEqual([signatures(), await attached()], [1, 1]);
  });

  /** Signs where the answer is lost after the signature; gives the ticket that it says to go on by. */
  const loseAnswer = async (...args: readonly string[]): Promise<string> => {
    trial.setFault({ kind: "error-after-signing" }, 1);
    const lost = await cli.run("sign", ...args, ...how);
    const { status, ticket, reason } = jsonOf<Failed>(lost);
    assert.deepEqual([status, reason?.code], ["failed", "service-unavailable"], lost.error);
    assert.match(reason?.message ?? "", new RegExp(`--resume ${ticket?.id}`, "u"));
    assert.deepEqual([signatures(), records().length], [1, 1]);
    return ticket?.id ?? "";
  };

  it("looks for an answer that was lost, and attaches the signature that it finds", async () => {
    const ticket = await loseAnswer(artifact());
    const resumed = await cli.run("sign", "--service", "trial", "--resume", ticket, "--format", "json");
    assert.deepEqual([resumed.code, jsonOf<Failed>(resumed).state], [0, "verified"], resumed.error);
    assert.deepEqual([signatures(), await attached(), records()], [1, 1, []]);
  });

  it("looks for it too when the same is signed again", async () => {
    await loseAnswer(artifact());
    const again = await cli.run("sign", artifact(), ...how);
    assert.deepEqual([again.code, jsonOf<Failed>(again).state], [0, "verified"], again.error);
    assert.match(again.error, /It was signed, and trial gives the signature out/u);
    assert.deepEqual([signatures(), await attached(), records()], [1, 1, []]);
  });

  it("looks for that of a file", async () => {
    cli.write("release.txt", "release");
    const ticket = await loseAnswer("release.txt");
    const resumed = await cli.run("sign", "--service", "trial", "--resume", ticket, "--format", "json");
    assert.equal(resumed.code, 0, resumed.error);
    assert.deepEqual([signatures(), records()], [1, []]);
    assert.match(readFileSync(join(cli.folder, "release.txt.sigstore.json"), "utf8"), /messageSignature/u);
  });

  it("looks for that of a request in the middle of which it was killed", async () => {
    trial.setFault({ kind: "stall" }, 1);
    const { child, ended } = cli.start("sign", artifact(), ...how);
    await until(() => signatures() === 1);
    child.kill("SIGKILL");
    await ended;
    assert.equal(read(records()[0] ?? "").signature, undefined);
    const again = await cli.run("sign", artifact(), ...how);
    assert.deepEqual([again.code, jsonOf<Failed>(again).state], [0, "verified"], again.error);
    assert.deepEqual([signatures(), await attached(), records()], [1, 1, []]);
  });

  it("asks again only where it is told to", async () => {
    await loseAnswer(artifact());
    const again = await cli.run("sign", artifact(), ...how, "--again");
    assert.equal(again.code, 0, again.error);
    assert.deepEqual([signatures(), records()], [2, []]);
  });

  it("does not ask again where nobody can tell", async () => {
    const ticket = await loseAnswer(artifact());
    const store = openPendingStore({ environment: cli.environment, platform: process.platform });
    const connection = { name: "trial", url: trial.url, secret: trial.secrets.dev };
    const find = () => Promise.resolve({ kind: "none", isCertain: false } as const);
    const service = { ...createTrialService(connection), find };
    const workspace = { trust: { policy: { rules: [], problems: [] }, material: { trustedRoots: [] } } };
    const looking = async (): Promise<unknown> =>
      lookForAnswer({ store, service, workspace, host: { signal } }, await store.load(ticket), Buffer.alloc(0));
    await assert.rejects(looking(), /which proves nothing.* say --again/su);
    assert.deepEqual([signatures(), records().length], [1, 1]);
  });

  it("keeps no record of a request that was refused", async () => {
    trial.setFault({ kind: "refuse" }, 1);
    const refused = await cli.run("sign", artifact(), ...how);
    assert.notEqual(refused.code, 0);
    assert.deepEqual([signatures(), records()], [1, []]);
  });

  it("asks for nothing where no record could be kept", async () => {
    writeFileSync(pending, "a file where the folder should be");
    for (const key of ["dev", "release"]) {
      const args = ["--service", "trial", "--key", key, "--justification", "release 1", "--format", "json"];
      const refused = await cli.run("sign", artifact(), ...args);
      assert.deepEqual([refused.code, jsonOf<Failed>(refused).problems?.[0]?.code], [1, "file-unwritable"]);
      assert.match(refused.error, /EEXIST|ENOTDIR/u);
    }
    cli.write("release.txt", "release");
    const file = await cli.run("sign", "release.txt", ...how);
    assert.equal(jsonOf<Failed>(file).problems?.[0]?.code, "file-unwritable");
    assert.equal(submitted(), 0);
  });

  it("asks for nothing where the disk is full", async function () {
    mkdirSync(pending, { mode: 0o700 });
    try {
      run("mount", "-t", "tmpfs", "-o", "size=4k,mode=0700", "tmpfs", pending);
    } catch {
      // Only root may, and not everywhere.
      this.skip();
    }
    try {
      const refused = await cli.run("sign", artifact(), ...how);
      assert.equal(jsonOf<Failed>(refused).problems?.[0]?.code, "file-unwritable");
      assert.match(refused.error, /ENOSPC/u);
      assert.equal(submitted(), 0);
      assert.deepEqual(readdirSync(pending), []);
    } finally {
      run("umount", pending);
      rmSync(pending, { recursive: true });
    }
    const signed = await cli.run("sign", artifact(), ...how);
    assert.equal(signed.code, 0, signed.error);
  });
});
