import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../../scripts/root.mjs";
import { startSample, type RunningSample } from "../sample.ts";
import { closeWorkbench, openWorkbench, type Workbench } from "../workbench.ts";

describe("guided signing of a file", () => {
  let sample: RunningSample;
  let workbench: Workbench | undefined;

  before(async () => {
    sample = await startSample();
    writeFileSync(join(sample.folder, "cart-1.4.tar.gz"), "what is released");
  });
  after(() => sample?.stop());
  afterEach(async function close() {
    await closeWorkbench(workbench, this.currentTest);
    workbench = undefined;
  });

  it("starts in the explorer, and writes a bundle that verifies", async () => {
    workbench = await openWorkbench({ folder: sample.folder, env: sample.env });
    const { page, quickInput } = workbench;
    await workbench.openViewContainer("Countersign");
    await workbench.treeItem("Signing", "release").waitFor();
    await workbench.openViewContainer("Explorer");
    await page
      .locator(".explorer-folders-view .monaco-list-row", { hasText: "cart-1.4.tar.gz" })
      .click({ button: "right" });
    const action = page.locator(".monaco-menu .action-label", { hasText: "Sign file..." });
    // A menu that has just opened takes no click yet.
    await action.hover();
    await page.waitForTimeout(500);
    await action.click();
    await workbench.quickPickTitle("Sign cart-1.4.tar.gz (1/2)");
    await quickInput.locator(".monaco-list-row", { hasText: "dev" }).first().waitFor();
    await workbench.screenshot("sign file key");
    await workbench.pick("dev");
    await quickInput.locator(".monaco-list-row", { hasText: "Written to" }).first().waitFor();
    await workbench.screenshots("sign file review");
    await page.keyboard.press("Enter");
    const toast = await workbench.notification("Signed cart-1.4.tar.gz");
    assert.match(await toast.innerText(), /cart-1\.4\.tar\.gz\.sigstore\.json/u);
    const file = join(sample.folder, "cart-1.4.tar.gz");
    const trial = JSON.parse(await sample.countersign("trial", "status", "--format", "json"));
    const key = join(sample.folder, "..", "dev.pub");
    writeFileSync(key, trial.keys.find(({ name }: { readonly name: string }) => name === "dev").publicKey);
    const verify = ["verify-bundle", "--bundle", `${file}.sigstore.json`, "--key", key, file];
    execFileSync(process.execPath, [join(root, "dist", "cli.cjs"), ...verify]);
    assert.match(readFileSync(`${file}.sigstore.json`, "utf8"), /messageSignature/u);
  });
});
