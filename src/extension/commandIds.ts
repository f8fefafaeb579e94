/** Every command that the extension declares and handles; the table in `commands.ts` has one handler for each. */
export const commandIds = [
  "countersign.verifyAll",
  "countersign.verifyAgain",
  "countersign.verifyPlatforms",
  "countersign.verify",
  "countersign.sign",
  "countersign.signFile",
  "countersign.trustSigner",
  "countersign.pin",
  "countersign.pinAll",
  "countersign.pinAllInWorkspace",
  "countersign.refreshPins",
  "countersign.refreshPinsInWorkspace",
  "countersign.fixAll",
  "countersign.showSteps",
  "countersign.showLog",
  "countersign.showRule",
  "countersign.copyDigest",
  "countersign.groupBy",
  "countersign.filter",
  "countersign.exportReport",
  "countersign.openPolicy",
  "countersign.draftPolicy",
  "countersign.signIn",
  "countersign.signing.refresh",
  "countersign.signing.signIn",
  "countersign.signing.resume",
  "countersign.signing.abandon",
  "countersign.signing.approve",
  "countersign.signing.reject",
  "countersign.signing.allow",
  "countersign.signing.showAudit",
  "countersign.trial.start",
  "countersign.trial.stop",
] as const;

export type CommandId = (typeof commandIds)[number];

/** What commands are given from a CodeLens, a hover, a quick fix or a tree item: plain data, so that it fits into a link. */
export interface CommandTarget {
  /** Normalised image reference. */
  readonly reference?: string;
  /** Workspace path of the file it was chosen in; the address of a file that was chosen in the explorer. */
  readonly file?: string;
  /** Offset of the use in that file. */
  readonly offset?: number;
  /** 1-based line, for a place in a file. */
  readonly line?: number;
  readonly rule?: string;
  /** Id of a pending signing request, and the service it waits at. */
  readonly request?: string;
  readonly service?: string;
}

/** A command that the editor itself makes, as it does to focus each view. */
export function internalCommand(id: string): string {
  return id;
}

/** A Markdown link that runs one of our commands. `label` may hold codicons; it is never text from outside. */
export function commandLink(label: string, command: CommandId, target: CommandTarget, tooltip: string): string {
  const argument = encodeURIComponent(JSON.stringify([target])).replace(/[()]/gu, (unit) =>
    unit === "(" ? "%28" : "%29",
  );
  return `[${label}](command:${command}?${argument} "${tooltip}")`;
}
