import * as vscode from "vscode";
import type { Document } from "../core/document/document.ts";
import { summaryDetail } from "../core/report/words.ts";
import type { CommandId, CommandTarget } from "./commandIds.ts";
import type { Extension } from "./context.ts";
import { freshDocument } from "./freshDocument.ts";
import { markOf, statusKey, type ImageStatus } from "./marks.ts";
import { createPace } from "./drawing.ts";
import { referencesOf, type ModelChange } from "./model.ts";
import { rangeOf, selector } from "./places.ts";
import { imagesByPlace, type PlacedImage } from "./samePlace.ts";
import { isBoolean, onSettingChange, setting } from "./settings.ts";
import { pushesOf, signTitle, targetOf } from "./signing/pushes.ts";
import { strangerOf } from "./trustSigner.ts";

/**
 * The editor asks again once nothing has changed for a while, a quarter of a second and longer on a busy machine: what
 * changes more often than that would not be seen until all of it is over. In milliseconds.
 */
const redrawing = 1000;

/** One line above each reference: what is known, and at most two actions; above what is pushed only where a person wants it. */
export function register(extension: Extension): vscode.Disposable {
  const changes = new vscode.EventEmitter<void>();
  const pace = createPace(() => changes.fire(), redrawing);
  const provider: vscode.CodeLensProvider = {
    onDidChangeCodeLenses: changes.event,
    async provideCodeLenses(editorDocument, token) {
      if (!setting("codeLens.enabled", isBoolean, true)) return [];
      const document = await freshDocument(extension, editorDocument, token);
      if (document === undefined) return [];
      const { path } = document;
      const references = imagesByPlace(document, (image) => extension.model.status(image)).flatMap(
        ([worst, ...others]) => {
          const { use, reference, status } = worst;
          const target: CommandTarget = { reference, file: path, offset: use.span.start };
          const range = rangeOf(document, use.span);
          const title =
            others.length === 0 ? lensTitle(status, extension.now()) : lensTitleOfMany(status, [worst, ...others]);
          const lenses = [new vscode.CodeLens(range, { title, command: "" })];
          for (const { title: action, command, tooltip } of lensActions(status))
            lenses.push(new vscode.CodeLens(range, { title: action, command, tooltip, arguments: [target] }));
          return lenses;
        },
      );
      return [...references, ...pushLenses(document)];
    },
  };
  return vscode.Disposable.from(
    changes,
    vscode.languages.registerCodeLensProvider(selector, provider),
    pace,
    extension.model.onDidChange((change) => {
      if (concernsShown(extension, change)) pace.request();
    }),
    onSettingChange("codeLens", () => changes.fire()),
  );
}

/** Whether a change is seen in an editor that is open: while thousands of images are verified, few of them are. */
function concernsShown({ files, model }: Extension, change: ModelChange): boolean {
  const shown = vscode.window.visibleTextEditors.flatMap(({ document }) => files.pathOf(document.uri) ?? []);
  switch (change.kind) {
    case "documents":
      return change.paths.some((path) => shown.includes(path));
    case "verdicts": {
      const changed = new Set(change.references);
      const documents = shown.flatMap((path) => model.document(path) ?? []);
      return documents.some((document) => referencesOf(document).some((reference) => changed.has(reference)));
    }
    case "policy":
    case "ready":
      return true;
  }
}

function pushLenses(document: Document): readonly vscode.CodeLens[] {
  if (!vscode.workspace.isTrusted || !setting("codeLens.pushes", isBoolean, false)) return [];
  return pushesOf(document).map((push) => {
    const title = `$(cloud-upload)\u00a0${signTitle(push).replaceAll("$(", "$ (")}`;
    const command: CommandId = "countersign.sign";
    const tooltip = "Sign through a signing service what is pushed here";
    return new vscode.CodeLens(rangeOf(document, push.spans[0]), {
      title,
      command,
      tooltip,
      arguments: [targetOf(document, push)],
    });
  });
}

function lensTitle(status: ImageStatus, now: Date): string {
  const { icon, word } = markOf(status);
  const detail = status.kind === "judged" ? summaryDetail(status.verdict, now) : "";
  // Icons are ours alone: `$(` from outside is broken up.
  const safe = detail.replaceAll("$(", "$ (");
  // The editor drops a plain space after an icon.
  return `$(${icon})\u00a0${word}${safe === "" ? "" : ` · ${safe}`}`;
}

/** Of several images at one place, how many are as the worst is: the hover names them. */
function lensTitleOfMany(status: ImageStatus, images: readonly PlacedImage[]): string {
  const { icon, word } = markOf(status);
  const alike = images.filter((image) => statusKey(image.status) === statusKey(status)).length;
  const many = alike === images.length ? `all ${images.length} images` : `${alike} of ${images.length} images`;
  return `$(${icon})\u00a0${word} · ${many} here`;
}

interface LensAction {
  readonly title: string;
  readonly command: CommandId | "workbench.trust.manage";
  readonly tooltip: string;
}

const details: LensAction = {
  title: "Details",
  command: "countersign.showSteps",
  tooltip: "How this verdict came to be",
};
const sign: LensAction = { title: "Sign", command: "countersign.sign", tooltip: "Sign through a signing service" };
const trust: LensAction = {
  title: "Trust this signer",
  command: "countersign.trustSigner",
  tooltip: "Propose the smallest change of the policy that accepts this signer",
};
const retry: LensAction = { title: "Retry", command: "countersign.verifyAgain", tooltip: "Ask the registry again" };

function lensActions(status: ImageStatus): readonly LensAction[] {
  switch (status.kind) {
    case "checking":
      return [];
    case "not-checked":
      return vscode.workspace.isTrusted
        ? [{ ...retry, title: "Verify" }]
        : [
            {
              title: "Manage trust",
              command: "workbench.trust.manage",
              tooltip: "Trust this workspace to verify its images",
            },
          ];
    case "judged":
      break;
  }
  const { state, reason } = status.verdict;
  switch (state) {
    case "verified":
    case "invalid":
      return [details];
    case "untrusted":
      return [strangerOf(status.verdict) === undefined ? sign : trust, details];
    case "unsigned":
      return [sign, details];
    case "unknown":
      return reason.code === "authentication" || reason.code === "auth-helper-failed"
        ? [{ title: "Sign in", command: "countersign.signIn", tooltip: "Sign in to the registry" }, retry]
        : [retry, details];
  }
}
