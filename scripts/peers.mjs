// Fetches signing tools and a registry that this project did not write, to test against: Debian packages
// from the unstable suite, unpacked into .peers without touching the system. Debian-like machines only.
//
//   node scripts/peers.mjs        prints the folder that holds the programs
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDebianRoot, Unavailable } from "./debian.mjs";
import { withLock } from "./lock.mjs";
import { CommandFailed, run } from "./processes.mjs";
import { root } from "./root.mjs";
import { temporaryFolder } from "./temporary.mjs";

const packages = ["cosign", "notation", "crane", "oras", "docker-registry"];
const folder = join(root, ".peers");
/** Where the programs are. */
export const programs = join(folder, "usr", "bin");
const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

/**
 * The folder with the programs, fetched unless they are there. Rejects with Unavailable where they cannot be had.
 * COUNTERSIGN_PEERS, where it is set, names such a folder and nothing is fetched.
 * @param {{ log: (line: string) => void }} options
 * @returns {Promise<string>}
 */
export async function fetchPeers({ log }) {
  const given = process.env.COUNTERSIGN_PEERS;
  if (given !== undefined && given !== "") return given;
  if (missing().length > 0) {
    if (!isDebianRoot() || !existsSync(keyring) || codename() === undefined) {
      throw new Unavailable(`fetching ${missing().join(", ")} needs apt-get and root on Debian`);
    }
    const lock = join(root, ".peers.lock");
    await withLock(
      lock,
      async () => {
        if (missing().length > 0) await download(log);
      },
      { seconds: 300, log },
    );
  }
  return programs;
}

function missing() {
  return packages.filter((name) => !existsSync(join(programs, name)));
}

async function download(log) {
  log(`Fetching ${missing().join(", ")} into .peers, once.`);
  const { path: work, remove } = temporaryFolder("peers");
  try {
    for (const name of ["lists/partial", "cache/archives/partial"]) mkdirSync(join(work, name), { recursive: true });
    mkdirSync(folder, { recursive: true });
    const mirror = await aptMirror();
    writeFileSync(join(work, "sources.list"), `deb [signed-by=${keyring}] ${mirror} sid main\n`);
    const settings = {
      "Dir::Etc::sourcelist": join(work, "sources.list"),
      "Dir::Etc::sourceparts": "/dev/null",
      "Dir::State::Lists": join(work, "lists"),
      "Dir::Cache": join(work, "cache"),
      "APT::Sandbox::User": "root",
      "Acquire::http::Timeout": "20",
      "Acquire::Retries": "1",
    };
    const options = Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
    // apt-get ends with 0 where a list could not be had, and complains about the packages next.
    await run("apt-get", [...options, "-qq", "update"], { cwd: work, seconds: 120 });
    await run("apt-get", [...options, "-qq", "download", ...missing()], { cwd: work, seconds: 180 });
    for (const file of readdirSync(work).filter((name) => name.endsWith(".deb"))) {
      await run("dpkg", ["-x", join(work, file), folder], { seconds: 60 });
    }
  } catch (error) {
    if (error instanceof CommandFailed)
      throw new Unavailable(`Debian's packages could not be fetched: ${error.message}`, { cause: error });
    throw error;
  } finally {
    remove();
  }
  if (missing().length > 0) throw new Unavailable(`Debian's packages held no ${missing().join(", ")}`);
}

/** The mirror that this machine's apt is set up with: the one that can be reached from here. */
async function aptMirror() {
  const sites = await run("apt-get", ["indextargets", "--format", "$(SITE)", `Codename: ${codename()}`], {
    seconds: 30,
  });
  const [mirror] = sites.split("\n").filter((line) => /^https?:/.test(line));
  if (mirror === undefined) throw new Unavailable("apt names no mirror of Debian");
  return mirror;
}

function codename() {
  try {
    const release = readFileSync("/etc/os-release", "utf8");
    return /^ID=debian$/m.test(release) ? /^VERSION_CODENAME=(\w+)$/m.exec(release)?.[1] : undefined;
  } catch {
    return undefined;
  }
}

if (process.argv[1] === import.meta.filename) {
  try {
    console.log(await fetchPeers({ log: console.error }));
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    console.error(`Skipped: ${error.message}`);
  }
}
