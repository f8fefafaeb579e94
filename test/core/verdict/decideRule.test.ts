import assert from "node:assert/strict";
import { sign } from "node:crypto";
import type { Authority, PolicyRule, TrustPolicy } from "../../../src/core/policy/policy.ts";
import type { Evidence } from "../../../src/core/verdict/evidence.ts";
import { judge } from "../../../src/core/verdict/judge.ts";
import type { Verdict } from "../../../src/core/verdict/verdict.ts";
import { acme, keyBundle, pem, stranger } from "../../helpers/keyBundle.ts";
import {
  attach,
  attachBundle,
  evidenceOf,
  keyAuthority,
  keylessAuthority,
  now,
  policyOf,
  rule,
} from "../../helpers/signedImage.ts";
import { createSigstoreScene, simpleSigningPayload } from "../../helpers/sigstoreScene.ts";

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
  const quorum = (...wanted: readonly string[]) =>
    ({ quorum: { count: 2, of: "authorities", named: wanted } }) as const;
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
      "with one that is not evaluated beside one that refuses",
      signed,
      policyOf(rule([no, vague])),
      "unknown",
      "policy-not-understood",
      true,
      "release",
    ],
    [
      "with one that is not evaluated before one that refuses",
      signed,
      policyOf(rule([vague, no])),
      "unknown",
      "policy-not-understood",
      true,
      "release",
    ],
    [
      "with an identity, and no trusted root",
      unsigned,
      policyOf(rule([keylessAuthority()])),
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

  const refusals: readonly (readonly [string, PolicyRule])[] = [
    ["accepts only 'stranger'", rule([no])],
    ["accepts only 'stranger' or 'acme'", rule([no, { ...yes, format: "legacy" }, fixed("fail")])],
    ["accepts only 'stranger', 'stranger' or 'acme'", rule([no, no, { ...yes, format: "legacy" }])],
    ["refuses every image", rule([fixed("fail")])],
    ["refuses every image", rule([])],
    ["asks for 2 of 'stranger', 'acme'", rule([no, yes], quorum())],
    [
      "asks for 2 of 'stranger', 'acme', and among them 'stranger' and 'acme'",
      rule([no, yes], quorum("stranger", "acme")),
    ],
  ];
  for (const [why, given] of refusals)
    it(`says in one sentence that the policy ${why}`, () =>
      assert.equal(
        judged(unsigned, policyOf(given)).reason.message,
        `It has no signature; policy release (policy/images.yaml:12) ${why}.`,
      ));

  const lacking: readonly (readonly [string, Partial<typeof yes>])[] = [
    ["a Sigstore bundle by it exists, which the readers of this policy do not look at", { format: "legacy" }],
    [
      "a Sigstore bundle by it exists, which the readers of this policy do not look at",
      { format: "legacy", claims: { kind: "exact" } },
    ],
    ["a signature by it exists, and claims another name than the policy asks for", { claims: { kind: "exact" } }],
    [
      "a signature by it exists, where the policy asks for attestations",
      { attestations: ["https://spdx.dev/Document"] },
    ],
  ];
  for (const [what, more] of lacking)
    it(`says what is lacking: ${what}`, () => {
      const { reason } = judged(signed, policyOf(rule([no, { ...yes, ...more }])));
      assert.ok(reason.message.endsWith(` accepts only 'stranger' or 'acme'; ${what}.`), reason.message);
      const others = judged(unsigned, policyOf(rule([{ ...yes, ...more }])));
      assert.ok(others.reason.message.endsWith(" accepts only 'acme'."), others.reason.message);
    });

  it("says why it cannot tell for want of a trusted root", () => {
    const bad = { name: "bad", text: "{}", source: "settings" };
    const why = (authority: Authority, defaultRoot?: string) =>
      judge(
        unsigned,
        policyOf(rule([authority])),
        { trustedRoots: [bad], ...(defaultRoot === undefined ? {} : { defaultRoot }) },
        now,
      ).reason.message.replace(/.*not understood: /, "");
    const log = (requiresLog: object) => keyAuthority(pem(acme), { requiresLog });
    assert.equal(why(keylessAuthority()), "'workflow' needs a trusted root, and there is none.");
    assert.equal(why(log({})), "'acme' needs a trusted root, and there is none.");
    const unknown = "'acme' needs the trusted root 'x', which is not configured.";
    assert.equal(why(log({ root: "x" })), unknown);
    assert.equal(why(keyAuthority(pem(acme), { requiresTimestamp: { root: "x" } })), unknown);
    assert.equal(
      why(keylessAuthority(), "bad"),
      "the trusted root 'bad' (settings) cannot be used: its media type is not one of a trusted root.",
    );
    assert.equal(why(keylessAuthority({ trustedRoot: "x" }), "bad"), unknown.replace("acme", "workflow"));
  });

  it("cannot tell about an authority beyond so many with roots of their own", () => {
    const { material } = createSigstoreScene();
    const [given] = material.trustedRoots;
    assert.ok(given);
    const names = ["a", "b", "c", "d"];
    const trustedRoots = names.map((name) => ({ ...given, name }));
    const authorities = names.flatMap((trustedRoot) =>
      names.flatMap((root) =>
        names.map((stamp) =>
          keylessAuthority({ trustedRoot, requiresLog: { root }, requiresTimestamp: { root: stamp } }),
        ),
      ),
    );
    const reason = (count: number) =>
      judge(unsigned, policyOf(rule(authorities.slice(0, count))), { trustedRoots, defaultRoot: "a" }, now).reason;
    assert.equal(reason(29).code, "unsigned");
    const { code, message } = reason(30);
    assert.equal(code, "policy-not-understood");
    assert.match(message, /'workflow' is one of too many with a root of its own/);
  });

  it("asks for a log only where the authority does, though the default root has none", () => {
    const { trustedRoot } = createSigstoreScene();
    const text = JSON.stringify({ ...(JSON.parse(trustedRoot) as object), tlogs: [] });
    const material = { trustedRoots: [{ name: "bare", text, source: "test" }], defaultRoot: "bare" };
    const stateBy = (authority: Authority) => judge(unsigned, policyOf(rule([authority])), material, now).state;
    assert.deepEqual([stateBy(yes), stateBy({ ...yes, requiresLog: {} })], ["unsigned", "unknown"]);
  });

  it("says which authority lets every image pass", () => {
    const { trace } = judged(signed, policyOf(rule([fixed("pass")])));
    assert.ok(trace.some(({ text }) => text.endsWith(" lets every image pass: 'pass'. No signature was asked for.")));
  });

  it("names those who accept: the first, or as many as the quorum asks for", () => {
    const both = evidenceOf([attachBundle(keyBundle(acme)), attachBundle(keyBundle(stranger))]);
    const by = (more: Partial<PolicyRule>) => judged(both, policyOf(rule([yes, no], more))).reason.message;
    assert.match(by({}), /accepted by 'acme' of policy/);
    assert.match(by(quorum()), /accepted by 'acme' and 'stranger' of policy/);
  });

  it("says that policy-controller would not see a bundle where the policy is silent", () => {
    const { trace } = judged(signed, policyOf(rule([{ ...yes, format: "unset" }])));
    const saysSo = ({ outcome, text }: (typeof trace)[number]) =>
      outcome === "note" && text.startsWith("'acme' names no signature format: policy-controller itself");
    assert.ok(trace.some(saysSo));
    assert.ok(!judged(signed, policyOf(rule([yes]))).trace.some(saysSo));
    const payload = simpleSigningPayload();
    const annotations = {
      "dev.cosignproject.cosign/signature": sign("sha256", payload, acme.privateKey).toString("base64"),
    };
    const first = attach(
      [{ mediaType: "application/vnd.dev.cosign.simplesigning.v1+json", bytes: payload, annotations }],
      {},
      "signature-tag",
    );
    const verdict = judged(evidenceOf([first]), policyOf(rule([{ ...yes, format: "unset" }])));
    assert.equal(verdict.state, "verified");
    assert.ok(!verdict.trace.some(saysSo));
  });
});
