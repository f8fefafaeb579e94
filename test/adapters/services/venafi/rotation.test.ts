import assert from "node:assert/strict";
import type { TrialKey } from "../../../../src/trial/service/keys.ts";
import { createTrialEngine } from "../../../../src/trial/service/engine.ts";
import { request, signed } from "../../../helpers/signRequests.ts";
import { startVenafiScene, type VenafiScene } from "../../../helpers/venafiScene.ts";

const { signal } = new AbortController();

describe("a key of Venafi that is replaced while somebody looks at it", () => {
  let scene: VenafiScene;
  let now: number;
  beforeEach(async () => {
    now = Date.now();
    scene = await startVenafiScene();
  });
  afterEach(() => scene.facade.stop());

  const signings = (): number => scene.facade.calls().filter((call) => call === "POST vedhsm/api/sign").length;
  /** Replaces the key of the environment, as a renewal does: its id stays. */
  const rotate = (): void => {
    const [other] = createTrialEngine({ keys: [{ name: "dev" }] }).keys;
    (scene.engine.keys as TrialKey[])[0] = other!;
  };

  it("signs nothing", async () => {
    const service = scene.client({ now: () => now });
    await service.listKeys({ signal });
    rotate();
    now += 31_000;
    await assert.rejects(service.submit(request(), { signal }), {
      code: "service-protocol",
      message: /was rotated since it was described; nothing was sent/,
    });
    assert.equal(signings(), 0);
    // What is listed now is what signs.
    await service.listKeys({ signal });
    signed(await service.submit(request(), { signal }));
  });

  it("is not asked for again where it was listed a moment ago", async () => {
    const service = scene.client({ now: () => now });
    await service.listKeys({ signal });
    const before = scene.facade.calls().filter((call) => call.endsWith("getobjects")).length;
    now += 29_000;
    signed(await service.submit(request(), { signal }));
    assert.equal(scene.facade.calls().filter((call) => call.endsWith("getobjects")).length, before);
  });
});
