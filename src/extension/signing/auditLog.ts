import * as vscode from "vscode";
import type { AuditEntry } from "../../application/signingService.ts";
import { shortDigest } from "../../core/image/digest.ts";
import { describeAge, describeTime, printable } from "../../core/report/words.ts";
import type { CommandTarget } from "../commandIds.ts";
import type { Extension } from "../context.ts";
import { escapeMarkdown, inlineCode } from "../markdown.ts";
import type { ServiceState } from "./signingState.ts";

const scheme = "countersign-audit";

/** Entries that one document shows, the newest first. */
const shownEntries = 500;

/** Audit logs of signing services, as virtual Markdown documents that are written again when a service was asked. */
export function register(extension: Extension): vscode.Disposable {
  const changes = new vscode.EventEmitter<vscode.Uri>();
  const provider: vscode.TextDocumentContentProvider = {
    onDidChange: changes.event,
    provideTextDocumentContent({ query }) {
      const service = extension.signing.services().find(({ name }) => name === query);
      return service === undefined ? "# Not known any more\n" : auditText(service, extension.now());
    },
  };
  return vscode.Disposable.from(
    changes,
    vscode.workspace.registerTextDocumentContentProvider(scheme, provider),
    extension.signing.onDidChange(() => {
      for (const { name } of extension.signing.services()) changes.fire(auditUri(name));
    }),
  );
}

/** Shows who did what at a signing service. */
export async function showAudit(extension: Extension, target: CommandTarget): Promise<void> {
  const services = await extension.signing.refresh(AbortSignal.timeout(15_000));
  const known = services.find(({ name }) => name === target.service);
  const service = known ?? (services.length === 1 ? services[0] : await chooseService(services));
  if (service !== undefined) await vscode.commands.executeCommand("markdown.showPreview", auditUri(service.name));
}

/** What the log says about an artifact's repository or a key, the newest first, without the request itself. */
export function entriesAbout(
  entries: readonly AuditEntry[],
  { artifact, key, requestedAt }: { readonly artifact: string; readonly key: string; readonly requestedAt: string },
): readonly AuditEntry[] {
  const repository = repositoryOf(artifact);
  return entries
    .filter(
      (entry) => entry.key === key || (entry.artifact !== undefined && repositoryOf(entry.artifact) === repository),
    )
    .filter(({ event, at }) => !(event === "requested" && at >= requestedAt))
    .toSorted((a, b) => b.at.localeCompare(a.at));
}

/** An entry in one line: of what, with which key, by whom, how long ago. */
export function auditLine({ artifact, digest, key, actor, at }: AuditEntry, now: Date): string {
  const name = artifact?.split("@")[0];
  const what = name === undefined || digest === undefined ? (name ?? digest) : `${name}@${shortDigest(digest)}`;
  const parts = [what, key === undefined ? undefined : `key ${key}`, `by ${actor}`, describeAge(at, now)];
  return printable(parts.filter((part) => part !== undefined).join(" · "));
}

function auditText({ name, origin, audit, failure }: ServiceState, now: Date): string {
  const newest = audit.toSorted((a, b) => b.at.localeCompare(a.at)).slice(0, shownEntries);
  const lines = newest.map(
    (entry) =>
      `- ${describeTime(entry.at)} **${escapeMarkdown(entry.event)}** ${escapeMarkdown(auditLine(entry, now))} (${inlineCode(entry.id)})`,
  );
  const said = failure ?? (audit.length > shownEntries ? `The last ${shownEntries} of ${audit.length} entries.` : "");
  const parts = [
    `# Audit log of ${escapeMarkdown(name)}`,
    inlineCode(origin),
    ...(said === "" ? [] : [escapeMarkdown(said)]),
    lines.length === 0 ? "The service shows no entry to this account." : lines.join("\n"),
  ];
  return `${parts.join("\n\n")}\n`;
}

async function chooseService(services: readonly ServiceState[]): Promise<ServiceState | undefined> {
  if (services.length === 0) {
    void vscode.window.showInformationMessage(
      "No signing service is known. Name it in .countersign.yaml, or start the trial.",
    );
    return undefined;
  }
  const items = services.map((service) => ({ label: service.name, description: service.origin, service }));
  return (await vscode.window.showQuickPick(items, { title: "Show an audit log", placeHolder: "Service" }))?.service;
}

function auditUri(name: string): vscode.Uri {
  return vscode.Uri.from({ scheme, path: `/Audit log of ${name}`, query: name });
}

function repositoryOf(artifact: string): string {
  const [name = ""] = artifact.split("@");
  const colon = name.lastIndexOf(":");
  return colon > name.lastIndexOf("/") ? name.slice(0, colon) : name;
}
