import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startSample, type RunningSample } from "../sample.ts";
import { workbenchOfTest } from "../workbench.ts";

describe("values", () => {
  let sample: RunningSample;
  const open = workbenchOfTest();

  before(async () => {
    sample = await startSample();
    const { folder, registry } = sample;
    mkdirSync(join(folder, ".github/workflows"), { recursive: true });
    writeFileSync(
      join(folder, ".github/workflows/matrix.yml"),
      `on: push
env:
  REGISTRY: ${registry}
jobs:
  test:
    runs-on: ubuntu-latest
    strategy:
      matrix:
        image: [base/node:22, shop/web:2.0, shop/search:3.1, shop/cart:1.4]
    container: ${registry}/\${{ matrix.image }}
    steps:
      - run: docker pull "$REGISTRY/base/node:22"
`,
    );
    mkdirSync(join(folder, "stack"));
    writeFileSync(join(folder, "stack/.env"), `HOST=${registry}\nTAG=22\n`);
    writeFileSync(
      join(folder, "stack/compose.yaml"),
      `services:\n  one:\n    image: \${HOST}/base/node:\${TAG}\n  two:\n    image: ${registry}/shop/web:2.0\n`,
    );
  });
  after(() => sample?.stop());

  it("of a matrix are told by one line, one hint and one hover, by keyboard alone", async () => {
    const settings = { "editor.minimap.enabled": false, "editor.hover.above": false };
    const workbench = await open({ folder: sample.folder, env: sample.env, settings });
    const { page } = workbench;
    await workbench.openFile(".github/workflows/matrix.yml");
    await workbench.codeLens("Not signed · 1 of 4 images here");
    await workbench.codeLens("Verified · build.yml@acme/base-images");
    // The editor cuts long hints.
    assert.match(await workbench.editorText(), /\}\}\s*base\/node:22, shop\/web:2\.0, /u);
    await page.keyboard.press("Control+Home");
    for (let line = 1; line < 10; line++) await page.keyboard.press("ArrowDown");
    await page.keyboard.press("End");
    await page.keyboard.press("ArrowLeft");
    const hover = await workbench.hoverAtCursor();
    await workbench.screenshots("matrix");
    assert.match(hover, /Not signed/u);
    assert.match(hover, /also here, from the same text:/u);
    assert.match(hover, /shop\/search:3\.1: Signed, not trusted/u);
    assert.match(hover, /value from matrix\.image, line 9/u);
    await page.keyboard.press("Escape");
    await page.keyboard.press("F12");
    await page.getByText("Ln 9, Col", { exact: false }).first().waitFor();
  });

  it("stay where they are while somebody types a quote", async () => {
    const settings = { "editor.minimap.enabled": false, "editor.autoClosingQuotes": "never" };
    const workbench = await open({ folder: sample.folder, env: sample.env, settings });
    const { page } = workbench;
    await workbench.openFile("stack/compose.yaml");
    const lens = await workbench.codeLens("Verified · release.yml@acme/shop");
    await workbench.codeLens("Verified · build.yml@acme/base-images");
    await page.keyboard.press("Control+Home");
    await page.keyboard.press("End");
    await page.keyboard.type('\n  zero:\n  image: "');
    for (let look = 0; look < 10; look++) {
      assert.equal(await lens.count(), 1);
      await page.waitForTimeout(100);
    }
    await workbench.screenshot("typing light");
    await page.keyboard.type('busybox:1"');
    await workbench.codeLens("Verified · release.yml@acme/shop");
    await workbench.screenshots("typed");
  });
});
