import assert from "node:assert/strict";
import { createHash, createPublicKey, randomUUID, verify, X509Certificate } from "node:crypto";
import { request as httpRequest } from "node:http";
import { AppError } from "../../../src/application/errors.ts";
import type { SigningService, SignRequest } from "../../../src/application/signingService.ts";
import { createTrialService, decideTrialRequest } from "../../../src/adapters/services/trial.ts";
import { verifyAuditChain } from "../../../src/trial/service/auditLog.ts";
import type { TrialFault } from "../../../src/trial/service/faults.ts";
import { startTrialService, type TrialService } from "../../../src/trial/service/startTrialService.ts";

const message = Buffer.from("what is signed");
const { signal } = new AbortController();

function signRequest(changes: Partial<SignRequest> = {}): SignRequest {
  return {
    key: "dev",
    scheme: "ecdsa",
    hash: "sha256",
    digest: createHash("sha256").update(message).digest(),
    purpose: {
      artifact: { kind: "image", name: "registry.example.com/shop/cart:1.4", digest: `sha256:${"ab".repeat(32)}` },
      tool: "test",
    },
    idempotencyKey: randomUUID(),
    ...changes,
  };
}

const releaseRequest = (changes: Partial<SignRequest> = {}): SignRequest =>
  signRequest({ key: "release", justification: "release 1.4", ...changes });

describe("the trial signing service", () => {
  let now: Date;
  let lines: string[];
  let trial: TrialService;
  let service: SigningService;

  beforeEach(async () => {
    now = new Date("2026-11-21T10:00:00Z");
    lines = [];
    trial = await startTrialService({ now: () => now, appendAudit: (line) => lines.push(line), retryAfterMs: 1 });
    service = createTrialService({ url: trial.url, secret: trial.secrets.dev, timeoutMs: 5_000 });
  });
  afterEach(() => trial.stop());

  const decide = (id: string, approve: boolean, secret = trial.secrets.lead): Promise<void> =>
    decideTrialRequest({ url: trial.url, secret }, { id, approve, comment: "looked at it" }, { signal });

  const submitPending = async (): ReturnType<SigningService["submit"]> extends Promise<infer T>
    ? Promise<Extract<T, { status: "pending" }>>
    : never => {
    const outcome = await service.submit(releaseRequest(), { signal });
    assert.equal(outcome.status, "pending");
    return outcome as Extract<typeof outcome, { status: "pending" }>;
  };

  it("describes two keys with certificates of the organisation that say TRIAL", async () => {
    const keys = await service.listKeys({ signal });
    assert.deepEqual(
      keys.map(({ name, needs }) => [name, needs]),
      [
        ["dev", []],
        ["release", ["justification", "approval"]],
      ],
    );
    for (const key of keys) {
      const [leaf, issuing, root] = key.certificateChain.map((pem) => new X509Certificate(pem));
      assert.ok(leaf!.verify(issuing!.publicKey) && issuing!.verify(root!.publicKey) && root!.verify(root!.publicKey));
      assert.ok(leaf!.checkIssued(issuing!) && issuing!.checkIssued(root!) && issuing!.ca && root!.ca && !leaf!.ca);
      assert.deepEqual(leaf!.keyUsage, ["1.3.6.1.5.5.7.3.3"]);
      assert.ok([leaf!, issuing!, root!].every(({ subject }) => subject.includes("TRIAL")));
      assert.ok(leaf!.publicKey.equals(createPublicKey(key.publicKey)));
    }
  });

  it("signs the digest at once with the key dev", async () => {
    for (let round = 0; round < 20; round += 1) {
      const outcome = await service.submit(signRequest(), { signal });
      assert.equal(outcome.status, "signed");
      assert.ok(outcome.status === "signed" && verify("sha256", message, trial.keys[0]!.publicKey, outcome.signature));
    }
  });

  it("signs with the key release once somebody else has approved", async () => {
    const { ticket, approvals } = await submitPending();
    assert.deepEqual(approvals, { have: 0, need: 1, by: [] });
    assert.deepEqual(
      (await service.pending({ signal })).map(({ id }) => id),
      [ticket.id],
    );
    assert.equal((await service.resume(ticket, { signal })).status, "pending");
    await decide(ticket.id, true);
    const outcome = await service.resume(ticket, { signal });
    assert.ok(outcome.status === "signed" && verify("sha256", message, trial.keys[1]!.publicKey, outcome.signature));
    assert.deepEqual(await service.pending({ signal }), []);
    const events = (await service.audit({ signal })).map(({ actor, event }) => `${actor} ${event}`);
    assert.deepEqual(events, ["service started", "dev requested", "lead approved", "dev signed"]);
  });

  it("does not let a person approve a request of their own", async () => {
    const { ticket } = await submitPending();
    await assert.rejects(decide(ticket.id, true, trial.secrets.dev), { code: "service-denied" });
    assert.equal((await service.resume(ticket, { signal })).status, "pending");
  });

  const endings: readonly (readonly [string, (id: string) => Promise<void> | void, string])[] = [
    ["rejected", (id) => decide(id, false), "approval-rejected"],
    ["left alone for too long", () => void (now = new Date("2026-11-21T11:00:00Z")), "approval-expired"],
  ];
  for (const [what, end, code] of endings) {
    it(`denies a request that was ${what}, for good`, async () => {
      const { ticket } = await submitPending();
      await end(ticket.id);
      await assert.rejects(decide(ticket.id, true), { code: "service-denied" });
      const outcome = await service.resume(ticket, { signal });
      assert.ok(outcome.status === "denied" && outcome.code === code);
      assert.deepEqual(await service.pending({ signal }), []);
    });
  }

  it("signs nothing for a request that was withdrawn", async () => {
    const { ticket } = await submitPending();
    await service.cancel(ticket, { signal });
    await assert.rejects(decide(ticket.id, true), { code: "service-denied" });
    assert.equal((await service.resume(ticket, { signal })).status, "denied");
  });

  it("answers a repeated submission with the first one's outcome, and another request under its key with a refusal", async () => {
    const request = releaseRequest();
    const first = await service.submit(request, { signal });
    const second = await service.submit(request, { signal });
    assert.deepEqual(second, first);
    const other = await service.submit({ ...request, digest: Buffer.alloc(32, 1) }, { signal });
    assert.ok(other.status === "denied" && other.code === "forbidden");
    assert.equal((await service.pending({ signal })).length, 1);
  });

  const refusals: readonly (readonly [string, SignRequest, string])[] = [
    ["an unknown key", signRequest({ key: "prod" }), "key-not-found"],
    ["another hash", signRequest({ hash: "sha384", digest: Buffer.alloc(48) }), "algorithm-not-allowed"],
    ["a digest of another length", signRequest({ digest: Buffer.alloc(20) }), "algorithm-not-allowed"],
    ["a missing justification", signRequest({ key: "release" }), "justification-required"],
    ["an empty justification", releaseRequest({ justification: "  " }), "justification-required"],
  ];
  for (const [what, request, code] of refusals) {
    it(`refuses ${what} and records it`, async () => {
      const outcome = await service.submit(request, { signal });
      assert.ok(outcome.status === "denied" && outcome.code === code);
      assert.equal((await service.audit({ signal })).at(-1)?.event, "refused");
    });
  }

  it("keeps an audit log that shows any change", async () => {
    const { ticket } = await submitPending();
    await decide(ticket.id, true);
    const text = lines.join("");
    assert.deepEqual(verifyAuditChain(text), { valid: true, entries: 4 });
    assert.deepEqual(verifyAuditChain(text.replace('"lead"', '"dev"')), { valid: false, entries: 4, brokenAt: 3 });
    assert.equal(verifyAuditChain(lines.toSpliced(1, 1).join("")).brokenAt, 2);
    assert.equal(verifyAuditChain([lines[1], lines[0]].join("")).brokenAt, 1);
  });

  describe("over HTTP", () => {
    const send = (options: {
      headers?: Record<string, string>;
      method?: string;
      path?: string;
      body?: string;
    }): Promise<number> =>
      new Promise((resolve, reject) => {
        const headers = { authorization: `Bearer ${trial.secrets.dev}`, ...options.headers };
        const path = options.path ?? "/v1/keys";
        const outgoing = httpRequest(trial.url + path, { method: options.method ?? "GET", headers }, (response) => {
          response.resume();
          response.on("error", reject).on("end", () => resolve(response.statusCode ?? 0));
        });
        outgoing.on("error", reject).end(options.body);
      });

    const cases: readonly (readonly [string, Parameters<typeof send>[0], number])[] = [
      ["serves who has the secret", {}, 200],
      ["refuses who has none", { headers: { authorization: "" } }, 401],
      ["refuses who has another", { headers: { authorization: "Bearer x" } }, 401],
      [
        "refuses a name that a page in a browser could have (DNS rebinding)",
        { headers: { host: "attacker.example" } },
        403,
      ],
      ["refuses a page of another origin", { headers: { origin: "https://attacker.example" } }, 403],
      ["refuses a body without end", { method: "POST", path: "/v1/requests", body: "x".repeat(100_000) }, 413],
      ["refuses a body that is no JSON", { method: "POST", path: "/v1/requests", body: "{" }, 400],
      ["refuses a body without the members", { method: "POST", path: "/v1/requests", body: "{}" }, 400],
      ["has nothing at other paths", { path: "/v1/keys/dev/private" }, 404],
      ["does not know other requests", { path: "/v1/requests/none" }, 404],
    ];
    for (const [what, options, status] of cases) it(what, async () => assert.equal(await send(options), status));

    it("listens on loopback only", () => assert.match(trial.url, /^http:\/\/127\.0\.0\.1:\d+$/));
  });

  describe("misbehaving", () => {
    const faults: readonly (readonly [TrialFault["kind"], string, RegExp])[] = [
      ["stall", "service-unavailable", /no answer within.*sent once and not repeated/],
      ["error-after-signing", "service-unavailable", /status 500.*sent once and not repeated/],
      ["malformed", "service-protocol", /not JSON.*sent once and not repeated/],
      ["flood", "service-protocol", /longer than.*sent once and not repeated/],
    ];
    for (const [kind, code, words] of faults) {
      it(`is reported and not asked again: ${kind}`, async () => {
        trial.setFault({ kind });
        const impatient = createTrialService({
          url: trial.url,
          secret: trial.secrets.dev,
          timeoutMs: kind === "stall" ? 50 : 5_000,
        });
        await assert.rejects(impatient.submit(signRequest(), { signal }), (error) => {
          assert.ok(error instanceof AppError);
          assert.equal(error.code, code);
          assert.match(error.message, words);
          return true;
        });
        assert.equal(trial.audit().filter(({ event }) => event === "requested").length, 1);
      });
    }

    it("is told apart from a service that is not there", async () => {
      await trial.stop();
      await assert.rejects(service.submit(signRequest(), { signal }), /nothing listens there\. Nothing was sent/);
    });

    it("is left when the person cancels", async () => {
      trial.setFault({ kind: "stall" });
      const controller = new AbortController();
      const submitted = service.submit(signRequest(), { signal: controller.signal });
      controller.abort();
      await assert.rejects(submitted, { code: "cancelled" });
    });
  });
});
