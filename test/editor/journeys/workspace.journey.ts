import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSample, type RunningSample } from "../sample.ts";
import { workbenchOfTest } from "../workbench.ts";

describe("whole workspaces", () => {
  const place = mkdtempSync(join(tmpdir(), "countersign-workspace-"));
  const open = workbenchOfTest();

  after(() => rmSync(place, { recursive: true, force: true }));

  it("stop verifying when asked to, and know what they knew before", async () => {
    // A registry that takes every connection and never answers.
    const silent: Server = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    try {
      const address = silent.address();
      assert.ok(address !== null && typeof address === "object");
      const folder = join(place, "silent");
      mkdirSync(folder);
      const images = ["a", "b", "c"].map((name) => `FROM 127.0.0.1:${address.port}/silent/${name}:1\n`);
      writeFileSync(join(folder, "Dockerfile"), images.join(""));
      const settings = { "countersign.verify.automatically": "never" };
      const workbench = await open({ folder, settings });
      await workbench.openFile("Dockerfile");
      await workbench.codeLens("Not checked");
      await workbench.runCommand("Countersign: Verify all images");
      const toast = await workbench.notification("Verifying images");
      await workbench.codeLens("Checking");
      await toast.locator(".monaco-button", { hasText: "Cancel" }).click();
      await workbench.codeLens("Not checked");
      await toast.waitFor({ state: "detached" });
      assert.equal(await workbench.editor.locator(".codelens-decoration", { hasText: "Checking" }).count(), 0);
    } finally {
      silent.close();
    }
  });

  describe("with the sample", () => {
    let sample: RunningSample;
    before(async () => {
      sample = await startSample();
    });
    after(() => sample?.stop());

    it("are exported as a report", async () => {
      const workbench = await open({ folder: sample.folder, env: sample.env });
      const { page, quickInput } = workbench;
      await workbench.openFile("compose.yaml");
      await workbench.codeLens("Verified");
      await workbench.openViewContainer("Countersign");
      await workbench.treeItem("Images", "Invalid signature").waitFor();
      await workbench.runCommand("Countersign: Export report...");
      await workbench.pick("SARIF");
      await quickInput.locator(".quick-input-title", { hasText: "Export a SARIF report" }).waitFor();
      await page.keyboard.press("Enter");
      await page.locator('.tab.active[data-resource-name="image-report.sarif"]').waitFor();
      const report = JSON.parse(readFileSync(join(sample.folder, "image-report.sarif"), "utf8"));
      const rules = report.runs[0].results.map(({ ruleId }: { ruleId: string }) => ruleId);
      assert.ok(rules.includes("image-unsigned") && rules.includes("image-invalid"), rules.join(", "));
    });

    it("with several folders are read as one, by the first folder's configuration", async () => {
      const other = join(place, "lib");
      mkdirSync(other);
      writeFileSync(join(other, "Dockerfile"), `FROM ${sample.registry}/shop/web:2.0\n`);
      const workspace = join(place, "both.code-workspace");
      writeFileSync(workspace, JSON.stringify({ folders: [{ path: sample.folder }, { path: other }] }));
      const workbench = await open({ folder: sample.folder, workspace, env: sample.env });
      const { page } = workbench;
      await workbench.openFile("lib/Dockerfile");
      await workbench.codeLens("Verified · release.yml@acme/shop");
      await workbench.openViewContainer("Countersign");
      await workbench.treeItem("Images", "shop/web").click();
      await page.keyboard.press("ArrowRight");
      await workbench.treeItem("Images", "lib/Dockerfile:1").waitFor();
      await workbench.treeItem("Images", "compose.yaml:3").waitFor();
      await workbench.treeItem("Policies", "policy/images.yaml").waitFor();
      await workbench.screenshot("several folders light");
    });
  });
});
