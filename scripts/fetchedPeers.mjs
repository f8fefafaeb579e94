// Fetches programs to test against that are no Debian packages of one file: from PyPI into an environment of their
// own, from Maven Central, each in an exact version by its hash; and has Debian's token and its client installed where
// that is allowed. What a machine lacks for one of them is said in a line and never fails anything.
//
//   node scripts/fetchedPeers.mjs        fetches what is missing, and says so
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import tls from "node:tls";
import { ensurePrograms, findProgram, Unavailable } from "./debian.mjs";
import { withLock } from "./lock.mjs";
import { programs } from "./peers.mjs";
import { run } from "./processes.mjs";
import { root } from "./root.mjs";

/** The tests that need them, to be run when they are there. */
export const testsOfFetchedPeers = ["cloudKms", "pkcs11"].map((name) => `test/peers/${name}.test.ts`);

const requirements = join(root, "test", "peers", "fetched", "requirements.txt");
const jar = {
  url: "https://repo1.maven.org/maven2/net/jsign/jsign/7.5/jsign-7.5.jar",
  sha256: "602a51c3545a6dc4fb99bd2ea7152b26d1345916d0c93ddfbd5936cb735af91c",
  maximum: 16 * 1024 * 1024,
};
mkdirSync(programs, { recursive: true });
// The programs hold this path; a checkout may share the folder of another by a link.
const folder = realpathSync(join(root, ".peers"));
const environment = join(folder, "python");
const stamp = join(environment, ".requirements");
const jarFile = join(folder, "usr", "share", "java", `jsign-${jar.sha256.slice(0, 12)}.jar`);
const lock = join(folder, "fetched.lock");

/** @type {readonly { names: string[], isThere: () => boolean, fetch: (seconds: number, log: (line: string) => void) => Promise<void> }[]} */
const kinds = [
  {
    names: ["softhsm2-util", "pkcs11-tool"],
    isThere: () => ["softhsm2-util", "pkcs11-tool"].every((name) => findProgram(name) !== undefined),
    fetch: (_seconds, log) =>
      ensurePrograms({ "softhsm2-util": "softhsm2", "pkcs11-tool": "opensc" }, { why: "testing mechanisms", log }),
  },
  { names: ["jsign"], isThere: () => existsSync(jarFile) && existsSync(join(programs, "jsign")), fetch: fetchJsign },
  {
    names: ["aws", "moto_server"],
    isThere: () => existsSync(join(programs, "aws")) && readOrEmpty(stamp) === hashOf(readFileSync(requirements)),
    fetch: fetchPython,
  },
];

/**
 * Fetches what is missing, beside the tests that do not need it. Never rejects: what cannot be had is said in one line.
 * @param {{ log: (line: string) => void, seconds: number }} options
 * @returns {Promise<void>}
 */
export async function fetchFurtherPeers({ log, seconds }) {
  const given = process.env.COUNTERSIGN_PEERS;
  if (given !== undefined && given !== "") return;
  const until = Date.now() + seconds * 1000;
  for (const { names, isThere, fetch } of kinds) {
    if (isThere()) continue;
    const began = Date.now();
    try {
      const left = Math.max(1, (until - Date.now()) / 1000);
      await withLock(lock, async () => void (isThere() || (await fetch(left, log))), { seconds: left, log });
      log(`Fetched ${names.join(", ")} in ${Math.round((Date.now() - began) / 1000)} s.`);
    } catch (error) {
      // The end of a command's output says why.
      const why = error.message.trim().split("\n").at(-1);
      log(`Not fetched, and skipped by their tests: ${names.join(", ")}: ${why}.`);
    }
  }
}

async function fetchPython(seconds) {
  const python = findProgram("python3");
  if (python === undefined) throw new Unavailable("there is no python3 on PATH");
  rmSync(environment, { recursive: true, force: true });
  await run(python, ["-m", "venv", environment], { seconds });
  const exact = ["--require-hashes", "--no-deps", "--only-binary", ":all:"];
  const patience = ["--no-input", "--timeout", "20", "--retries", "1"];
  const [command, ...before] = [...nice(), join(environment, "bin", "pip")];
  await run(command, [...before, "install", "--quiet", ...exact, ...patience, "-r", requirements], { seconds });
  for (const name of ["aws", "moto_server"]) {
    rmSync(join(programs, name), { force: true });
    symlinkSync(join(environment, "bin", name), join(programs, name));
  }
  writeFileSync(stamp, hashOf(readFileSync(requirements)));
}

async function fetchJsign(seconds) {
  if (findProgram("java") === undefined) throw new Unavailable("there is no java on PATH");
  // As other programs of the machine do; Node's own list knows no proxy of an organisation.
  tls.setDefaultCACertificates?.([...tls.getCACertificates("default"), ...tls.getCACertificates("system")]);
  const answer = await fetch(jar.url, { redirect: "error", signal: AbortSignal.timeout(seconds * 1000) });
  if (!answer.ok || answer.body === null) throw new Unavailable(`${jar.url} answered with ${answer.status}`);
  const pieces = [];
  let size = 0;
  for await (const piece of answer.body) {
    size += piece.length;
    if (size > jar.maximum) throw new Unavailable(`${jar.url} is longer than it should be`);
    pieces.push(piece);
  }
  const bytes = Buffer.concat(pieces);
  if (hashOf(bytes) !== jar.sha256) throw new Unavailable(`${jar.url} is not the file that it was`);
  mkdirSync(dirname(jarFile), { recursive: true });
  // Nobody finds half a file under its name.
  writeFileSync(`${jarFile}.part`, bytes);
  renameSync(`${jarFile}.part`, jarFile);
  const program = join(programs, "jsign");
  writeFileSync(program, `#!/bin/sh\nexec java -jar '${jarFile.replaceAll("'", String.raw`'\''`)}' "$@"\n`);
  chmodSync(program, 0o755);
}

/** Tests that run meanwhile go first. */
function nice() {
  return findProgram("nice") === undefined ? [] : ["nice", "-n", "19"];
}

function hashOf(bytes) {
  return createHash("sha256").update(bytes).digest("hex");
}

function readOrEmpty(file) {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

if (process.argv[1] === import.meta.filename) await fetchFurtherPeers({ log: console.log, seconds: 300 });
