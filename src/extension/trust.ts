import * as vscode from "vscode";
import { AppError } from "../application/errors.ts";
import type { TrustMaterial } from "../core/signature/trustMaterial.ts";
import type { Logbook } from "./log.ts";
import type { Model } from "./model.ts";
import { isText, setting } from "./settings.ts";
import type { WorkspaceFiles } from "./workspaceFiles.ts";

/** Trusted roots above this size, in bytes, are not read. */
const maximumSize = 16 * 1024 * 1024;

/**
 * What certificates are judged by: the person's own root, the roots that the configuration names, and the built-in one.
 * Throws AppError `configuration` where the person's own root cannot be read: nothing takes its place.
 */
export async function readMaterial(
  { model, files, log }: { readonly model: Model; readonly files: WorkspaceFiles; readonly log: Logbook },
  signal: AbortSignal,
): Promise<TrustMaterial> {
  const [{ readPublicGoodRoot }, { readTrustMaterial }] = await Promise.all([
    import("../adapters/trustedRoot/storedRoot.ts"),
    import("../application/trustMaterial.ts"),
  ]);
  const builtIn = await readPublicGoodRoot({ environment: process.env, platform: process.platform });
  const path = setting("trustedRoot", isText, "");
  const own = path === "" ? undefined : { name: path, text: await readOwnRoot(path), source: path };
  const given =
    own === undefined
      ? { trustedRoots: [builtIn], defaultRoot: builtIn.name }
      : { trustedRoots: [own, builtIn], defaultRoot: own.name };
  const { material, problems } = await readTrustMaterial(files, model.rulebook.configuration, given, { signal });
  for (const { message } of problems) log.warn(message);
  return material;
}

async function readOwnRoot(path: string): Promise<string> {
  const uri = vscode.Uri.file(path);
  try {
    const { size } = await vscode.workspace.fs.stat(uri);
    if (size <= maximumSize) return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  } catch (cause) {
    throw unreadable(path, "it does not exist, or may not be read", cause);
  }
  throw unreadable(path, "it is too large", undefined);
}

function unreadable(path: string, why: string, cause: unknown): AppError {
  const message = `Could not read the trusted root ${path}: ${why}. Correct the setting countersign.trustedRoot.`;
  return new AppError("configuration", message, { cause });
}
