import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTrialEngine, type TrialEngine } from "../../../src/trial/service/engine.ts";
import { startTrialVenafi, type TrialVenafi } from "../../../src/trial/venafi/startTrialVenafi.ts";
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
  const place = mkdtempSync(join(tmpdir(), "countersign-pipelines-"));
  const folder = join(place, "shop");
  const env = { COUNTERSIGN_STATE_DIR: join(place, "state") };
  let engine: TrialEngine;
  let venafi: TrialVenafi;
  const open = workbenchOfTest();

  before(async () => {
    engine = createTrialEngine({ keys: [{ name: "release" }] });
    venafi = await startTrialVenafi(engine);
    mkdirSync(join(folder, ".github", "workflows"), { recursive: true });
    writeFileSync(join(folder, "acme-ca.pem"), venafi.root);
    const service = `  - name: acme\n    type: venafi\n    url: ${venafi.url}\n    options:\n      caFile: acme-ca.pem\n`;
    writeFileSync(join(folder, ".countersign.yaml"), `version: 1\nservices:\n${service}`);
  });
  beforeEach(() => writeFileSync(join(folder, ".github", "workflows", "release.yml"), workflow));
  after(async () => {
    await venafi.stop();
    rmSync(place, { recursive: true, force: true });
  });

  it("is told quietly, and gets the step that signs through the organisation's service", async () => {
    const workbench = await open({ folder, env });
    const { page } = workbench;
    await workbench.openViewContainer("Countersign");
    await workbench.treeItem("Signing", "asks for a sign-in").waitFor();
    await workbench.runCommand("Countersign: Sign in to a signing service...");
    await workbench.quickPickTitle("Sign in to a signing service");
    await workbench.pick("acme");
    await giveToken(workbench, venafi, engine);
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
