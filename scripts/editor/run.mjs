// The tests in a real editor. `node scripts/editor/run.mjs --help` says how.
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { Unavailable } from "../debian.mjs";
import { start, stop } from "../processes.mjs";
import { out, root } from "../root.mjs";
import { temporaryFolder } from "../temporary.mjs";
import { bundleSuites } from "./bundle.mjs";
import { findChromium, launchChromium } from "./chromium.mjs";
import { installCodeServer } from "./install.mjs";
import { buildExtension, packageExtension } from "./package.mjs";
import { followReport } from "./report.mjs";
import { installExtension, startServer } from "./server.mjs";

const usage = `Usage: npm run test:editor -- [--suites] [--journeys] [--grep TEXT] [FILE...]

  --suites         only the suites inside the extension host
  --journeys       only the journeys of a person through the workbench
  --grep TEXT      only tests whose title contains TEXT
  --no-build       use dist as it is
  --require        fail, do not skip, where the editor cannot be had
  FILE...          only these journeys (test/editor/journeys/*.journey.ts)

Screenshots go to out/screenshots.`;

const limits = { suites: 300, journeys: 900 };
const log = (line) => console.log(line);

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    suites: { type: "boolean", default: false },
    journeys: { type: "boolean", default: false },
    grep: { type: "string" },
    "no-build": { type: "boolean", default: false },
    require: { type: "boolean", default: process.env.COUNTERSIGN_REQUIRE_EDITOR === "1" },
    help: { type: "boolean", default: false },
  },
});

if (options.help) log(usage);
else process.exitCode = await main();
// A socket that some part of the editor left open must not keep the process.
process.exit();

async function main() {
  const everything = !options.suites && !options.journeys && positionals.length === 0;
  let editor;
  try {
    editor = { codeServer: await installCodeServer({ log }), chromium: await findChromium({ log }) };
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    log(`Editor tests ${options.require ? "cannot run" : "were skipped"}: ${error.message}`);
    writeResults({ passed: 0, failed: options.require ? 1 : 0, skipped: options.require ? 0 : 1 });
    return options.require ? 1 : 0;
  }
  if (!options["no-build"]) await buildExtension();
  const totals = [];
  if (everything || options.suites) totals.push(await runSuites(editor));
  if (everything || options.journeys || positionals.length > 0) totals.push(await runJourneys(editor));
  const sum = (key) => totals.reduce((total, each) => total + each[key], 0);
  const result = { passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") };
  log(`\nEditor: ${result.passed} passed, ${result.failed} failed, ${result.skipped} skipped`);
  writeResults(result);
  return result.failed > 0 || result.passed === 0 ? 1 : 0;
}

async function runSuites({ codeServer, chromium }) {
  log("\nSuites inside the extension host");
  const { index, count } = await bundleSuites();
  const { path: folder, remove } = temporaryFolder("suites");
  const workspace = join(folder, "workspace");
  cpSync(join(root, "test", "editor", "workspace"), workspace, { recursive: true });
  const report = join(folder, "report.jsonl");
  const env = {
    COUNTERSIGN_SUITES_REPORT: report,
    ...(options.grep === undefined ? {} : { COUNTERSIGN_GREP: options.grep }),
  };
  const server = await startServer(codeServer, { env, underTest: true });
  const browser = await launchChromium(chromium);
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const payload = [
      ["extensionDevelopmentPath", server.remote(root)],
      ["extensionTestsPath", server.remote(index)],
    ];
    await page.goto(server.url(workspace, payload), { timeout: 60_000 });
    const totals = await followReport(report, { seconds: limits.suites, ended: server.ended, log });
    if (totals.failed > 0) keepTraces(server, await page.screenshot().catch(() => undefined));
    if (count > 0 && totals.passed + totals.failed + totals.skipped === 0 && options.grep === undefined)
      totals.failed += 1;
    return totals;
  } finally {
    await browser.close();
    await server.stop();
    remove();
  }
}

async function runJourneys({ codeServer, chromium }) {
  log("\nJourneys through the workbench, with the packaged extension");
  const { path: folder, remove } = temporaryFolder("journeys");
  const extensionsFolder = join(folder, "extensions");
  mkdirSync(extensionsFolder);
  const results = join(folder, "results.json");
  try {
    await installExtension(codeServer, await packageExtension(), extensionsFolder);
    const files =
      positionals.length > 0
        ? positionals.map((file) => relative(root, resolve(file)))
        : ["test/editor/journeys/**/*.journey.ts"];
    const mocha = [
      join(root, "node_modules", "mocha", "bin", "mocha.js"),
      "--config",
      join(root, "test", "editor", ".mocharc.json"),
    ];
    const args = [...mocha, ...(options.grep === undefined ? [] : ["--fgrep", options.grep]), ...files];
    const env = {
      ...process.env,
      COUNTERSIGN_EDITOR: JSON.stringify({ codeServer, chromium, extensionsFolder }),
      COUNTERSIGN_RESULTS: results,
    };
    const child = start(process.execPath, args, { cwd: root, env, stdio: ["ignore", "inherit", "inherit"] });
    const timer = setTimeout(() => {
      log(`The journeys were not done after ${limits.journeys} s.`);
      void stop(child);
    }, limits.journeys * 1000);
    const code = await new Promise((done) => child.once("close", done));
    clearTimeout(timer);
    const totals = existsSync(results)
      ? JSON.parse(readFileSync(results, "utf8"))
      : { passed: 0, failed: 0, skipped: 0 };
    return code !== 0 && totals.failed === 0 ? { ...totals, failed: 1 } : totals;
  } finally {
    remove();
  }
}

/** Where suites failed, leaves the editor's logs and what it showed for a person to look at. */
function keepTraces(server, screenshot) {
  const traces = join(out, "editor-traces");
  rmSync(traces, { recursive: true, force: true });
  mkdirSync(traces, { recursive: true });
  cpSync(join(server.dataFolder, "data", "logs"), join(traces, "logs"), { recursive: true });
  copyFileSync(join(server.dataFolder, "data", "User", "settings.json"), join(traces, "settings.json"));
  if (screenshot !== undefined) writeFileSync(join(traces, "workbench.png"), screenshot);
  log(`  The editor's logs and a screenshot are in ${relative(root, traces)}.`);
}

function writeResults(totals) {
  const file = process.env.COUNTERSIGN_RESULTS;
  if (file !== undefined) writeFileSync(file, JSON.stringify(totals));
}
