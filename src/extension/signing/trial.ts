import { execFile } from "node:child_process";
import * as vscode from "vscode";
import { AppError } from "../../application/errors.ts";
import { signalOf } from "../cancellation.ts";
import type { Extension } from "../context.ts";
import { report } from "./execute.ts";

const limit = 60_000;

/** Starts the trial signing service in the background. */
export async function startTrial(extension: Extension): Promise<void> {
  await run(extension, "Starting the trial signing service", ["up"], "Could not start the trial");
}

/** Stops the trial and removes every trace of it. */
export async function stopTrial(extension: Extension): Promise<void> {
  await run(extension, "Stopping the trial signing service", ["down"], "Could not stop the trial");
}

async function run(extension: Extension, title: string, args: readonly string[], failure: string): Promise<void> {
  if (!vscode.workspace.isTrusted) return;
  const options = { location: vscode.ProgressLocation.Window, title };
  try {
    await vscode.window.withProgress(options, async (_progress, token) => {
      const answer = await runCommandLine(extension, ["trial", ...args, "--format", "json"], signalOf(token));
      extension.log.info(`${title}: ${answer.trim()}`);
      await extension.signing.refresh(AbortSignal.timeout(15_000));
    });
  } catch (error) {
    report(extension, failure, error);
  }
}

/** Runs our own command line in a process of its own, without a shell: the trial outlives this window. */
function runCommandLine(extension: Extension, args: readonly string[], signal: AbortSignal): Promise<string> {
  const program = vscode.Uri.joinPath(extension.context.extensionUri, "dist", "cli.cjs").fsPath;
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ELECTRON_RUN_AS_NODE: "1" };
    execFile(
      process.execPath,
      [program, ...args],
      { env, signal, timeout: limit, windowsHide: true },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else {
          const said = stderr.trim().split("\n").at(-1) ?? "";
          reject(
            new AppError(
              "service-unavailable",
              said === "" ? `The command line ended without an answer: ${error.message}` : said,
            ),
          );
        }
      },
    );
  });
}
