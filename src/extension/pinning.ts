import * as vscode from "vscode";
import type { ImageUse } from "../core/document/document.ts";
import { formatFamiliar, formatReference } from "../core/image/reference.ts";
import type { Span } from "../core/image/span.ts";
import { count } from "../core/report/words.ts";
import { tagOf } from "../core/rules/pinFix.ts";
import { pinRefusal } from "../core/rules/pinRefusal.ts";
import type { Edit, Finding } from "../core/rules/rule.ts";
import { applyEdits } from "./applyEdits.ts";
import { signalOf } from "./cancellation.ts";
import type { CommandTarget } from "./commandIds.ts";
import type { Extension } from "./context.ts";
import { openAt, rangeOf } from "./places.ts";
import { safeEdits } from "./safeEdits.ts";
import { chooseImage } from "./targets.ts";
import { referenceOf, type Use } from "./tree/grouping.ts";

/** The rule whose fix writes a digest. */
const pinRule = "image-without-digest";
/** The rule whose fix writes the digest that a tag has moved to. */
const refreshRule = "pin-outdated";

/** Writes the verified digest of one image, wherever the file that was meant uses it. */
export async function pin(extension: Extension, target: CommandTarget): Promise<void> {
  const image = await chooseImage(extension, target, "Pin an image to its digest");
  if (image === undefined) return;
  const uses = image.uses.filter(
    ({ document, use }) =>
      (target.file === undefined || document.path === target.file) &&
      (target.offset === undefined || target.file === undefined || use.span.start === target.offset),
  );
  const findings = uses.flatMap(({ document, use }) =>
    extension.model
      .findings(document.path)
      .filter(({ rule, span }) => rule === pinRule && span.start === use.span.start)
      .map((finding) => ({ ...finding, fixes: finding.fixes.filter(({ edits }) => edits.some(isPinOf(use))) })),
  );
  const outcome = await applyEdits(extension, safeEdits(findings, pinRule));
  if (outcome.kind === "applied") return;
  if (outcome.kind === "nothing") {
    const refusal = uses.map(({ use }) => pinRefusal(use)).find((reason) => reason !== undefined);
    const why =
      refusal === undefined
        ? "Only a verified digest is written, and only where the file has a place for it."
        : `No digest can be written there, because ${refusal}.`;
    void vscode.window.showInformationMessage(`${image.name} was not pinned. ${why}`);
  } else void vscode.window.showWarningMessage(`${image.name} was not pinned. ${outcome.why}`);
}

/** Whether an edit pins this use, and not another image of the same place. */
function isPinOf({ pinAt }: ImageUse): (edit: Edit) => boolean {
  return ({ span }) => span.start === pinAt?.start;
}

/** Writes every verified digest in the file that is open, or in the workspace, as one change. */
export async function pinAll(extension: Extension, scope: Scope): Promise<void> {
  const paths = pathsIn(extension, scope);
  const floating = usesIn(extension, paths).flatMap(({ use }) =>
    use.reference?.digest === undefined && use.pinAt !== undefined ? (referenceOf(use) ?? []) : [],
  );
  const unknown = floating.filter((reference) => extension.model.status(reference).kind !== "judged");
  if (!(await asked(extension, unknown, "Asking for digests"))) return;
  const nothing = `Nothing to pin: no image in ${nameOf(scope)} is verified and without a digest.`;
  const findings = paths.flatMap((path) => extension.model.findings(path));
  await writeDigests(extension, findings, { rule: pinRule, label: "Pin images", past: "Pinned", nothing });
}

/** Asks what the tags of pinned images name now, and writes the new digests that are verified, as one change. */
export async function refreshPins(extension: Extension, scope: Scope, target: CommandTarget = {}): Promise<void> {
  const paths = target.file === undefined ? pathsIn(extension, scope) : [target.file];
  const isMeant = (use: ImageUse): boolean => target.reference === undefined || referenceOf(use) === target.reference;
  const tags = usesIn(extension, paths).flatMap(({ use }) => {
    if (!isMeant(use)) return [];
    const tag = use.reference === undefined || referenceOf(use) === undefined ? undefined : tagOf(use.reference);
    return tag === undefined ? [] : [formatReference(tag)];
  });
  if (!(await asked(extension, tags, "Asking what tags name now"))) return;
  const meant = new Set(
    usesIn(extension, paths).flatMap(({ document, use }) => (isMeant(use) ? [placeKey(document.path, use)] : [])),
  );
  const left = paths
    .flatMap((path) => extension.model.findings(path))
    .filter((finding) => finding.rule === refreshRule && meant.has(placeKey(finding.file, finding)));
  const nothing =
    left.length === 0
      ? `Nothing to refresh: no tag of a pinned image in ${nameOf(scope)} has moved.`
      : `No pin was refreshed: ${count(left.length, "tag")} moved to images that are not verified. The Problems view says who signed them.`;
  await writeDigests(extension, left, { rule: refreshRule, label: "Refresh pins", past: "Refreshed", nothing });
}

function placeKey(path: string, { span }: { readonly span: Span }): string {
  return `${span.start} ${span.end} ${path}`;
}

/** Where pins are written. */
export type Scope = "file" | "workspace";

function nameOf(scope: Scope): string {
  return scope === "file" ? "this file" : "this workspace";
}

function pathsIn(extension: Extension, scope: Scope): readonly string[] {
  if (scope === "workspace") return extension.model.documents().map(({ path }) => path);
  const uri = vscode.window.activeTextEditor?.document.uri;
  const path = uri === undefined ? undefined : extension.files.pathOf(uri);
  return path === undefined ? [] : [path];
}

function usesIn(extension: Extension, paths: readonly string[]): readonly Use[] {
  return paths.flatMap((path) => {
    const document = extension.model.document(path);
    return document === undefined ? [] : document.images.map((use) => ({ document, use }));
  });
}

/** Asks registries with progress and Cancel; false where it was cancelled, so that nothing is changed. */
async function asked(extension: Extension, references: readonly string[], title: string): Promise<boolean> {
  const wanted = [...new Set(references)];
  if (wanted.length === 0 || !vscode.workspace.isTrusted) return true;
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return await vscode.window.withProgress(options, async (progress, token) => {
    const signal = signalOf(token);
    const subscription = extension.verification.onDidProgress(() => {
      const state = extension.verification.progress();
      if (state !== undefined) progress.report({ message: `${state.done} of ${state.total}` });
    });
    try {
      await extension.verification.verify(wanted, { signal });
      // What is known is put into the model a moment later.
      if (extension.verification.progress() !== undefined) await drawn(extension);
    } finally {
      subscription.dispose();
    }
    return !signal.aborted;
  });
}

function drawn({ verification }: Extension): Promise<void> {
  return new Promise((resolve) => {
    const subscription = verification.onDidProgress(() => {
      subscription.dispose();
      resolve();
    });
  });
}

interface Writing {
  readonly rule: string;
  readonly label: string;
  readonly past: string;
  readonly nothing: string;
}

/** One change for everything, so that one undo takes it back; it says what it did, and where it did not. */
async function writeDigests(
  extension: Extension,
  findings: readonly Finding[],
  { rule, label, past, nothing }: Writing,
): Promise<void> {
  const edits = safeEdits(findings, rule);
  if (edits.length === 0) {
    void vscode.window.showInformationMessage(nothing);
    return;
  }
  const outcome = await applyEdits(extension, edits, label);
  if (outcome.kind !== "applied") {
    const why = outcome.kind === "refused" ? ` ${outcome.why}` : "";
    void vscode.window.showWarningMessage(`${label}: nothing was changed.${why}`);
    return;
  }
  const written = new Set(outcome.edits);
  const changes = findings.flatMap((finding) =>
    finding.fixes.flatMap(({ title, edits: own }) =>
      own.some((edit) => written.has(edit)) ? [{ finding, title }] : [],
    ),
  );
  for (const { finding, title } of changes) extension.log.info(`${finding.file}: ${title}. ${finding.message}`);
  const files = new Set(changes.map(({ finding }) => finding.file)).size;
  const [first] = changes;
  const what =
    first !== undefined && changes.length === 1
      ? oneChange(nameAt(extension, first.finding), first.title)
      : `${count(changes.length, "image")} in ${count(files, "file")}`;
  const message = [`${past} ${what}.`, ...outcome.left.map((file) => `${file} is read-only and was left as it is.`)];
  void vscode.window.showInformationMessage(message.join(" "), "Show").then(async (chosen) => {
    if (chosen !== undefined) await showChange(extension, changes.length === 1 ? first?.finding : undefined);
  });
}

/** "node:22 to sha256:1f3a... (verified, signed by acme)": the title says the name itself where there are several. */
function oneChange(name: string, title: string): string {
  const [, own = name, digest = ""] = /^\w+ (?:(\S+) )?(to sha\d+:.*)$/su.exec(title) ?? [];
  return `${own} ${digest}`;
}

/** One change in its file, or all of them in the log. */
async function showChange({ files, log, model }: Extension, finding: Finding | undefined): Promise<void> {
  const uri = finding === undefined ? undefined : files.uriOf(finding.file);
  const document = finding === undefined ? undefined : model.document(finding.file);
  if (finding === undefined || uri === undefined || document === undefined) log.show();
  else await openAt(uri, rangeOf(document, { start: finding.span.start, end: finding.span.start }));
}

/** The image of a finding as a person calls it, without the digest that it had. */
function nameAt({ model }: Extension, { file, span }: Finding): string {
  const reference = model.useAt(file, span.start)?.reference;
  if (reference === undefined) return "1 image";
  const { digest: _, ...name } = reference;
  return formatFamiliar(name);
}

/** Applies every safe fix in the file that is open. */
export async function fixAll(extension: Extension): Promise<void> {
  const uri = vscode.window.activeTextEditor?.document.uri;
  const path = uri === undefined ? undefined : extension.files.pathOf(uri);
  const findings = path === undefined ? [] : extension.model.findings(path);
  const outcome = await applyEdits(extension, safeEdits(findings));
  if (outcome.kind === "applied") return;
  if (outcome.kind === "nothing") {
    const nothing = "Nothing in this file can be fixed without a decision of yours.";
    void vscode.window.showInformationMessage(nothing);
  } else void vscode.window.showWarningMessage(`Nothing was changed. ${outcome.why}`);
}
