import assert from "node:assert/strict";
import { commands, extensions, window, workspace, type Uri } from "vscode";
import { fileUri, ours, ruleOf, until, write } from "./host.ts";

describe("problems and fixes of whole files", () => {
  before(async () => {
    await extensions.getExtension("countersign.countersign")?.activate();
  });
  after(async () => {
    await workspace.fs.delete(fileUri("problems"), { recursive: true });
  });

  it("says at its line what a policy holds that is not understood", async () => {
    const policy = [
      "apiVersion: policy.sigstore.dev/v1beta1",
      "kind: ClusterImagePolicy",
      "metadata:",
      "  name: release",
      "spec:",
      "  images:",
      '    - glob: "ghcr.io/acme/**"',
      "  authorities:",
      "    - name: who",
      "      wishes: many",
      "      static:",
      "        action: pass",
      "",
    ].join("\n");
    const uri = await write("problems/policy.yaml", policy);
    const found = await until(() => ours(uri).find(({ message }) => message.includes("wishes")));
    assert.equal(policy.split("\n")[found.range.start.line]?.trim(), "wishes: many");
    await workspace.fs.delete(uri);
    await until(() => (ours(uri).length === 0 ? true : undefined));
  });

  it("applies every safe fix of a file at once, and leaves what needs a decision", async () => {
    const uri = await showWorkflow();
    await until(() => (trustDiagnostics(uri) === 2 ? true : undefined));
    await commands.executeCommand("countersign.fixAll");
    const document = await workspace.openTextDocument(uri);
    assert.doesNotMatch(document.getText(), /DOCKER_CONTENT_TRUST: "1"/u);
    assert.match(document.getText(), /image: node:22/u);
    await until(() => (trustDiagnostics(uri) === 0 ? true : undefined));
    await commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  });

  async function showWorkflow(): Promise<Uri> {
    const job = (name: string): string[] => [
      `  ${name}:`,
      "    runs-on: ubuntu-latest",
      "    container:",
      "      image: node:22",
      "    env:",
      '      DOCKER_CONTENT_TRUST: "1"',
      "    steps:",
      "      - run: docker push ghcr.io/acme/app:1",
    ];
    const lines = ["on: push", "jobs:", ...job("one"), ...job("two"), ""];
    const uri = await write(".github/workflows/trust.yml", lines.join("\n"));
    await write("problems/keep", "");
    await window.showTextDocument(await workspace.openTextDocument(uri));
    return uri;
  }

  function trustDiagnostics(uri: Uri): number {
    return ours(uri).filter((diagnostic) => ruleOf(diagnostic) === "docker-content-trust").length;
  }
});
