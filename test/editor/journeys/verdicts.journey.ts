import assert from "node:assert/strict";
import { startSample, type RunningSample } from "../sample.ts";
import { workbenchOfTest } from "../workbench.ts";

describe("the five verdicts", () => {
  let sample: RunningSample;
  const open = workbenchOfTest();

  before(async () => {
    sample = await startSample();
  });
  after(() => sample?.stop());

  it("stand in the view, above each reference, in the hover and in the problems", async () => {
    const settings = {
      "editor.hover.above": false,
      "editor.hover.hidingDelay": 20_000,
      "editor.minimap.enabled": false,
    };
    const workbench = await open({ folder: sample.folder, env: sample.env, settings });
    const { page } = workbench;
    await workbench.openFile("compose.yaml");
    await workbench.openViewContainer("Countersign");
    await workbench.codeLens("Verified · release.yml@acme/shop");
    for (const group of ["Invalid signature", "Not signed", "Signed, not trusted", "Could not check", "Verified"])
      await workbench.treeItem("Images", group).waitFor();
    await page.mouse.move(800, 600);
    await page.locator(".monaco-hover:visible").first().waitFor({ state: "detached" });
    await workbench.screenshots("verdicts");
    await workbench.openFile("app/Dockerfile");
    await workbench.codeLens("Not signed");
    const hover = await workbench.hover("shop/search");
    assert.match(hover, /Signed, not trusted/);
    assert.match(hover, /jane@example\.com/);
    assert.match(hover, /Trust this signer/);
    await workbench.putCursor("shop/search");
    for (const theme of ["light", "dark", "highContrast"] as const) {
      await workbench.setTheme(theme);
      await workbench.hoverAtCursor(theme === "light" ? { grow: 108 } : {});
      await workbench.screenshot(`hover ${theme}`);
      await page.keyboard.press("Escape");
    }
    const problems = await workbench.problems();
    // The list holds only the rows in sight.
    assert.ok(problems.some((problem) => problem.includes("is signed by jane@example.com")));
    await workbench.screenshot("problems high contrast");
  });
});
