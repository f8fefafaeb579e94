import assert from "node:assert/strict";
import type { Authority } from "../../../src/core/policy/policy.ts";
import { asksForAttestationTag } from "../../../src/core/verdict/attestationLookup.ts";
import { keyAuthority, keylessAuthority, rule } from "../../helpers/signedImage.ts";

const source = { file: "policy.yaml", line: 1 };
const attesting = { attestations: ["https://slsa.dev/provenance/v1"] };
const pass: Authority = { kind: "static", name: "pass", source, action: "pass" };

describe("asksForAttestationTag", () => {
  const cases: readonly (readonly [string, readonly Authority[], boolean])[] = [
    ["a key's attestations", [keyAuthority("", attesting)], true],
    ["an identity's attestations", [keylessAuthority(attesting)], true],
    ["attestations in the first format", [keyAuthority("", { ...attesting, format: "legacy" })], true],
    ["attestations in bundles only", [keyAuthority("", { ...attesting, format: "bundle" })], false],
    ["signatures", [keyAuthority(""), keylessAuthority(), pass], false],
    ["attestations by one of several", [keyAuthority(""), pass, keylessAuthority(attesting)], true],
  ];
  for (const [what, authorities, expected] of cases)
    it(`${expected ? "is asked for" : "is not asked for"} by ${what}`, () => {
      assert.equal(asksForAttestationTag([rule(authorities)]), expected);
      assert.equal(asksForAttestationTag([rule([pass]), rule(authorities)]), expected);
    });
});
