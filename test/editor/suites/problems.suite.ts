import assert from "node:assert/strict";
import { commands, DiagnosticSeverity, extensions, window, workspace, type Diagnostic, type Uri } from "vscode";
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

  it("says once of a registry that it cannot be asked, and of how many images that is true", async () => {
    const many = Array.from({ length: 20 }, (_, index) => `FROM 127.0.0.1:9/acme/app:${index}\n`).join("");
    const uris = [await write("problems/Dockerfile", many), await write("problems/other/Dockerfile", many + many)];
    const unknown = (): readonly Diagnostic[] =>
      uris.flatMap((uri) => ours(uri).filter((diagnostic) => ruleOf(diagnostic) === "image-unknown"));
    await until(() => (unknown().length === 60 ? true : undefined));
    const said = await until(() => {
      const shown = unknown().filter(({ severity }) => severity !== DiagnosticSeverity.Hint);
      return shown.length === 1 && shown[0]?.message.includes("19 other images") === true ? shown : undefined;
    });
    assert.match(said[0]?.message ?? "", /So it is with 19 other images of 127\.0\.0\.1:9\.$/u);
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
