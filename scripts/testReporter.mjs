// Mocha's spec reporter that also writes what happened to the file in COUNTERSIGN_RESULTS, one JSON object.
import { writeFileSync } from "node:fs";
import Mocha from "mocha";

export default class SpecAndResults extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const file = process.env.COUNTERSIGN_RESULTS;
    if (file === undefined) return;
    const failures = [];
    runner.on("fail", (test, error) => failures.push({ title: test.fullTitle(), message: error.message }));
    runner.on("retry", (test, error) => console.log(`    again: ${test.fullTitle()}: ${error.message}`));
    runner.once("end", () => {
      const { passes = 0, pending = 0 } = runner.stats ?? {};
      // Failed hooks are not tests, so count what failed, not which tests did.
      writeFileSync(file, JSON.stringify({ passed: passes, failed: failures.length, skipped: pending, failures }));
    });
  }
}
