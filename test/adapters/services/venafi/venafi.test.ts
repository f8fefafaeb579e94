import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { AppError } from "../../../../src/application/errors.ts";
import { requestHash } from "../../../../src/core/sign/requestHash.ts";
import type { TrialVenafiFault } from "../../../../src/trial/venafi/faults.ts";
import { isValid, request, signed } from "../../../helpers/signRequests.ts";
import { secretsOf, startVenafiScene, type ClientOptions, type VenafiScene } from "../../../helpers/venafiScene.ts";

const { signal } = new AbortController();

describe("a Venafi service", () => {
  let scene: VenafiScene;
  const forRelease = { key: "Trial\\release", justification: "release 1.4" };
  const asLead = (scope: string): ClientOptions => ({
    options: { scope },
    environment: {},
    secrets: secretsOf(scene.facade.url, { username: "lead", password: scene.engine.secrets.lead }),
  });
  beforeEach(async () => {
    scene = await startVenafiScene();
  });
  afterEach(() => scene.facade.stop());

  it("says who issues, who manages, and who set each attribute", async () => {
    const [dev, release] = await scene
      .client({ options: { scope: "codesignclient;codesign;codesign:manage" } })
      .listKeys({ signal });
    assert.deepEqual(dev?.needs, []);
    assert.deepEqual(release?.needs, ["justification", "approval"]);
    assert.equal(dev?.custody, "service-software");
    assert.deepEqual(dev?.governance, {
      issuer: "Countersign TRIAL issuing, by \\VED\\Policy\\Trial authority",
      managedBy: "owned by local:lead; key in Software",
      attributesSetBy:
        "locked by template Trial template: key algorithm, authority, key storage; set by the environment: subject, approval flow",
    });
  });

  it("signs without the right to list projects, and says what it cannot know", async () => {
    const service = scene.client();
    const [dev] = await service.listKeys({ signal });
    assert.match(dev?.governance.managedBy ?? "", /^owners unknown/);
    signed(await service.submit(request(), { signal }));
  });

  it("offers the keys of one environment where one is configured, without listing others", async () => {
    const keys = await scene.client({ options: { project: "Trial", environment: "release" } }).listKeys({ signal });
    assert.deepEqual(
      keys.map(({ name }) => name),
      ["Trial\\release"],
    );
    const others = await scene.client({ options: { project: "Other" } }).listKeys({ signal });
    assert.deepEqual(others, []);
    await assert.rejects(scene.client({ options: { project: "Trial", environment: "no" } }).listKeys({ signal }), {
      code: "service-denied",
      message: /no.* not found|not found/,
    });
  });

  it("waits for an approval and collects what was signed after a restart, under the same ticket", async () => {
    const asked = request(forRelease);
    const first = await scene.client().submit(asked, { signal });
    assert.ok(first.status === "pending");
    assert.equal(first.ticket.requestHash, requestHash(asked));
    const ticket = JSON.parse(JSON.stringify(first.ticket)) as typeof first.ticket;
    const again = await scene.client().resume(ticket, { signal });
    assert.ok(again.status === "pending");
    assert.deepEqual(again.ticket, ticket);

    const lead = scene.client(asLead("codesignclient;codesign:approve"));
    const [waiting, ...others] = await lead.pending({ signal });
    assert.deepEqual(others, []);
    assert.equal(waiting?.key, "Trial\\release");
    assert.equal(waiting?.requestedBy, "local:dev");
    assert.equal(waiting?.justification, "release 1.4");
    assert.match(waiting?.artifact ?? "", /^sign image r\.example\/app:1 sha256:a{64}$/);
    assert.deepEqual(waiting?.approvals, { have: 0, need: 1, by: [] });
    await lead.decide?.({ id: waiting?.id ?? "", approve: true, comment: "fine" }, { signal });
    assert.deepEqual(await lead.pending({ signal }), []);

    const { signature } = signed(await scene.client().resume(ticket, { signal }));
    const pem = scene.engine.keys[1]!.description.publicKey;
    assert.equal(isValid("ecdsa", "sha256", pem, signature), true);
    assert.equal(scene.engine.audit.entries().filter(({ event }) => event === "signed").length, 1);
  });

  it("is told of a rejection", async () => {
    const first = await scene.client().submit(request(forRelease), { signal });
    assert.ok(first.status === "pending");
    const lead = scene.client(asLead("codesignclient;codesign:approve"));
    const [waiting] = await lead.pending({ signal });
    await lead.decide?.({ id: waiting?.id ?? "", approve: false, comment: "not today" }, { signal });
    const outcome = await scene.client().resume(first.ticket, { signal });
    assert.ok(outcome.status === "denied" && outcome.code === "approval-rejected");
    assert.match(outcome.message, /not today/);
  });

  it("lets nobody decide without the scope, about a request of their own, or about none", async () => {
    await scene.client().submit(request(forRelease), { signal });
    const [waiting] = await scene.client().pending({ signal });
    const decision = { id: waiting?.id ?? "", approve: true, comment: "" };
    const denied = { code: "service-denied" };
    await assert.rejects(scene.client().decide!(decision, { signal }), { ...denied, message: /permission/ });
    const own = scene.client({ options: { scope: "codesignclient;codesign:approve" } });
    await assert.rejects(own.decide!(decision, { signal }), denied);
    const lead = scene.client(asLead("codesignclient;codesign:approve"));
    await assert.rejects(lead.decide!({ ...decision, id: "none" }, { signal }), {
      ...denied,
      message: /no such ticket/,
    });
  });

  it("signs a digest that was allowed beforehand, once, and no other", async () => {
    const asked = request(forRelease);
    const lead = scene.client(asLead("codesignclient;codesign;codesign:approve"));
    const allowance = { key: forRelease.key, digest: asked.digest, comment: "build 7" };
    await lead.prequalify?.(allowance, { signal });
    const other = createHash("sha256").update("other").digest();
    assert.equal((await scene.client().submit({ ...asked, digest: other }, { signal })).status, "pending");
    signed(await scene.client().submit(asked, { signal }));
    assert.equal((await scene.client().submit(asked, { signal })).status, "pending");
  });

  it("tells where the archive has a signature, and reads the archive", async () => {
    const service = scene.client({ options: { scope: "codesignclient;codesign;codesign:manage" } });
    const { audit } = signed(await service.submit(request(), { signal }));
    const last = scene.engine.audit.entries().at(-1);
    assert.equal(audit, last?.id);
    const [entry] = await service.audit({ signal });
    assert.deepEqual([entry?.id, entry?.actor, entry?.key, entry?.at], [last?.id, "local:dev", "Trial\\dev", last?.at]);
    await assert.rejects(scene.client().audit({ signal }), { code: "service-denied", message: /codesign:manage/ });
  });

  it("says what the SaaS product does not offer, and shows no other keys than those named", async () => {
    const secrets = secretsOf(scene.facade.url, { "api-key": scene.engine.secrets.dev });
    const service = scene.client({ secrets, options: { product: "saas", label: "Trial-dev,Trial-none" } });
    assert.deepEqual(
      (await service.listKeys({ signal })).map(({ name }) => name),
      ["Trial-dev"],
    );
    assert.deepEqual(await service.pending({ signal }), []);
    const denied = { code: "service-denied", message: /SaaS/ };
    await assert.rejects(service.audit({ signal }), denied);
    await assert.rejects(service.decide!({ id: "1", approve: true, comment: "" }, { signal }), denied);
    const allowance = { key: "Trial-dev", digest: Buffer.alloc(32), comment: "" };
    await assert.rejects(service.prequalify!(allowance, { signal }), denied);
  });

  it("cannot withdraw a request, and says so", async () => {
    const first = await scene.client().submit(request(forRelease), { signal });
    assert.ok(first.status === "pending");
    await assert.rejects(scene.client().cancel(first.ticket, { signal }), {
      code: "service-denied",
      message: /approver/,
    });
  });

  it("takes nothing for a signature while it is told to try later", async () => {
    scene.facade.setFault({ kind: "try-later", times: 2, resultData: true });
    const first = await scene.client().submit(request(), { signal });
    assert.ok(first.status === "pending" && !("signature" in first));
    assert.match(first.ticket.id, /^[0-9a-f]{64}$/);
    const second = await scene.client().resume(first.ticket, { signal });
    assert.equal(second.status, "pending");
    signed(await scene.client().resume(first.ticket, { signal }));
    assert.equal(scene.engine.audit.entries().filter(({ event }) => event === "signed").length, 1);
  });

  const broken: readonly (readonly [string, string | undefined])[] = [
    ["no state", undefined],
    ["a state that is no JSON", "{"],
    ["a state of another version", JSON.stringify({ version: 2, spec: "p256", body: {} })],
    ["a kind of key that there is not", JSON.stringify({ version: 1, spec: "p192", body: {} })],
    ["no body", JSON.stringify({ version: 1, spec: "p256" })],
    ["a state without bound", JSON.stringify({ version: 1, spec: "p256", body: { a: "x".repeat(70_000) } })],
  ];
  for (const [what, state] of broken)
    it(`resumes no ticket with ${what}`, async () => {
      const ticket = { service: "csp", id: "1", requestHash: "0", ...(state === undefined ? {} : { state }) };
      await assert.rejects(scene.client().resume(ticket, { signal }), { code: "service-protocol" });
      assert.deepEqual(scene.facade.calls(), []);
    });

  const refusals: readonly (readonly [string, TrialVenafiFault, string])[] = [
    ["a missing permission", { kind: "refuse", result: 2, error: "" }, "forbidden"],
    ["an object that is not there", { kind: "refuse", result: 7, error: "x" }, "key-not-found"],
    ["what the template prohibits", { kind: "refuse", result: 3001, error: "x" }, "algorithm-not-allowed"],
    ["a key that cannot be accessed", { kind: "refuse", result: 3002, error: "x" }, "key-disabled"],
    ["a missing justification", { kind: "refuse", error: "Justification is required" }, "justification-required"],
    ["a mechanism", { kind: "refuse", error: "Invalid mechanism for key" }, "algorithm-not-allowed"],
    ["a disabled environment", { kind: "refuse", error: "The environment is disabled." }, "key-disabled"],
    ["an expired approval", { kind: "refuse", error: "Approval has expired" }, "approval-expired"],
    ["what it does not explain", { kind: "refuse", error: "Computer says no" }, "forbidden"],
  ];
  for (const [what, fault, code] of refusals)
    it(`is refused for ${what}`, async () => {
      scene.facade.setFault(fault);
      const outcome = await scene.client().submit(request(), { signal });
      assert.deepEqual([outcome.status, outcome.status === "denied" ? outcome.code : ""], ["denied", code]);
    });

  it("is refused for a justification that is missing, a key that is not there, and a hash that is not offered", async () => {
    const codes = [];
    for (const changes of [{ key: "Trial\\release" }, { key: "Trial\\none" }, { hash: "sha384" as const }]) {
      const outcome = await scene.client().submit(request(changes), { signal });
      codes.push(outcome.status === "denied" ? outcome.code : outcome.status);
    }
    assert.deepEqual(codes, ["justification-required", "key-not-found", "algorithm-not-allowed"]);
  });

  it("takes strict DER for what it is, and refuses what is neither", async () => {
    scene.facade.setFault({ kind: "encoding", as: "der" });
    const { signature } = signed(await scene.client().submit(request(), { signal }));
    assert.equal(isValid("ecdsa", "sha256", scene.engine.keys[0]!.description.publicKey, signature), true);
    scene.facade.setFault({ kind: "encoding", as: "cut" });
    await assert.rejects(scene.client().submit(request(), { signal }), { code: "service-protocol" });
  });

  it("sends a signing request once, whatever becomes of it", async () => {
    scene.facade.setFault({ kind: "error-after-signing" });
    await assert.rejects(scene.client().submit(request(), { signal }), {
      code: "service-unavailable",
      message: /sent once and not repeated/,
    });
    assert.equal(scene.facade.calls().filter((call) => call === "POST vedhsm/api/sign").length, 1);
    scene.facade.setFault({ kind: "stall" });
    await assert.rejects(scene.client({ timeoutMs: 2_000 }).submit(request(), { signal }), {
      code: "service-unavailable",
    });
    assert.equal(scene.facade.calls().filter((call) => call === "POST vedhsm/api/sign").length, 2);
  });

  it("can be cancelled", async () => {
    scene.facade.setFault({ kind: "stall" });
    const service = scene.client();
    await service.listKeys({ signal });
    const controller = new AbortController();
    const submission = service.submit(request(), { signal: controller.signal });
    const isSent = (): boolean => scene.facade.calls().includes("POST vedhsm/api/sign");
    while (!isSent()) await new Promise((resolve) => setImmediate(resolve));
    controller.abort();
    await assert.rejects(submission, { code: "cancelled" });
  });

  it("trusts no certificate but those of its authorities", async () => {
    const other = await startVenafiScene();
    const service = scene.client({ origin: other.facade.url });
    await assert.rejects(service.listKeys({ signal }), { code: "tls", message: /did not prove its identity/ });
    await other.facade.stop();
  });

  it("says nothing secret, even where the service repeats what it was sent", async () => {
    const service = scene.client();
    const errors: string[] = [];
    const collect = async (work: () => Promise<unknown>): Promise<void> => {
      const outcome: unknown = await work().catch((error: unknown) => error);
      const isError = outcome instanceof AppError;
      errors.push(
        isError ? `${outcome.message} ${String(outcome.stack)} ${String(outcome.cause)}` : JSON.stringify(outcome),
      );
    };
    scene.facade.setFault({ kind: "echo" });
    await collect(() => service.listKeys({ signal }));
    scene.facade.setFault(undefined);
    await service.listKeys({ signal });
    scene.facade.setFault({ kind: "echo" });
    await collect(() => service.listKeys({ signal }));
    await collect(() => service.submit(request(), { signal }));
    await collect(() => service.pending({ signal }));
    await collect(() => service.decide!({ id: "1", approve: true, comment: "" }, { signal }));
    assert.equal(errors.length, 5);
    assert.ok(
      errors.every((error) => error.includes("***")),
      errors.join("\n"),
    );
    for (const error of errors) {
      assert.ok(!error.includes(scene.engine.secrets.dev), error);
      assert.doesNotMatch(error, /Bearer [\w-]{8}/);
    }
  });

  it("speaks to a version that knows no objects", async () => {
    const old = await startVenafiScene({ facade: { version: "22.4.0.1" } });
    const options = { scope: "codesignclient;codesign;codesign:manage" };
    const keys = await old.client({ options }).listKeys({ signal });
    assert.deepEqual(
      keys.map(({ name, certificateChain }) => [name, certificateChain.length]),
      [
        ["Trial\\dev", 3],
        ["Trial\\release", 3],
      ],
    );
    assert.ok(!old.facade.calls().includes("POST vedhsm/api/getobjects"));
    signed(await old.client({ options: { project: "Trial", environment: "dev" } }).submit(request(), { signal }));
    await assert.rejects(old.client().listKeys({ signal }), { code: "configuration", message: /'project'/ });
    await old.facade.stop();
  });
});
