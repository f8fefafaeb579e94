import assert from "node:assert/strict";
import { createTrialService, decideTrialRequest } from "../../src/adapters/services/trial.ts";
import { AppError } from "../../src/application/errors.ts";
import {
  describeLostAnswer,
  findFileAnswer,
  findImageAnswer,
  mayHaveSigned,
  type LostAnswer,
} from "../../src/application/lostAnswer.ts";
import { readPendingRecord, type PendingRecord } from "../../src/application/pendingRecord.ts";
import { executeFile, prepareFile, resumeFile } from "../../src/application/signFile.ts";
import {
  executeSigning,
  prepareSigning,
  resumeSigning,
  type SigningPorts,
  type SigningTrust,
} from "../../src/application/signImage.ts";
import type { SigningService } from "../../src/application/signingService.ts";
import { parseReference } from "../../src/core/image/reference.ts";
import type { Descriptor } from "../../src/core/verdict/evidence.ts";
import { createTimeStamps } from "../../src/adapters/timeStamps.ts";
import { startTrialService, type TrialService } from "../../src/trial/service/startTrialService.ts";
import { pushImage, startScene, type Scene } from "../helpers/registryScene.ts";
import { startVenafiScene } from "../helpers/venafiScene.ts";

const { signal } = new AbortController();
const trust: SigningTrust = {
  policy: { rules: [], problems: [] },
  material: { trustedRoots: [] },
  namedKeySuffices: true,
};
const content = Buffer.from("release");

describe("a request whose answer was lost", () => {
  let scene: Scene;
  let trial: TrialService;
  let image: Descriptor;
  let records: Map<string, string>;
  let submissions: number;

  beforeEach(async () => {
    scene = await startScene({ client: { limits: { settleMs: 1 } } });
    trial = await startTrialService({ retryAfterMs: 1 });
    image = await pushImage(scene.registry, scene.repository, "1.4");
    records = new Map();
    submissions = 0;
  });
  afterEach(() => Promise.all([scene.stop(), trial.stop()]));

  /** New objects each time, as after a restart. `lost`: the editor is gone before the answer comes, or before the request arrives. */
  const ports = (lost?: "answer" | "request", own: SigningService = trialService()): SigningPorts => ({
    registry: scene.client(),
    service: {
      ...own,
      submit: async (request, options) => {
        submissions += 1;
        if (lost !== "request") await own.submit(request, options);
        throw new AppError("service-unavailable", "The connection failed.");
      },
    },
    clock: { now: () => new Date() },
    log: { info: () => undefined, warn: () => undefined },
    timeStamps: createTimeStamps({ timeoutMs: 300 }),
  });
  const trialService = (): SigningService => createTrialService({ url: trial.url, secret: trial.secrets.dev });
  const keep = (pending: PendingRecord): void => void records.set(pending.ticket.id, JSON.stringify(pending));
  const kept = (): PendingRecord => {
    const [text, ...others] = [...records.values()];
    assert.deepEqual(others, []);
    const record = readPendingRecord(JSON.parse(text ?? "null"));
    assert.ok(record);
    return record;
  };
  const reference = () => {
    const { value } = parseReference(`${scene.host}/acme/app:1.4`);
    assert.ok(value);
    return value;
  };
  const ask = async (outside: SigningPorts, key: string, justification?: string): Promise<void> => {
    const asked = { reference: reference(), key, trust, format: "sigstore-bundle", tool: "test" } as const;
    const request = justification === undefined ? asked : { ...asked, justification };
    const prepared = await prepareSigning(outside, request, { signal });
    await assert.rejects(executeSigning(outside, prepared, { signal, waitMs: 0, onSubmit: keep }), AppError);
  };
  const find = async (outside: SigningPorts = ports()): Promise<LostAnswer> => {
    const record = kept();
    assert.ok(!("kind" in record));
    return await findImageAnswer(outside, record, trust, { signal });
  };
  const signaturesMade = (): number => trial.audit().filter(({ event }) => event === "signed").length;
  const attached = async (): Promise<number> =>
    (await scene.client().referrers(scene.repository, image.digest, { signal })).descriptors.length;

  it("is recorded before it is sent, with what it was for", async () => {
    const outside = ports("request");
    await ask(outside, "dev");
    const record = kept();
    assert.deepEqual(record.unanswered, { tool: "test" });
    assert.equal(record.ticket.service, "trial");
    assert.equal(record.signature, undefined);
  });

  it("is not sent where it cannot be recorded", async () => {
    const outside = ports();
    const asked = { reference: reference(), key: "dev", trust, format: "sigstore-bundle", tool: "test" } as const;
    const prepared = await prepareSigning(outside, asked, { signal });
    const onSubmit = (): never => {
      throw new AppError("file-unwritable", "The disk is full.");
    };
    await assert.rejects(executeSigning(outside, prepared, { signal, waitMs: 0, onSubmit }), {
      code: "file-unwritable",
    });
    assert.equal(submissions, 0);
  });

  it("was signed: the signature is attached without another", async () => {
    await ask(ports("answer"), "dev");
    const answer = await find();
    assert.ok(answer.kind === "signed" && !("kind" in answer.pending), answer.kind);
    assert.equal(answer.pending.unanswered, undefined);
    const outcome = await resumeSigning(ports(), answer.pending, trust, { signal, waitMs: 0 });
    assert.ok(outcome.status === "signed" && outcome.verdict.state === "verified");
    assert.deepEqual([signaturesMade(), submissions, await attached()], [1, 1, 1]);
  });

  it("waits: it is gone on with, and signed once", async () => {
    await ask(ports("answer"), "release", "release 1.4");
    const answer = await find();
    assert.ok(answer.kind === "waits" && !("kind" in answer.pending), answer.kind);
    assert.deepEqual(answer.approvals, { have: 0, need: 1, by: [] });
    const { pending } = answer;
    const approver = { url: trial.url, secret: trial.secrets.lead };
    await decideTrialRequest(approver, { id: pending.ticket.id, approve: true, comment: "" }, { signal });
    const outcome = await resumeSigning(ports(), pending, trust, { signal, waitMs: 0 });
    assert.ok(outcome.status === "signed", JSON.stringify(outcome));
    assert.deepEqual([signaturesMade(), submissions, await attached()], [1, 1, 1]);
  });

  it("was rejected meanwhile", async () => {
    await ask(ports("answer"), "release", "release 1.4");
    const [request] = await trialService().pending({ signal });
    const approver = { url: trial.url, secret: trial.secrets.lead };
    await decideTrialRequest(approver, { id: request?.id ?? "", approve: false, comment: "no" }, { signal });
    const answer = await find();
    assert.ok(answer.kind === "denied", answer.kind);
    assert.match(answer.message, /lead rejected the request: no/);
  });

  it("never arrived", async () => {
    await ask(ports("request"), "dev");
    assert.deepEqual(await find(), { kind: "never-received" });
    assert.deepEqual([signaturesMade(), submissions], [0, 1]);
  });

  it("is another's, or another service's: nothing is said of it", async () => {
    await ask(ports("answer"), "dev");
    const other = createTrialService({ url: trial.url, secret: trial.secrets.lead });
    assert.deepEqual(await find(ports(undefined, other)), { kind: "never-received" });
    await assert.rejects(find(ports(undefined, { ...trialService(), name: "other" })), { code: "service-protocol" });
  });

  it("is not known where the service cannot be asked, which is said", async () => {
    await ask(ports("answer"), "dev");
    const silent = trialService();
    delete silent.find;
    const answer = await find(ports(undefined, silent));
    assert.deepEqual(answer, { kind: "not-known", isAsked: false });
    assert.match(describeLostAnswer(kept(), answer), /cannot be asked what became of it/);
  });

  it("is not taken for one that was asked for something else", async () => {
    await ask(ports("answer"), "dev");
    const other = await pushImage(scene.registry, scene.repository, "other", "other");
    const record = kept();
    assert.ok(!("kind" in record));
    const changed = { ...record, image: other };
    await assert.rejects(findImageAnswer(ports(), changed, trust, { signal }), { code: "service-protocol" });
    const ticket = { service: "trial", id: "1", requestHash: "0".repeat(64) };
    const waiting = {
      status: "pending",
      ticket,
      approvals: { have: 0, need: 1, by: [] },
      message: "",
      retryAfterMs: 1,
    } as const;
    const lying: SigningService = {
      ...trialService(),
      find: () => Promise.resolve({ kind: "outcome", outcome: waiting }),
    };
    await assert.rejects(find(ports(undefined, lying)), { code: "service-protocol" });
  });

  it("is found for a file too, and its bundle is written", async () => {
    let written: Uint8Array | undefined;
    const output = {
      path: "app.tar.sigstore.json",
      prepare: () => Promise.resolve(),
      write: (bytes: Uint8Array) => {
        written = bytes;
        return Promise.resolve();
      },
    };
    const outside = { ...ports("answer"), output };
    const prepared = await prepareFile(
      outside,
      { file: { name: "app.tar", content }, key: "dev", tool: "test" },
      { signal },
    );
    await assert.rejects(executeFile(outside, prepared, { signal, waitMs: 0, onSubmit: keep }), AppError);
    const record = kept();
    assert.ok("kind" in record);
    await assert.rejects(findFileAnswer(ports(), record, Buffer.from("changed"), { signal }), {
      code: "service-protocol",
    });
    const answer = await findFileAnswer(ports(), record, content, { signal });
    assert.ok(answer.kind === "signed" && "kind" in answer.pending, answer.kind);
    const outcome = await resumeFile({ ...ports(), output }, answer.pending, content, { signal, waitMs: 0 });
    assert.equal(outcome.status, "signed");
    assert.ok(written);
    assert.deepEqual([signaturesMade(), submissions], [1, 1]);
  });

  it("is found at Venafi: among its tickets, or in its archive", async () => {
    const keys = [{ name: "build" }, { name: "release", needs: ["approval"] }] as const;
    const face = await startVenafiScene({ engine: { keys } });
    try {
      const [build, release] = await face.client().listKeys({ signal });
      assert.ok(build && release);
      await ask(ports("request", face.client()), release.name);
      assert.deepEqual(await find(ports(undefined, face.client())), { kind: "not-known", isAsked: true });
      records.clear();
      await ask(ports("answer", face.client()), release.name);
      const waiting = await find(ports(undefined, face.client()));
      assert.ok(waiting.kind === "waits" && !("kind" in waiting.pending), waiting.kind);
      const [request] = face.engine.requests.pending();
      face.engine.requests.approve("lead", request?.id ?? "", "");
      const outside = { ...ports(), service: face.client() };
      const outcome = await resumeSigning(outside, waiting.pending, trust, { signal, waitMs: 0 });
      assert.ok(outcome.status === "signed", JSON.stringify(outcome));
      records.clear();
      await ask(ports("answer", face.client()), build.name);
      // Who may not look into the archive is not told anything.
      assert.deepEqual(await find(ports(undefined, face.client())), { kind: "not-known", isAsked: true });
      const manager = face.client({ options: { scope: "codesignclient;codesign;codesign:manage" } });
      const logged = await find(ports(undefined, manager));
      assert.ok(logged.kind === "logged", logged.kind);
      const signed = face.engine.audit.entries().filter(({ event }) => event === "signed");
      assert.deepEqual([signed.length, logged.audit], [2, signed.at(-1)?.id]);
      // A signature of long ago is another one.
      const later = { ...kept(), requestedAt: new Date(Date.now() + 60 * 60_000).toISOString() };
      records.set(later.ticket.id, JSON.stringify(later));
      assert.deepEqual(await find(ports(undefined, manager)), { kind: "not-known", isAsked: true });
    } finally {
      await face.facade.stop();
    }
  });

  it("may have been signed after every failure but those that came before it or with an answer", () => {
    const certain: readonly AppError[] = [
      new AppError("authentication", ""),
      new AppError("signature-not-verified", ""),
      new AppError("service-unavailable", "", { nothingSent: true }),
    ];
    const open: readonly Error[] = [
      new AppError("service-unavailable", ""),
      new AppError("service-protocol", ""),
      new AppError("cancelled", ""),
      new TypeError("a fault of ours"),
    ];
    assert.deepEqual(
      [certain.map(mayHaveSigned), open.map(mayHaveSigned)],
      [
        [false, false, false],
        [true, true, true, true],
      ],
    );
  });

  it("is told in words, whatever is known", async () => {
    await ask(ports("answer"), "dev");
    const pending = kept();
    const approvals = { have: 1, need: 2, by: ["lead"] };
    const told: readonly (readonly [LostAnswer | undefined, RegExp])[] = [
      [undefined, /not been looked for yet/],
      [{ kind: "waits", pending, approvals }, /1 of 2 approvals\. Go on with it, and it is signed once\.$/],
      [{ kind: "signed", pending }, /brought to its place without another\.$/],
      [{ kind: "denied", message: "No." }, /It was refused: No\.$/],
      [{ kind: "logged", audit: "7", at: "now" }, /says that it was signed \(7, now\)/],
      [{ kind: "never-received" }, /so nothing was signed/],
      [{ kind: "not-known", isAsked: true }, /which proves nothing: find it in its log/],
    ];
    for (const [answer, words] of told) assert.match(describeLostAnswer(pending, answer), words);
  });
});
