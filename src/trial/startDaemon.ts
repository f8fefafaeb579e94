import { spawn } from "node:child_process";
import type { StatePlace } from "../adapters/services/trialState.ts";
import { AppError } from "../application/errors.ts";
import { isJsonObject } from "../core/json.ts";

/** Hidden command of the command line that runs `runTrialDaemon`. */
const daemonCommand = "__trial-daemon";

const startLimit = 15_000;

/** Message of the background process to the one that started it. */
export type DaemonMessage = { readonly kind: "ready" } | { readonly kind: "failed"; readonly message: string };

/**
 * Starts the background process and waits until it is ready. It does not end with this process.
 * Throws AppError `service-unavailable` where it does not come up.
 */
export async function startDaemon(options: {
  readonly signal: AbortSignal;
  readonly place: StatePlace;
  readonly command?: readonly string[];
}): Promise<void> {
  const [executable = process.execPath, ...rest] = options.command ?? [
    process.execPath,
    ...process.execArgv,
    process.argv[1] ?? "",
  ];
  const child = spawn(executable, [...rest, daemonCommand], {
    detached: true,
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    windowsHide: true,
    env: options.place.environment,
    // Not the workspace's folder, which a background process would keep in use.
    cwd: process.platform === "win32" ? undefined : "/",
  });
  const limit = AbortSignal.any([options.signal, AbortSignal.timeout(startLimit)]);
  try {
    await new Promise<void>((resolve, reject) => {
      const fail = (why: string): void =>
        reject(new AppError("service-unavailable", `Could not start the trial in the background: ${why}`));
      child.once("error", (error) => fail(error.message));
      child.once("exit", (code) => fail(`the process ended with ${code ?? "a signal"}.`));
      child.once("message", (message) => {
        if (isJsonObject(message) && message["kind"] === "ready") resolve();
        else fail(isJsonObject(message) ? String(message["message"]) : "it was not understood.");
      });
      limit.addEventListener("abort", () => {
        fail(options.signal.aborted ? "it was cancelled." : `it was not ready within ${startLimit / 1000} s.`);
      });
    });
  } catch (error) {
    child.kill();
    throw error;
  } finally {
    if (child.connected) child.disconnect();
    child.unref();
  }
}

/** Tells the parent, once, and lets go of it: the trial outlives the command that started it. */
export function tellParent(message: DaemonMessage): void {
  if (process.send === undefined || !process.connected) return;
  process.send(message, () => process.disconnect());
}
