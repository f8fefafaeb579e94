import * as vscode from "vscode";
import type { Document, ImageUse, ValueStep } from "../core/document/document.ts";
import { formatFamiliar, parseReference, repositoryName } from "../core/image/reference.ts";
import { registryPage } from "../core/image/registryPage.ts";
import type { Span } from "../core/image/span.ts";
import type { Extension } from "./context.ts";
import { freshDocument } from "./freshDocument.ts";
import { rangeOf, selector } from "./places.ts";
import { isBoolean, onSettingChange, setting } from "./settings.ts";

/** Where a reference leads: to its registry's page, to where its value is written, and what it comes to. */
export function register(extension: Extension): vscode.Disposable {
  const changes = new vscode.EventEmitter<void>();
  return vscode.Disposable.from(
    changes,
    vscode.languages.registerDocumentLinkProvider(selector, {
      async provideDocumentLinks(editorDocument, token) {
        const document = await freshDocument(extension, editorDocument, token);
        return document === undefined ? [] : document.images.flatMap((use) => linkOf(document, use));
      },
    }),
    vscode.languages.registerDefinitionProvider(selector, {
      async provideDefinition(editorDocument, position, token) {
        const document = await freshDocument(extension, editorDocument, token);
        const use = document && extension.model.useAt(document.path, editorDocument.offsetAt(position));
        return document === undefined || use === undefined ? [] : await definitionsOf(extension, document, use);
      },
    }),
    vscode.languages.registerInlayHintsProvider(selector, {
      onDidChangeInlayHints: changes.event,
      async provideInlayHints(editorDocument, range, token) {
        if (!setting("inlayHints.enabled", isBoolean, true)) return [];
        const document = await freshDocument(extension, editorDocument, token);
        return document === undefined ? [] : hintsOf(document, range);
      },
    }),
    extension.model.onDidChange(({ kind }) => {
      if (kind === "documents") changes.fire();
    }),
    onSettingChange("inlayHints.enabled", () => changes.fire()),
  );
}

/** Of a reference with variables, only its literal repository is a link: the rest leads to where its value is written. */
function linkOf(document: Document, { span, text, reference, resolution }: ImageUse): vscode.DocumentLink[] {
  const page = reference === undefined ? undefined : registryPage(reference);
  if (reference === undefined || page === undefined || resolution === "unresolved") return [];
  const end = resolution === "literal" ? text.length : repositoryLength(text, repositoryName(reference));
  if (end === undefined) return [];
  const link = new vscode.DocumentLink(
    rangeOf(document, { start: span.start, end: span.start + end }),
    vscode.Uri.parse(page),
  );
  link.tooltip = "Open the registry's page";
  return [link];
}

/** How much of a reference's text writes its repository, where it does so before the first variable. */
function repositoryLength(text: string, repository: string): number | undefined {
  const literal = /^[^$<{]*/u.exec(text)?.[0].replace(/[:@][^/]*$/u, "") ?? "";
  const { value } = parseReference(literal);
  return value !== undefined && repositoryName(value) === repository ? literal.length : undefined;
}

async function definitionsOf(extension: Extension, document: Document, use: ImageUse): Promise<vscode.LocationLink[]> {
  const outside = ({ span, file }: ValueStep): boolean =>
    file !== undefined || span.end <= use.span.start || span.start >= use.span.end;
  const steps: readonly { readonly span: Span; readonly file?: string }[] = [
    ...(use.definedAt === undefined ? [] : [{ span: use.definedAt }]),
    // The literal that counts comes first, what led to it after it.
    ...use.chain.filter(outside).toReversed(),
  ];
  const links = new Map<string, vscode.LocationLink>();
  for (const { span, file } of steps) {
    const place = await placeOf(extension, document, span, file);
    if (place === undefined) continue;
    const key = `${place.targetUri.toString()} ${place.targetRange.start.line}`;
    if (!links.has(key)) links.set(key, { originSelectionRange: rangeOf(document, use.span), ...place });
  }
  return [...links.values()];
}

async function placeOf(
  { files, model }: Extension,
  document: Document,
  span: Span,
  file: string | undefined,
): Promise<{ readonly targetUri: vscode.Uri; readonly targetRange: vscode.Range } | undefined> {
  const path = file ?? document.path;
  const targetUri = files.uriOf(path);
  if (targetUri === undefined) return undefined;
  const known = path === document.path ? document : model.document(path);
  if (known !== undefined) return { targetUri, targetRange: rangeOf(known, span) };
  const opened = await vscode.workspace.openTextDocument(targetUri).then(
    (text) => text,
    () => undefined,
  );
  if (opened === undefined) return undefined;
  return { targetUri, targetRange: new vscode.Range(opened.positionAt(span.start), opened.positionAt(span.end)) };
}

/** Of the images that a matrix or a loop gives, as many are shown; the others are in the hint's tooltip. */
const mostShown = 3;

/** What references with variables come to, one hint for each place. */
function hintsOf(document: Document, range: vscode.Range): vscode.InlayHint[] {
  const places = new Map<string, { readonly end: vscode.Position; readonly uses: ImageUse[] }>();
  for (const use of document.images) {
    const end = rangeOf(document, use.span).end;
    if (use.resolution !== "resolved" || use.reference === undefined || !range.contains(end)) continue;
    const key = `${use.span.start} ${use.span.end}`;
    const place = places.get(key);
    if (place === undefined) places.set(key, { end, uses: [use] });
    else place.uses.push(use);
  }
  return [...places.values()].flatMap(({ end, uses }) => {
    const shown = [...new Set(uses.map(shownOf))].filter((text) => text !== "");
    const names = [...new Set(uses.flatMap(({ reference }) => (reference ? formatFamiliar(reference) : [])))];
    const [first] = uses;
    if (first === undefined || shown.length === 0) return [];
    const left = shown.length - mostShown;
    const hint = new vscode.InlayHint(
      end,
      shown.slice(0, mostShown).join(", ") + (left > 0 ? ` and ${left} more` : ""),
    );
    hint.paddingLeft = true;
    hint.tooltip = `${first.text} is ${names.join(", ")}`;
    return [hint];
  });
}

/** Only what the text does not already show: the tag and digest, or what follows the folders that it begins with. */
function shownOf({ text, reference }: ImageUse): string {
  if (reference === undefined) return "";
  if (repositoryLength(text, repositoryName(reference)) !== undefined) return versionOf(reference);
  const name = formatFamiliar(reference).replace(/(@[a-z0-9]+:\w{12})\w+$/u, "$1...");
  const folders = /^(?:[^$<{/]+\/)*/u.exec(text)?.[0] ?? "";
  return name.startsWith(folders) ? name.slice(folders.length) : name;
}

function versionOf({ tag, digest }: { readonly tag?: string; readonly digest?: string }): string {
  return [tag, digest?.slice(0, 19)].filter((part) => part !== undefined).join("@");
}
