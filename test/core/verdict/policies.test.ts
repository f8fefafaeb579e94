import assert from "node:assert/strict";
import type { PolicyRule } from "../../../src/core/policy/policy.ts";
import { judge } from "../../../src/core/verdict/judge.ts";
import { acme, keyBundle, pem, stranger } from "../../helpers/keyBundle.ts";
import { attachBundle, evidenceOf, keyAuthority, now, policyOf, rule } from "../../helpers/signedImage.ts";

const source = { file: "policy/images.yaml", line: 12 };
const signed = evidenceOf([attachBundle(keyBundle(acme))]);

describe("several policies", () => {
  const accepting = rule([keyAuthority(pem(acme))], { name: "accepting" });
  const refusing = rule([keyAuthority(pem(stranger))], { name: "refusing" });
  const warning = rule([keyAuthority(pem(stranger))], { name: "warning", mode: "warn" });
  const passing = rule([{ kind: "static", name: "all", source, action: "pass" }], { name: "passing" });
  const obscure = rule([keyAuthority(pem(acme))], { name: "obscure", notUnderstood: [{ what: "A word.", source }] });
  const elsewhere = rule([keyAuthority(pem(acme))], {
    name: "elsewhere",
    globs: [{ glob: "other.example/**", source }],
  });
  const verdictBy = (...rules: readonly PolicyRule[]) => judge(signed, policyOf(...rules), { trustedRoots: [] }, now);

  it("each say what they say, the worst first, whatever their order", () => {
    const worstFirst = ["refusing", "obscure", "warning", "passing", "accepting"];
    const all = [passing, accepting, elsewhere, warning, obscure, refusing];
    for (const rules of [all, all.toReversed()]) {
      const { policies, state } = verdictBy(...rules);
      assert.deepEqual(
        policies?.map((each) => each.rule),
        worstFirst,
      );
      assert.equal(state, "untrusted");
    }
    const [worst] = verdictBy(...all).policies ?? [];
    assert.deepEqual(
      [worst?.policy, worst?.line, worst?.mode, worst?.decision],
      ["policy/images.yaml", 12, "enforce", "refused"],
    );
    assert.match(worst?.message ?? "", /^Policy refusing \(policy\/images\.yaml:12, enforce\) accepts none/);
  });

  it("name the one that decided first", () => {
    for (const rules of [[accepting, refusing], [accepting, obscure], [accepting, warning], [accepting]]) {
      const { policies, decidedBy } = verdictBy(...rules);
      assert.equal(policies?.[0]?.rule, decidedBy?.rule);
    }
  });

  it("are none where none covers the image", () => assert.equal(verdictBy(elsewhere).policies, undefined));
});
