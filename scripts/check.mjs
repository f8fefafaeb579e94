// `npm run check`: all static checks, then all tests with coverage. Every check runs, so that one failure
// does not hide the next.
//
//   node scripts/check.mjs [--static]        only the static checks
import { start } from "./processes.mjs";
import { root } from "./root.mjs";

const checks = ["build", "types", "lint", "format:check", "unused"];
const failed = [];
for (const name of checks) {
  console.log(`== ${name}`);
  if ((await run("npm", ["run", "--silent", name])) !== 0) failed.push(name);
}
if (!process.argv.includes("--static")) {
  if ((await run(process.execPath, ["scripts/test.mjs", "--coverage"])) !== 0) failed.push("tests");
}
if (failed.length > 0) console.error(`\nFailed: ${failed.join(", ")}`);
process.exitCode = failed.length > 0 ? 1 : 0;

function run(command, args) {
  const child = start(command, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  return new Promise((resolve) => child.once("close", resolve));
}
