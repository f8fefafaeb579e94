import assert from "node:assert/strict";
import { startSample, type RunningSample } from "../sample.ts";
import { workbenchOfTest } from "../workbench.ts";

describe("guided signing", () => {
  let sample: RunningSample;
  const open = workbenchOfTest();

  before(async () => {
    sample = await startSample();
  });
  after(() => sample?.stop());

  it("signs an unsigned image at once, by keyboard alone, and its mark turns green", async () => {
    const workbench = await open({ folder: sample.folder, env: sample.env, theme: "dark" });
    const { page, quickInput } = workbench;
    await workbench.openFile("compose.yaml");
    await workbench.codeLens("Not signed");
    await workbench.runCommand("Countersign: Sign image...");
    await workbench.quickPickTitle("Sign an image");
    await page.waitForTimeout(300);
    await workbench.screenshot("signing 1 image");
    await quickInput.locator("input").pressSequentially("mailer");
    await page.keyboard.press("Enter");
    await workbench.quickPickTitle("mailer");
    await quickInput.locator(".monaco-list-row", { hasText: "dev" }).first().waitFor();
    await workbench.screenshot("signing 2 key");
    await page.keyboard.press("Enter");
    await quickInput.locator(".monaco-list-row", { hasText: "Sigstore bundle" }).first().waitFor();
    await workbench.screenshots("signing format");
    await page.keyboard.press("Enter");
    await quickInput.locator(".monaco-list-row", { hasText: "Digest" }).first().waitFor();
    await workbench.screenshots("signing review");
    await page.keyboard.press("Enter");
    const toast = await workbench.notification("Signed ");
    assert.match(await toast.innerText(), /shop\/mailer@sha256:[^:]*: verified, recorded by the service as audit-\d/);
    await workbench.editor.locator(".codelens-decoration", { hasText: "Verified · key dev" }).nth(1).waitFor();
    await workbench.openViewContainer("Countersign");
    await page.mouse.move(800, 600);
    await workbench.screenshot("signing 6 signed");
    await workbench.runCommand("Countersign: Sign image...");
    await workbench.quickPickTitle("Sign an image");
    await quickInput.locator("input").pressSequentially("mailer");
    await page.keyboard.press("Enter");
    const last = quickInput.locator(".monaco-list-row", { hasText: "used here last" });
    await last.waitFor();
    assert.match(await last.innerText(), /dev/u);
    await workbench.screenshots("signing key remembered");
    await page.keyboard.press("Escape");
  });

  it("waits for an approval, survives a restart of the window, and finishes by itself", async () => {
    const workbench = await open({ folder: sample.folder, env: sample.env });
    const { page, quickInput } = workbench;
    await workbench.openFile("k8s/deployment.yaml");
    await (await workbench.codeLens("Not signed")).locator("a", { hasText: "Sign" }).last().click();
    await workbench.quickPickTitle("shop/cart");
    await workbench.pick("release");
    await quickInput.locator(".monaco-list-row", { hasText: "Sigstore bundle" }).first().waitFor();
    await page.keyboard.press("Enter");
    await workbench.quickPickTitle("(4/5)");
    await page.keyboard.press("Enter");
    await quickInput.locator(".quick-input-message", { hasText: "asks for a justification" }).waitFor();
    await workbench.screenshot("signing 4 justification");
    await workbench.answer("Change 4711: the cart accepts vouchers");
    await quickInput.locator(".monaco-list-row", { hasText: "Request the signature" }).first().waitFor();
    await workbench.screenshots("signing review with approval");
    await page.keyboard.press("Enter");
    // The view opens by itself, because the person started this.
    await workbench.treeItem("Signing", "0 of 1 approvals").waitFor();
    await workbench.screenshot("signing pending");

    await page.reload();
    await workbench.treeItem("Signing", "0 of 1 approvals").waitFor();
    await workbench.runCommand("Countersign: Approve request...");
    await workbench.pick("shop/cart");
    await workbench.quickPickTitle("Approve the request to sign shop/cart");
    await workbench.answer("Checked against change 4711");
    await quickInput.locator(".monaco-list-row", { hasText: "Justification" }).first().waitFor();
    assert.match((await workbench.quickPickItems()).join("\n"), /Change 4711: the cart accepts vouchers/u);
    await workbench.screenshots("signing approval");
    await page.keyboard.press("Enter");
    await workbench.notification("Signed ");
    await workbench.openFile("k8s/deployment.yaml");
    await workbench.codeLens("Verified · key release");
    await workbench.screenshot("signing approved");

    await workbench.runCommand("Countersign: Show the audit log of a signing service");
    await page.locator('.tab.active[aria-label*="Audit log of trial"]').waitFor();
    // The preview is a page in a frame of its own, and comes when it has rendered.
    await page.waitForTimeout(1500);
    await workbench.screenshot("signing audit log");
  });
});
