import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startAcme, type AcmeWorkspace } from "../acme.ts";
import { workbenchOfTest, type Workbench } from "../workbench.ts";

describe("signing in to a signing service", () => {
  let acme: AcmeWorkspace;
  const open = workbenchOfTest();

  before(async () => {
    acme = await startAcme();
    writeFileSync(join(acme.folder, "Dockerfile"), "FROM scratch\n");
  });
  after(() => acme?.stop());

  const signIn = async (at: Workbench, password: string): Promise<void> => {
    await at.runCommand("Countersign: Sign in to a signing service...");
    await at.pick("acme");
    await at.pick("User name and password");
    await at.answer("dev");
    await at.quickInput.locator("input[type=password]").waitFor();
    await at.answer(password);
  };

  it("lists the keys, names the account and forgets it again; says when the service is down", async () => {
    const workbench = await open(acme);
    const { page } = workbench;
    await workbench.openViewContainer("Countersign");
    await workbench.treeItem("Signing", "asks for a sign-in").waitFor();
    await workbench.screenshot("sign-in asked for");

    await signIn(workbench, "not the password");
    const refused = await workbench.notification("acme: Could not sign in as dev");
    assert.doesNotMatch(await refused.innerText(), /not the password/u);
    await workbench.screenshots("sign-in refused");

    await refused.locator(".monaco-button", { hasText: "Try again" }).click();
    await workbench.quickPickTitle("Sign in to acme at https://127.0.0.1");
    await workbench.screenshot("sign-in ways");
    await page.keyboard.press("Escape");

    await signIn(workbench, acme.engine.secrets.dev);
    await workbench.treeItem("Signing", "release").waitFor();
    await workbench.notification("Signed in to acme: 2 keys");
    await page.mouse.move(800, 600);
    await workbench.screenshot("signed in");

    await page.locator('.activitybar a[aria-label^="Accounts"]').click();
    const account = page.locator(".context-view .action-label", { hasText: "acme at https://127.0.0.1" });
    await account.waitFor();
    await workbench.screenshot("accounts");
    assert.match(await account.innerText(), /user name and password/u);
    await account.hover();
    // A submenu that has just opened takes no click yet.
    await page.locator(".action-label", { hasText: "Sign Out" }).hover();
    await page.waitForTimeout(500);
    await page.locator(".action-label", { hasText: "Sign Out" }).click();
    const dialog = page.locator(".monaco-dialog-box");
    await dialog.locator(".monaco-button", { hasText: "Sign Out" }).click();
    await workbench.treeItem("Signing", "release").waitFor({ state: "detached" });

    await signIn(workbench, acme.engine.secrets.dev);
    await workbench.treeItem("Signing", "release").waitFor();
    // Settings, logs and what is kept of the workspace, besides the workspace itself.
    const files = [workbench.dataFolder, acme.folder].flatMap(filesBelow);
    assert.ok(files.some(({ path }) => path.includes("Countersign") && path.endsWith(".log")));
    const telling = files.filter(({ text }) => text.includes(acme.engine.secrets.dev));
    assert.deepEqual(
      telling.map(({ path }) => path),
      [],
    );
    await acme.venafi.stop();
    await workbench.runCommand("Countersign: Refresh");
    await workbench.treeItem("Signing", "cannot be reached").waitFor();
    await workbench.treeItem("Signing", "cannot be reached").hover();
    await page.locator(".monaco-hover:visible", { hasText: "Could not" }).waitFor();
    await workbench.screenshot("service down");
  });
});

function filesBelow(folder: string): readonly { readonly path: string; readonly text: string }[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) => {
    const path = join(entry.parentPath, entry.name);
    return entry.isFile() ? [{ path, text: readFileSync(path, "utf8") }] : [];
  });
}
