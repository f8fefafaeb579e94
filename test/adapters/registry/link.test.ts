import assert from "node:assert/strict";
import { nextLink } from "../../../src/adapters/registry/link.ts";

const base = new URL("https://registry.example/v2/a/referrers/b");

const cases: readonly (readonly [string, string | null, string | undefined])[] = [
  ["a relative target", '</v2/a?n=2>; rel="next"', "https://registry.example/v2/a?n=2"],
  ["an absolute target", "<https://other.example/x>; rel=next", "https://other.example/x"],
  ["the right one of several", '</p>; rel="prev", </n>; title="a, b"; rel="next"', "https://registry.example/n"],
  ["one of several relations", '</n>; rel="last next"', "https://registry.example/n"],
  ["no next", '</p>; rel="prev"', undefined],
  ["a target that is no address", '<http://[>; rel="next"', undefined],
  ["rubbish", 'rel="next"', undefined],
  ["no header", null, undefined],
];

describe("nextLink", () => {
  for (const [what, header, expected] of cases) {
    it(`reads ${what}`, () => assert.equal(nextLink(header, base)?.href, expected));
  }
});
