// Child processes that never outlive this one. What a script starts runs in a process group of its own,
// which is killed when the script ends, however it ends. A script that such a child runs leaves its own
// children in that same group, so that killing the one group is enough.
import { spawn } from "node:child_process";

const running = new Set();
let watching = false;

const marker = "COUNTERSIGN_IN_GROUP";
const ownGroups = process.env[marker] === undefined && process.platform !== "win32";

/** A command that could not do its work: what was run, and the end of what it printed. */
export class CommandFailed extends Error {}

/**
 * Starts a command. It ends with this process at the latest.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import("node:child_process").SpawnOptions} [options]
 */
export function start(command, args, options = {}) {
  watchSignals();
  const env = { ...(options.env ?? process.env), [marker]: "1" };
  const child = spawn(command, args, { windowsHide: true, ...options, env, detached: ownGroups });
  running.add(child);
  // The leader is gone, but what it started may not be: the group goes with it.
  child.once("exit", () => {
    kill(child, "SIGKILL");
    running.delete(child);
  });
  child.once("error", () => running.delete(child));
  return child;
}

/**
 * Runs a command to its end and gives what it printed. Rejects with CommandFailed where it fails or takes too long.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, seconds: number, inherit?: boolean }} options
 * @returns {Promise<string>}
 */
export function run(command, args, { cwd, env, seconds, inherit = false }) {
  return new Promise((resolve, reject) => {
    const child = start(command, args, {
      cwd,
      env,
      stdio: ["ignore", inherit ? "inherit" : "pipe", inherit ? "inherit" : "pipe"],
    });
    const line = [command, ...args].join(" ");
    let output = "";
    const keep = (chunk) => (output = (output + chunk).slice(-20_000));
    child.stdout?.setEncoding("utf8").on("data", keep);
    child.stderr?.setEncoding("utf8").on("data", keep);
    const timer = setTimeout(() => {
      kill(child, "SIGKILL");
      reject(new CommandFailed(`${line}: still running after ${seconds} s, stopped\n${tail(output)}`));
    }, seconds * 1000);
    child.once("error", (error) => {
      clearTimeout(timer);
      reject(new CommandFailed(`${line}: ${error.message}`, { cause: error }));
    });
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve(output);
      else reject(new CommandFailed(`${line}: ended with ${signal ?? code}\n${tail(output)}`));
    });
  });
}

/**
 * Stops a child and everything in its group: asks first, then insists.
 * @param {import("node:child_process").ChildProcess} child
 */
export async function stop(child, { seconds = 5 } = {}) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  kill(child, "SIGTERM");
  const timer = setTimeout(() => kill(child, "SIGKILL"), seconds * 1000);
  await ended;
  clearTimeout(timer);
}

/** Whether a process with this id exists. */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

function kill(child, signal) {
  if (child.pid === undefined) return;
  try {
    if (ownGroups) process.kill(-child.pid, signal);
    else child.kill(signal);
  } catch {
    // Already gone.
  }
}

function tail(output) {
  return output.trimEnd().split("\n").slice(-25).join("\n");
}

function watchSignals() {
  if (watching) return;
  watching = true;
  process.on("exit", () => {
    for (const child of running) kill(child, "SIGKILL");
  });
  // A script that wants to tidy up first adds its own listener; without one, the exit above is enough.
  for (const [signal, code] of Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 })) {
    process.on(signal, () => {
      if (process.listenerCount(signal) === 1) process.exit(code);
    });
  }
  // npm passes a signal on to a shell that does not pass it on to us, and a parent that is killed passes on
  // nothing: whoever started us is gone when we have another parent.
  if (process.env.npm_lifecycle_event === undefined && process.env[marker] === undefined) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, "SIGTERM");
  }, 1000);
  timer.unref();
}
