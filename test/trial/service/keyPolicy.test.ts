import assert from "node:assert/strict";
import { mayApprove, readTrialKeys, refusalOf, type TrialKeyPolicy } from "../../../src/trial/service/keyPolicy.ts";

describe("the policy of a trial key", () => {
  const cases: readonly (readonly [string, TrialKeyPolicy, string, number, string | undefined])[] = [
    ["lets everybody sign without rules", {}, "dev", 3, undefined],
    ["lets a named signer sign", { signers: ["dev"] }, "dev", 3, undefined],
    ["refuses who is not named", { signers: ["lead"] }, "dev", 3, "forbidden"],
    ["takes requests within its hours", { hours: { from: 8, to: 18 } }, "dev", 8, undefined],
    ["refuses before them", { hours: { from: 8, to: 18 } }, "dev", 7, "forbidden"],
    ["refuses at their end", { hours: { from: 8, to: 18 } }, "dev", 18, "forbidden"],
    ["counts hours through midnight", { hours: { from: 22, to: 6 } }, "dev", 23, undefined],
    ["and refuses between", { hours: { from: 22, to: 6 } }, "dev", 12, "forbidden"],
  ];
  for (const [title, policy, user, hour, code] of cases)
    it(title, () => {
      const now = new Date(Date.UTC(2026, 10, 22, hour, 30));
      assert.equal(refusalOf(policy, "release", user, now)?.code, code);
    });

  it("names who may approve", () => {
    assert.ok(mayApprove({}, "lead"));
    assert.ok(mayApprove({ approvers: ["security"] }, "security"));
    assert.ok(!mayApprove({ approvers: ["security"] }, "lead"));
  });
});

describe("the file of trial keys", () => {
  it("describes keys of each kind with their policy", () => {
    const hours = { from: 8, to: 18 };
    const text = JSON.stringify([
      { name: "fast" },
      { name: "release", spec: "p384", needs: ["approval"], hashes: ["sha384"], approvals: 2, signers: ["dev"], hours },
    ]);
    assert.deepEqual(readTrialKeys(text), [
      { name: "fast", spec: "p256", state: "enabled", policy: {} },
      {
        name: "release",
        spec: "p384",
        state: "enabled",
        needs: ["approval"],
        hashes: ["sha384"],
        policy: { approvals: 2, signers: ["dev"], hours },
      },
    ]);
  });

  const wrong: readonly (readonly [string, string, RegExp])[] = [
    ["no JSON", "keys", /JSON array/u],
    ["an empty list", "[]", /JSON array/u],
    ["no object", "[1]", /Key 1 is not understood: it is no object/u],
    ["an unknown member", '[{"name":"a","size":1}]', /there is no 'size'/u],
    ["no name", "[{}]", /its name/u],
    ["a name with a space", '[{"name":"a b"}]', /its name/u],
    ["an unknown spec", '[{"name":"a","spec":"rsa1024"}]', /its spec/u],
    ["an unknown state", '[{"name":"a","state":"on"}]', /its state/u],
    ["an unknown need", '[{"name":"a","needs":["luck"]}]', /what it needs/u],
    ["an unknown hash", '[{"name":"a","hashes":["md5"]}]', /its hashes/u],
    ["an unknown user", '[{"name":"a","signers":["eve"]}]', /signers and approvers/u],
    ["more approvals than users", '[{"name":"a","approvals":3}]', /its approvals/u],
    ["hours that are none", '[{"name":"a","hours":{"from":8,"to":25}}]', /its hours/u],
    ["the same name twice", '[{"name":"a"},{"name":"a"}]', /Two keys/u],
  ];
  for (const [title, text, message] of wrong)
    it(`refuses ${title}`, () => {
      const answer = readTrialKeys(text);
      assert.match(typeof answer === "string" ? answer : JSON.stringify(answer), message);
    });
});
