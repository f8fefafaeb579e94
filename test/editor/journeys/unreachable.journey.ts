import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { workbenchOfTest } from "../workbench.ts";

describe("a registry that cannot be asked", () => {
  const open = workbenchOfTest();
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "countersign-unreachable-"));
    // Nothing listens there.
    const many = Array.from({ length: 20 }, (_, index) => `FROM 127.0.0.1:9/acme/app:${index}\n`).join("");
    for (const name of ["one", "two"]) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, "Dockerfile"), many);
    }
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("is one problem, with the number of its images; each of them says so where it stands", async () => {
    const workbench = await open({ folder });
    await workbench.openFile("one/Dockerfile");
    await workbench.codeLens("Could not check");
    await workbench.problems();
    const panel = workbench.page.locator(".markers-panel .monaco-list-row", { hasText: "could not be checked" });
    await panel
      .filter({ hasText: "app:0' and 19 other images of 127.0.0.1:9 could not be checked (network)" })
      .waitFor();
    assert.equal(await panel.count(), 1);
    await workbench.screenshots("unreachable once");
  });
});
