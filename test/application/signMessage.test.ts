import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import { AppError } from "../../src/application/errors.ts";
import {
  signMessage,
  type MessageOutcome,
  type MessageToSign,
  type MessageWait,
  type TicketStore,
} from "../../src/application/signMessage.ts";
import type { KeyDescription, SigningService, SignOutcome, Ticket } from "../../src/application/signingService.ts";
import { createTrialService, decideTrialRequest } from "../../src/adapters/services/trial.ts";
import { isSignatureOver } from "../../src/core/sign/verifyMessage.ts";
import { startTrialService, type TrialService } from "../../src/trial/service/startTrialService.ts";

const { signal } = new AbortController();
const message = Buffer.from("what is signed");

describe("signing a message that another program wraps", () => {
  let trial: TrialService;
  let submissions: number;
  let cancelled: number;
  let tickets: Map<string, Ticket>;
  beforeEach(async () => {
    trial = await startTrialService({
      retryAfterMs: 1,
      keys: [
        { name: "dev" },
        { name: "off", state: "disabled" },
        { name: "release", needs: ["justification", "approval"] },
      ],
    });
    submissions = 0;
    cancelled = 0;
    tickets = new Map();
  });
  afterEach(() => trial.stop());

  const store: TicketStore = {
    find: (hash) => Promise.resolve(tickets.get(hash)),
    save: (ticket) => Promise.resolve(void tickets.set(ticket.requestHash, ticket)),
    remove: (hash) => Promise.resolve(void tickets.delete(hash)),
  };
  const service = (changes: Partial<SigningService> = {}): SigningService => {
    const own = createTrialService({ url: trial.url, secret: trial.secrets.dev });
    return {
      ...own,
      submit: (request, options) => {
        submissions += 1;
        return own.submit(request, options);
      },
      cancel: (ticket, options) => {
        cancelled += 1;
        return own.cancel(ticket, options);
      },
      ...changes,
    };
  };
  const keyOf = (name: string): KeyDescription => trial.keys.find((key) => key.name === name)!;
  const sign = (
    key: string,
    asked: Partial<MessageToSign> = {},
    wait: Partial<MessageWait> = {},
    changes: Partial<SigningService> = {},
    ticketStore: TicketStore = store,
  ): Promise<MessageOutcome> =>
    signMessage(
      {
        service: service(changes),
        clock: { now: () => new Date() },
        log: { info: () => undefined, warn: () => undefined },
        tickets: ticketStore,
      },
      {
        message,
        key: keyOf(key),
        scheme: "ecdsa",
        hash: "sha256",
        tool: "test/1",
        justification: "Release 1",
        repeatable: true,
        ...asked,
      },
      { signal, waitMs: 0, ...wait },
    );
  const decide = async (approve: boolean): Promise<void> => {
    const [waiting] = await service().pending({ signal });
    const decision = { id: waiting?.id ?? "", approve, comment: "" };
    await decideTrialRequest({ url: trial.url, secret: trial.secrets.lead }, decision, { signal });
  };
  const tell = (approve: boolean): Partial<MessageWait> => ({ waitMs: 60_000, onPending: () => void decide(approve) });

  it("gives the signature, in DER", async () => {
    const outcome = await sign("dev");
    assert.ok(outcome.status === "signed");
    const how = { publicKey: keyOf("dev").publicKey, scheme: "ecdsa", hash: "sha256" } as const;
    assert.equal(isSignatureOver(message, outcome.signature, how), true);
  });

  const refused: readonly (readonly [string, string, Partial<MessageToSign>, string])[] = [
    ["a key that is disabled", "off", {}, "key-disabled"],
    ["another scheme than the key's", "dev", { scheme: "rsa-pss" }, "algorithm-not-allowed"],
    ["another hash than the key's", "dev", { hash: "sha512" }, "algorithm-not-allowed"],
    ["no justification", "release", { justification: " " }, "justification-required"],
  ];
  for (const [what, key, asked, code] of refused)
    it(`sends nothing for ${what}`, async () => {
      const outcome = await sign(key, asked);
      assert.equal(outcome.status === "denied" ? outcome.code : outcome.status, code);
      assert.equal(submissions, 0);
    });

  it("sends nothing where an approval is needed, nobody waits, and no second run is the same", async () => {
    assert.deepEqual(await sign("release", { repeatable: false }), { status: "not-sent" });
    assert.equal(submissions, 0);
  });

  it("goes on with the request that waits, and signs once", async () => {
    for (let run = 0; run < 3; run += 1) assert.equal((await sign("release")).status, "pending");
    assert.equal(submissions, 1);
    await decide(true);
    assert.equal((await sign("release")).status, "signed");
    assert.equal(submissions, 1);
    assert.equal(tickets.size, 0);
  });

  it("makes another request for another message", async () => {
    await sign("release");
    await sign("release", { message: Buffer.from("another") });
    assert.equal(submissions, 2);
  });

  for (const repeatable of [true, false]) {
    it(`waits for an approval (${repeatable ? "" : "not "}repeatable)`, async () => {
      assert.equal((await sign("release", { repeatable }, tell(true))).status, "signed");
      assert.deepEqual([submissions, tickets.size], [1, 0]);
    });

    it(`tells of a rejection, and forgets the ticket (${repeatable ? "" : "not "}repeatable)`, async () => {
      const outcome = await sign("release", { repeatable }, tell(false));
      assert.equal(outcome.status === "denied" ? outcome.code : outcome.status, "approval-rejected");
      assert.equal(tickets.size, 0);
    });
  }

  it("withdraws what nobody could use after the wait", async () => {
    const outcome = await sign("release", { repeatable: false }, { waitMs: 20 });
    assert.equal(outcome.status, "withdrawn");
    assert.deepEqual(await service().pending({ signal }), []);
  });

  it("says where it could not be withdrawn", async () => {
    const fail = (): Promise<void> => Promise.reject(new AppError("service-denied", "It was signed before."));
    const outcome = await sign("release", { repeatable: false }, { waitMs: 20 }, { cancel: fail });
    assert.deepEqual(outcome.status === "withdrawn" && outcome.left, "It was signed before.");
  });

  it("withdraws when it is cancelled, where nobody could go on", async () => {
    for (const repeatable of [true, false]) {
      const interruption = new AbortController();
      const wait = { signal: interruption.signal, waitMs: 60_000, onPending: () => interruption.abort() };
      const message = repeatable ? /still waits/u : /it was withdrawn/u;
      await assert.rejects(sign("release", { repeatable }, wait), { code: "cancelled", message });
      assert.equal(cancelled, repeatable ? 0 : 1);
    }
  });

  it("withdraws what no record could be kept of", async () => {
    const full: TicketStore = { ...store, save: () => Promise.reject(new Error("No space is left.")) };
    await assert.rejects(sign("release", {}, {}, {}, full), { code: "file-unwritable", message: /No space is left/u });
    assert.deepEqual(await service().pending({ signal }), []);
    await sign("release");
    assert.equal((await sign("release", {}, {}, {}, full)).status, "pending");
  });

  it("passes on no signature of another message, and no ticket of another request", async () => {
    const other = await sign("dev", { message: Buffer.from("another") });
    assert.ok(other.status === "signed");
    const submit = (): Promise<SignOutcome> => Promise.resolve(other);
    await assert.rejects(sign("dev", {}, {}, { submit }), { code: "signature-not-verified" });
    const pending = await sign("release");
    assert.ok(pending.status === "pending");
    const ticket = { ...pending.ticket, requestHash: "0".repeat(64) };
    const approvals = { have: 0, need: 1, by: [] };
    const misled = (): Promise<SignOutcome> =>
      Promise.resolve({ status: "pending", ticket, approvals, message: "", retryAfterMs: 1 });
    await assert.rejects(sign("dev", {}, {}, { submit: misled }), { code: "service-protocol" });
  });

  it("does not repeat what may have been signed", async () => {
    const submit = async (): Promise<SignOutcome> => {
      submissions += 1;
      await setTimeout(0);
      throw new AppError("service-unavailable", "The connection failed.");
    };
    await assert.rejects(sign("dev", {}, {}, { submit }), { code: "service-unavailable" });
    assert.equal(submissions, 1);
  });
});
