// Puts code-server, which contains VS Code, into .vscode-test/code-server, once.
//
// Only what serving a workbench needs is built. The packages' install scripts would also build
// kerberos, sqlite3 and others that no test uses and that need more system packages; node-pty and
// the file watcher come ready-made. That leaves two small native parts, built against the headers
// in the same npm package that the Node binary comes from, so they match it exactly.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { ensurePrograms, Unavailable } from "../debian.mjs";
import { withLock } from "../lock.mjs";
import { run } from "../processes.mjs";
import { root } from "../root.mjs";

const codeServerVersion = "4.139.1";
const nodeVersion = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).devDependencies.node;

const folder = join(root, ".vscode-test", "code-server");
const server = join(folder, "node_modules", "code-server", "lib", "vscode");
const nodePackage = `${process.platform === "darwin" && process.arch === "arm64" ? "node-bin" : "node"}-${process.platform}-${process.arch}`;
const nodeFolder = join(folder, "node_modules", nodePackage);
const stampFile = join(folder, "installed.json");

/** The native parts: the first writes logs to files, the second ends an extension host whose server died. */
const nativeParts = ["@vscode/spdlog", "@vscode/native-watchdog"];

/**
 * @typedef {object} CodeServer
 * @property {string} node the Node binary to run it with
 * @property {string} main the server's script
 */

/**
 * Installs code-server unless it is there. Rejects with Unavailable where this machine cannot have it.
 * @param {{ log: (line: string) => void }} options
 * @returns {Promise<CodeServer>}
 */
export async function installCodeServer({ log }) {
  if (process.platform === "win32") throw new Unavailable("code-server does not run on Windows");
  if (!isInstalled()) {
    const lock = join(root, ".vscode-test", "code-server.lock");
    await withLock(
      lock,
      async () => {
        if (!isInstalled()) await install(log);
      },
      { seconds: 600, log },
    );
  }
  return { node: join(nodeFolder, "bin", "node"), main: join(server, "out", "server-main.js") };
}

/** Whether the next call of installCodeServer returns at once. */
function isInstalled() {
  try {
    return readFileSync(stampFile, "utf8") === stamp();
  } catch {
    return false;
  }
}

function stamp() {
  return `${JSON.stringify({ codeServer: codeServerVersion, node: nodeVersion, platform: `${process.platform}-${process.arch}`, nativeParts })}\n`;
}

async function install(log) {
  const began = Date.now();
  await ensurePrograms(
    { python3: "python3", make: "make", "g++": "g++" },
    { why: "building code-server's native parts", log },
  );
  log(
    `Installing code-server ${codeServerVersion} (VS Code in a browser) into .vscode-test, once. This takes about a minute.`,
  );
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
  try {
    await npm(
      [
        "install",
        "--ignore-scripts",
        "--save-exact",
        `code-server@${codeServerVersion}`,
        `${nodePackage}@${nodeVersion}`,
      ],
      folder,
    );
    await npm(["install", "--ignore-scripts", "--omit=dev"], server);
    log("Building its native parts.");
    await npm(["rebuild", "--foreground-scripts", ...nativeParts], server);
  } catch (error) {
    throw new Unavailable(`code-server could not be installed: ${error.message}`, { cause: error });
  }
  for (const part of nativeParts) {
    if (!existsSync(join(server, "node_modules", part, "build", "Release")))
      throw new Unavailable(`${part} was not built`);
  }
  writeFileSync(stampFile, stamp());
  log(`Installed in ${Math.round((Date.now() - began) / 1000)} s.`);
}

/** Runs npm under the Node that the server will use, without what an outer `npm run` put into the environment. */
function npm(args, cwd) {
  const outer = Object.entries(process.env).filter(
    ([name]) => !/^npm_(?:package|lifecycle|config_local_prefix|command)/i.test(name),
  );
  const nodeBin = existsSync(nodeFolder) ? join(nodeFolder, "bin") : dirname(process.execPath);
  const env = {
    ...Object.fromEntries(outer),
    PATH: [nodeBin, process.env.PATH].join(delimiter),
    // Two spellings, because which one node-gyp reads depends on npm's version.
    npm_config_nodedir: nodeFolder,
    npm_package_config_node_gyp_nodedir: nodeFolder,
  };
  return run("npm", [...args, "--no-audit", "--no-fund", "--loglevel=error", "--prefix", cwd], {
    cwd,
    env,
    seconds: 300,
  });
}
