import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import { request as httpRequest } from "node:http";
import { createTrialService } from "../../../src/adapters/services/trial.ts";
import type { SignOutcome, SignRequest } from "../../../src/application/signingService.ts";
import { approvalPageOf } from "../../../src/trial/service/approvalPage.ts";
import { startTrialService, type TrialService } from "../../../src/trial/service/startTrialService.ts";

const { signal } = new AbortController();

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

/** A request as a browser sends it; `fetch` does not let its caller set the origin. */
function send(url: string, method: string, headers: Readonly<Record<string, string>>, body = ""): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(url, { method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

describe("the trial's approval page", () => {
  let trial: TrialService;

  beforeEach(async () => {
    trial = await startTrialService({
      retryAfterMs: 1,
      keys: [
        { name: "release", needs: ["justification", "approval"] },
        { name: "vault", needs: ["approval"], policy: { approvals: 2 } },
        { name: "guarded", needs: ["approval"], policy: { approvers: ["security"] } },
      ],
    });
  });
  afterEach(() => trial.stop());

  const ask = async (
    key: string,
    changes: Partial<SignRequest> = {},
  ): Promise<Extract<SignOutcome, { status: "pending" }>> => {
    const service = createTrialService({ url: trial.url, secret: trial.secrets.dev });
    const outcome = await service.submit(
      {
        key,
        scheme: "ecdsa",
        hash: "sha256",
        digest: createHash("sha256").update("what is signed").digest(),
        purpose: {
          artifact: { kind: "image", name: "registry.example.com/shop/cart:1.4", digest: `sha256:${"ab".repeat(32)}` },
          tool: "test",
        },
        justification: 'release <script>alert("1.4")</script>',
        idempotencyKey: randomUUID(),
        ...changes,
      },
      { signal },
    );
    assert.ok(outcome.status === "pending");
    return outcome;
  };

  const signIn = async (user: "lead" | "security"): Promise<string> => {
    const answer = await send(approvalPageOf(trial.url, trial.secrets[user]), "GET", {});
    assert.equal(answer.status, 303);
    assert.equal(answer.headers["location"], "/approvals");
    const [cookie = ""] = answer.headers["set-cookie"] ?? [];
    assert.match(cookie, /; HttpOnly; SameSite=Strict; Path=\/approvals$/u);
    return cookie.slice(0, cookie.indexOf(";"));
  };

  const decide = (cookie: string, id: string, form: string, origin = trial.url): Promise<Answer> =>
    send(
      `${trial.url}/approvals/${id}`,
      "POST",
      { cookie, "content-type": "application/x-www-form-urlencoded", ...(origin === "" ? {} : { origin }) },
      form,
    );

  const stateOf = async ({ ticket }: { readonly ticket: { readonly id: string } }): Promise<SignOutcome> => {
    const service = createTrialService({ url: trial.url, secret: trial.secrets.dev });
    const [pending] = (await service.pending({ signal })).filter(({ id }) => id === ticket.id);
    const found = { service: "trial", id: ticket.id, requestHash: "" };
    return pending === undefined
      ? service.resume({ ...found, ...ticket }, { signal })
      : { status: "pending", ticket: found, approvals: pending.approvals, message: "", retryAfterMs: 1 };
  };

  it("shows what waits, escaped, under a policy that lets in no script", async () => {
    await ask("release");
    const page = await send(`${trial.url}/approvals`, "GET", { cookie: await signIn("lead") });
    assert.equal(page.status, 200);
    assert.match(page.body, /registry\.example\.com\/shop\/cart:1\.4/u);
    assert.match(page.body, /release &#60;script&#62;/u);
    assert.doesNotMatch(page.body, /<script/u);
    assert.match(String(page.headers["content-security-policy"]), /^default-src 'none'; style-src 'sha256-/u);
    assert.equal(page.headers["cache-control"], "no-store");
  });

  it("approves, and the image can be signed", async () => {
    const pending = await ask("release");
    const answer = await decide(await signIn("lead"), pending.ticket.id, "decision=approve&comment=looks+right");
    assert.equal(answer.status, 303);
    assert.equal((await stateOf(pending)).status, "signed");
    const approved = trial.audit().find(({ event }) => event === "approved");
    assert.deepEqual([approved?.actor, approved?.note], ["lead", "looks right"]);
  });

  it("rejects, with a reason alone", async () => {
    const pending = await ask("release");
    const cookie = await signIn("lead");
    const refused = await decide(cookie, pending.ticket.id, "decision=reject&comment=");
    assert.equal(refused.status, 409);
    assert.match(refused.body, /role="alert">Say why/u);
    assert.equal((await stateOf(pending)).status, "pending");
    await decide(cookie, pending.ticket.id, "decision=reject&comment=not+announced");
    const outcome = await stateOf(pending);
    assert.ok(outcome.status === "denied" && outcome.code === "approval-rejected");
    assert.match(outcome.message, /not announced/u);
  });

  it("waits for as many users as the key's policy asks for, and counts each once", async () => {
    const pending = await ask("vault");
    const cookie = await signIn("lead");
    await decide(cookie, pending.ticket.id, "decision=approve");
    await decide(cookie, pending.ticket.id, "decision=approve");
    const between = await stateOf(pending);
    assert.ok(between.status === "pending");
    assert.deepEqual(between.approvals, { have: 1, need: 2, by: ["lead"] });
    await decide(await signIn("security"), pending.ticket.id, "decision=approve");
    assert.equal((await stateOf(pending)).status, "signed");
  });

  it("lets nobody decide whom the key's policy does not name", async () => {
    const pending = await ask("guarded");
    const refused = await decide(await signIn("lead"), pending.ticket.id, "decision=approve");
    assert.equal(refused.status, 409);
    assert.match(refused.body, /lead does not decide about key &#39;guarded&#39;/u);
    assert.equal((await stateOf(pending)).status, "pending");
    await decide(await signIn("security"), pending.ticket.id, "decision=approve");
    assert.equal((await stateOf(pending)).status, "signed");
  });

  const strangers: readonly (readonly [string, (id: string, cookie: string) => Promise<Answer>, number])[] = [
    ["without the cookie", (id) => decide("", id, "decision=approve"), 401],
    ["with another cookie", (id, cookie) => decide(`${cookie}x`, id, "decision=approve"), 401],
    ["from another origin", (id, cookie) => decide(cookie, id, "decision=approve", "http://127.0.0.1:1"), 403],
    ["from a page without an origin", (id, cookie) => decide(cookie, id, "decision=approve", "null"), 403],
    ["from no page", (id, cookie) => decide(cookie, id, "decision=approve", ""), 403],
    [
      "under another name of the machine",
      (id, cookie) =>
        send(`${trial.url}/approvals/${id}`, "POST", { cookie, host: "evil.example", origin: "http://evil.example" }),
      403,
    ],
    ["with an address of another run", () => send(`${trial.url}/approvals?token=${"a".repeat(43)}`, "GET", {}), 403],
    [
      "with a secret of the service in place of the page's token",
      () => send(`${trial.url}/approvals?token=${trial.secrets.lead}`, "GET", {}),
      403,
    ],
    ["with the token of who asks", () => send(approvalPageOf(trial.url, trial.secrets.dev), "GET", {}), 403],
  ];
  for (const [title, attempt, status] of strangers)
    it(`refuses a decision ${title}`, async () => {
      const pending = await ask("release");
      const answer = await attempt(pending.ticket.id, await signIn("lead"));
      assert.equal(answer.status, status, answer.body);
      assert.equal((await stateOf(pending)).status, "pending");
    });

  it("serves its origin nothing else of the service", async () => {
    const headers = { origin: trial.url, authorization: `Bearer ${trial.secrets.dev}` };
    assert.equal((await send(`${trial.url}/v1/pending`, "GET", headers)).status, 403);
  });
});
