import assert from "node:assert/strict";
import {
  commands,
  ConfigurationTarget,
  extensions,
  Range,
  type Uri,
  window,
  workspace,
  type DocumentLink,
  type Hover,
  type InlayHint,
  type Location,
  type LocationLink,
  type MarkdownString,
  type TextDocument,
} from "vscode";
import { fileUri, ours, until, write } from "./host.ts";

const text = `ARG VERSION=22
ARG TAG=\${VERSION}-alpine
FROM node:\${TAG} AS build
FROM ghcr.io/acme/app:1@sha256:${"0".repeat(64)}
COPY --from=registry.acme.io/tools:2 /a /b
`;

describe("where a reference leads", () => {
  let uri: Uri;
  let document: TextDocument;

  before(async () => {
    await extensions.getExtension("countersign.countersign")?.activate();
    uri = await write("values/Dockerfile", text);
    document = await workspace.openTextDocument(uri);
    await window.showTextDocument(document);
    await until(() => (ours(uri).length > 0 ? true : undefined));
  });
  after(async () => {
    await commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
    await workspace.fs.delete(fileUri("values"), { recursive: true });
  });

  it("is its registry's page where the registry has one", async () => {
    const links = await commands.executeCommand<DocumentLink[]>("vscode.executeLinkProvider", uri);
    const told = links.map(({ range, target }) => [document.getText(range), target?.toString()]);
    assert.deepEqual(told, [
      ["node", "https://hub.docker.com/_/node"],
      [`ghcr.io/acme/app:1@sha256:${"0".repeat(64)}`, "https://ghcr.io/acme/app"],
    ]);
  });

  it("is where its value is written, the literal first", async () => {
    const at = document.positionAt(text.indexOf("${TAG} AS") + 2);
    const found = await commands.executeCommand<(Location | LocationLink)[]>(
      "vscode.executeDefinitionProvider",
      uri,
      at,
    );
    const lines = found.map((place) => ("range" in place ? place.range : place.targetRange).start.line + 1);
    assert.equal(lines[0], 1);
    assert.ok(lines.includes(2), lines.join(", "));
  });

  it("is said by the hover, with the way to the literal", async () => {
    const at = document.positionAt(text.indexOf("${TAG} AS") + 2);
    const hovers = await commands.executeCommand<Hover[]>("vscode.executeHoverProvider", uri, at);
    const said = hovers.flatMap(({ contents }) => contents.map((content) => (content as MarkdownString).value)).join();
    assert.match(said, /value from ARG VERSION\\, line 1\\, by way of ARG TAG\\, line 2/u);
  });

  it("is shown behind a reference with variables, until the setting hides it", async () => {
    const whole = new Range(0, 0, document.lineCount, 0);
    const hints = (): Thenable<InlayHint[]> =>
      commands.executeCommand<InlayHint[]>("vscode.executeInlayHintProvider", uri, whole);
    const shown = (await hints()).map(({ label, position }) => [label, position.line + 1]);
    assert.deepEqual(shown, [["22-alpine", 3]]);
    const settings = workspace.getConfiguration("countersign");
    await settings.update("inlayHints.enabled", false, ConfigurationTarget.Global);
    try {
      assert.deepEqual(await hints(), []);
    } finally {
      await settings.update("inlayHints.enabled", undefined, ConfigurationTarget.Global);
    }
  });

  it("is answered at the places of the new text while somebody types", async () => {
    const editor = await window.showTextDocument(document);
    await editor.edit((edit) => edit.insert(document.positionAt(0), "# A comment.\n"));
    const links = await commands.executeCommand<DocumentLink[]>("vscode.executeLinkProvider", uri);
    assert.equal(document.getText(links[0]?.range), "node");
    await commands.executeCommand("undo");
  });

  it("follows a value into another file, and that file's changes", async () => {
    await write("values/.env", "TAG=1.27\n");
    const compose = await write("values/compose.yaml", "services:\n  web:\n    image: nginx:${TAG}\n");
    await window.showTextDocument(await workspace.openTextDocument(compose));
    await until(() => ours(compose).find(({ message }) => message.includes("nginx")));
    const hints = async (): Promise<unknown> => {
      const all = await commands.executeCommand<InlayHint[]>(
        "vscode.executeInlayHintProvider",
        compose,
        new Range(0, 0, 9, 0),
      );
      return all[0]?.label;
    };
    await until(async () => ((await hints()) === "1.27" ? true : undefined));
    await write("values/.env", "TAG=1.28\n");
    await until(async () => ((await hints()) === "1.28" ? true : undefined));
    // What is typed there counts before it is saved, and no more once it is thrown away.
    const environment = await workspace.openTextDocument(fileUri("values/.env"));
    const editor = await window.showTextDocument(environment);
    await editor.edit((edit) => edit.replace(new Range(0, 4, 0, 8), "1.29"));
    assert.ok(environment.isDirty);
    await until(async () => ((await hints()) === "1.29" ? true : undefined));
    await commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
    await until(async () => ((await hints()) === "1.28" ? true : undefined));
    await commands.executeCommand("workbench.action.closeActiveEditor");
  });
});
