import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { killExtensionHost } from "../extensionHost.ts";
import { startSample, type RunningSample } from "../sample.ts";
import { requestSignature, signAtOnce } from "../signingSteps.ts";
import { workbenchOfTest } from "../workbench.ts";

describe("an editor that is killed while it signs", () => {
  let sample: RunningSample;
  const open = workbenchOfTest();

  before(async function start() {
    if (process.platform !== "linux") this.skip();
    sample = await startSample();
  });
  after(() => sample?.stop());

  it("before the service has answered: the request is found there, gone on with by the person alone, and not signed", async () => {
    const workbench = await open({ folder: sample.folder, env: sample.env });
    const signed = await signaturesMade();
    await workbench.openFile("k8s/deployment.yaml");
    await sample.countersign("trial", "fault", "stall");
    await requestSignature(workbench, "Change 4714");
    await until(async () => (await waiting()) === 1);
    kill();
    await workbench.page.reload();
    await workbench.openViewContainer("Countersign");
    const lost = workbench.treeItem("Signing", "answer lost, waits with 0 of 1 approvals");
    await lost.waitFor();
    assert.match((await lost.getAttribute("aria-label")) ?? "", /signing request for .*shop\/cart:1\.4, answer lost/u);
    await workbench.screenshots("killed before the answer");
    await lost.click();
    await lost.locator('a[aria-label^="Continue"]').click();
    await workbench.treeItem("Signing", "shop/cart:1.40 of 1 approvals").waitFor();
    assert.equal(await signaturesMade(), signed);
    await workbench.runCommand("Countersign: Reject request...");
    await workbench.quickPickTitle("Which request to reject?");
    await workbench.pick("shop/cart");
    await workbench.quickPickTitle("Reject the request to sign shop/cart");
    await workbench.answer("Nobody waits for it any more");
    await workbench.quickInput.locator(".monaco-list-row", { hasText: "Nobody waits" }).first().waitFor();
    await workbench.page.keyboard.press("Enter");
    await workbench.treeItem("Signing", "0 of 1 approvals").waitFor({ state: "detached" });
    assert.equal(await signaturesMade(), signed);
  });

  it("after the service has signed: the signature is found there, and brought to its place without another", async () => {
    const workbench = await open({ folder: sample.folder, env: sample.env });
    const signed = await signaturesMade();
    await sample.countersign("trial", "fault", "stall");
    await signAtOnce(workbench, "shop/mailer");
    await until(async () => (await signaturesMade()) === signed + 1);
    kill();
    await workbench.page.reload();
    await workbench.openViewContainer("Countersign");
    await workbench.treeItem("Signing", "answer lost, signed and not attached yet").waitFor();
    await workbench.screenshots("killed after the signature");
    await workbench.runCommand("Countersign: Continue a signing request...");
    await workbench.quickPickTitle("Continue a signing request");
    await workbench.pick("shop/mailer");
    await workbench.notification("Signed ");
    await workbench.treeItem("Signing", "answer lost").waitFor({ state: "detached" });
    assert.equal(await signaturesMade(), signed + 1);
  });

  it("not at all, but the answer is lost: that is said, and the signature is taken up as well", async () => {
    const workbench = await open({ folder: sample.folder, env: sample.env });
    const signed = await signaturesMade();
    await sample.countersign("trial", "fault", "error-after-signing");
    await signAtOnce(workbench, "base/nginx");
    await workbench.notification("The request stays under Signing until it is known what became of it");
    await workbench.openViewContainer("Countersign");
    const lost = workbench.treeItem("Signing", "answer lost, signed and not attached yet");
    await lost.waitFor();
    await workbench.screenshot("answer lost");
    await lost.click();
    await lost.locator('a[aria-label^="Continue"]').click();
    await workbench.notification("Signed ");
    await lost.waitFor({ state: "detached" });
    assert.equal(await signaturesMade(), signed + 1);
  });

  it("while it waits: the request is gone on with, and is signed once", async () => {
    const workbench = await open({ folder: sample.folder, env: sample.env });
    const signed = await signaturesMade();
    await workbench.openFile("k8s/deployment.yaml");
    await requestSignature(workbench, "Change 4714");
    await workbench.treeItem("Signing", "0 of 1 approvals").waitFor();
    kill();
    // Approved while nobody looks.
    const { pending } = await status();
    await sample.countersign("trial", "approve", pending[0]?.id ?? "");
    await workbench.page.reload();
    await workbench.notification("Signed ");
    await workbench.openFile("k8s/deployment.yaml");
    await workbench.codeLens("Verified · key release");
    await workbench.openViewContainer("Countersign");
    await workbench.treeItem("Signing", "release").waitFor();
    await workbench.screenshot("killed while it waited");
    assert.equal(await signaturesMade(), signed + 1);
  });

  function kill(): void {
    assert.equal(killExtensionHost("COUNTERSIGN_STATE_DIR", sample.env["COUNTERSIGN_STATE_DIR"] ?? ""), 1);
  }

  async function status(): Promise<{
    readonly pending: readonly { readonly id: string }[];
    readonly audit: { readonly file: string };
  }> {
    return JSON.parse(await sample.countersign("trial", "status", "--format", "json"));
  }

  async function waiting(): Promise<number> {
    return (await status()).pending.length;
  }

  /** By the service's own log. */
  async function signaturesMade(): Promise<number> {
    const lines = readFileSync((await status()).audit.file, "utf8")
      .trim()
      .split("\n");
    return lines.filter((line) => JSON.parse(line).event === "signed").length;
  }

  async function until(condition: () => Promise<boolean>): Promise<void> {
    for (const end = Date.now() + 30_000; !(await condition());)
      if (Date.now() > end) throw new Error("The service has no request.");
  }
});
