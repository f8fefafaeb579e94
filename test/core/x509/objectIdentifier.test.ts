import assert from "node:assert/strict";
import { isObjectIdentifier } from "../../../src/core/x509/objectIdentifier.ts";

describe("isObjectIdentifier", () => {
  for (const [text, is] of [
    ["1.2.840.113549", true],
    ["2.999.1", true],
    ["0.4.0.2023.1.1", true],
    ["", false],
    ["1", false],
    ["3.1", false],
    ["1.40", false],
    ["1.2.", false],
    ["1.02", false],
    [`1.2.${"9".repeat(20)}`, false],
    [`1.2${".1".repeat(200)}`, false],
  ] as const)
    it(`${is ? "takes" : "does not take"} '${text.slice(0, 30)}' for an object identifier`, () =>
      assert.equal(isObjectIdentifier(text), is));
});
