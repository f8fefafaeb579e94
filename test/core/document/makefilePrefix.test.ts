import assert from "node:assert/strict";
import { references } from "../../helpers/references.ts";

const read = (text: string): readonly string[] =>
  references(text, "Makefile").map((one) => one.replace("docker.io/library/", ""));

const cases: readonly (readonly [title: string, makefile: string, expected: readonly string[]])[] = [
  ["one that is set", "Q = @\nx:\n\t$(Q)docker run a:1\n\t-${Q}docker run a:2\n", ["3:17 a:1", "4:18 a:2"]],
  ["one that is nothing", "Q =\nx:\n\t$(Q)docker run a:1\n", ["3:17 a:1"]],
  ["one that nothing sets", "x:\n\t$(Q)docker run a:1\n\t$Qdocker run a:2\n", ["2:17 a:1", "3:15 a:2"]],
  ["one before another", "x:\n\t$(Q)$(DOCKER) run a:1\n", ["2:20 a:1"]],
  ["one of either side", "ifdef V\nQ =\nelse\nQ = @\nendif\nx:\n\t$(Q)docker run a:1\n", ["7:17 a:1"]],
  ["one that a function gives", "Q := $(if $(filter 1,$V),,@)\nx:\n\t$(Q)docker run a:1\n", ["3:17 a:1"]],
  ["one in what a variable holds", "R = @docker run $(I)\nI = a:1\nx:\n\t$(R) sh\n", ["1:17 a:1"]],
  ["none in a command that prints", "E = @echo\nx:\n\t$(E) docker run no:1\n", []],
  ["one that nothing sets, before quotes", 'I = "a:1"\nx:\n\t$(Q)docker run $(I)\n', ["3:17 a:1"]],
  ["none in a folder", "x:\n\t$(B)/docker run a:1\n\t$(A)-docker run no:1\n", ["2:18 a:1"]],
];

describe("prefixes of recipes", () => {
  for (const [title, makefile, expected] of cases)
    it(`are read: ${title}`, () => assert.deepEqual(read(makefile), expected));
});
