import assert from "node:assert/strict";
import type { PendingRequest } from "../../../../src/application/signingService.ts";
import { request, signed } from "../../../helpers/signRequests.ts";
import { startVenafiScene, type VenafiScene } from "../../../helpers/venafiScene.ts";

const { signal } = new AbortController();

describe("an approval at Venafi that needs two people", () => {
  let scene: VenafiScene;
  before(async () => {
    const keys = [{ name: "release", needs: ["approval"] as const, policy: { approvals: 2 } }];
    scene = await startVenafiScene({ engine: { keys } });
  });
  after(() => scene.facade.stop());

  it("is told as far as it is, under the same ticket, and listed once as the person's own", async () => {
    const service = scene.client();
    const first = await service.submit(request({ key: "Trial\\release" }), { signal });
    assert.ok(first.status === "pending");
    const { ticket } = first;
    const state = async (): Promise<PendingRequest["approvals"] | undefined> => {
      const outcome = await scene.client().resume(ticket, { signal });
      assert.deepEqual(outcome.status === "pending" && outcome.ticket, ticket);
      return outcome.status === "pending" ? outcome.approvals : undefined;
    };
    assert.deepEqual(await state(), { have: 0, need: 2, by: [] });
    const [waiting, ...others] = scene.engine.requests.pending();
    assert.deepEqual(others, []);
    scene.engine.requests.approve("lead", waiting?.id ?? "", "fine");
    assert.deepEqual(await state(), { have: 1, need: 2, by: ["local:lead"] });
    const [listed] = await service.pending({ signal, own: [ticket] });
    assert.equal(listed?.ticket, ticket.id);
    assert.notEqual(listed.id, ticket.id);
    scene.engine.requests.approve("security", waiting?.id ?? "", "fine");
    signed(await scene.client().resume(ticket, { signal }));
  });
});
