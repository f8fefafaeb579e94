import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createTrialEngine } from "../../../src/trial/service/engine.ts";
import { startAcme, type AcmeWorkspace } from "../acme.ts";
import { giveToken } from "../signingSteps.ts";
import { workbenchOfTest } from "../workbench.ts";

const workflow = `name: release
on:
  push:
    tags: ["v*"]
permissions:
  contents: read
  packages: write
jobs:
  image:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v5
      - name: Build and push
        uses: docker/build-push-action@v6
        with:
          push: true
          tags: ghcr.io/acme/shop:\${{ github.ref_name }}
`;

describe("a pipeline that pushes and does not sign", () => {
  let acme: AcmeWorkspace;
  const open = workbenchOfTest();

  before(async () => {
    acme = await startAcme(createTrialEngine({ keys: [{ name: "release" }] }));
    mkdirSync(join(acme.folder, ".github", "workflows"), { recursive: true });
  });
  beforeEach(() => writeFileSync(join(acme.folder, ".github", "workflows", "release.yml"), workflow));
  after(() => acme?.stop());

  it("is told quietly, and gets the step that signs through the organisation's service", async () => {
    const workbench = await open(acme);
    const { page } = workbench;
    await workbench.openViewContainer("Countersign");
    await workbench.treeItem("Signing", "asks for a sign-in").waitFor();
    await workbench.runCommand("Countersign: Sign in to a signing service...");
    await workbench.quickPickTitle("Sign in to a signing service");
    await workbench.pick("acme");
    await giveToken(workbench, acme);
    await workbench.treeItem("Signing", "release").waitFor();
    await workbench.openFile(".github/workflows/release.yml");
    await workbench.editor.locator(".squiggly-info").first().waitFor();
    assert.match((await workbench.problems()).join("\n"), /is signed by nothing in this workspace/u);
    // Out of the way of what is inserted.
    await page.keyboard.press("Control+J");
    await page.locator(".markers-panel").waitFor({ state: "hidden" });
    await workbench.putCursor("build-push-action");
    await workbench.editor.locator(".lightBulbWidget").waitFor();
    await page.mouse.move(800, 600);
    const [first = ""] = await workbench.codeActions();
    assert.equal(first, "Sign it after the push, through acme with key 'Trial\\release'");
    await workbench.screenshots("pipeline fix");
    await workbench.chooseCodeAction("Sign it after the push");
    await workbench.editor.locator(".view-line", { hasText: "$IMAGE@$DIGEST" }).first().waitFor();
    await workbench.editor.locator(".squiggly-info").waitFor({ state: "detached" });
    await page.mouse.move(5, 5);
    await workbench.screenshot("pipeline fixed");
    const text = await workbench.editorText();
    for (const line of ["id-token: write", "- id: build", "${{ steps.build.outputs.digest }}", '"ghcr.io/acme/shop"'])
      assert.ok(text.includes(line), text);
  });
});
