import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { workbenchOfTest } from "../workbench.ts";

describe("first look", () => {
  const folder = mkdtempSync(join(tmpdir(), "countersign-first-look-"));
  const open = workbenchOfTest();

  before(() => cpSync(join(import.meta.dirname, "../workspace"), folder, { recursive: true }));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("lists the images of a Dockerfile in the view container", async () => {
    const workbench = await open({ folder });
    await workbench.openFile("Dockerfile");
    await workbench.openViewContainer("Countersign");
    const items = await workbench.treeItems("Images");
    assert.ok(items.length > 0);
    await workbench.screenshot("first look");
  });
});
