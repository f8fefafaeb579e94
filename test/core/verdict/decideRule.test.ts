import assert from "node:assert/strict";
import type { Authority, TrustPolicy } from "../../../src/core/policy/policy.ts";
import type { Evidence } from "../../../src/core/verdict/evidence.ts";
import { judge } from "../../../src/core/verdict/judge.ts";
import type { Verdict } from "../../../src/core/verdict/verdict.ts";
import { acme, keyBundle, pem, stranger } from "../../helpers/keyBundle.ts";
import { attachBundle, evidenceOf, keyAuthority, now, policyOf, rule } from "../../helpers/signedImage.ts";

const signed = evidenceOf([attachBundle(keyBundle(acme))]);
const unsigned = evidenceOf([]);

function judged(evidence: Evidence, policy: TrustPolicy): Verdict {
  return judge(evidence, policy, { trustedRoots: [] }, now);
}

describe("judge of policies", () => {
  const yes = keyAuthority(pem(acme));
  const no = keyAuthority(pem(stranger), { name: "stranger" });
  const fixed = (action: "pass" | "fail"): Authority => ({
    kind: "static",
    name: action,
    source: yes.source,
    action,
  });
  const vague: Authority = { kind: "not-evaluated", name: "vague", source: yes.source, why: "its key is elsewhere" };
  const dark = {
    notUnderstood: [{ what: "'policy' is not evaluated.", source: { file: "policy/images.yaml", line: 20 } }],
  };
  const elsewhere = { globs: [{ glob: "other.example/**", source: yes.source }] };
  const second = { name: "second", source: { file: "policy/second.yaml", line: 3 } };
  const cases: readonly (readonly [string, Evidence, TrustPolicy, Verdict["state"], string, boolean, string?])[] = [
    ["none, and signed", signed, policyOf(), "untrusted", "no-policy", false],
    ["none, and unsigned", unsigned, policyOf(), "unsigned", "unsigned", false],
    ["none that covers it", signed, policyOf(rule([yes], elsewhere)), "untrusted", "no-policy", false],
    ["one of two authorities", signed, policyOf(rule([no, yes])), "verified", "verified", true, "release"],
    [
      "one of two rules",
      signed,
      policyOf(rule([yes]), rule([no], second)),
      "untrusted",
      "not-accepted",
      true,
      "second",
    ],
    [
      "one of two rules, the other warns",
      signed,
      policyOf(rule([yes]), rule([no], { ...second, mode: "warn" })),
      "untrusted",
      "not-accepted",
      false,
      "second",
    ],
    [
      "two that refuse, one warns: the other decides",
      signed,
      policyOf(rule([no], { mode: "warn" }), rule([no], second)),
      "untrusted",
      "not-accepted",
      true,
      "second",
    ],
    ["that warns", unsigned, policyOf(rule([yes], { mode: "warn" })), "unsigned", "unsigned", false, "release"],
    [
      "not understood, though the key fits",
      signed,
      policyOf(rule([yes], dark)),
      "unknown",
      "policy-not-understood",
      true,
      "release",
    ],
    [
      "not understood beside one that accepts",
      signed,
      policyOf(rule([yes]), rule([yes], { ...second, ...dark })),
      "unknown",
      "policy-not-understood",
      true,
      "second",
    ],
    [
      "not understood beside one that refuses",
      unsigned,
      policyOf(rule([yes]), rule([yes], { ...second, ...dark })),
      "unsigned",
      "unsigned",
      true,
      "release",
    ],
    [
      "with an authority that is not evaluated",
      signed,
      policyOf(rule([vague])),
      "unknown",
      "policy-not-understood",
      true,
      "release",
    ],
    [
      "with one that is not evaluated beside one that accepts",
      signed,
      policyOf(rule([vague, yes])),
      "verified",
      "verified",
      true,
      "release",
    ],
    [
      "that lets everything pass, and unsigned",
      unsigned,
      policyOf(rule([fixed("pass")])),
      "unsigned",
      "allowed-without-signature",
      false,
      "release",
    ],
    [
      "that lets everything pass, and signed",
      signed,
      policyOf(rule([fixed("pass")])),
      "untrusted",
      "allowed-without-signature",
      false,
      "release",
    ],
    [
      "that lets everything pass beside one that accepts",
      signed,
      policyOf(rule([fixed("pass")], second), rule([yes])),
      "verified",
      "verified",
      true,
      "release",
    ],
    [
      "that lets everything pass beside one that refuses",
      signed,
      policyOf(rule([fixed("pass")], second), rule([no])),
      "untrusted",
      "not-accepted",
      true,
      "release",
    ],
    ["that lets nothing pass", signed, policyOf(rule([fixed("fail")])), "untrusted", "not-accepted", true, "release"],
    ["without authorities", signed, policyOf(rule([])), "untrusted", "not-accepted", true, "release"],
    ["for bundles", signed, policyOf(rule([{ ...yes, format: "bundle" }])), "verified", "verified", true, "release"],
    [
      "for the first format only",
      signed,
      policyOf(rule([{ ...yes, format: "legacy" }])),
      "untrusted",
      "not-accepted",
      true,
      "release",
    ],
    [
      "silent about the format",
      signed,
      policyOf(rule([{ ...yes, format: "unset" }])),
      "verified",
      "verified",
      true,
      "release",
    ],
  ];
  for (const [what, evidence, policy, state, code, enforced, decider] of cases)
    it(`${what}: ${state}`, () => {
      const verdict = judged(evidence, policy);
      assert.deepEqual(
        [verdict.state, verdict.reason.code, verdict.enforced, verdict.decidedBy?.rule],
        [state, code, enforced, decider],
        verdict.reason.message,
      );
    });

  it("says in one sentence what the policy accepts instead", () => {
    assert.match(
      judged(unsigned, policyOf(rule([no]))).reason.message,
      /^It has no signature; policy release \(\S+:\d+\) accepts only '/u,
    );
    assert.match(
      judged(signed, policyOf(rule([no]))).reason.message,
      /^It is signed by somebody who is not known, but policy release \(\S+:\d+\) accepts only '/u,
    );
  });

  it("says that policy-controller would not see a bundle where the policy is silent", () => {
    const { trace } = judged(signed, policyOf(rule([{ ...yes, format: "unset" }])));
    assert.ok(trace.some(({ outcome, text }) => outcome === "note" && text.includes("policy-controller")));
  });
});
