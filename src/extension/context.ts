import type * as vscode from "vscode";
import type { TrustMaterial } from "../core/signature/trustMaterial.ts";
import type { Connections } from "./connections.ts";
import type { Logbook } from "./log.ts";
import type { Model } from "./model.ts";
import type { SigningState } from "./signing/signingState.ts";
import type { Verification } from "./verification.ts";
import type { WorkspaceFiles } from "./workspaceFiles.ts";

/** What the slices share. Built once, in `extension.ts`. */
export interface Extension {
  readonly context: vscode.ExtensionContext;
  readonly files: WorkspaceFiles;
  readonly log: Logbook;
  readonly model: Model;
  readonly connections: Connections;
  /** What certificates are judged by. */
  readonly material: () => Promise<TrustMaterial>;
  readonly verification: Verification;
  readonly signing: SigningState;
  readonly now: () => Date;
}
