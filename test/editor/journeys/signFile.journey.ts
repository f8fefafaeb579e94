import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../../scripts/root.mjs";
import { startSample, type RunningSample } from "../sample.ts";
import { signFileInExplorer } from "../signingSteps.ts";
import { workbenchOfTest } from "../workbench.ts";

describe("guided signing of a file", () => {
  let sample: RunningSample;
  const open = workbenchOfTest();

  before(async () => {
    sample = await startSample();
    writeFileSync(join(sample.folder, "cart-1.4.tar.gz"), "what is released");
    for (const name of ["cart-1.5.tar.gz", "cart-1.6.tar.gz"])
      writeFileSync(join(sample.folder, name), "what is released next");
  });
  after(() => sample?.stop());

  it("starts in the explorer, and writes a bundle that verifies", async () => {
    const workbench = await open({ folder: sample.folder, env: sample.env });
    const { page, quickInput } = workbench;
    await signFileInExplorer(workbench, "cart-1.4.tar.gz", "release");
    await quickInput.locator(".monaco-list-row", { hasText: "dev" }).first().waitFor();
    await workbench.screenshot("sign file key");
    await workbench.pick("dev");
    await quickInput.locator(".monaco-list-row", { hasText: "Written to" }).first().waitFor();
    await workbench.screenshots("sign file review");
    await page.keyboard.press("Enter");
    const toast = await workbench.notification("Signed cart-1.4.tar.gz");
    assert.match(await toast.innerText(), /cart-1\.4\.tar\.gz\.sigstore\.json/u);
    await verify("cart-1.4.tar.gz", "dev");
  });

  it("waits for an approval, survives a restart of the window, and is written when it is approved", async () => {
    const workbench = await open({ folder: sample.folder, env: sample.env });
    const { page, quickInput } = workbench;
    const bundle = join(sample.folder, "cart-1.5.tar.gz.sigstore.json");
    await signFileInExplorer(workbench, "cart-1.5.tar.gz", "release");
    await workbench.pick("release");
    await workbench.quickPickTitle("(2/3)");
    await workbench.answer("Change 4712: the next cart");
    await quickInput.locator(".monaco-list-row", { hasText: "Request the signature" }).first().waitFor();
    await page.keyboard.press("Enter");
    await workbench.treeItem("Signing", "0 of 1 approvals").waitFor();
    await page.mouse.move(800, 600);
    await workbench.screenshots("sign file pending");

    await page.reload();
    await workbench.treeItem("Signing", "0 of 1 approvals").waitFor();
    await workbench.runCommand("Countersign: Continue a signing request...");
    await workbench.quickPickTitle("Continue a signing request");
    await workbench.pick("cart-1.5.tar.gz");
    await workbench.notification("still waits");
    assert.equal(existsSync(bundle), false);
    await workbench.runCommand("Countersign: Approve request...");
    await workbench.quickPickTitle("Which request to approve?");
    await workbench.pick("cart-1.5.tar.gz");
    await workbench.quickPickTitle("Approve the request to sign cart-1.5.tar.gz");
    await workbench.answer("Checked against change 4712");
    await quickInput.locator(".monaco-list-row", { hasText: "Justification" }).first().waitFor();
    await page.keyboard.press("Enter");
    const toast = await workbench.notification("Signed cart-1.5.tar.gz");
    await workbench.treeItem("Signing", "0 of 1 approvals").waitFor({ state: "detached" });
    await workbench.screenshot("sign file approved");
    await verify("cart-1.5.tar.gz", "release");
    await toast.locator(".monaco-button", { hasText: "Show" }).click();
    await page.locator('.tab.active[data-resource-name="cart-1.5.tar.gz.sigstore.json"]').waitFor();
    assert.equal(await signaturesOf("cart-1.5.tar.gz"), 1);
  });

  it("writes nothing over a file that changed while it waited, and keeps the signature until it is as it was", async () => {
    const workbench = await open({ folder: sample.folder, env: sample.env });
    const { page, quickInput } = workbench;
    const file = join(sample.folder, "cart-1.6.tar.gz");
    await signFileInExplorer(workbench, "cart-1.6.tar.gz", "release");
    await workbench.pick("release");
    await workbench.quickPickTitle("(2/3)");
    await workbench.answer("Change 4713: the cart after that");
    await quickInput.locator(".monaco-list-row", { hasText: "Request the signature" }).first().waitFor();
    await page.keyboard.press("Enter");
    await workbench.treeItem("Signing", "0 of 1 approvals").waitFor();
    writeFileSync(file, "something else");
    const { pending } = JSON.parse(await sample.countersign("trial", "status", "--format", "json"));
    await sample.countersign("trial", "approve", pending[0].id);
    await workbench.notification("is kept: continue the request");
    await workbench.treeItem("Signing", "signed, not written yet").waitFor();
    await workbench.screenshots("sign file changed");
    assert.equal(existsSync(`${file}.sigstore.json`), false);

    writeFileSync(file, "what is released next");
    await workbench.runCommand("Countersign: Continue a signing request...");
    await workbench.quickPickTitle("Continue a signing request");
    await workbench.pick("cart-1.6.tar.gz");
    await workbench.notification("Signed cart-1.6.tar.gz");
    await verify("cart-1.6.tar.gz", "release");
    assert.equal(await signaturesOf("cart-1.6.tar.gz"), 1);
  });

  /** Fails where the bundle beside the file does not verify with the key. */
  async function verify(name: string, keyName: string): Promise<void> {
    const file = join(sample.folder, name);
    const { keys } = JSON.parse(await sample.countersign("trial", "status", "--format", "json"));
    const key = join(sample.folder, "..", `${keyName}.pub`);
    writeFileSync(key, keys.find((each: { readonly name: string }) => each.name === keyName).publicKey);
    const args = ["verify-bundle", "--bundle", `${file}.sigstore.json`, "--key", key, file];
    execFileSync(process.execPath, [join(root, "dist", "cli.cjs"), ...args]);
    assert.match(readFileSync(`${file}.sigstore.json`, "utf8"), /messageSignature/u);
  }

  /** How often the service signed it, by its own log. */
  async function signaturesOf(name: string): Promise<number> {
    const { audit } = JSON.parse(await sample.countersign("trial", "status", "--format", "json"));
    const lines = readFileSync(audit.file, "utf8").trim().split("\n");
    return lines.map((line) => JSON.parse(line)).filter((entry) => entry.event === "signed" && entry.artifact === name)
      .length;
  }
});
