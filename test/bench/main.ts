// Measures Countersign beside what a person would use instead, in one run on one machine.
// Usage: npm run bench [verify|judge|read|load|renovate ...]. COUNTERSIGN_PEERS names the folder that holds cosign and docker-registry.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { measureJudging } from "./judging.ts";
import { measureLoading } from "./loading.ts";
import { compareWithRenovate } from "./renovate.ts";
import { measureReading } from "./reading.ts";
import { measureVerifying } from "./verifying.ts";

const benches: Readonly<Record<string, () => Promise<void>>> = {
  verify: () => measureVerifying(peersFolder()),
  judge: measureJudging,
  read: measureReading,
  load: measureLoading,
  renovate: compareWithRenovate,
};

function peersFolder(): string {
  const folder = process.env["COUNTERSIGN_PEERS"] ?? ".peers/usr/bin";
  if (existsSync(join(folder, "cosign"))) return folder;
  throw new Error(`No cosign in ${folder}; run "node scripts/peers.mjs" or set COUNTERSIGN_PEERS`);
}

const wanted = process.argv.slice(2);
for (const [name, bench] of Object.entries(benches)) {
  if (wanted.length === 0 || wanted.includes(name)) await bench();
}
