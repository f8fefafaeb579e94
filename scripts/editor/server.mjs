// A running code-server: one folder of its own for all it stores, one port, and no trace after it is stopped.
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { run, start, stop } from "../processes.mjs";
import { temporaryFolder } from "../temporary.mjs";

/** Settings under which an editor is quiet: no welcome, no network of its own, nothing that moves by itself. */
const quietSettings = {
  "chat.disableAIFeatures": true,
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": false,
  "extensions.ignoreRecommendations": true,
  "git.enabled": false,
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "window.commandCenter": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
};

/**
 * @typedef {object} EditorServer
 * @property {number} port
 * @property {string} origin
 * @property {string} dataFolder what it stores: settings in data/User/settings.json, logs in data/logs
 * @property {(folder: string, payload?: readonly (readonly [string, string])[]) => string} url address of a workbench with this folder open
 * @property {(path: string) => string} remote how the workbench names a file of the server
 * @property {Promise<unknown>} ended when it has ended, by itself or not
 * @property {() => Promise<void>} stop
 */

/**
 * Starts a server and waits until it listens.
 * @param {import("./install.mjs").CodeServer} codeServer
 * @param {{ port?: number, extensionsFolder?: string, settings?: Record<string, unknown>, trusted?: boolean, underTest?: boolean, env?: NodeJS.ProcessEnv }} [options]
 *   trusted: false leaves workspaces restricted until a person trusts them
 *   underTest: lets a page load an extension and its tests from folders; such an editor shows no notifications
 * @returns {Promise<EditorServer>}
 */
export async function startServer(codeServer, options = {}) {
  const { port = 0, extensionsFolder, settings = {}, trusted = true, underTest = false, env = {} } = options;
  if (port !== 0) await expectFree(port);
  const { path: dataFolder, remove } = temporaryFolder("editor");
  mkdirSync(join(dataFolder, "data", "User"), { recursive: true });
  const all = { ...quietSettings, "security.workspace.trust.enabled": !trusted, ...settings };
  writeFileSync(join(dataFolder, "data", "User", "settings.json"), JSON.stringify(all, undefined, 2));

  const args = [codeServer.main, "--host", "127.0.0.1", "--port", String(port)];
  args.push("--without-connection-token", "--accept-server-license-terms");
  args.push("--server-data-dir", dataFolder, "--telemetry-level", "off");
  if (underTest) args.push("--enable-smoke-test-driver");
  if (extensionsFolder !== undefined) args.push("--extensions-dir", extensionsFolder);
  const child = start(codeServer.node, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  try {
    const actual = await listening(child);
    const origin = `http://127.0.0.1:${actual}`;
    return {
      port: actual,
      origin,
      dataFolder,
      ended,
      url: (folder, payload = []) => {
        const query = new URLSearchParams({ folder, payload: JSON.stringify([["skipWelcome", "true"], ...payload]) });
        return `${origin}/?${query.toString()}`;
      },
      remote: (path) => `vscode-remote://127.0.0.1:${actual}${path}`,
      stop: async () => {
        await stop(child);
        remove();
      },
    };
  } catch (error) {
    await stop(child);
    remove();
    throw error;
  }
}

/**
 * Installs a packaged extension into a folder of extensions, with the editor's own installer.
 * @param {import("./install.mjs").CodeServer} codeServer
 */
export async function installExtension(codeServer, vsix, extensionsFolder) {
  const { path: dataFolder, remove } = temporaryFolder("install");
  try {
    const folders = ["--server-data-dir", dataFolder, "--extensions-dir", extensionsFolder];
    await run(
      codeServer.node,
      [codeServer.main, "--install-extension", vsix, ...folders, "--accept-server-license-terms"],
      { seconds: 60 },
    );
  } finally {
    remove();
  }
}

/** code-server only says that its port is taken, and stays. */
async function expectFree(port) {
  const probe = createServer().listen(port, "127.0.0.1");
  try {
    await once(probe, "listening");
  } catch (error) {
    throw new Error(`Port ${port} cannot be used: ${error.message}`, { cause: error });
  } finally {
    probe.close();
  }
}

/** The port it listens on, once it says so. */
function listening(child, { seconds = 60 } = {}) {
  return new Promise((resolve, reject) => {
    let output = "";
    const timer = setTimeout(
      () => reject(new Error(`code-server does not listen after ${seconds} s\n${output}`)),
      seconds * 1000,
    );
    const read = (chunk) => {
      output = (output + chunk).slice(-20_000);
      const port = /agent listening on (\d+)/.exec(output)?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      resolve(Number(port));
      // Keep reading, so that the pipe never fills; nobody needs the text any more.
      for (const stream of [child.stdout, child.stderr]) stream.removeListener("data", read).resume();
    };
    child.stdout.setEncoding("utf8").on("data", read);
    child.stderr.setEncoding("utf8").on("data", read);
    child.once("error", reject);
    child.once("exit", (code) => {
      clearTimeout(timer);
      reject(new Error(`code-server ended with ${code} before it listened\n${output}`));
    });
  });
}
