import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { startSample, type RunningSample } from "../sample.ts";
import { workbenchOfTest, type Workbench } from "../workbench.ts";

describe("signing from where an image is pushed", () => {
  let sample: RunningSample;
  const open = workbenchOfTest();

  before(async () => {
    sample = await startSample();
    const { registry } = sample;
    const steps = [
      "docker build -t shop .",
      `docker push ${registry}/shop/mailer:1.0`,
      `crane copy ${registry}/base/node:22 "${registry}/shop/cart:$CI_COMMIT_TAG"`,
    ];
    const lines = steps.map((step) => `    - ${step}\n`).join("");
    writeFileSync(join(sample.folder, ".gitlab-ci.yml"), `publish:\n  script:\n${lines}`);
  });
  after(() => sample?.stop());

  it("begins with the image that a command pushes, by keyboard alone", async () => {
    const workbench = await open({ folder: sample.folder, env: sample.env });
    const { page, quickInput } = workbench;
    await workbench.openFile(".gitlab-ci.yml");
    await goTo(workbench, 4);
    const title = `Sign ${sample.registry}/shop/mailer:1.0...`;
    await openActions(workbench);
    await workbench.screenshots("push action");
    await chooseByKeyboard(workbench, title);
    await workbench.quickPickTitle(`Sign ${sample.registry}/shop/mailer:1.0`);
    await quickInput.locator(".monaco-list-row", { hasText: "dev" }).first().waitFor();
    await page.keyboard.press("Enter");
    await quickInput.locator(".monaco-list-row", { hasText: "Sigstore bundle" }).first().waitFor();
    await page.keyboard.press("Enter");
    await quickInput.locator(".monaco-list-row", { hasText: "Digest" }).first().waitFor();
    await page.keyboard.press("Enter");
    assert.match(await (await workbench.notification("Signed ")).innerText(), /shop\/mailer@sha256:/u);
    await workbench.openViewContainer("Countersign");
    await workbench.runCommand("Countersign: Filter...");
    await workbench.answer("mailer");
    const image = workbench.treeItem("Images", "shop/mailer");
    await workbench.treeItem("Images", "shop/payments").waitFor({ state: "detached" });
    await image.click();
    await page.keyboard.press("ArrowRight");
    const place = workbench.treeItem("Images", ".gitlab-ci.yml:4");
    await place.waitFor();
    assert.match((await place.innerText()).replaceAll(/\s+/gu, " "), /\.gitlab-ci\.yml:4 ?pushes it/u);
    assert.equal(await place.getAttribute("aria-label"), "pushed in .gitlab-ci.yml, line 4");
    await workbench.screenshot("push in the view");
  });

  it("says what only the run tells, and goes on from what is known", async () => {
    const workbench = await open({ folder: sample.folder, env: sample.env });
    const { page, quickInput } = workbench;
    await workbench.openFile(".gitlab-ci.yml");
    await goTo(workbench, 5);
    await chooseByKeyboard(workbench, "Sign what is pushed here...");
    await workbench.quickPickTitle("Sign an image");
    const row = quickInput.locator(".monaco-list-row", { hasText: "Only the run tells $CI_COMMIT_TAG" });
    await row.first().waitFor();
    const input = quickInput.locator("input[type=text]");
    assert.equal(await input.inputValue(), `${sample.registry}/shop/cart:`);
    await workbench.screenshots("push unknown");
    await page.keyboard.type("1.4");
    await quickInput.locator(".monaco-list-row", { hasText: "shop/cart:1.4" }).first().waitFor();
    await page.keyboard.press("Enter");
    await workbench.quickPickTitle("shop/cart:1.4");
    await page.keyboard.press("Escape");
  });

  it("stands above the line only where a person wants it", async () => {
    const settings = { "countersign.codeLens.pushes": true };
    const workbench = await open({ folder: sample.folder, env: sample.env, settings });
    await workbench.openFile(".gitlab-ci.yml");
    const lens = await workbench.codeLens("shop/mailer:1.0...");
    await workbench.codeLens("Sign what is pushed here...");
    await workbench.screenshots("push lens");
    await lens.locator("a").first().click();
    await workbench.quickPickTitle("shop/mailer:1.0");
    await workbench.page.keyboard.press("Escape");
  });
});

async function goTo({ page, quickInput }: Workbench, line: number): Promise<void> {
  await page.keyboard.press("Control+G");
  await quickInput.locator("input").fill(`:${line}:10`);
  await page.keyboard.press("Enter");
  await quickInput.waitFor({ state: "hidden" });
}

/** Opens the menu of actions at the cursor; a person who is quicker than the editor opens it again. */
async function openActions({ page }: Workbench): Promise<void> {
  const menu = page.locator(".action-widget:visible .monaco-list-row.focused");
  for (let attempt = 1; attempt < 10; attempt++) {
    await page.keyboard.press("Control+.");
    const opened = await menu
      .first()
      .waitFor({ timeout: 3000 })
      .then(
        () => true,
        () => false,
      );
    if (opened) return;
  }
  throw new Error("There are no actions at the cursor.");
}

async function chooseByKeyboard(workbench: Workbench, title: string): Promise<void> {
  const { page } = workbench;
  const menu = page.locator(".action-widget:visible");
  if (!(await menu.isVisible())) await openActions(workbench);
  const focused = menu.locator(".monaco-list-row.focused");
  await focused.first().waitFor();
  for (let step = 0; step < 20 && !(await focused.first().innerText()).includes(title); step++)
    await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
}
