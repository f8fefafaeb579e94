// `npm run test:soundness`: the nightly mode of the soundness harness, 200,000 mutants by a seed of the day.
//
//   node scripts/soundness.mjs [--mutants N] [--seed N]
//
// The seed is printed; `npm test` tries 5,000 mutants by the seed 1.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { start } from "./processes.mjs";
import { root } from "./root.mjs";

const day = Math.floor(Date.now() / 86_400_000);
const { values } = parseArgs({
  options: { mutants: { type: "string", default: "200000" }, seed: { type: "string", default: String(day) } },
});

const mocha = join(root, "node_modules", "mocha", "bin", "mocha.js");
const child = start(process.execPath, [mocha, "test/soundness/*.test.ts"], {
  cwd: root,
  env: { ...process.env, COUNTERSIGN_MUTANTS: values.mutants, COUNTERSIGN_MUTANT_SEED: values.seed },
  stdio: "inherit",
});
child.once("exit", (code) => process.exit(code ?? 1));
