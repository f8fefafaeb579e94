import assert from "node:assert/strict";
import { startSample, type RunningSample } from "../sample.ts";
import { workbenchOfTest } from "../workbench.ts";

describe("fixes and restricted mode", () => {
  let sample: RunningSample;
  const open = workbenchOfTest();

  before(async () => {
    sample = await startSample();
  });
  after(() => sample?.stop());

  it("asks no registry in a workspace that is not trusted, and verifies once it is", async () => {
    const workbench = await open({ folder: sample.folder, env: sample.env, trusted: false });
    const { page } = workbench;
    await workbench.openFile("compose.yaml");
    await workbench.codeLens("Not checked");
    await workbench.openViewContainer("Countersign");
    await workbench.treeItem("Images", "Not checked").waitFor();
    await page.mouse.move(800, 600);
    await workbench.screenshots("restricted");
    const groups = await workbench.treeItems("Images");
    assert.ok(!groups.some((row) => /Verified|Not signed/u.test(row)));

    await (await workbench.codeLens("Manage trust")).locator("a", { hasText: "Manage trust" }).first().click();
    await page.locator(".workspace-trust-editor").waitFor();
    await page
      .locator(".workspace-trust-editor .monaco-button", { hasText: /^Trust/u })
      .first()
      .click();
    await workbench.treeItem("Images", "Invalid signature").waitFor();
    await workbench.treeItem("Signing", "release").waitFor();
    await workbench.openFile("compose.yaml");
    await workbench.codeLens("Verified · release.yml@acme/shop");
  });

  it("pins an image to the digest that was verified", async () => {
    const workbench = await open({ folder: sample.folder, env: sample.env });
    await workbench.openFile("app/Dockerfile");
    await workbench.codeLens("Verified");
    await workbench.putCursor("base/node");
    await workbench.editor.locator(".lightBulbWidget").waitFor();
    await workbench.page.mouse.move(800, 600);
    const actions = await workbench.codeActions();
    await workbench.screenshots("quick fix");
    assert.match(actions[0] ?? "", /^Pin to sha256:/);
    await workbench.chooseCodeAction("Pin to sha256:");
    await workbench.editor.locator(".view-line", { hasText: "22@sha256:" }).first().waitFor();
    await workbench.screenshot("quick fix applied light");
  });

  it("shows the steps of a verdict, a rule's document and the walkthrough", async () => {
    const workbench = await open({
      folder: sample.folder,
      env: sample.env,
      theme: "dark",
      viewport: { width: 1600, height: 900 },
    });
    const { page } = workbench;
    await workbench.openFile("app/Dockerfile");
    await (await workbench.codeLens("Signed, not trusted")).locator("a", { hasText: "Details" }).click();
    await page.locator(".tab.active", { hasText: "Steps of" }).waitFor();
    await page.waitForTimeout(1500);
    await workbench.screenshots("steps");
    await workbench.runCommand("Countersign: Explain a rule...");
    await workbench.pick("sign-by-tag");
    await page.locator(".tab.active", { hasText: "sign-by-tag" }).waitFor();
    await page.waitForTimeout(1000);
    await workbench.screenshot("rule dark");
    await workbench.runCommand("Welcome: Open Walkthrough...");
    await workbench.pick("Know who signed your images");
    await page.getByText("See your images").first().waitFor();
    await page.waitForTimeout(500);
    await workbench.screenshot("walkthrough dark");
    await page.getByText("Connect a signing service").first().click();
    await page.waitForTimeout(500);
    await workbench.setTheme("light");
    await workbench.screenshot("walkthrough light");
  });
});
