import assert from "node:assert/strict";
import { parseReference } from "../../../src/core/image/reference.ts";
import type { Authority, TrustPolicy } from "../../../src/core/policy/policy.ts";
import { standingOf } from "../../../src/extension/signing/formatWords.ts";

const source = { file: "policy.yaml", line: 1 };

function policyOf(...formats: readonly (readonly ("any" | "bundle" | "legacy" | "unset")[])[]): TrustPolicy {
  const rules = formats.map((authorities, index) => ({
    name: `rule-${index}`,
    source,
    mode: "enforce" as const,
    globs: [{ glob: "ghcr.io/acme/**", source }],
    authorities: authorities.map((format): Authority => ({
      kind: "key",
      name: "key",
      source,
      publicKeys: [],
      hashAlgorithm: "sha256",
      format,
    })),
    notUnderstood: [],
  }));
  return { rules, problems: [] };
}

describe("what policies want of a format", () => {
  const reference = parseReference("ghcr.io/acme/app:1").value;
  const cases: readonly (readonly [string, TrustPolicy, boolean, RegExp])[] = [
    ["none covers the image", policyOf(), false, /^no policy covers/u],
    ["one asks for bundles", policyOf(["bundle"]), true, /^as policy rule-0 asks$/u],
    ["one of its authorities asks for bundles", policyOf(["legacy", "bundle"]), true, /^as policy rule-0 asks$/u],
    ["one asks for cosign's first format only", policyOf(["bundle"], ["legacy"]), false, /^not what policy rule-1/u],
    ["one names no format", policyOf(["bundle"], ["unset"]), true, /^policy rule-1 names no format$/u],
  ];
  for (const [what, policy, wanted, description] of cases)
    it(`${what}`, () => {
      assert.ok(reference !== undefined);
      const standing = standingOf("sigstore-bundle", reference, policy);
      assert.equal(standing.wanted, wanted);
      assert.match(standing.description, description);
    });
});
