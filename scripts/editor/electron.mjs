// The suites again, in desktop versions of VS Code: the oldest that the extension supports, and today's.
//
//   node scripts/editor/electron.mjs [--require] [--no-build] [VERSION...]
//
// Where VS Code cannot be downloaded they are skipped, and said to be; --require makes that a failure.
import { downloadAndUnzipVSCode, runTests } from "@vscode/test-electron";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Unavailable } from "../debian.mjs";
import { root } from "../root.mjs";
import { temporaryFolder } from "../temporary.mjs";
import { bundleSuites } from "./bundle.mjs";
import { buildExtension } from "./package.mjs";
import { followReport } from "./report.mjs";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { require: { type: "boolean", default: false }, "no-build": { type: "boolean", default: false } },
});
const log = (line) => console.log(line);
const oldest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).engines.vscode.replace("^", "");
const versions = positionals.length > 0 ? positionals : [oldest, "stable"];

const total = { passed: 0, failed: 0, skipped: 0 };
try {
  if (process.platform === "linux" && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) {
    throw new Unavailable("there is no display (xvfb-run gives one)");
  }
  await canDownload();
  if (!options["no-build"]) await buildExtension();
  const { index } = await bundleSuites();
  for (const version of versions) {
    log(`\nVS Code ${version}`);
    const { passed, failed, skipped } = await runIn(version, index);
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
  }
} catch (error) {
  if (!(error instanceof Unavailable)) throw error;
  log(`VS Code ${versions.join(" and ")} ${options.require ? "cannot be tested" : "skipped"}: ${error.message}`);
  total[options.require ? "failed" : "skipped"] += versions.length;
}
log(`\nDesktop: ${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
if (process.env.COUNTERSIGN_RESULTS !== undefined)
  writeFileSync(process.env.COUNTERSIGN_RESULTS, JSON.stringify(total));
process.exit(total.failed > 0 ? 1 : 0);

/** Asks for the list of versions first, because the download itself would try again and again. */
async function canDownload() {
  try {
    const response = await fetch("https://update.code.visualstudio.com/api/releases/stable", {
      signal: AbortSignal.timeout(10_000),
    });
    if (!response.ok) throw new Error(`it answered ${response.status}`);
    await response.body?.cancel();
  } catch (error) {
    const reason = error.cause?.message ?? error.message;
    throw new Unavailable(`update.code.visualstudio.com gives no VS Code to download: ${reason}`, { cause: error });
  }
}

async function runIn(version, index) {
  const { path: folder, remove } = temporaryFolder("electron");
  const workspace = join(folder, "workspace");
  cpSync(join(root, "test", "editor", "workspace"), workspace, { recursive: true });
  const report = join(folder, "report.jsonl");
  try {
    const vscodeExecutablePath = await downloadAndUnzipVSCode({ version, timeout: 120_000 });
    const ended = runTests({
      vscodeExecutablePath,
      extensionDevelopmentPath: root,
      extensionTestsPath: index,
      extensionTestsEnv: { COUNTERSIGN_SUITES_REPORT: report },
      launchArgs: [
        workspace,
        "--disable-extensions",
        "--disable-workspace-trust",
        `--user-data-dir=${join(folder, "data")}`,
      ],
    }).catch(() => undefined);
    return await followReport(report, { seconds: 300, ended, log });
  } finally {
    remove();
  }
}
