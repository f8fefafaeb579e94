// Builds programs to test against that Debian has no packages of, from their Go modules: exact versions, each with
// the sum that test/peers/built/go.sum has for it. Only where a Go tool chain is there; none is fetched.
//
//   node scripts/builtPeers.mjs        builds what is missing, and says so
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findProgram } from "./debian.mjs";
import { withLock } from "./lock.mjs";
import { programs } from "./peers.mjs";
import { run } from "./processes.mjs";
import { root } from "./root.mjs";

/** The tests that need them, to be run when they are built. */
export const testsOfBuiltPeers = ["matrix", "sigstoreServers", "vault", "vsign", "vsignCommand"].map(
  (name) => `test/peers/${name}.test.ts`,
);

/** By name, those first that take the least: where time is short the last ones are left out. */
const packages = Object.entries({
  "referrers-registry": "./referrers-registry",
  "hashivault-signer": "./hashivault-signer",
  "vsign-connector": "./vsign-connector",
  "rekor-server": "github.com/sigstore/rekor-tiles/v2/cmd/rekor-server/posix",
  "timestamp-server": "github.com/sigstore/timestamp-authority/v2/cmd/timestamp-server",
  fulcio: "github.com/sigstore/fulcio",
  "vault-transit": "./vault-transit",
  vsign: "github.com/venafi/vsign/cmd/vsign",
});
const module = join(root, "test", "peers", "built");
const stamps = join(programs, ".built.json");
const lock = join(root, ".peers", "built.lock");

/**
 * Builds what is missing, beside the tests that do not need it. Never rejects: what cannot be built is said in one line.
 * @param {{ log: (line: string) => void, seconds: number }} options
 * @returns {Promise<void>}
 */
export async function buildPeers({ log, seconds }) {
  const given = process.env.COUNTERSIGN_PEERS;
  if (given !== undefined && given !== "") return;
  if (missing().length === 0) return;
  const skip = (why) => log(`Not built, and skipped by their tests: ${missing().join(", ")}: ${why}.`);
  const lacking = await lackOfGo();
  if (lacking !== undefined) return skip(lacking);
  const until = Date.now() + seconds * 1000;
  try {
    await withLock(lock, () => build(until, log), { seconds, log });
  } catch (error) {
    // The end of a command's output says why.
    const why = error.message.trim().split("\n").at(-1);
    skip(Date.now() >= until ? `not done within ${seconds} s` : why);
  }
}

async function build(until, log) {
  log(`Building ${missing().join(", ")} from Go modules, once.`);
  const began = Date.now();
  mkdirSync(programs, { recursive: true });
  for (const [name, path] of packages.filter(([program]) => missing().includes(program))) {
    // Nobody finds half a program under its name.
    const file = join(programs, `.${name}`);
    await go(["build", "-ldflags=-s -w", "-o", file, path], Math.max(1, (until - Date.now()) / 1000));
    renameSync(file, join(programs, name));
    writeFileSync(stamps, JSON.stringify({ ...stamped(), [name]: sumOf(name) }));
  }
  log(`Built them in ${Math.round((Date.now() - began) / 1000)} s.`);
}

/** Go without what would fetch another tool chain, change the module or depend on this machine. */
function go(args, seconds) {
  const env = {
    ...process.env,
    GOTOOLCHAIN: "local",
    GOWORK: "off",
    GOFLAGS: "-mod=readonly -trimpath -buildvcs=false",
    CGO_ENABLED: "0",
  };
  // Tests that run meanwhile go first.
  const [command, ...before] = findProgram("nice") === undefined ? ["go"] : ["nice", "-n", "19", "go"];
  return run(command, [...before, ...args], { cwd: module, env, seconds });
}

/** What keeps us from building; undefined where nothing does. */
async function lackOfGo() {
  if (findProgram("go") === undefined) return "there is no Go tool chain on PATH";
  const needed = /^go (\d+)\.(\d+)/m.exec(readFileSync(join(module, "go.mod"), "utf8")) ?? [];
  const found = /^go(\d+)\.(\d+)/.exec(await go(["env", "GOVERSION"], 30).catch(() => "")) ?? [];
  const [, major, minor] = needed.map(Number);
  const isEnough = Number(found[1]) > major || (Number(found[1]) === major && Number(found[2]) >= minor);
  return isEnough ? undefined : `they need Go ${major}.${minor} or newer`;
}

function missing() {
  const known = stamped();
  return packages
    .map(([name]) => name)
    .filter((name) => known[name] !== sumOf(name) || !existsSync(join(programs, name)));
}

function stamped() {
  try {
    return JSON.parse(readFileSync(stamps, "utf8"));
  } catch {
    return {};
  }
}

/** Of all that a program is built from. */
function sumOf(name) {
  const hash = createHash("sha256");
  for (const file of ["go.mod", "go.sum"]) hash.update(readFileSync(join(module, file)));
  const own = join(module, name);
  if (existsSync(own)) for (const file of readdirSync(own).toSorted()) hash.update(readFileSync(join(own, file)));
  return hash.digest("hex");
}

if (process.argv[1] === import.meta.filename) await buildPeers({ log: console.log, seconds: 600 });
