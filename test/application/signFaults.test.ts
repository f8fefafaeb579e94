import assert from "node:assert/strict";
import { createTrialService, decideTrialRequest } from "../../src/adapters/services/trial.ts";
import { createTimeStamps } from "../../src/adapters/timeStamps.ts";
import { AppError } from "../../src/application/errors.ts";
import { readPendingSigning, type PendingSigning } from "../../src/application/pendingSigning.ts";
import {
  executeSigning,
  prepareSigning,
  prepareSignings,
  resumeSigning,
  type SigningPorts,
  type SigningRequest,
  type SigningTrust,
  type SigningWait,
} from "../../src/application/signImage.ts";
import type { SigningService } from "../../src/application/signingService.ts";
import { parseReference } from "../../src/core/image/reference.ts";
import { signingFormats } from "../../src/core/sign/scheme.ts";
import type { Descriptor } from "../../src/core/verdict/evidence.ts";
import { startTrialPki, type TrialPki } from "../../src/trial/pki/startTrialPki.ts";
import type { TimestampFault } from "../../src/trial/pki/timestampRoute.ts";
import { startTrialService, type TrialService } from "../../src/trial/service/startTrialService.ts";
import { pushImage, startScene, type Scene } from "../helpers/registryScene.ts";
import { startVaultScene } from "../helpers/vaultScene.ts";
import { startVenafiScene } from "../helpers/venafiScene.ts";

const { signal } = new AbortController();
const trust: SigningTrust = {
  policy: { rules: [], problems: [] },
  material: { trustedRoots: [] },
  namedKeySuffices: true,
};

/** A disk that keeps records as the command line does: as JSON, each whole. */
interface Disk {
  readonly records: Map<string, string>;
  full: boolean;
}

describe("signing, where something goes wrong", () => {
  let scene: Scene;
  let trial: TrialService;
  let pki: TrialPki;
  let image: Descriptor;
  let disk: Disk;
  let submissions: number;

  beforeEach(async () => {
    scene = await startScene({ client: { limits: { settleMs: 1 } } });
    trial = await startTrialService({ retryAfterMs: 1 });
    pki = await startTrialPki();
    image = await pushImage(scene.registry, scene.repository, "1.4");
    disk = { records: new Map(), full: false };
    submissions = 0;
  });
  afterEach(async () => {
    trial.setFault(undefined);
    await Promise.all([scene.stop(), trial.stop(), pki.stop()]);
  });

  /** New objects each time, as after a restart. */
  const ports = (changes: Partial<SigningPorts> = {}, service: Partial<SigningService> = {}): SigningPorts => {
    const own = createTrialService({ url: trial.url, secret: trial.secrets.dev, timeoutMs: 2_000 });
    const submit: SigningService["submit"] = (request, options) => {
      submissions += 1;
      return own.submit(request, options);
    };
    return {
      registry: scene.client(),
      service: { ...own, submit, ...service },
      clock: { now: () => new Date() },
      log: { info: () => undefined, warn: () => undefined },
      timeStamps: createTimeStamps({ timeoutMs: 300 }),
      ...changes,
    };
  };

  const request = (changes: Partial<SigningRequest> = {}): SigningRequest => ({
    reference: parseReference(`${scene.host}/acme/app:1.4`).value!,
    key: "dev",
    format: "sigstore-bundle",
    trust,
    tool: "test",
    ...changes,
  });
  const forRelease = { key: "release", justification: "release 1.4" };

  const keeping = (changes: Partial<SigningWait> = {}): SigningWait => {
    const save = (pending: PendingSigning): void => {
      if (disk.full) throw new AppError("file-unwritable", "Could not write the record (ENOSPC).");
      disk.records.set(pending.ticket.id, JSON.stringify(pending));
    };
    return { signal, waitMs: 0, onPending: save, onSigned: save, ...changes };
  };

  const kept = (): PendingSigning => {
    const [text, ...others] = [...disk.records.values()];
    assert.deepEqual(others, []);
    const record = readPendingSigning(JSON.parse(text ?? "null"));
    assert.ok(record);
    return record;
  };

  const signaturesMade = (): number => trial.audit().filter(({ event }) => event === "signed").length;
  const attached = async (): Promise<number> => {
    const answer = await scene.client().referrers(scene.repository, image.digest, { signal });
    return answer.descriptors.length;
  };
  const codeOf = async (work: Promise<unknown>): Promise<unknown> => {
    const error: unknown = await work.then(
      (value) => new Error(`nothing went wrong: ${JSON.stringify(value)}`),
      (cause: unknown) => cause,
    );
    return error instanceof AppError ? error.code : error;
  };

  for (const format of signingFormats)
    it(`attaches what could not be attached as ${format} later, without a second signature`, async () => {
      const outside = ports();
      const prepared = await prepareSigning(outside, request({ format }), { signal });
      scene.faults.push({ path: /manifests/, method: "PUT", fault: { kind: "status", status: 403 } });
      assert.equal(await codeOf(executeSigning(outside, prepared, keeping())), "attach-failed");
      // Still refused: the record stays good for another try.
      assert.equal(await codeOf(resumeSigning(ports(), kept(), trust, keeping())), "attach-failed");
      scene.faults.splice(0);
      const outcome = await resumeSigning(ports(), kept(), trust, keeping());
      assert.ok(outcome.status === "signed", JSON.stringify(outcome));
      assert.equal(outcome.verdict.state, "verified", JSON.stringify(outcome.verdict.trace));
      assert.equal(outcome.audit, "audit-3");
      assert.deepEqual([signaturesMade(), submissions], [1, 1]);
    });

  it("attaches what was signed before the process was killed", async () => {
    const outside = ports();
    const prepared = await prepareSigning(outside, request(), { signal });
    const killed = new Promise<never>(() => undefined);
    // Killed between the signature and its attachment: nothing after the record was written ever happens.
    const waiting = keeping({
      onSigned: async (pending) => {
        disk.records.set(pending.ticket.id, JSON.stringify(pending));
        reached();
        await killed;
      },
    });
    let reached = (): void => undefined;
    const signed = new Promise<void>((resolve) => {
      reached = resolve;
    });
    void executeSigning(outside, prepared, waiting);
    await signed;
    assert.equal(await attached(), 0);
    const outcome = await resumeSigning(ports(), kept(), trust, keeping());
    assert.ok(outcome.status === "signed" && outcome.verdict.state === "verified");
    assert.deepEqual([signaturesMade(), submissions, await attached()], [1, 1, 1]);
  });

  it("keeps the signature of a request that waited, under its own ticket", async () => {
    const outside = ports();
    const prepared = await prepareSigning(outside, request({ ...forRelease, format: "notation-jws" }), { signal });
    assert.equal((await executeSigning(outside, prepared, keeping())).status, "pending");
    const { ticket } = kept();
    const approver = { url: trial.url, secret: trial.secrets.lead };
    await decideTrialRequest(approver, { id: ticket.id, approve: true, comment: "" }, { signal });
    scene.faults.push({ path: /manifests/, method: "PUT", fault: { kind: "status", status: 503 } });
    assert.equal(await codeOf(resumeSigning(ports(), kept(), trust, keeping())), "attach-failed");
    assert.deepEqual([kept().ticket, kept().signature === undefined], [ticket, false]);
    scene.faults.splice(0);
    const outcome = await resumeSigning(ports(), kept(), trust, keeping());
    assert.ok(outcome.status === "signed" && outcome.verdict.state === "verified", JSON.stringify(outcome));
    assert.deepEqual([signaturesMade(), submissions], [1, 1]);
  });

  it("attaches a record to nothing else than what was signed", async () => {
    const outside = ports();
    const prepared = await prepareSigning(outside, request(), { signal });
    scene.faults.push({ path: /manifests/, method: "PUT", fault: { kind: "status", status: 403 } });
    await codeOf(executeSigning(outside, prepared, keeping()));
    scene.faults.splice(0);
    const other = await pushImage(scene.registry, scene.repository, "other", "other");
    const pending = kept();
    const changed: readonly (readonly [string, PendingSigning, string])[] = [
      ["another image", { ...pending, image: other }, "service-protocol"],
      ["another format", { ...pending, format: "cosign" }, "service-protocol"],
      [
        "another signature",
        { ...pending, signature: Buffer.alloc(70, 1).toString("base64") },
        "signature-not-verified",
      ],
      ["another predicate", { ...pending, terms: { predicate: { type: "t", json: "{}" } } }, "service-protocol"],
    ];
    for (const [what, record, code] of changed)
      assert.equal(await codeOf(resumeSigning(ports(), record, trust, keeping())), code, what);
    assert.equal(await attached(), 0);
  });

  it("withdraws a request that waits and that no record of can be kept", async () => {
    const outside = ports();
    const prepared = await prepareSigning(outside, request(forRelease), { signal });
    disk.full = true;
    assert.equal(await codeOf(executeSigning(outside, prepared, keeping())), "file-unwritable");
    assert.deepEqual(await outside.service.pending({ signal }), []);
    assert.deepEqual([signaturesMade(), await attached()], [0, 0]);
  });

  it("says so where such a request cannot even be withdrawn", async () => {
    const cancel = (): Promise<never> => Promise.reject(new AppError("service-unavailable", "down"));
    const outside = ports({}, { cancel });
    const prepared = await prepareSigning(outside, request(forRelease), { signal });
    disk.full = true;
    await assert.rejects(executeSigning(outside, prepared, keeping()), /It could not be withdrawn: reject it/);
  });

  it("attaches a signature though no record of it can be kept", async () => {
    const outside = ports();
    const prepared = await prepareSigning(outside, request(), { signal });
    disk.full = true;
    const outcome = await executeSigning(outside, prepared, keeping());
    assert.ok(outcome.status === "signed" && outcome.verdict.state === "verified");
    assert.deepEqual([signaturesMade(), await attached()], [1, 1]);
  });

  const sessions = [
    {
      what: "Venafi",
      start: async () => {
        const face = await startVenafiScene();
        const end = (): void => face.facade.expireSessions();
        return { service: face.client(), end, engine: face.engine, stop: () => face.facade.stop() };
      },
    },
    {
      what: "Vault",
      start: async () => {
        const appRole = { roleId: "role", secretId: "secret" };
        const face = await startVaultScene({ specs: ["p256"], logins: { appRole } });
        const login = { VAULT_ADDR: face.vault.url, VAULT_ROLE_ID: "role", VAULT_SECRET_ID: "secret" };
        const end = (): void => face.vault.endSessions();
        return { service: await face.open({ environment: login }), end, engine: face.engine, stop: () => face.stop() };
      },
    },
  ];
  for (const { what, start } of sessions)
    it(`signs once where the session with ${what} ends in between`, async () => {
      const { service, end, engine, stop } = await start();
      const outside = ports({ service });
      const [first] = await service.listKeys({ signal });
      const prepared = await prepareSigning(outside, request({ key: first!.name }), { signal });
      end();
      const outcome = await executeSigning(outside, prepared, keeping());
      assert.ok(outcome.status === "signed" && outcome.verdict.state === "verified", JSON.stringify(outcome));
      assert.equal(engine.audit.entries().filter(({ event }) => event === "signed").length, 1);
      await stop();
    });

  it("does not attach the signature of a key that was rotated meanwhile", async () => {
    const outside = ports();
    const prepared = await prepareSigning(outside, request(), { signal });
    const rotated = await startTrialService({ retryAfterMs: 1 });
    const service = createTrialService({ url: rotated.url, secret: rotated.secrets.dev });
    assert.equal(await codeOf(executeSigning(ports({ service }), prepared, keeping())), "signature-not-verified");
    assert.deepEqual([await attached(), disk.records.size], [0, 0]);
    await rotated.stop();
  });

  it("does not plan an envelope with a certificate that is not valid by the clock here", async () => {
    for (const days of [-365, 365]) {
      const clock = { now: () => new Date(Date.now() + days * 24 * 60 * 60 * 1000) };
      const late = request({ format: "notation-cose" });
      assert.equal(await codeOf(prepareSigning(ports({ clock }), late, { signal })), "usage");
    }
    assert.equal(submissions, 0);
  });

  describe("with a time stamp", () => {
    const stamped = (format: SigningRequest["format"], changes: object = {}): SigningRequest => {
      const { url, root } = pki.timeStamps;
      return request({ format, terms: { timeStampAuthority: { url, roots: [root], ...changes } } });
    };
    const faults: readonly (readonly [TimestampFault, string])[] = [
      ["stamps-down", "service-unavailable"],
      ["stamps-stall", "service-unavailable"],
      ["stamps-malformed", "timestamp-refused"],
      ["stamps-rejected", "timestamp-refused"],
      ["stamps-other-nonce", "timestamp-refused"],
      ["stamps-other-data", "timestamp-refused"],
      ["stamps-other-time", "timestamp-refused"],
    ];
    for (const [fault, code] of faults)
      it(`attaches nothing where the authority misbehaves (${fault}), and all of it later`, async () => {
        pki.setFault(fault);
        const outside = ports();
        const prepared = await prepareSigning(outside, stamped("notation-jws"), { signal });
        assert.equal(await codeOf(executeSigning(outside, prepared, keeping())), code);
        assert.equal(await attached(), 0);
        pki.setFault(undefined);
        const outcome = await resumeSigning(ports(), kept(), trust, keeping());
        assert.ok(outcome.status === "signed" && outcome.verdict.state === "verified", JSON.stringify(outcome));
        assert.deepEqual([signaturesMade(), submissions, await attached()], [1, 1, 1]);
      });

    it("attaches none of an authority that the roots do not know, or under another policy", async () => {
      for (const changes of [{ roots: [trial.root] }, { roots: [] }, { policy: "1.2.3.4.5" }]) {
        const outside = ports();
        const prepared = await prepareSigning(outside, stamped("sigstore-bundle", changes), { signal });
        assert.equal(await codeOf(executeSigning(outside, prepared, keeping())), "timestamp-refused");
      }
      assert.equal(await attached(), 0);
    });
  });

  describe("of an index", () => {
    const mediaType = "application/vnd.oci.image.index.v1+json";
    let arm: Descriptor;
    beforeEach(async () => {
      arm = await pushImage(scene.registry, scene.repository, "arm", "arm");
      const manifests = [
        { ...image, platform: { os: "linux", architecture: "amd64" } },
        { ...arm, platform: { os: "linux", architecture: "arm64" } },
        { ...image, platform: { os: "unknown", architecture: "unknown" } },
      ];
      const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, manifests }));
      await scene.registry.pushManifest(scene.repository, { bytes, mediaType, tag: "1.4" }, { signal });
    });

    it("is one request for the index by default, and one for each image where they are asked for", async () => {
      const prepare = async (platforms: Parameters<typeof prepareSignings>[1]["platforms"]) =>
        (await prepareSignings(ports(), { ...request(), platforms }, { signal })).map(
          ({ plan, platform, coverage }) => [platform ?? coverage.kind, plan.reference.replace(`${scene.host}/`, "")],
        );
      assert.deepEqual(await prepare({ kind: "whole" }), [["index", "acme/app:1.4"]]);
      const amd64 = ["linux/amd64", `acme/app@${image.digest}`];
      const arm64 = ["linux/arm64", `acme/app@${arm.digest}`];
      assert.deepEqual(await prepare({ kind: "all" }), [["index", "acme/app:1.4"], amd64, arm64]);
      assert.deepEqual(await prepare({ kind: "some", platforms: ["linux/arm64"] }), [arm64]);
      const none = prepareSignings(
        ports(),
        { ...request(), platforms: { kind: "some", platforms: ["linux/s390x"] } },
        { signal },
      );
      await assert.rejects(none, /has no image for linux\/s390x. It has linux\/amd64, linux\/arm64/);
    });

    it("attaches each to its own digest", async () => {
      const outside = ports();
      const platforms = { kind: "some", platforms: ["linux/arm64"] } as const;
      const [prepared] = await prepareSignings(outside, { ...request(), platforms }, { signal });
      const outcome = await executeSigning(outside, prepared, keeping());
      assert.ok(outcome.status === "signed" && outcome.digest === arm.digest && outcome.verdict.state === "verified");
      assert.equal(await attached(), 0);
    });

    it("says so where the registry lacks an image of the index", async () => {
      const fault = { kind: "status", status: 404 } as const;
      scene.faults.push({ path: new RegExp(`manifests/${arm.digest}`), fault });
      const work = prepareSignings(ports(), { ...request(), platforms: { kind: "all" } }, { signal });
      assert.equal(await codeOf(work), "image-not-found");
    });
  });
});
