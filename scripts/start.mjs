// `npm start`: a trial organisation, a sample workspace, and an editor with Countersign in it.
// Ctrl+C ends all three and leaves nothing behind.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { findProgram, Unavailable } from "./debian.mjs";
import { installCodeServer } from "./editor/install.mjs";
import { buildExtension, packageExtension } from "./editor/package.mjs";
import { installExtension, startServer } from "./editor/server.mjs";
import { run, start, stop } from "./processes.mjs";
import { root } from "./root.mjs";
import { temporaryFolder } from "./temporary.mjs";

const usage = `Usage: npm start -- [--editor code|code-server] [--port N] [--no-open]

  --editor NAME    code: an Extension Development Host of the VS Code installed here
                   code-server: VS Code in a browser; installed into .vscode-test the first time
                   default: code where it is installed and there is a display, else code-server
  --port N         the port of code-server (default: a free one)
  --no-open        do not open the browser`;

const { values: options } = parseArgs({
  options: {
    editor: { type: "string" },
    port: { type: "string", default: "0" },
    "no-open": { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

const cli = join(root, "dist", "cli.cjs");
const log = (line) => console.log(line);
const interrupted = new Promise((resolve) => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => resolve(signal));
});
/** What has to be undone, last first. */
const undo = [];

if (options.help) log(usage);
else process.exitCode = await main();
process.exit();

async function main() {
  const editor = options.editor ?? (hasDesktopEditor() ? "code" : "code-server");
  const port = Number(options.port);
  if (!["code", "code-server"].includes(editor) || !Number.isInteger(port) || port < 0 || port > 65_535) {
    console.error(usage);
    return 2;
  }
  let code = 0;
  try {
    const opening = open(editor, port);
    // A failure after Ctrl+C is the Ctrl+C.
    opening.catch(() => {});
    const ended = await Promise.race([
      interrupted,
      opening.then((editorEnded) => Promise.race([interrupted, editorEnded])),
    ]);
    if (ended !== "closed" && !String(ended).startsWith("SIG")) throw new Error("The editor ended by itself.");
    log("\nStopping.");
  } catch (error) {
    console.error(error instanceof Unavailable ? `Cannot start: ${error.message}` : error.message);
    code = 1;
  }
  for (const step of undo.toReversed()) await step().catch((error) => console.error(error.message));
  return code;
}

/** Prepares and opens everything. Gives a promise that settles when the editor is closed. */
async function open(editor, port) {
  log("Building Countersign.");
  await buildExtension();
  const folder = await prepareSample();
  return editor === "code" ? await openDesktop(folder) : await openBrowser(folder, port);
}

async function prepareSample() {
  const { path: place } = temporaryFolder("sample");
  log(
    "Starting the trial organisation: a registry, a certificate authority and a signing service, on this machine only.",
  );
  const wasRunning = JSON.parse(await countersign("trial", "status", "--format", "json")).status === "running";
  if (!wasRunning) undo.push(() => countersign("trial", "down"));
  const trial = JSON.parse(await countersign("trial", "up", "--format", "json"));
  const { createSample } = await import("../src/trial/sample.ts");
  const folder = join(place, "sample");
  await createSample({ folder, trial, signal: AbortSignal.timeout(120_000) });
  log(`Sample workspace: ${folder}`);
  return folder;
}

async function openDesktop(folder) {
  const args = ["--new-window", "--wait", `--extensionDevelopmentPath=${root}`, folder];
  const child = start("code", args, { stdio: "ignore" });
  undo.push(() => stop(child));
  log(`Countersign is ready: an Extension Development Host opens ${folder}`);
  log("Close it, or press Ctrl+C here, to stop.");
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", () => resolve("closed"));
  });
}

async function openBrowser(folder, port) {
  const codeServer = await installCodeServer({ log });
  const { path: extensionsFolder } = temporaryFolder("extensions");
  await installExtension(codeServer, await packageExtension(), extensionsFolder);
  // The folder is ours, made a moment ago, so asking whether to trust it would only stand in the way.
  const settings = { "workbench.startupEditor": "none", "git.enabled": true };
  const server = await startServer(codeServer, { port, extensionsFolder, settings, trusted: true });
  undo.push(() => server.stop());
  const address = `${server.origin}/?folder=${encodeURI(folder)}`;
  log(`Countersign is ready: ${address}`);
  log("Open it in a browser. Ctrl+C here stops everything.");
  if (!options["no-open"] && hasDisplay()) openAddress(address);
  return server.ended.then(() => "ended");
}

function openAddress(address) {
  const opener = process.platform === "darwin" ? "open" : "xdg-open";
  if (findProgram(opener) === undefined) return;
  // Not being able to open it is no failure: the address is on screen.
  start(opener, [address], { stdio: "ignore" }).once("error", () => {});
}

function countersign(...args) {
  return run(process.execPath, [cli, ...args], { seconds: 60 });
}

function hasDesktopEditor() {
  return hasDisplay() && findProgram(process.platform === "win32" ? "code.cmd" : "code") !== undefined;
}

function hasDisplay() {
  if (process.platform !== "linux") return true;
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}
