// Runs inside the extension host: every bundled suite beside this file, each event as a line of JSON in the
// file that the runner watches, because the page around the extension host has no other way to report.
import { appendFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** What the editor calls with extensionTestsPath. Rejects where a test failed. */
export async function run(): Promise<void> {
  const report = process.env["COUNTERSIGN_SUITES_REPORT"];
  const tell = (event: object): void => {
    if (report !== undefined) appendFileSync(report, `${JSON.stringify(event)}\n`);
  };
  try {
    const { default: Mocha } = await import("mocha");
    const grep = process.env["COUNTERSIGN_GREP"];
    const mocha = new Mocha({ ui: "bdd", timeout: 30_000, retries: 2, ...(grep === undefined ? {} : { fgrep: grep }) });
    for (const name of readdirSync(__dirname).filter((file) => file.endsWith(".suite.cjs"))) {
      mocha.addFile(join(__dirname, name));
    }
    mocha.reporter(function tellEach(this: void, runner: Mocha.Runner) {
      const describe = (test: Mocha.Runnable) => ({
        title: test.titlePath().join(" > "),
        milliseconds: test.duration ?? 0,
      });
      runner.on("pass", (test) => tell({ kind: "passed", ...describe(test) }));
      runner.on("retry", (test, error: Error) =>
        tell({ kind: "again", ...describe(test), message: error.stack ?? error.message }),
      );
      runner.on("pending", (test) => tell({ kind: "skipped", ...describe(test) }));
      runner.on("fail", (test, error: Error) =>
        tell({ kind: "failed", ...describe(test), message: error.stack ?? error.message }),
      );
    } as unknown as Mocha.ReporterConstructor);
    await mocha.loadFilesAsync();
    const failures = await new Promise<number>((resolve) => mocha.run(resolve));
    tell({ kind: "end" });
    if (failures > 0) throw new Error(`${failures} failed`);
  } catch (error) {
    tell({ kind: "broken", message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    throw error;
  }
}
