import assert from "node:assert/strict";
import { refusalOf } from "../../../../src/adapters/services/venafi/refusal.ts";

describe("refusals of Venafi", () => {
  const none: readonly (readonly [number, unknown])[] = [
    [200, { Success: true, Result: 1 }],
    [200, { ResultData: "AA==", Success: true }],
    [200, { access_token: "x" }],
    [200, undefined],
  ];
  for (const [status, body] of none)
    it(`are none in ${JSON.stringify(body) ?? "nothing"}`, () => assert.equal(refusalOf({ status, body }), undefined));

  const cases: readonly (readonly [number, unknown, string, RegExp])[] = [
    [401, undefined, "unauthenticated", /sign in again/],
    [401, { error: "invalid_token", error_description: "Expired." }, "unauthenticated", /^Expired\.$/],
    [401, { error: "insufficient_scope", error_description: "codesign:manage" }, "forbidden", /codesign:manage/],
    [403, undefined, "forbidden", /status 403/],
    [404, undefined, "key-not-found", /status 404/],
    [400, { error: "invalid_grant", error_description: "no" }, "unauthenticated", /^no$/],
    [400, { ErrorDetails: "Key not found" }, "key-not-found", /not found/],
    [200, { Result: 2, Success: false }, "forbidden", /permission/],
    [200, { Result: 7, Success: false, Error: "gone" }, "key-not-found", /^gone$/],
    [200, { Success: false }, "forbidden", /gives no reason/],
    [200, { Error: "Request was rejected by the approver" }, "approval-rejected", /rejected/],
    [200, { Success: false, Error: "The approval request expired" }, "approval-expired", /expired/],
    [200, { Success: false, Error: "Not supported here" }, "unsupported", /Not supported/],
  ];
  for (const [status, body, code, message] of cases)
    it(`are ${code} for ${status} ${JSON.stringify(body) ?? ""}`, () => {
      const refusal = refusalOf({ status, body });
      assert.equal(refusal?.code, code);
      assert.match(refusal?.message ?? "", message);
    });

  it("are one bounded line, whatever the service says", () => {
    const refusal = refusalOf({
      status: 200,
      body: { Success: false, Error: `a\u001b[31m\nb\u202e${"x".repeat(9999)}` },
    });
    assert.match(refusal?.message ?? "", /^a \[31m b x+$/);
    assert.ok((refusal?.message.length ?? 0) <= 400);
  });
});
