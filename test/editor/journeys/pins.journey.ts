import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { startSample, type RunningSample } from "../sample.ts";
import { workbenchOfTest } from "../workbench.ts";

const old = `sha256:${"0b".repeat(32)}`;

describe("pins", () => {
  let sample: RunningSample;
  const open = workbenchOfTest();

  before(async () => {
    sample = await startSample();
    mkdirSync(join(sample.folder, "tools"));
    writeFileSync(
      join(sample.folder, "tools/deploy.sh"),
      `#!/bin/sh\nIMAGE=${sample.registry}/base/node:22@${old} # the base\ndocker run --rm "$IMAGE" true\n`,
    );
  });
  after(() => sample?.stop());

  it("refreshes a pin whose tag has moved, in a shell script, and says who signed what it names now", async () => {
    const workbench = await open({ folder: sample.folder, env: sample.env });
    await workbench.openFile("tools/deploy.sh");
    await workbench.codeLens("Could not check");
    await workbench.runCommand("Countersign: Refresh the pins in this file");
    await workbench.page
      .getByText(/^Refreshed \S+\/base\/node:22 to sha256:[0-9a-f]+\.\.\. \(verified, signed by \S+/u)
      .first()
      .waitFor();
    await workbench.screenshot("pins refreshed light");
    await workbench.runCommand("File: Save");
    await workbench.codeLens("Verified");
    await workbench.screenshots("pins");
    const text = readFileSync(join(sample.folder, "tools/deploy.sh"), "utf8");
    assert.doesNotMatch(text, new RegExp(old, "u"));
    assert.match(
      text,
      /^#!\/bin\/sh\nIMAGE=\S+\/base\/node:22@sha256:[0-9a-f]{64} # the base\ndocker run --rm "\$IMAGE" true\n$/u,
    );
  });

  it("pins every verified image of the workspace as one change", async () => {
    const workbench = await open({ folder: sample.folder, env: sample.env });
    await workbench.openFile("app/Dockerfile");
    await workbench.codeLens("Verified");
    await workbench.runCommand("Countersign: Pin all images in this workspace");
    await workbench.page
      .getByText(/^Pinned \d+ images? in \d+ files?\.$/u)
      .first()
      .waitFor();
    await workbench.screenshot("pinned light");
    await workbench.editor.locator(".view-line", { hasText: "22@sha256:" }).first().waitFor();
  });

  it("changes nothing at the places of an older text, where a file changed on disk unnoticed", async () => {
    const path = join(sample.folder, "tools/other.sh");
    const text = `#!/bin/sh\ndocker run --rm ${sample.registry}/base/node:22 true\n`;
    writeFileSync(path, text);
    // Nobody says that it changes.
    const settings = { "files.watcherExclude": { "**": true } };
    const workbench = await open({ folder: sample.folder, env: sample.env, settings });
    await workbench.openFile("tools/deploy.sh");
    await workbench.codeLens("Verified");
    writeFileSync(path, `# moved\n${text}`);
    await workbench.runCommand("Countersign: Pin all images in this workspace");
    const refusal = "Pin images: nothing was changed. A file has changed meanwhile; try again once it has been read.";
    await workbench.page.getByText(refusal).first().waitFor();
    await workbench.screenshot("pins stale light");
    await workbench.openFile("tools/other.sh");
    await workbench.codeLens("Verified");
    await workbench.runCommand("Countersign: Pin all images in this file");
    await workbench.page
      .getByText(/^Pinned \S+\/base\/node:22 to sha256:/u)
      .first()
      .waitFor();
    await workbench.runCommand("File: Save");
    const pinned = /^# moved\n#!\/bin\/sh\ndocker run --rm \S+\/base\/node:22@sha256:[0-9a-f]{64} true\n$/u;
    await saved(path, pinned);
  });

  it("says that a file which is read-only was not changed", async () => {
    const path = join(sample.folder, "tools/fixed.sh");
    const text = `#!/bin/sh\ndocker run --rm ${sample.registry}/base/node:22 true\n`;
    writeFileSync(path, text);
    const settings = { "files.readonlyInclude": { "tools/fixed.sh": true } };
    const workbench = await open({ folder: sample.folder, env: sample.env, settings });
    await workbench.openFile("tools/fixed.sh");
    await workbench.codeLens("Verified");
    await workbench.runCommand("Countersign: Pin all images in this file");
    await workbench.page.getByText("Pin images: nothing was changed. tools/fixed.sh is read-only.").first().waitFor();
    await workbench.screenshot("pins readonly light");
    assert.doesNotMatch(await workbench.editorText(), /sha256/u);
    assert.equal(readFileSync(path, "utf8"), text);
  });
});

/** Waits until a file holds what was saved; the editor writes it a moment later. */
async function saved(path: string, pattern: RegExp): Promise<void> {
  const limit = Date.now() + 15_000;
  while (!pattern.test(readFileSync(path, "utf8")) && Date.now() < limit) await setTimeout(50);
  assert.match(readFileSync(path, "utf8"), pattern);
}
