import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { verifyBundleForFile } from "../../../src/core/signature/verifyBundle.ts";
import { createTrialEngine, type TrialEngine } from "../../../src/trial/service/engine.ts";
import { startTrialVenafi, type TrialVenafi } from "../../../src/trial/venafi/startTrialVenafi.ts";
import { giveToken, signFileInExplorer } from "../signingSteps.ts";
import { workbenchOfTest } from "../workbench.ts";

describe("a session that ends while a person signs", () => {
  const place = mkdtempSync(join(tmpdir(), "countersign-session-"));
  const folder = join(place, "shop");
  const env = { COUNTERSIGN_STATE_DIR: join(place, "state") };
  let engine: TrialEngine;
  let venafi: TrialVenafi;
  const open = workbenchOfTest();

  before(async () => {
    engine = createTrialEngine({ keys: [{ name: "audited", needs: ["justification"] }] });
    venafi = await startTrialVenafi(engine);
    mkdirSync(folder);
    writeFileSync(join(folder, "acme-ca.pem"), venafi.root);
    writeFileSync(join(folder, "cart-1.4.tar.gz"), "what is released");
    const options = "options:\n      caFile: acme-ca.pem\n";
    const service = `  - name: acme\n    type: venafi\n    url: ${venafi.url}\n    ${options}`;
    writeFileSync(join(folder, ".countersign.yaml"), `version: 1\nservices:\n${service}`);
  });
  after(async () => {
    await venafi.stop();
    rmSync(place, { recursive: true, force: true });
  });
  afterEach(() => rmSync(join(folder, "cart-1.4.tar.gz.sigstore.json"), { force: true }));

  it("asks for a sign-in where the person stands, loses nothing that was chosen, and signs once", async () => {
    const before = signatures().length;
    const workbench = await open({ folder, env });
    const { page, quickInput } = workbench;
    await workbench.openViewContainer("Countersign");
    await workbench.treeItem("Signing", "asks for a sign-in").waitFor();
    await workbench.runCommand("Countersign: Sign in to a signing service...");
    await workbench.quickPickTitle("Sign in to a signing service");
    await workbench.pick("acme");
    await giveToken(workbench, venafi, engine);
    await signFileInExplorer(workbench, "cart-1.4.tar.gz", "audited");

    await workbench.pick("audited");
    await workbench.quickPickTitle("(2/3)");
    venafi.expireSessions();
    await workbench.answer("Change 4713: vouchers");
    await quickInput.locator(`input[placeholder^="Your session has ended"]`).waitFor();
    await workbench.screenshots("session ended");
    await giveToken(workbench, venafi, engine);
    await workbench.quickPickTitle("Sign cart-1.4.tar.gz (3/3)");
    await quickInput.locator(".monaco-list-row", { hasText: "Written to" }).first().waitFor();

    venafi.expireSessions();
    await page.keyboard.press("Enter");
    await quickInput.locator(`input[placeholder^="Your session has ended"]`).waitFor();
    assert.equal(signatures().length, before);
    await giveToken(workbench, venafi, engine);
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
    const [key] = engine.keys;
    const bundleText = readFileSync(join(folder, "cart-1.4.tar.gz.sigstore.json"), "utf8");
    const { verified } = verifyBundleForFile({
      bundleText,
      artifact: { bytes: readFileSync(join(folder, "cart-1.4.tar.gz")) },
      keyPem: key?.description.publicKey ?? "",
      time: new Date(),
    });
    assert.equal(verified, true);
  });

  it("is noticed in the list of keys, where the person signs in and goes on", async () => {
    const workbench = await open({ folder, env });
    const { page, quickInput } = workbench;
    await workbench.openViewContainer("Countersign");
    await workbench.treeItem("Signing", "asks for a sign-in").waitFor();
    await workbench.runCommand("Countersign: Sign in to a signing service...");
    await workbench.quickPickTitle("Sign in to a signing service");
    await workbench.pick("acme");
    await giveToken(workbench, venafi, engine);
    await workbench.treeItem("Signing", "audited").waitFor();
    venafi.expireSessions();
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
    await giveToken(workbench, venafi, engine);
    await workbench.quickPickTitle("Sign cart-1.4.tar.gz (1/2)");
    await quickInput.locator(".monaco-list-row", { hasText: "audited" }).first().waitFor();
    await page.keyboard.press("Escape");
  });

  function signatures(): readonly { readonly event: string; readonly note?: string }[] {
    return engine.audit.entries().filter(({ event }) => event === "signed");
  }
});
