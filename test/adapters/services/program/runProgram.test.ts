import assert from "node:assert/strict";
import { join } from "node:path";
import { runProgram, type ProgramRun } from "../../../../src/adapters/services/program/runProgram.ts";
import { createProgramScene, type ProgramScene } from "../../../helpers/programScene.ts";

const { signal } = new AbortController();

describe("runProgram", () => {
  let scene: ProgramScene;
  beforeEach(() => {
    scene = createProgramScene();
  });
  afterEach(() => scene.stop());

  const run = (script: string, changes: Partial<ProgramRun> = {}): ProgramRun => {
    scene.write("program", script);
    return {
      file: join(scene.folder, "program"),
      args: [],
      input: Buffer.from("input"),
      environment: { PATH: process.env["PATH"], HOME: scene.folder },
      passed: [],
      timeoutMs: 60_000,
      action: "try the program",
      ambiguity: "Look there.",
      ...changes,
    };
  };

  it("gives what was printed, and the exit code", async () => {
    const script =
      "process.stdin.pipe(process.stdout); console.error(process.argv.slice(2).join()); process.exitCode = 3;";
    const outcome = await runProgram(run(script, { args: ["a b", "$(c)"] }), { signal });
    const { exitCode, output, error } = outcome;
    assert.deepEqual([exitCode, output.toString(), error.toString()], [3, "input", "a b,$(c)\n"]);
  });

  it("starts it in the home folder, with the usual variables and those that are named, and no others", async () => {
    const environment = {
      PATH: process.env["PATH"],
      HOME: scene.folder,
      https_proxy: "http://proxy",
      AWS_PROFILE: "release",
      VAULT_TOKEN: "secret",
      LD_PRELOAD_X: "x",
    };
    const script = "console.log(JSON.stringify([process.cwd(), Object.keys(process.env).sort()]))";
    const { output } = await runProgram(run(script, { environment, passed: ["AWS_PROFILE"] }), { signal });
    const [folder, names] = JSON.parse(output.toString()) as [string, string[]];
    assert.equal(folder, scene.folder);
    assert.deepEqual(
      names.filter((name) => !name.startsWith("__")),
      ["AWS_PROFILE", "HOME", "PATH", "https_proxy"],
    );
  });

  it("does not mind that the input is not read", async () => {
    const input = Buffer.alloc(4 * 1024 * 1024);
    assert.equal((await runProgram(run("process.exit(0)", { input }), { signal })).exitCode, 0);
  });

  it("kills what does not answer in time, with all that it started", async () => {
    const script = `require("node:child_process").spawn("sleep", ["1000"], { stdio: "inherit" }); setInterval(() => 0, 1000)`;
    // The child holds the output open: this ends only when the child is killed too.
    await assert.rejects(runProgram(run(script, { timeoutMs: 400 }), { signal }), {
      code: "service-unavailable",
      message: /within 0.4 s. Look there\.$/u,
    });
  });

  it("kills what prints without end", async () => {
    const script = "const go = () => process.stdout.write('x'.repeat(65536), go); go();";
    await assert.rejects(runProgram(run(script), { signal }), { code: "service-protocol", message: /Look there/u });
  });

  it("kills what is cancelled, and starts nothing after that", async () => {
    const interruption = new AbortController();
    const running = runProgram(run("setInterval(() => 0, 1000)"), { signal: interruption.signal });
    interruption.abort();
    await assert.rejects(running, { code: "cancelled" });
    const script = `require("node:fs").writeFileSync("started", "")`;
    await assert.rejects(runProgram(run(script), { signal: interruption.signal }), { code: "cancelled" });
  });

  it("says that it could not be started, or was ended from outside", async () => {
    const missing = run("", { file: join(scene.folder, "missing") });
    await assert.rejects(runProgram(missing, { signal }), { message: /could not be started. Nothing was sent/u });
    await assert.rejects(runProgram(run("process.kill(process.pid, 'SIGKILL')"), { signal }), {
      message: /ended from outside. Look there/u,
    });
  });
});
