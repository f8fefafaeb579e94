// One at a time, across processes: a folder is the lock, because making one either works or does not.
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { isAlive } from "./processes.mjs";

/**
 * Does the work while holding the lock. Waits for another holder; takes over from one that is dead.
 * @template T
 * @param {string} folder the lock itself; it must not exist while nobody holds it
 * @param {() => Promise<T>} work
 * @param {{ seconds: number, log: (line: string) => void }} options
 * @returns {Promise<T>}
 */
export async function withLock(folder, work, { seconds, log }) {
  mkdirSync(dirname(folder), { recursive: true });
  const deadline = Date.now() + seconds * 1000;
  let told = false;
  while (!take(folder)) {
    if (isAbandoned(folder)) {
      rmSync(folder, { recursive: true, force: true });
      continue;
    }
    if (Date.now() > deadline) throw new Error(`${folder} is still held after ${seconds} s; remove it if nothing runs`);
    if (!told) log("Another run is at it; waiting for it to finish.");
    told = true;
    await wait(500);
  }
  const release = () => rmSync(folder, { recursive: true, force: true });
  process.once("exit", release);
  try {
    return await work();
  } finally {
    process.removeListener("exit", release);
    release();
  }
}

function take(folder) {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
  writeFileSync(join(folder, "pid"), String(process.pid));
  return true;
}

function isAbandoned(folder) {
  try {
    return !isAlive(Number(readFileSync(join(folder, "pid"), "utf8")));
  } catch {
    // No process id yet: either it is being written this moment, or its writer died before.
    try {
      return Date.now() - statSync(folder).mtimeMs > 10_000;
    } catch {
      return false;
    }
  }
}
