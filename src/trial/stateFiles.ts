import { appendFileSync } from "node:fs";
import { mkdir, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  sigstoreFiles,
  stateFile,
  stateFolder,
  type StatePlace,
  type TrialState,
} from "../adapters/services/trialState.ts";
import { AppError } from "../application/errors.ts";

/** File of the audit log of the running trial, one JSON entry per line. */
export function auditFile(place: StatePlace): string {
  return join(stateFolder(place), "trial-audit.jsonl");
}

/**
 * Writes the state, for its owner alone. Gives false where another trial has written its own in the meantime.
 * Throws AppError `configuration` where others may write to the folder: they could name another service.
 */
export async function writeTrialState(place: StatePlace, state: TrialState): Promise<boolean> {
  try {
    await writeFile(stateFile(place), `${JSON.stringify(state)}\n`, { mode: 0o600, flag: "wx" });
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

/** Writes what programs need to sign through the trial's private Sigstore and to verify what it vouched for. Public, all of it. */
export async function writeSigstoreFiles(
  place: StatePlace,
  texts: { readonly signingConfig: string; readonly trustedRoot: string },
): Promise<void> {
  const files = sigstoreFiles(place);
  await writeFile(files.signingConfig, texts.signingConfig, { mode: 0o600 });
  await writeFile(files.trustedRoot, texts.trustedRoot, { mode: 0o600 });
}

/** Makes the folder of the state, or checks that nobody else may write to the one there is. */
export async function prepareStateFolder(place: StatePlace): Promise<void> {
  const folder = stateFolder(place);
  await mkdir(dirname(folder), { recursive: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // Windows has no such bits; the folder of the user's profile is the user's there.
  if (place.platform === "win32") return;
  const { mode, uid } = await stat(folder);
  if ((mode & 0o022) !== 0 || (process.getuid !== undefined && uid !== process.getuid()))
    throw new AppError(
      "configuration",
      `Others may write to ${folder}, so the trial does not keep its secrets there. Set COUNTERSIGN_STATE_DIR to a folder of your own.`,
    );
}

/** Appends a line to the audit log before the caller goes on: what is not recorded is not signed. */
export function appendAudit(place: StatePlace, line: string): void {
  appendFileSync(auditFile(place), line, { mode: 0o600 });
}

/** Removes what the trial wrote, and the folder where nothing else is in it. */
export async function removeTrialState(place: StatePlace): Promise<void> {
  await rm(stateFile(place), { force: true });
  await rm(auditFile(place), { force: true });
  for (const file of Object.values(sigstoreFiles(place))) await rm(file, { force: true });
  await rmdir(stateFolder(place)).catch(() => undefined);
}
