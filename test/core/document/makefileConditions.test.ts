import assert from "node:assert/strict";
import { readMakefile } from "../../../src/core/document/makefile.ts";
import { references } from "../../helpers/references.ts";

const head = "D ?= ubuntu24\nE :=\n";
const recipe = "x:\n\tdocker pull $(I)\n";

describe("conditions of makefiles", () => {
  for (const [lines, expected] of [
    ["ifeq ($(D),ubuntu24)\nI = a:1\nelse\nI = a:2\nendif\n", ["a:1"]],
    ["ifneq ($(D), ubuntu24)\nI = a:1\nelse\nI = a:2\nendif\n", ["a:2"]],
    ['ifeq "$(D)" "ubuntu22"\nI = a:1\nelse ifeq "$(D)" \'ubuntu24\'\nI = a:2\nelse\nI = a:3\nendif\n', ["a:2"]],
    ["ifeq ($(findstring ubuntu,$(D)),ubuntu)\nI = a:1\nelse\nI = a:2\nendif\n", ["a:1"]],
    ["ifdef D\nI = a:1\nelse\nI = a:2\nendif\n", ["a:1"]],
    ["ifdef E\nI = a:1\nelse\nI = a:2\nendif\n", ["a:2"]],
    ["ifndef D\nI = a:1\nelse\nI = a:2\nendif\n", ["a:2"]],
    ["ifeq ($(E),)\nI = a:1\nelse\nI = a:2\nendif\n", ["a:1"]],
    // What is not known leaves both open.
    ["ifdef X\nI = a:1\nelse\nI = a:2\nendif\n", ["a:1", "a:2"]],
    ["ifeq ($(X),b)\nI = a:1\nelse ifeq ($(D),c)\nI = a:2\nelse\nI = a:3\nendif\n", ["a:1", "a:3"]],
    ["ifeq ($(D),c)\nifdef X\nI = a:1\nendif\nelse\nI = a:2\nendif\n", ["a:2"]],
    ["I = a:1\nifeq ($(D),c)\nI += a:2\nendif\n", ["a:1"]],
    // What make passes over counts where nothing else says anything.
    ["ifeq ($(D),c)\nI = a:1\nendif\n", ["a:1"]],
    ["ifeq ($(D),c)\nI = a:1\nendif\nI ?= a:2\n", ["a:2"]],
    ["else\nendif\nifeq (\nI = a:1\nendif\n", ["a:1"]],
  ] as const)
    it(`decide ${JSON.stringify(lines)}`, () =>
      assert.deepEqual(
        references(head + lines + recipe, "Makefile").map((one) => one.replace(/^\S+ docker\.io\/library\//, "")),
        expected,
      ));

  it("leave open which of several texts a command's arguments are", () => {
    const ways = "ifdef X\nA = --rm -it a:1 sh\nelse\nA = -d a:2\nendif\nF = -O2\n";
    assert.deepEqual(references(`${ways}x:\n\tgcc $(F) && docker run $(A)\n\tdocker run "$(A)"\n`, "Makefile"), [
      "2:14 docker.io/library/a:1",
      "4:8 docker.io/library/a:2",
    ]);
  });

  it("leave a quote alone that one of several texts may open", () => {
    const colours = "ifdef X\nE = echo '\nelse\nE = echo \"\nendif\nR := $(shell $(E)[0m')\n";
    assert.deepEqual(readMakefile(colours + recipe, "Makefile").problems, []);
    const [problem] = readMakefile("R := $(shell echo [0m')\n", "Makefile").problems;
    assert.equal(problem?.code, "shell-unterminated");
  });
});
