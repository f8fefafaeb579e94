import assert from "node:assert/strict";
import { parse } from "yaml";
import { toYaml, type YamlValue } from "../../../src/core/policy/yamlText.ts";
import { acme, pem } from "../../helpers/keyBundle.ts";

describe("toYaml", () => {
  const values: readonly { readonly [key: string]: YamlValue }[] = [
    { a: "b", c: 1, d: true, e: "true", f: "on", g: "1", h: "" },
    { list: ["x", { y: "z", deep: [{ a: [] }, ["n"]] }], empty: {}, none: [] },
    { key: pem(acme), quoted: 'a: "b" # c', lines: "one\ntwo: [", tab: "\t", colon: "a: b", dash: "- a", star: "*x" },
    { "odd key": { nested: "y\u2028z" } },
  ];
  for (const value of values)
    it(`is read back as it was: ${JSON.stringify(value).slice(0, 60)}`, () => {
      for (const version of ["1.1", "1.2"] as const) assert.deepEqual(parse(toYaml(value), { version }), value);
    });

  it("keeps keys readable", () =>
    assert.match(toYaml({ key: pem(acme) }), /^key: \|\n {2}-----BEGIN PUBLIC KEY-----\n/u));
});
