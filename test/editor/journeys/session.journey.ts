import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { verifyBundleForFile } from "../../../src/core/signature/verifyBundle.ts";
import { createTrialEngine } from "../../../src/trial/service/engine.ts";
import { startAcme, type AcmeWorkspace } from "../acme.ts";
import { giveToken, signFileInExplorer } from "../signingSteps.ts";
import { workbenchOfTest } from "../workbench.ts";

describe("a session that ends while a person signs", () => {
  let acme: AcmeWorkspace;
  const open = workbenchOfTest();

  before(async () => {
    acme = await startAcme(createTrialEngine({ keys: [{ name: "audited", needs: ["justification"] }] }));
    writeFileSync(join(acme.folder, "cart-1.4.tar.gz"), "what is released");
  });
  after(() => acme?.stop());
  afterEach(() => rmSync(join(acme.folder, "cart-1.4.tar.gz.sigstore.json"), { force: true }));

  it("asks for a sign-in where the person stands, loses nothing that was chosen, and signs once", async () => {
    const before = signatures().length;
    const workbench = await open(acme);
    const { page, quickInput } = workbench;
    await workbench.openViewContainer("Countersign");
    await workbench.treeItem("Signing", "asks for a sign-in").waitFor();
    await workbench.runCommand("Countersign: Sign in to a signing service...");
    await workbench.quickPickTitle("Sign in to a signing service");
    await workbench.pick("acme");
    await giveToken(workbench, acme);
    await signFileInExplorer(workbench, "cart-1.4.tar.gz", "audited");

    await workbench.pick("audited");
    await workbench.quickPickTitle("(2/3)");
    acme.venafi.expireSessions();
    await workbench.answer("Change 4713: vouchers");
    await quickInput.locator(`input[placeholder^="Your session has ended"]`).waitFor();
    await workbench.screenshots("session ended");
    await giveToken(workbench, acme);
    await workbench.quickPickTitle("Sign cart-1.4.tar.gz (3/3)");
    await quickInput.locator(".monaco-list-row", { hasText: "Written to" }).first().waitFor();

    acme.venafi.expireSessions();
    await page.keyboard.press("Enter");
    await quickInput.locator(`input[placeholder^="Your session has ended"]`).waitFor();
    assert.equal(signatures().length, before);
    await giveToken(workbench, acme);
    await workbench.quickPickTitle("Sign cart-1.4.tar.gz (3/3)");
    await quickInput.locator(".monaco-list-row", { hasText: "Written to" }).first().waitFor();
    await workbench.screenshot("session renewed");
    await page.keyboard.press("Enter");
    await workbench.notification("Signed cart-1.4.tar.gz");
    assert.deepEqual(
      signatures()
        .slice(before)
        .map(({ note }) => note),
      ["Change 4713: vouchers"],
    );
    const [key] = acme.engine.keys;
    const bundleText = readFileSync(join(acme.folder, "cart-1.4.tar.gz.sigstore.json"), "utf8");
    const { verified } = verifyBundleForFile({
      bundleText,
      artifact: { bytes: readFileSync(join(acme.folder, "cart-1.4.tar.gz")) },
      keyPem: key?.description.publicKey ?? "",
      time: new Date(),
    });
    assert.equal(verified, true);
  });

  it("is noticed in the list of keys, where the person signs in and goes on", async () => {
    const workbench = await open(acme);
    const { page, quickInput } = workbench;
    await workbench.openViewContainer("Countersign");
    await workbench.treeItem("Signing", "asks for a sign-in").waitFor();
    await workbench.runCommand("Countersign: Sign in to a signing service...");
    await workbench.quickPickTitle("Sign in to a signing service");
    await workbench.pick("acme");
    await giveToken(workbench, acme);
    await workbench.treeItem("Signing", "audited").waitFor();
    acme.venafi.expireSessions();
    await workbench.openViewContainer("Explorer");
    await page
      .locator(".explorer-folders-view .monaco-list-row", { hasText: "cart-1.4.tar.gz" })
      .first()
      .click({ button: "right" });
    const action = page.locator(".monaco-menu .action-label", { hasText: "Sign file..." });
    // A menu that has just opened takes no click yet.
    await action.hover();
    await page.waitForTimeout(500);
    await action.click();
    await workbench.quickPickTitle("Sign cart-1.4.tar.gz (1/2)");
    await quickInput.locator(".monaco-list-row", { hasText: "Sign in to acme" }).first().waitFor();
    await workbench.screenshots("session ended keys");
    await workbench.pick("Sign in to acme");
    await giveToken(workbench, acme);
    await workbench.quickPickTitle("Sign cart-1.4.tar.gz (1/2)");
    await quickInput.locator(".monaco-list-row", { hasText: "audited" }).first().waitFor();
    await page.keyboard.press("Escape");
  });

  function signatures(): readonly { readonly event: string; readonly note?: string }[] {
    return acme.engine.audit.entries().filter(({ event }) => event === "signed");
  }
});
