import assert from "node:assert/strict";
import { createTrialService, decideTrialRequest } from "../../src/adapters/services/trial.ts";
import { createTimeStamps } from "../../src/adapters/timeStamps.ts";
import { followFile } from "../../src/application/followFile.ts";
import type { PendingFile } from "../../src/application/pendingFile.ts";
import { executeFile, prepareFile, resumeFile, type FileSigningPorts } from "../../src/application/signFile.ts";
import { verifyBundleForFile } from "../../src/core/signature/verifyBundle.ts";
import { startTrialService, type TrialService } from "../../src/trial/service/startTrialService.ts";

const { signal } = new AbortController();
const content = Buffer.from("release");
const now = { signal, waitMs: 0 };

describe("following the request of a file", () => {
  let trial: TrialService;
  let written: Uint8Array | undefined;
  let pending: PendingFile;

  beforeEach(async () => {
    trial = await startTrialService({ retryAfterMs: 1 });
    written = undefined;
    const file = { name: "app.tar", content };
    const asked = { file, key: "release", justification: "Change 4711", tool: "test" };
    const outcome = await executeFile(ports(), await prepareFile(ports(), asked, now), now);
    assert.ok(outcome.status === "pending");
    pending = outcome.pending;
  });
  afterEach(() => trial.stop());

  const ports = (): FileSigningPorts => ({
    service: createTrialService({ url: trial.url, secret: trial.secrets.dev }),
    clock: { now: () => new Date() },
    log: { info: () => undefined, warn: () => undefined },
    timeStamps: createTimeStamps(),
    output: {
      path: "app.tar.sigstore.json",
      prepare: () => Promise.resolve(),
      write: (bytes) => {
        written = bytes;
        return Promise.resolve();
      },
    },
  });
  const decide = (approve: boolean): Promise<void> => {
    const approver = { url: trial.url, secret: trial.secrets.lead };
    return decideTrialRequest(approver, { id: pending.ticket.id, approve, comment: "not now" }, now);
  };
  const signaturesMade = (): number => trial.audit().filter(({ event }) => event === "signed").length;

  it("gives back what waits", async () => {
    const followed = await followFile(ports(), pending, now);
    assert.ok(followed.status === "pending");
    assert.deepEqual(followed.pending, pending);
  });

  it("waits for the approval, and the bundle is written from the record", async () => {
    const following = followFile(ports(), pending, { signal, waitMs: 60_000 });
    await decide(true);
    const followed = await following;
    assert.ok(followed.status === "signed");
    assert.equal(followed.pending.audit, trial.audit().find(({ event }) => event === "signed")?.id);
    const again = await followFile(ports(), followed.pending, now);
    assert.deepEqual(again, followed);
    assert.equal((await resumeFile(ports(), followed.pending, content, now)).status, "signed");
    const keyPem = trial.keys.find(({ name }) => name === "release")?.publicKey ?? "";
    const bundleText = Buffer.from(written ?? []).toString("utf8");
    const { verified } = verifyBundleForFile({ bundleText, artifact: { bytes: content }, keyPem, time: new Date() });
    assert.deepEqual([verified, signaturesMade()], [true, 1]);
  });

  it("says that it was rejected", async () => {
    await decide(false);
    const followed = await followFile(ports(), pending, now);
    assert.ok(followed.status === "denied");
    assert.match(followed.message, /not now/u);
  });

  it("writes nothing that is not a signature by the key over the file", async () => {
    await decide(true);
    trial.setFault({ kind: "wrong-signature" });
    const followed = await followFile(ports(), pending, now);
    assert.ok(followed.status === "signed");
    await assert.rejects(resumeFile(ports(), followed.pending, content, now), { code: "signature-not-verified" });
    assert.equal(written, undefined);
  });

  it("asks no other service than the one that it waits at", async () => {
    const elsewhere = { ...pending, ticket: { ...pending.ticket, service: "acme" } };
    await assert.rejects(followFile(ports(), elsewhere, now), { code: "service-protocol" });
  });
});
