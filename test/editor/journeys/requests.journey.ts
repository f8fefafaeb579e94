import assert from "node:assert/strict";
import { startSample, type RunningSample } from "../sample.ts";
import { requestSignature } from "../signingSteps.ts";
import { workbenchOfTest, type Workbench } from "../workbench.ts";

describe("requests for a signature", () => {
  let sample: RunningSample;
  const open = workbenchOfTest();

  before(async () => {
    sample = await startSample();
  });
  after(() => sample?.stop());

  it("are continued, withdrawn and rejected, and nothing is signed", async () => {
    const workbench = await open({ folder: sample.folder, env: sample.env });
    const { page } = workbench;
    await workbench.openViewContainer("Countersign");
    await workbench.openFile("k8s/deployment.yaml");
    await request(workbench);

    await workbench.runCommand("Countersign: Continue a signing request...");
    await workbench.pick("shop/cart");
    await workbench.notification("still waits");
    await page.keyboard.press("Escape");

    await workbench.runCommand("Countersign: Withdraw a signing request...");
    await workbench.pick("shop/cart");
    const question = await workbench.dialog("Withdraw the request");
    await question.locator(".monaco-button", { hasText: "Withdraw" }).click();
    await workbench.treeItem("Signing", "0 of 1 approvals").waitFor({ state: "detached" });

    await request(workbench);
    await workbench.runCommand("Countersign: Reject request...");
    await workbench.pick("shop/cart");
    await workbench.quickPickTitle("Reject the request to sign shop/cart");
    await page.keyboard.press("Enter");
    await workbench.quickInput.locator(".quick-input-message", { hasText: "Say why" }).waitFor();
    await workbench.answer("The change was not announced");
    await workbench.quickInput.locator(".monaco-list-row", { hasText: "not announced" }).first().waitFor();
    await workbench.screenshot("signing reject");
    await page.keyboard.press("Enter");
    const toast = await workbench.notification("did not sign");
    assert.match(await toast.innerText(), /shop\/cart[^]*The change was not announced/u);
    await workbench.screenshot("signing rejected");
    await workbench.treeItem("Signing", "0 of 1 approvals").waitFor({ state: "detached" });
    await workbench.codeLens("Not signed");
  });

  async function request(at: Workbench): Promise<void> {
    await requestSignature(at, "Change 4711");
    await at.treeItem("Signing", "0 of 1 approvals").waitFor();
  }
});
