import assert from "node:assert/strict";
import { extensions, workspace } from "vscode";

describe("activation", () => {
  it("activates in a trusted workspace with a Dockerfile", async () => {
    assert.equal(workspace.isTrusted, true);
    const extension = extensions.getExtension("countersign.countersign");
    assert.ok(extension !== undefined, "the extension under development is not there");
    await extension.activate();
    assert.equal(extension.isActive, true);
  });
});
