import { startSample, type RunningSample } from "../sample.ts";
import { workbenchOfTest } from "../workbench.ts";

describe("guided verification", () => {
  let sample: RunningSample;
  const open = workbenchOfTest();

  before(async () => {
    sample = await startSample();
  });
  after(() => sample?.stop());

  it("judges an image that is typed, by the policies and by an identity, and shows the steps", async () => {
    const workbench = await open({ folder: sample.folder, env: sample.env });
    const { page, quickInput } = workbench;
    await workbench.openFile("compose.yaml");
    await workbench.codeLens("Verified");
    await workbench.runCommand("Countersign: Verify an image...");
    await workbench.quickPickTitle("Verify an image (1/2)");
    await quickInput.locator("input").fill(`${sample.registry}/shop/web:2.0`);
    await workbench.pick("shop/web:2.0");
    await workbench.quickPickTitle("(2/2)");
    await workbench.screenshots("verify against");
    await workbench.pick("A certificate identity");
    await workbench.quickPickTitle("(3/4)");
    await workbench.answer("https://github.com/acme/shop/.github/workflows/release.yml@refs/tags/v2.0.1");
    await workbench.quickPickTitle("(4/4)");
    await workbench.answer("https://token.actions.githubusercontent.com");
    await workbench.statusBarItem("Verified: ").waitFor();
    await page.locator('.tab.active[aria-label*="Steps of web"]').waitFor();
    // The preview is a page in a frame of its own, and comes when it has rendered.
    await page.waitForTimeout(1500);
    await workbench.screenshot("verify steps");

    await workbench.runCommand("Countersign: Verify an image...");
    await quickInput.locator("input").fill(`${sample.registry}/shop/web:2.0`);
    await workbench.pick("shop/web:2.0");
    await workbench.quickPickTitle("(2/2)");
    await workbench.pick("A certificate identity");
    await workbench.quickPickTitle("(3/4)");
    await workbench.answer("https://github.com/stranger/shop/.github/workflows/release.yml@refs/heads/main");
    await workbench.quickPickTitle("(4/4)");
    await workbench.answer("https://token.actions.githubusercontent.com");
    await workbench.statusBarItem("Signed, not trusted: ").waitFor();
  });

  it("shows each platform of an index, with what is covered by the index's signature", async () => {
    const workbench = await open({
      folder: sample.folder,
      env: sample.env,
      viewport: { width: 1440, height: 1200 },
    });
    await workbench.openFile("compose.yaml");
    await workbench.codeLens("Verified");
    await workbench.runCommand("Countersign: Verify each platform");
    await workbench.quickPickTitle("Verify each platform of an image");
    await workbench.pick("shop/web:2.0");
    await workbench.page.locator('.tab.active[aria-label*="Steps of web"]').waitFor();
    await workbench.runCommand("Countersign: Focus on Images View");
    await workbench.treeItem("Images", "shop/web:2.0").click();
    await workbench.page.keyboard.press("ArrowRight");
    for (const platform of ["linux/amd64", "linux/arm64"])
      await workbench.treeItem("Images", platform).getByText("Not signed by itself · covered by the index").waitFor();
    await workbench.screenshots("platforms");
  });
});
