import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { wrappedReplyIn } from "../../../../src/adapters/services/vault/controlGroup.ts";
import type { SigningService, SignOutcome, Ticket } from "../../../../src/application/signingService.ts";
import { verifyData, readPublicKey } from "../../../../src/core/x509/publicKey.ts";
import { requestHash } from "../../../../src/core/sign/requestHash.ts";
import { memorySecrets, startVaultScene, vaultRequest, type VaultScene } from "../../../helpers/vaultScene.ts";

const options = { signal: new AbortController().signal };
const request = vaultRequest("release", "ecdsa");

describe("a control group at Vault", () => {
  let scene: VaultScene;
  let approver: SigningService;

  beforeEach(async () => {
    scene = await startVaultScene({ specs: [] });
    approver = await scene.open({
      environment: { BAO_ADDR: scene.vault.url, BAO_TOKEN: scene.engine.secrets.lead },
    });
  });
  afterEach(() => scene.stop());

  type Pending = Extract<SignOutcome, { status: "pending" }>;
  async function submitted(service?: SigningService): Promise<Pending> {
    const outcome = await (service ?? (await scene.open())).submit(request, options);
    assert.ok(outcome.status === "pending", JSON.stringify(outcome));
    return outcome;
  }
  const resumed = async (ticket: Ticket): Promise<SignOutcome> => (await scene.open()).resume(ticket, options);
  const approve = (ticket: Ticket): Promise<void> | undefined =>
    approver.decide?.({ id: ticket.id, approve: true, comment: "" }, options);
  const tokenFiles = (): readonly string[] => {
    const folder = join(scene.folder, "wrapping-tokens");
    return !existsSync(folder) ? [] : readdirSync(folder).map((name) => join(folder, name));
  };
  const unwraps = (): number => scene.vault.calls().filter(({ target }) => target.endsWith("/unwrap")).length;

  it("gives the signature to a new process once somebody else has approved", async () => {
    const { ticket, expiresAt } = await submitted();
    assert.equal(ticket.requestHash, requestHash(request));
    assert.ok(expiresAt !== undefined && Date.parse(expiresAt) > Date.now());
    const waiting = await resumed(ticket);
    assert.ok(waiting.status === "pending");
    assert.deepEqual(waiting.ticket, ticket);
    assert.equal(unwraps(), 0);
    await approve(ticket);
    const outcome = await resumed(ticket);
    assert.ok(outcome.status === "signed", JSON.stringify(outcome));
    const key = readPublicKey(
      scene.engine.keys.find(({ description }) => description.name === "release")?.description.publicKey ?? "",
    );
    assert.ok(key !== undefined && verifyData(key, "sha256", Buffer.from("what is signed"), outcome.signature));
    assert.equal(unwraps(), 1);
    // Used once, and gone.
    assert.deepEqual(tokenFiles(), []);
    const again = await resumed(ticket);
    assert.ok(again.status === "denied" && again.code === "approval-expired");
    assert.equal(unwraps(), 1);
  });

  it("keeps the wrapping token out of the outcome, in a file of its owner", async () => {
    const outcome = await submitted();
    const [file = ""] = tokenFiles();
    const token = readFileSync(file, "utf8");
    assert.match(token, /^hvs\./);
    assert.ok(!JSON.stringify(outcome).includes(token));
    if (process.platform !== "win32") {
      assert.equal(statSync(file).mode & 0o777, 0o600);
      assert.equal(statSync(join(scene.folder, "wrapping-tokens")).mode & 0o777, 0o700);
    }
  });

  it("keeps it in the editor's store where there is one, and takes it out again", async () => {
    const secrets = memorySecrets();
    const { ticket } = await submitted(await scene.open({ secrets }));
    assert.deepEqual([...secrets.values.keys()], [`${scene.vault.url} vault wrapping-token ${ticket.id}`]);
    await approve(ticket);
    assert.equal((await (await scene.open({ secrets })).resume(ticket, options)).status, "signed");
    assert.equal(secrets.values.size, 0);
  });

  it("keeps nothing where others may look, and says that the request is lost", async function () {
    if (process.platform === "win32") this.skip();
    mkdirSync(join(scene.folder, "wrapping-tokens"), { mode: 0o755 });
    await assert.rejects(submitted(), { code: "configuration", message: /could not be kept.*Others may use/ });
    assert.deepEqual(tokenFiles(), []);
  });

  it("keeps the token where the attempt to use it comes to nothing", async () => {
    const { ticket } = await submitted();
    await approve(ticket);
    scene.vault.setFault({ kind: "sealed" });
    await assert.rejects(resumed(ticket), { code: "service-unavailable" });
    scene.vault.setFault({ kind: "no-unwrap" });
    const refused = await resumed(ticket);
    assert.ok(refused.status === "denied" && refused.code === "forbidden");
    scene.vault.setFault(undefined);
    assert.equal((await resumed(ticket)).status, "signed");
  });

  it("tells by the attempt where the state may not be looked up", async () => {
    const { ticket } = await submitted();
    scene.vault.setFault({ kind: "no-state" });
    assert.equal((await resumed(ticket)).status, "pending");
    await approve(ticket);
    assert.equal((await resumed(ticket)).status, "signed");
  });

  it("lets nobody approve a request of their own, and reject none", async () => {
    const { ticket } = await submitted();
    const own = await scene.open();
    await assert.rejects(async () => own.decide?.({ id: ticket.id, approve: true, comment: "" }, options), {
      code: "service-denied",
    });
    await assert.rejects(async () => approver.decide?.({ id: ticket.id, approve: false, comment: "" }, options), {
      code: "service-denied",
      message: /approval only/,
    });
    assert.equal((await resumed(ticket)).status, "pending");
  });

  it("gives nothing after the request was withdrawn", async () => {
    const { ticket } = await submitted();
    await (await scene.open()).cancel(ticket, options);
    await approve(ticket);
    const outcome = await resumed(ticket);
    assert.ok(outcome.status === "denied" && outcome.code === "approval-expired");
    assert.equal(unwraps(), 0);
  });

  it("gives nothing where it was rejected in the trial itself", async () => {
    const { ticket } = await submitted();
    scene.engine.requests.reject("lead", ticket.id, "no");
    // Vault knows no rejection: it waits until it runs out.
    assert.equal((await resumed(ticket)).status, "pending");
  });

  it("runs out", async () => {
    const { ticket } = await submitted();
    const state = ticket.state?.replace(/"expiresAt":"[^"]+"/, '"expiresAt":"2020-01-01T00:00:00Z"') ?? "";
    const ended = await resumed({ ...ticket, state });
    assert.ok(ended.status === "denied" && ended.code === "approval-expired");
    assert.deepEqual(tokenFiles(), []);
  });

  it("takes no wrapped reply of another path", async () => {
    scene.vault.setFault({ kind: "other-path" });
    await assert.rejects(submitted(), { code: "service-protocol", message: /transit\/export\/signing-key/ });
  });

  it("takes no signature of another version than was asked for", async () => {
    const { ticket } = await submitted();
    await approve(ticket);
    scene.vault.setFault({ kind: "other-version", where: "prefix" });
    await assert.rejects(resumed(ticket), { code: "service-protocol" });
  });

  for (const state of [undefined, "", "{}", '{"version":2}', `{"version":1,"key":"k"}`])
    it(`does not go on with the record ${state ?? "without state"}`, async () => {
      const { ticket } = await submitted();
      const { state: _, ...plain } = ticket;
      await assert.rejects(resumed(state === undefined ? plain : { ...plain, state }), { code: "service-protocol" });
    });

  it("names no wrapping token in what it throws", async () => {
    const { ticket } = await submitted();
    const token = readFileSync(tokenFiles()[0] ?? "", "utf8");
    scene.vault.setFault({ kind: "echo" });
    let said = "";
    try {
      said = JSON.stringify(await resumed(ticket));
    } catch (error) {
      assert.ok(error instanceof Error);
      said = error.message + String(error.stack);
    }
    assert.ok(said !== "" && !said.includes(token));
  });
});

describe("a wrapped reply", () => {
  const now = Date.parse("2026-11-21T12:00:00Z");
  const info = { token: "hvs.token", accessor: "accessor", ttl: 60, creation_path: "transit/sign/release" };
  const read = (changes: unknown): ReturnType<typeof wrappedReplyIn> =>
    wrappedReplyIn({ wrap_info: changes }, "transit/sign/release", now);

  it("is read with its end", () => {
    const expected = { token: "hvs.token", accessor: "accessor", expiresAt: "2026-11-21T12:01:00.000Z" };
    assert.deepEqual(read(info), expected);
    assert.deepEqual(read({ ...info, creation_path: "team/transit/sign/release" }), expected);
  });

  for (const nothing of [undefined, null]) it(`is none for ${nothing}`, () => assert.equal(read(nothing), undefined));

  for (const [title, changes] of [
    ["another path", { creation_path: "transit/sign/release-2" }],
    ["a path that only ends alike", { creation_path: "x-transit/sign/release" }],
    ["no token", { token: "" }],
    ["a token that is no text", { token: 1 }],
    ["a token with a line break", { token: "a\nb" }],
    ["no accessor", { accessor: undefined }],
    ["an accessor that leads elsewhere", { accessor: "../x" }],
    ["an accessor that is the token", { token: "abc", accessor: "abc" }],
  ] as const)
    it(`is refused with ${title}`, () => assert.equal(typeof read({ ...info, ...changes }), "string"));

  for (const ttl of [0, -1, "60", 1e300, undefined])
    it(`has no known end with ${ttl}`, () => {
      const reply = read({ ...info, ttl });
      assert.ok(typeof reply === "object" && reply.expiresAt === undefined);
    });
});
