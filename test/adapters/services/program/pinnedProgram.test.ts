import assert from "node:assert/strict";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { requirePinned } from "../../../../src/adapters/services/program/pinnedProgram.ts";
import { createProgramScene, type ProgramScene } from "../../../helpers/programScene.ts";

const { signal } = new AbortController();

describe("requirePinned", () => {
  let scene: ProgramScene;
  let sha256: string;
  beforeEach(() => {
    scene = createProgramScene();
    sha256 = scene.write("plugin/program", "0");
  });
  afterEach(() => scene.stop());

  const require = (pin: string | undefined, path = "plugin/program"): Promise<void> =>
    requirePinned(join(scene.folder, path), { service: "kms", sha256: pin }, { signal });

  it("lets the pinned program pass", () => require(sha256));

  it("tells the hash to pin of one that is not pinned", async () => {
    await assert.rejects(require(undefined), { code: "configuration", message: new RegExp(`sha256: ${sha256}`, "u") });
  });

  it("refuses another program than the pinned one", async () => {
    scene.write("plugin/program", "1");
    await assert.rejects(require(sha256), { code: "configuration", message: /not the plug-in that .* pins/u });
  });

  for (const [what, path] of [
    ["program", "plugin/program"],
    ["folder", "plugin"],
  ] as const)
    it(`refuses a ${what} that others may change`, async () => {
      chmodSync(join(scene.folder, path), 0o777);
      await assert.rejects(require(sha256), { code: "configuration", message: /others may change/u });
    });

  it("refuses what is not there, and what is no file", async () => {
    await assert.rejects(require(sha256, "plugin/none"), { message: /there is no plug-in/u });
    await assert.rejects(require(sha256, "plugin"), { message: /is no program/u });
  });

  it("can be cancelled", async () => {
    const pin = { service: "kms", sha256 };
    const file = join(scene.folder, "plugin/program");
    await assert.rejects(requirePinned(file, pin, { signal: AbortSignal.abort() }), { code: "cancelled" });
  });
});
