import assert from "node:assert/strict";
import { createTrialService, decideTrialRequest } from "../../src/adapters/services/trial.ts";
import { createTimeStamps } from "../../src/adapters/timeStamps.ts";
import { AppError } from "../../src/application/errors.ts";
import { readPendingFile, type PendingFile } from "../../src/application/pendingFile.ts";
import {
  executeFile,
  prepareFile,
  resumeFile,
  type FileSigningPorts,
  type FileSigningRequest,
  type FileWait,
} from "../../src/application/signFile.ts";
import { readBundle } from "../../src/core/signature/bundle.ts";
import { verifyBundleForFile } from "../../src/core/signature/verifyBundle.ts";
import { startTrialPki, type TrialPki } from "../../src/trial/pki/startTrialPki.ts";
import { startTrialService, type TrialService } from "../../src/trial/service/startTrialService.ts";

const { signal } = new AbortController();
const content = Buffer.from("release");

describe("signing a file", () => {
  let trial: TrialService;
  let pki: TrialPki;
  let written: Uint8Array | undefined;
  let disk: { full: boolean; readonly: boolean };
  let records: Map<string, string>;

  beforeEach(async () => {
    trial = await startTrialService({ retryAfterMs: 1 });
    pki = await startTrialPki();
    written = undefined;
    disk = { full: false, readonly: false };
    records = new Map();
  });
  afterEach(() => Promise.all([trial.stop(), pki.stop()]));

  const full = (): AppError => new AppError("file-unwritable", "Could not write app.tar.sigstore.json (ENOSPC).");
  const ports = (): FileSigningPorts => ({
    service: createTrialService({ url: trial.url, secret: trial.secrets.dev }),
    clock: { now: () => new Date() },
    log: { info: () => undefined, warn: () => undefined },
    timeStamps: createTimeStamps(),
    output: {
      path: "app.tar.sigstore.json",
      prepare: () => (disk.readonly ? Promise.reject(full()) : Promise.resolve()),
      write: (bytes) => {
        if (disk.full) return Promise.reject(full());
        written = bytes;
        return Promise.resolve();
      },
    },
  });
  const request = (changes: Partial<FileSigningRequest> = {}): FileSigningRequest => ({
    file: { name: "app.tar", content },
    key: "dev",
    tool: "test",
    ...changes,
  });
  const wait = (): FileWait => {
    const save = (pending: PendingFile): void => void records.set(pending.ticket.id, JSON.stringify(pending));
    return { signal, waitMs: 0, onPending: save, onSigned: save };
  };
  const kept = (): PendingFile => {
    const record = readPendingFile(JSON.parse([...records.values()][0] ?? "null"));
    assert.ok(record);
    return record;
  };
  const signaturesMade = (): number => trial.audit().filter(({ event }) => event === "signed").length;
  const execute = async (changes: Partial<FileSigningRequest> = {}) =>
    executeFile(ports(), await prepareFile(ports(), request(changes), { signal }), wait());
  const verifies = (keyName = "dev"): boolean => {
    const keyPem = trial.keys.find(({ name }) => name === keyName)!.publicKey;
    const bundleText = Buffer.from(written ?? []).toString("utf8");
    return verifyBundleForFile({ bundleText, artifact: { bytes: content }, keyPem, time: new Date() }).verified;
  };

  it("writes a bundle over the file, and tells the service what it is for", async () => {
    const outcome = await execute();
    assert.ok(outcome.status === "signed" && outcome.bundle === "app.tar.sigstore.json");
    assert.equal(verifies(), true);
    const signed = trial.audit().find(({ event }) => event === "signed");
    assert.deepEqual([signed?.artifact, signed?.digest], ["app.tar", outcome.digest]);
  });

  it("asks for nothing where the bundle could not be written", async () => {
    disk.readonly = true;
    await assert.rejects(execute(), { code: "file-unwritable" });
    assert.equal(signaturesMade(), 0);
  });

  it("keeps a signature whose bundle cannot be written, and writes it later without another", async () => {
    disk.full = true;
    await assert.rejects(execute(), (error) => {
      assert.ok(error instanceof AppError && error.code === "file-unwritable");
      assert.match(error.message, /^app\.tar was signed\..*audit-3.*was kept/);
      return true;
    });
    disk.full = false;
    const outcome = await resumeFile(ports(), kept(), content, wait());
    assert.ok(outcome.status === "signed" && outcome.audit === "audit-3");
    assert.deepEqual([verifies(), signaturesMade()], [true, 1]);
  });

  it("waits for an approval, and is written for the same file only", async () => {
    const pending = await execute({ key: "release", justification: "because" });
    assert.equal(pending.status, "pending");
    const approver = { url: trial.url, secret: trial.secrets.lead };
    await decideTrialRequest(approver, { id: kept().ticket.id, approve: true, comment: "" }, { signal });
    await assert.rejects(resumeFile(ports(), kept(), Buffer.from("changed"), wait()), { code: "service-protocol" });
    const [dev] = trial.keys;
    const otherKey = { ...kept(), key: { name: "dev", publicKey: dev!.publicKey } };
    await assert.rejects(resumeFile(ports(), otherKey, content, wait()), { code: "service-protocol" });
    const renamed = { ...kept(), file: "other.tar" };
    await assert.rejects(resumeFile(ports(), renamed, content, wait()), { code: "service-protocol" });
    assert.equal(written, undefined);
    assert.equal((await resumeFile(ports(), kept(), content, wait())).status, "signed");
    assert.deepEqual([verifies("release"), signaturesMade()], [true, 1]);
  });

  for (const kind of ["wrong-signature", "side-by-side"] as const)
    it(`writes nothing where the service misbehaves: ${kind}`, async () => {
      const prepared = await prepareFile(ports(), request(), { signal });
      trial.setFault({ kind });
      await assert.rejects(executeFile(ports(), prepared, wait()), { code: "signature-not-verified" });
      assert.deepEqual([written, records.size], [undefined, 0]);
    });

  it("passes on that the service refuses", async () => {
    const prepared = await prepareFile(ports(), request(), { signal });
    trial.setFault({ kind: "refuse" });
    const outcome = await executeFile(ports(), prepared, wait());
    assert.ok(outcome.status === "denied" && outcome.code === "forbidden");
  });

  it("carries the time stamp of the authority, and none that is wrong", async () => {
    const { url, root } = pki.timeStamps;
    const terms = { timeStampAuthority: { url, roots: [root] } };
    pki.setFault("stamps-other-data");
    await assert.rejects(execute({ terms }), { code: "timestamp-refused" });
    assert.equal(written, undefined);
    pki.setFault(undefined);
    assert.equal((await resumeFile(ports(), kept(), content, wait())).status, "signed");
    const bundle = readBundle(written ?? "");
    assert.ok(bundle.kind === "read" && bundle.value.timestamps.length === 1);
    assert.equal(signaturesMade(), 1);
  });

  it("has no key that does not exist, and none without its justification", async () => {
    await assert.rejects(execute({ key: "none" }), { code: "usage" });
    await assert.rejects(execute({ key: "release" }), { code: "usage" });
  });
});
