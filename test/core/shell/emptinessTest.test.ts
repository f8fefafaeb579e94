import assert from "node:assert/strict";
import { emptyWhere } from "../../../src/core/shell/emptinessTest.ts";

describe("emptyWhere", () => {
  const ifHolds = ['[ -z "$X" ]', "test -z $X", "[[ -z ${X} ]]", '[ ! "$X" ]', '[[ "${X:-}" == "" ]]', "[ ! -n $X ]"];
  const ifNot = ['[ -n "$X" ]', '[ "$X" ]', "[[ $X ]]", "test ! -z $X", "[ \"${X-}\" != '' ]"];
  for (const test of ifHolds)
    it(`knows what is empty where ${test} holds`, () =>
      assert.deepEqual([emptyWhere(test, true), emptyWhere(test, false)], ["X", undefined]));
  for (const test of ifNot)
    it(`knows what is empty where ${test} does not hold`, () =>
      assert.deepEqual([emptyWhere(test, true), emptyWhere(test, false)], [undefined, "X"]));

  it("knows nothing of tests that ask for more", () => {
    for (const test of [
      '[ -z "$X$Y" ]',
      '[ -f "$X" ]',
      '[ "$X" = a ]',
      "[ -z x ]",
      '[ -z "$X" -o -z "$Y" ]',
      "grep $X",
      "[ -z ${X:-a} ]",
    ])
      assert.deepEqual([emptyWhere(test, true), emptyWhere(test, false)], [undefined, undefined], test);
  });
});
