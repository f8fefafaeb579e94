// Follows the report that suites write from inside the extension host, and prints it as it grows.
import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";

/**
 * @typedef {{ passed: number, failed: number, skipped: number }} Totals
 */

/**
 * Prints each test's outcome until the report ends. What ends too early or takes too long counts as a failure.
 * @param {string} file
 * @param {{ seconds: number, ended: Promise<unknown>, log: (line: string) => void }} options
 *   ended: settles when the editor is gone, with or without a report
 * @returns {Promise<Totals>}
 */
export async function followReport(file, { seconds, ended, log }) {
  const totals = { passed: 0, failed: 0, skipped: 0 };
  const deadline = Date.now() + seconds * 1000;
  let gone = false;
  void ended.then(() => (gone = true));
  let seen = 0;
  for (;;) {
    const last = gone || Date.now() > deadline;
    const events = readEvents(file);
    for (const event of events.slice(seen)) {
      if (event.kind === "end" || event.kind === "broken") {
        if (event.kind === "broken" && totals.failed === 0) {
          totals.failed += 1;
          log(`  FAILED  the suites could not run\n${indent(event.message)}`);
        }
        return totals;
      }
      totals[event.kind] += 1;
      log(describe(event));
    }
    seen = events.length;
    if (last) {
      totals.failed += 1;
      log(
        gone
          ? "  FAILED  the editor ended before its tests did"
          : `  FAILED  the suites were not done after ${seconds} s`,
      );
      return totals;
    }
    await wait(100);
  }
}

function readEvents(file) {
  try {
    // A line is only there once it ends; the rest comes with the next look.
    return readFileSync(file, "utf8")
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  } catch (error) {
    if (error.code === "ENOENT") return [];
    throw error;
  }
}

function describe({ kind, title, milliseconds, message }) {
  if (kind === "failed") return `  FAILED  ${title}\n${indent(message)}`;
  return kind === "skipped" ? `  skipped ${title}` : `  passed  ${title} (${milliseconds} ms)`;
}

function indent(text) {
  return text
    .split("\n")
    .map((line) => `          ${line}`)
    .join("\n");
}
