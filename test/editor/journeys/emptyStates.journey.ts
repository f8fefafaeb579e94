import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../../../scripts/root.mjs";
import { workbenchOfTest } from "../workbench.ts";

describe("empty states", () => {
  const place = mkdtempSync(join(tmpdir(), "countersign-empty-"));
  const folder = join(place, "empty");
  const env = { COUNTERSIGN_STATE_DIR: join(place, "state") };
  const open = workbenchOfTest();

  before(() => mkdirSync(folder));
  after(() => {
    const down = [join(root, "dist", "cli.cjs"), "trial", "down"];
    execFileSync(process.execPath, down, { env: { ...process.env, ...env } });
    rmSync(place, { recursive: true, force: true });
  });

  it("say what is missing, each with one next step, and the trial starts from one of them", async () => {
    const workbench = await open({ folder, env });
    const { page } = workbench;
    await workbench.openViewContainer("Countersign");
    assert.match(await workbench.welcome("Images"), /No image references found/u);
    assert.match(await workbench.welcome("Signing"), /No signing service yet/u);
    assert.match(await workbench.welcome("Policies"), /No policy yet/u);
    await page.mouse.move(800, 600);
    await page.locator(".monaco-hover:visible").waitFor({ state: "detached" });
    await workbench.screenshot("empty light");
    await page.locator(".welcome-view-content .monaco-button", { hasText: "Try it with the trial service" }).click();
    await workbench.treeItem("Signing", "trial").waitFor();
    await workbench.treeItem("Signing", "release").waitFor();
    await page.locator(".welcome-view-content .monaco-button", { hasText: "Start from who signs" }).click();
    await workbench.editor.locator(".view-line", { hasText: "ClusterImagePolicy" }).first().waitFor();
    await workbench.screenshot("trial started light");
    await workbench.runCommand("Countersign: Stop the trial signing service");
    await workbench.treeItem("Signing", "trial").waitFor({ state: "detached" });
    assert.match(await workbench.welcome("Signing"), /No signing service yet/u);
  });
});
