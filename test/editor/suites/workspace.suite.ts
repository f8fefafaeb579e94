import assert from "node:assert/strict";
import { rename, rm } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  CodeActionKind,
  commands,
  extensions,
  type Range,
  type Uri,
  window,
  workspace,
  type CodeAction,
  type CodeLens,
  type Hover,
  type MarkdownString,
} from "vscode";
import { fileUri, ours, ruleOf, until, write } from "./host.ts";

describe("the extension in a workspace", () => {
  const dockerfile = fileUri("Dockerfile");

  before(async () => {
    const extension = extensions.getExtension("countersign.countersign");
    assert.ok(extension !== undefined);
    await extension.activate();
    await window.showTextDocument(dockerfile);
  });

  it("registers exactly the commands that its manifest declares", async () => {
    const extension = extensions.getExtension("countersign.countersign");
    const manifest = JSON.parse(readFileSync(join(extension!.extensionPath, "package.json"), "utf8"));
    const declared: string[] = manifest.contributes.commands.map(({ command }: { command: string }) => command);
    const all = await commands.getCommands(true);
    // The editor itself makes commands for each view.
    const registered = all.filter((id) =>
      /^countersign\.(?!(?:images|signing|policies)\.(?!refresh|resume|abandon))/u.test(id),
    );
    assert.deepEqual(
      declared.filter((id) => !all.includes(id)),
      [],
    );
    assert.deepEqual(
      registered.filter((id) => !declared.includes(id)),
      [],
    );
  });

  it("points out an image without a digest, with a link to the rule", async () => {
    const found = await until(() =>
      ours(dockerfile).find((diagnostic) => ruleOf(diagnostic) === "image-without-digest"),
    );
    assert.equal(workspaceText(found.range), "node:22");
    assert.ok(typeof found.code === "object" && "target" in found.code);
    assert.match(found.code.target.toString(), /^command:countersign\.showRule/u);
  });

  it("shows each reference's state in a hover and in a line above it", async () => {
    const at = window.activeTextEditor!.document.positionAt(
      window.activeTextEditor!.document.getText().indexOf("node:22") + 2,
    );
    const hovers = await until(async () => {
      const all = await commands.executeCommand<Hover[]>("vscode.executeHoverProvider", dockerfile, at);
      const texts = all.flatMap(({ contents }) => contents.map((content) => (content as MarkdownString).value));
      return texts.find((text) => text.includes("docker\\.io"));
    });
    assert.match(hovers, /Verify again/u);
    const lenses = await commands.executeCommand<CodeLens[]>("vscode.executeCodeLensProvider", dockerfile, 10);
    const titles = lenses.map(({ command }) => command?.title ?? "");
    assert.ok(
      titles.some((title) => /Checking|Could not check|Not checked|Not signed|Verified/u.test(title)),
      titles.join("\n"),
    );
  });

  it("takes up what is typed, and forgets what is deleted", async () => {
    const editor = await window.showTextDocument(dockerfile);
    const end = editor.document.lineAt(editor.document.lineCount - 1).range.end;
    await editor.edit((edit) => edit.insert(end, "\nFROM busybox:1.36\n"));
    await until(() => ours(dockerfile).find(({ message }) => message.includes("busybox:1.36")));
    await commands.executeCommand("undo");
    await until(() => (ours(dockerfile).some(({ message }) => message.includes("busybox:1.36")) ? undefined : true));
  });

  it("takes up folders that came, and forgets those that went", async () => {
    for (const index of [1, 2, 3]) await write(`old/deep/${index}/Dockerfile`, "FROM busybox:1.36\n");
    const place = (folder: string, index: number): Uri => fileUri(`${folder}/deep/${index}/Dockerfile`);
    await until(() => (ours(place("old", 3)).length > 0 ? true : undefined));
    await rename(fileUri("old").fsPath, fileUri("new").fsPath);
    await until(() => (ours(place("old", 1)).length === 0 ? true : undefined));
    await until(() => (ours(place("new", 3)).length > 0 ? true : undefined));
    await rm(fileUri("new").fsPath, { recursive: true });
    for (const index of [1, 2, 3]) await until(() => (ours(place("new", index)).length === 0 ? true : undefined));
  });

  it("offers and applies the fix of a pipeline's mistake", async () => {
    const uri = fileUri(".github/workflows/release.yml");
    const text = [
      "on: push",
      "jobs:",
      "  release:",
      "    runs-on: ubuntu-latest",
      "    env:",
      '      DOCKER_CONTENT_TRUST: "1"',
      "    steps:",
      "      - run: docker push ghcr.io/acme/app:1",
      "",
    ].join("\n");
    await workspace.fs.writeFile(uri, Buffer.from(text));
    const document = await workspace.openTextDocument(uri);
    await window.showTextDocument(document);
    const found = await until(() => ours(uri).find((diagnostic) => ruleOf(diagnostic) === "docker-content-trust"));
    const actions = await commands.executeCommand<CodeAction[]>(
      "vscode.executeCodeActionProvider",
      uri,
      found.range,
      CodeActionKind.QuickFix.value,
    );
    const fix = actions.find(({ edit }) => edit !== undefined);
    assert.ok(fix?.edit !== undefined, actions.map(({ title }) => title).join("\n"));
    await workspace.applyEdit(fix.edit);
    assert.doesNotMatch(document.getText(), /DOCKER_CONTENT_TRUST: "1"/u);
    await until(() =>
      ours(uri).some((diagnostic) => ruleOf(diagnostic) === "docker-content-trust") ? undefined : true,
    );
    await commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
    await workspace.fs.delete(uri);
    await until(() => (ours(uri).length === 0 ? true : undefined));
  });

  it("explains a rule in the editor's own preview", async () => {
    await commands.executeCommand("countersign.showRule", { rule: "sign-by-tag" });
    await until(() => window.tabGroups.activeTabGroup.activeTab?.label.includes("sign-by-tag") || undefined);
    await commands.executeCommand("workbench.action.closeActiveEditor");
  });

  function workspaceText(range: Range): string {
    return workspace.textDocuments.find(({ uri }) => uri.toString() === dockerfile.toString())?.getText(range) ?? "";
  }
});
