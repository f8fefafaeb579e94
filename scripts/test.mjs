// `npm test`: everything that can run on this machine, and one line at the end that sums it up.
//
//   node scripts/test.mjs [--coverage] [--no-editor]
//
// What a machine lacks is skipped and said. COUNTERSIGN_REQUIRE_EDITOR=1 and COUNTERSIGN_REQUIRE_PEERS=1
// turn those skips into failures, for the places where they must not go unnoticed.
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildPeers, testsOfBuiltPeers } from "./builtPeers.mjs";
import { Unavailable } from "./debian.mjs";
import { buildExtension } from "./editor/package.mjs";
import { fetchFurtherPeers, testsOfFetchedPeers } from "./fetchedPeers.mjs";
import { fetchPeers } from "./peers.mjs";
import { start, stop } from "./processes.mjs";
import { out, root } from "./root.mjs";

const { values: options } = parseArgs({
  options: { coverage: { type: "boolean", default: false }, "no-editor": { type: "boolean", default: false } },
});

const modules = join(root, "node_modules");
const mocha = join(modules, "mocha", "bin", "mocha.js");
const c8 = join(modules, "c8", "bin", "c8.js");
const reporter = ["--reporter", join(root, "scripts", "testReporter.mjs")];
// Files of tests share nothing: each processor takes some.
const parallel = ["--parallel", "--jobs", String(Math.min(availableParallelism(), 4))];
const results = join(out, "results");
const log = (line) => console.log(line);

rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });

const peers = await findPeers();
const testsOfLaterPeers = [...testsOfFetchedPeers, ...testsOfBuiltPeers];
const later = testsOfLaterPeers.flatMap((file) => ["--ignore", file]);
const tiers = [
  {
    name: "Everything outside the editor",
    args: [...(options.coverage ? [c8] : []), mocha, ...reporter, ...parallel, "test/**/*.test.ts", ...later],
    seconds: 900,
  },
  {
    name: "The core again, with node:crypto as the editor's runtime has it",
    // What reads documents and scripts reaches no cryptography but digests, as test/architecture makes sure.
    args: [
      mocha,
      ...reporter,
      ...parallel,
      "test/core/**/*.test.ts",
      "test/conformance/**/*.test.ts",
      ...["document", "shell"].flatMap((folder) => ["--ignore", `test/core/${folder}/**`]),
    ],
    // mocha runs its tests in a process of its own, which inherits this and not our arguments.
    env: { NODE_OPTIONS: `--import ${new URL("../test/helpers/boringssl.mjs", import.meta.url).href}` },
    seconds: 300,
  },
  ...(options["no-editor"]
    ? []
    : [
        { name: "In the editor", args: ["scripts/editor/run.mjs", "--no-build"], seconds: 1000 },
        {
          name: "In desktop versions of the editor",
          args: ["scripts/editor/electron.mjs", "--no-build"],
          seconds: 900,
        },
      ]),
  {
    name: "Against programs that were fetched or built meanwhile",
    args: [mocha, ...reporter, ...testsOfLaterPeers],
    seconds: 300,
    after: () => laterPeers,
  },
];

log("\n== Build");
await buildExtension();
const laterPeers = Promise.all([fetchFurtherPeers({ log, seconds: 300 }), buildPeers({ log, seconds: 600 })]);

const total = peers.totals;
for (const [index, tier] of tiers.entries()) {
  const { passed, failed, skipped } = await runTier(tier, join(results, `${index}.json`));
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
}
log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);

async function findPeers() {
  log("== Peers");
  try {
    const folder = await fetchPeers({ log });
    log(`The programs to test against are in ${folder}.`);
    return { env: { COUNTERSIGN_PEERS: folder }, totals: { passed: 0, failed: 0, skipped: 0 } };
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    const required = process.env.COUNTERSIGN_REQUIRE_PEERS === "1";
    log(`Tests against them ${required ? "cannot run" : "will be skipped"}: ${error.message}`);
    // Each test that needs a peer skips itself, and is counted there.
    return { env: {}, totals: { passed: 0, failed: required ? 1 : 0, skipped: 0 } };
  }
}

/** Runs one tier. One that ends badly without naming a failed test counts as a failure. */
async function runTier({ name, args, env = {}, seconds, after = async () => undefined }, file) {
  log(`\n== ${name}`);
  await after();
  const began = Date.now();
  const child = start(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...peers.env, ...env, COUNTERSIGN_RESULTS: file },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const timer = setTimeout(() => {
    log(`Not done after ${seconds} s, stopped.`);
    void stop(child);
  }, seconds * 1000);
  const code = await new Promise((resolve) => child.once("close", resolve));
  clearTimeout(timer);
  const totals = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : { passed: 0, failed: 0, skipped: 0 };
  if (code !== 0 && totals.failed === 0) totals.failed = 1;
  log(
    `(${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped, in ${Math.round((Date.now() - began) / 1000)} s)`,
  );
  for (const { title, message } of totals.failures ?? []) log(`  FAILED  ${title}: ${message.split("\n")[0]}`);
  return totals;
}
