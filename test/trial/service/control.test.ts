import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import { sendToService } from "../../../src/adapters/services/serviceRequest.ts";
import { createTrialService } from "../../../src/adapters/services/trial.ts";
import type { SignOutcome } from "../../../src/application/signingService.ts";
import { startTrialService, type TrialService } from "../../../src/trial/service/startTrialService.ts";

const { signal } = new AbortController();

describe("controlling the trial", () => {
  let trial: TrialService;
  let revoked: string[];

  beforeEach(async () => {
    revoked = [];
    trial = await startTrialService({ revoke: (certificate) => revoked.push(certificate) });
  });
  afterEach(() => trial.stop());

  const tell = async (path: string, body: object, secret = trial.secrets.lead): Promise<number> => {
    const url = `${trial.url}/v1/${path}`;
    const request = { method: "POST", url, secret, body, timeoutMs: 5_000, action: "control the trial" } as const;
    return (await sendToService(request, { signal })).status;
  };
  const submit = (): Promise<SignOutcome> =>
    createTrialService({ url: trial.url, secret: trial.secrets.dev }).submit(
      {
        key: "dev",
        scheme: "ecdsa",
        hash: "sha256",
        digest: createHash("sha256").update("what is signed").digest(),
        purpose: { artifact: { kind: "file", name: "app.tar", digest: `sha256:${"ab".repeat(32)}` }, tool: "test" },
        idempotencyKey: randomUUID(),
      },
      { signal },
    );

  it("makes it misbehave so many times, and then no more", async () => {
    assert.equal(await tell("fault", { fault: "refuse", times: 2 }), 200);
    const service = createTrialService({ url: trial.url, secret: trial.secrets.dev });
    assert.equal((await service.listKeys({ signal })).length, 2);
    const outcomes = [await submit(), await submit(), await submit()];
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ["denied", "denied", "signed"],
    );
  });

  it("ends a fault", async () => {
    await tell("fault", { fault: "refuse", times: 5 });
    assert.equal(await tell("fault", { fault: "none", times: 1 }), 200);
    assert.equal((await submit()).status, "signed");
  });

  it("revokes the certificate of a key, and records who did", async () => {
    assert.equal(await tell("revoke", { key: "release" }), 200);
    assert.deepEqual(revoked, [trial.keys.find(({ name }) => name === "release")?.certificateChain[0]]);
    const entry = trial.audit().at(-1);
    assert.deepEqual([entry?.actor, entry?.event, entry?.key], ["lead", "certificate-revoked", "release"]);
  });

  for (const [what, path, body, status] of [
    ["a fault that there is not", "fault", { fault: "__proto__", times: 1 }, 400],
    ["no number", "fault", { fault: "refuse" }, 400],
    ["nought", "fault", { fault: "refuse", times: 0 }, 400],
    ["a number that is none", "fault", { fault: "refuse", times: 1.5 }, 400],
    ["a key that there is not", "revoke", { key: "other" }, 404],
  ] as const)
    it(`takes not ${what}`, async () => {
      assert.equal(await tell(path, body), status);
      assert.deepEqual(revoked, []);
      assert.equal((await submit()).status, "signed");
    });

  it("takes nothing from somebody without a secret of this run", async () => {
    assert.equal(await tell("fault", { fault: "refuse", times: 1 }, "guess"), 401);
    assert.equal(await tell("revoke", { key: "dev" }, "guess"), 401);
    assert.deepEqual([revoked, (await submit()).status], [[], "signed"]);
  });
});
