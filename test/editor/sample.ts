// The sample workspace with a trial of its own: five verdicts, a policy, pipelines with mistakes.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { root } from "../../scripts/root.mjs";
import { openService } from "../../src/adapters/services/services.ts";
import { createSample } from "../../src/trial/sample.ts";

const run = promisify(execFile);

export interface RunningSample {
  /** The workspace. */
  readonly folder: string;
  /** Environment in which the editor finds the same trial. */
  readonly env: Readonly<Record<string, string>>;
  readonly registry: string;
  /** Runs the command line in the same environment, and gives what it prints. */
  countersign(...args: readonly string[]): Promise<string>;
  stop(): Promise<void>;
}

export async function startSample(): Promise<RunningSample> {
  const place = mkdtempSync(join(tmpdir(), "countersign-sample-"));
  const env = { COUNTERSIGN_STATE_DIR: join(place, "state"), DOCKER_CONFIG: join(place, "docker") };
  const countersign = async (...args: readonly string[]): Promise<string> => {
    const command = [join(root, "dist", "cli.cjs"), ...args];
    const { stdout } = await run(process.execPath, command, { env: { ...process.env, ...env } });
    return stdout;
  };
  const trial = JSON.parse(await countersign("trial", "up", "--format", "json"));
  const stop = async (): Promise<void> => {
    await countersign("trial", "down");
    rmSync(place, { recursive: true, force: true });
  };
  try {
    const folder = join(place, "shop");
    const state = { environment: { ...process.env, ...env }, platform: process.platform };
    const service = await openService("trial", { configuration: { services: [] }, place: state });
    await createSample({ folder, trial, service, signal: AbortSignal.timeout(60_000) });
    return { folder, env, registry: trial.registry, countersign, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
