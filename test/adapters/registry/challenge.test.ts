import assert from "node:assert/strict";
import { parseChallenges } from "../../../src/adapters/registry/challenge.ts";

const cases: readonly (readonly [string, string, readonly (readonly [string, Record<string, string>])[]])[] = [
  [
    "a bearer challenge",
    'Bearer realm="https://a/token",service="s",scope="x:y:pull"',
    [["bearer", { realm: "https://a/token", service: "s", scope: "x:y:pull" }]],
  ],
  [
    "parameters in another order and case",
    'BEARER Scope="s", SERVICE=v , rEALM="r"',
    [["bearer", { scope: "s", service: "v", realm: "r" }]],
  ],
  [
    "several challenges in one value",
    'Basic realm="a, b", Bearer realm="c"',
    [
      ["basic", { realm: "a, b" }],
      ["bearer", { realm: "c" }],
    ],
  ],
  [
    "commas and escapes in quoted strings",
    String.raw`Bearer realm="a\"b,Basic c=d",scope="pull,push"`,
    [["bearer", { realm: 'a"b,Basic c=d', scope: "pull,push" }]],
  ],
  ["a scheme alone", "Negotiate", [["negotiate", {}]]],
  [
    "a token68 and another challenge",
    'Negotiate abc==, Basic realm="x"',
    [
      ["negotiate", {}],
      ["basic", { realm: "x" }],
    ],
  ],
  ["space around the equals sign", 'Basic realm = "x"', [["basic", { realm: "x" }]]],
  ["the first of a repeated name", 'Bearer realm="first", realm="second"', [["bearer", { realm: "first" }]]],
  ["empty elements", ', ,Basic realm="x",,', [["basic", { realm: "x" }]]],
  ["nothing", "", []],
  ["an unfinished string", 'Bearer realm="x', [["bearer", {}]]],
  ["rubbish", "\"'<>", []],
  ["what is too long", `Basic realm="${"x".repeat(10_000)}"`, []],
];

describe("parseChallenges", () => {
  for (const [what, header, expected] of cases) {
    it(`reads ${what}`, () => {
      const read = parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);
      assert.deepEqual(read, expected);
    });
  }
});
