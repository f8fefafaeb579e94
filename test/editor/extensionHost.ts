// The process that extensions run in, for journeys in which it dies.
import { readdirSync, readFileSync } from "node:fs";

/** Ends the extension hosts whose environment has this variable with this value, at once and without a word. Linux only. */
export function killExtensionHost(name: string, value: string): number {
  const hosts = readdirSync("/proc").filter((id) => /^\d+$/u.test(id) && isHost(id, `${name}=${value}`));
  for (const id of hosts) process.kill(Number(id), "SIGKILL");
  return hosts.length;
}

function isHost(id: string, assignment: string): boolean {
  try {
    const [command, environment] = ["cmdline", "environ"].map((file) => readFileSync(`/proc/${id}/${file}`, "utf8"));
    return command?.includes("--type=extensionHost") === true && environment?.split("\0").includes(assignment) === true;
  } catch {
    // It has ended, or is somebody else's.
    return false;
  }
}
