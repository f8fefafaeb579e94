import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startSample, type RunningSample } from "../sample.ts";
import { workbenchOfTest } from "../workbench.ts";

describe("trusting a signer", () => {
  let sample: RunningSample;
  const open = workbenchOfTest();

  before(async () => {
    sample = await startSample();
  });
  after(() => sample?.stop());

  it("changes the policy by one authority, after the person has seen what it means and what changes", async () => {
    const workbench = await open({ folder: sample.folder, env: sample.env, theme: "dark" });
    const { page } = workbench;
    await workbench.openFile("app/Dockerfile");
    await workbench.codeLens("Signed, not trusted");
    await workbench.putCursor("shop/search");
    await page.mouse.move(800, 600);
    const actions = await workbench.codeActions();
    assert.ok(actions.includes("Trust jane@example.com via Google..."), actions.join(", "));
    await workbench.screenshot("trust quick fix dark");
    await page.keyboard.press("Escape");

    const lens = await workbench.codeLens("Signed, not trusted");
    await lens.locator("a", { hasText: "Trust this signer" }).last().click();
    const dialog = await workbench.dialog("Trust jane@example.com (Google)?");
    assert.match(await dialog.innerText(), /may then sign every image that policy shop covers/u);
    await workbench.screenshots("trust question");
    await dialog.locator(".monaco-button", { hasText: "Review the change" }).click();
    const preview = page.locator(".bulk-edit-panel");
    await preview.locator(".monaco-list-row", { hasText: "images.yaml" }).first().waitFor();
    const policy = (): string => readFileSync(join(sample.folder, "policy", "images.yaml"), "utf8");
    const before = policy();
    assert.doesNotMatch(before, /jane@example\.com/u);
    const change = preview.locator(".monaco-list-row", { hasText: "signer-1" }).first();
    await change.click();
    await change.locator("input, .edit-checkbox, .monaco-custom-toggle").first().click();
    await page.waitForTimeout(800);
    await workbench.screenshots("trust review");
    await preview.locator(".monaco-button", { hasText: "Apply" }).click();
    await workbench.openFile("app/Dockerfile");
    await workbench.codeLens("Verified · jane@example.com via Google");
    assert.match(policy(), /name: signer-1\n {6}signatureFormat: bundle\n {6}keyless:\n {8}trustRootRef: "acme"/u);
    await workbench.screenshot("trust applied light");
  });
});
