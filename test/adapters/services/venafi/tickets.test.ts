import assert from "node:assert/strict";
import { decideTicket, listTickets, prequalifyDigest } from "../../../../src/adapters/services/venafi/tickets.ts";
import { timeOf } from "../../../../src/adapters/services/venafi/values.ts";
import type { Ticket } from "../../../../src/application/signingService.ts";
import { createMemoryCaller } from "../../../helpers/venafiCaller.ts";

const { signal } = new AbortController();
const pair = (Key: string, Value: string): object => ({ Key, Value });
const ticket = {
  Approvals: [{ ApprovalTime: "/Date(1591293281549)/", Universal: "local:{a}" }],
  Approvers: ["local:{a}", "local:{b}"],
  CreationTime: "/Date(1591302001774-0700)/",
  Environment: [
    pair("Object DN", "\\VED\\Code Signing\\Projects\\Shop\\Release"),
    pair("Requested By", "x"),
    pair("User", "local:{c}"),
    pair("Signing Command", "sign image r/app:1 sha256:aa"),
    pair("Data Hash", "aa"),
    pair("Justification", "release"),
  ],
  Id: 7,
  RequiredApprovals: 2,
};

describe("tickets of Venafi", () => {
  it("are read as the product writes them", async () => {
    const caller = createMemoryCaller(() => ({
      Result: 0,
      Tickets: [ticket, { Id: 8 }, { Identifier: "no id" }, null],
    }));
    assert.deepEqual(await listTickets(caller, { signal }), [
      {
        id: "7",
        key: "Shop\\Release",
        artifact: "sign image r/app:1 sha256:aa",
        digest: "aa",
        requestedBy: "local:{c}",
        requestedAt: "2020-06-04T20:20:01.774Z",
        justification: "release",
        approvals: { have: 1, need: 2, by: ["local:{a}"] },
      },
      {
        id: "8",
        key: "unknown",
        artifact: "unknown",
        digest: "unknown",
        requestedBy: "unknown",
        requestedAt: "unknown",
        approvals: { have: 0, need: 1, by: [] },
      },
    ]);
  });

  it("are known again as the caller's own by artifact and digest", async () => {
    const digest = Buffer.alloc(32, 7);
    const command = "sign image r/app:1 sha256:aa";
    const own = (id: string, data: Uint8Array, line = command): Ticket => ({
      service: "csp",
      id,
      requestHash: "",
      state: JSON.stringify({
        version: 1,
        spec: "p256",
        body: { Data: Buffer.from(data).toString("base64"), ProcessInfo: { CommandLine: line } },
      }),
    });
    const named = (...hash: readonly string[]): object => ({
      ...ticket,
      Environment: [pair("Signing Command", command), ...hash.map((text) => pair("Hash", text))],
    });
    const listed = async (tickets: readonly object[], mine: readonly Ticket[]): Promise<readonly unknown[]> => {
      const caller = createMemoryCaller(() => ({ Result: 0, Tickets: tickets }));
      return (await listTickets(caller, { signal, own: mine })).map(({ ticket: known }) => known);
    };
    const tickets = [
      named(digest.toString("hex")),
      named(`sha256:${digest.toString("hex")}`),
      named(digest.toString("base64")),
      named(),
    ];
    assert.deepEqual(await listed(tickets, [own("mine", digest)]), ["mine", "mine", "mine", "mine"]);
    assert.deepEqual(await listed(tickets.slice(0, 3), [own("other", Buffer.alloc(32, 8))]), [
      undefined,
      undefined,
      undefined,
    ]);
    assert.deepEqual(await listed(tickets, [own("other", digest, "sign image else")]), Array(4).fill(undefined));
    assert.deepEqual(await listed(tickets.slice(0, 1), []), [undefined]);
  });

  it("are asked for page by page, with an end", async () => {
    const page = Array.from({ length: 100 }, (_, Id) => ({ Id }));
    const endless = createMemoryCaller(() => ({ Result: 0, Tickets: page }));
    assert.equal((await listTickets(endless, { signal })).length, 1000);
    assert.deepEqual(
      endless.calls.map(({ body }) => body && "TicketPageNumber" in body && body.TicketPageNumber),
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    );
  });

  it("are decided about by their number, a rejection for good", async () => {
    const caller = createMemoryCaller(() => ({ Result: 0 }));
    await decideTicket(caller, { id: "7", approve: true, comment: "fine" }, { signal });
    await decideTicket(caller, { id: "{x}", approve: false, comment: "no" }, { signal });
    assert.deepEqual(
      caller.calls.map(({ path, body }) => [path, body]),
      [
        ["vedsdk/flow/tickets/approve", { TicketId: 7, Comment: "fine" }],
        ["vedsdk/flow/tickets/reject", { TicketId: "{x}", Comment: "no", RejectionLevel: 2 }],
      ],
    );
  });

  const refused: readonly (readonly [object, RegExp])[] = [
    [{ Result: 1 }, /permission/],
    [{ Result: 2 }, /no such ticket/],
    [{ Result: 10 }, /no use/],
    [{ Result: 99 }, /result 99/],
    [{ Result: "x" }, /result "x"/],
    [{ Error: "The comment is missing." }, /comment is missing/],
  ];
  for (const [body, message] of refused)
    it(`are not decided about where the answer is ${JSON.stringify(body)}`, () =>
      assert.rejects(
        decideTicket(
          createMemoryCaller(() => body),
          { id: "1", approve: true, comment: "" },
          { signal },
        ),
        { code: "service-denied", message },
      ));

  it("are not needed for a digest that is allowed beforehand, with limits where they are given", async () => {
    const caller = createMemoryCaller(() => ({ Result: 0 }));
    const digest = Buffer.from("digest");
    const most = { key: "k", digest, comment: "c", user: "local:{u}", hours: 2, singleUse: true };
    await prequalifyDigest(caller, "\\VED\\x", most, { signal });
    await prequalifyDigest(caller, "\\VED\\x", { key: "k", digest, comment: "c" }, { signal });
    const least = { Dn: "\\VED\\x", Data: digest.toString("base64"), Comment: "c" };
    assert.deepEqual(
      caller.calls.map(({ body }) => body),
      [{ ...least, User: "local:{u}", Hours: 2, SingleUse: true }, least],
    );
  });

  const times: readonly (readonly [unknown, string])[] = [
    ["2026-11-21T10:00:00Z", "2026-11-21T10:00:00.000Z"],
    ["/Date(0)/", "1970-01-01T00:00:00.000Z"],
    ["/Date(99999999999999999)/", "unknown"],
    ["yesterday", "unknown"],
    [7, "unknown"],
    [undefined, "unknown"],
  ];
  for (const [written, read] of times)
    it(`have the time ${read} for ${JSON.stringify(written)}`, () => assert.equal(timeOf(written), read));
});
