import assert from "node:assert/strict";
import {
  commands,
  extensions,
  Range,
  window,
  workspace,
  type DocumentLink,
  type Hover,
  type InlayHint,
  type Location,
  type LocationLink,
  type MarkdownString,
} from "vscode";
import { fileUri, ours, until, write } from "./host.ts";

interface Case {
  readonly path: string;
  readonly text: string;
  /** A reference with variables, where its value is written, and what it comes to. */
  readonly at: string;
  readonly line: number;
  readonly hint: string;
  /** A literal reference of the same file, as its link's text. */
  readonly link: string;
}

const cases: readonly Case[] = [
  {
    path: "languages/deploy.sh",
    text: '#!/bin/sh\nTAG=1.27\ndocker pull "nginx:$TAG"\ndocker run --rm redis:7 true\n',
    at: "nginx:$TAG",
    line: 2,
    hint: "1.27",
    link: "redis:7",
  },
  {
    path: "languages/Makefile",
    text: "TOOLS := node:22\nlint:\n\tdocker run --rm $(TOOLS) true\n\tdocker pull redis:7\n",
    at: "$(TOOLS)",
    line: 1,
    hint: "node:22",
    link: "redis:7",
  },
  {
    path: "languages/main.tf",
    text: 'variable "tag" {\n  default = "1.27"\n}\nresource "docker_image" "web" {\n  name = "nginx:${var.tag}"\n}\nresource "docker_image" "cache" {\n  name = "redis:7"\n}\n',
    at: "nginx:${",
    line: 2,
    hint: "1.27",
    link: "redis:7",
  },
];

describe("languages that are no YAML", () => {
  before(async () => {
    await extensions.getExtension("countersign.countersign")?.activate();
  });
  after(async () => {
    await workspace.fs.delete(fileUri("languages"), { recursive: true });
  });

  for (const { path, text, at, line, hint, link } of cases)
    it(`have links, hovers, definitions and hints: ${path}`, async () => {
      const uri = await write(path, text);
      const document = await workspace.openTextDocument(uri);
      await window.showTextDocument(document);
      await until(() => (ours(uri).length > 0 ? true : undefined));
      const position = document.positionAt(text.indexOf(at) + 2);
      const links = await commands.executeCommand<DocumentLink[]>("vscode.executeLinkProvider", uri);
      const linked = links.map(({ range }) => document.getText(range));
      assert.ok(linked.includes(link), linked.join(", "));
      const found = await commands.executeCommand<(Location | LocationLink)[]>(
        "vscode.executeDefinitionProvider",
        uri,
        position,
      );
      const lines = found.map((place) => ("range" in place ? place.range : place.targetRange).start.line + 1);
      assert.ok(lines.includes(line), lines.join(", "));
      const hovers = await commands.executeCommand<Hover[]>("vscode.executeHoverProvider", uri, position);
      const said = hovers.flatMap(({ contents }) => contents.map((content) => (content as MarkdownString).value));
      assert.match(said.join(), new RegExp(`value from .*line ${line}`, "u"));
      const whole = new Range(0, 0, document.lineCount, 0);
      const hints = await commands.executeCommand<InlayHint[]>("vscode.executeInlayHintProvider", uri, whole);
      assert.deepEqual(
        hints.map(({ label }) => label),
        [hint],
      );
      await commands.executeCommand("workbench.action.closeActiveEditor");
    });
});
