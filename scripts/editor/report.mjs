// Follows the report that suites write from inside the extension host, and prints it as it grows.
import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";

/** How long the editor may take until its first test has an outcome. */
const startSeconds = 90;

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
  const began = Date.now();
  let gone = false;
  void ended.then(() => (gone = true));
  let seen = 0;
  for (;;) {
    const problem = whatIsWrong({ gone, seen, waited: (Date.now() - began) / 1000, seconds });
    // Read once more after the editor has ended: its last words may have come in between.
    const events = readEvents(file);
    for (const event of events.slice(seen)) {
      if (event.kind === "end") return totals;
      if (event.kind === "broken") {
        // A failed test is already counted; what else breaks a run has no test to be counted by.
        if (totals.failed > 0) return totals;
        return fail(`the suites could not run\n${indent(event.message)}`);
      }
      if (event.kind !== "again") totals[event.kind] += 1;
      log(describe(event));
    }
    seen = events.length;
    if (problem !== undefined) return fail(problem);
    await wait(100);
  }

  function fail(reason) {
    log(`  FAILED  ${reason}`);
    return { ...totals, failed: totals.failed + 1 };
  }
}

function whatIsWrong({ gone, seen, waited, seconds }) {
  if (gone) return "the editor ended before its tests did";
  if (waited > seconds) return `the suites were not done after ${seconds} s`;
  if (seen === 0 && waited > startSeconds) return `the suites did not begin within ${startSeconds} s`;
  return undefined;
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
  if (kind === "again") return `  again   ${title}\n${indent(message)}`;
  if (kind === "failed") return `  FAILED  ${title}\n${indent(message)}`;
  return kind === "skipped" ? `  skipped ${title}` : `  passed  ${title} (${milliseconds} ms)`;
}

function indent(text) {
  return text
    .split("\n")
    .map((line) => `          ${line}`)
    .join("\n");
}
