import * as vscode from "vscode";
import { commandIds } from "./commandIds.ts";
import type { Extension } from "./context.ts";
import { freshDocument } from "./freshDocument.ts";
import { hoverText, type HoverSubject } from "./hoverText.ts";
import type { ImageStatus } from "./marks.ts";
import { rangeOf, selector } from "./places.ts";
import { imagesByPlace } from "./samePlace.ts";

const notKnown: ImageStatus = { kind: "not-checked", why: "Its whole name is not known from the files." };

/** Explains an image where it is named. */
export function register(extension: Extension): vscode.Disposable {
  return vscode.languages.registerHoverProvider(selector, {
    async provideHover(editorDocument, position, token) {
      const document = await freshDocument(extension, editorDocument, token);
      if (document === undefined) return undefined;
      const use = extension.model.useAt(document.path, editorDocument.offsetAt(position));
      if (use === undefined) return undefined;
      const here = imagesByPlace(document, (image) => extension.model.status(image)).find(
        ([{ use: one }]) => one.span.start === use.span.start && one.span.end === use.span.end,
      );
      const { reference, status } = here?.[0] ?? { reference: use.text, status: notKnown };
      const subject = {
        document,
        use: here?.[0].use ?? use,
        reference,
        status,
        others: here?.slice(1) ?? [],
        trusted: vscode.workspace.isTrusted,
        now: extension.now(),
      };
      return new vscode.Hover(hoverMarkdown(subject), rangeOf(document, use.span));
    },
  });
}

/** The hover's Markdown: icons and our own commands, nothing else is trusted. */
export function hoverMarkdown(subject: HoverSubject): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString(hoverText(subject), true);
  markdown.isTrusted = { enabledCommands: commandIds };
  // The only HTML is the colour of our own mark; text from outside is escaped.
  markdown.supportHtml = true;
  return markdown;
}
