import assert from "node:assert/strict";
import { resolveAmong } from "../../../src/core/document/resolveWorkspace.ts";
import { formatReference } from "../../../src/core/image/reference.ts";
import { marked } from "../../helpers/marked.ts";

const files = new Map([
  ["VERSION", "3.1\n"],
  ["list.txt", "a:1\nb:2\n"],
]);
const both = ["a:1 resolved", "b:2 resolved"];

/** A makefile with its images between ⟦⟧, and what they are; then the steps that led to the first. */
const cases: readonly (readonly [text: string, expected: readonly string[], steps?: readonly string[]])[] = [
  [
    "L := a:1 b:2\nall:\n\t$(foreach i,$(L),docker pull ⟦$(i)⟧;)",
    both,
    ["variable i: $(i)", "variable L: $(L)", "assignment of L: a:1 b:2"],
  ],
  ["I = no:1\nrun-%: I = a:1\nrun-a:\n\tdocker run ⟦$(I)⟧\nrun:\n\tdocker --version", ["a:1 resolved"]],
  ["run-%: I = a:1\nrun-x: I = b:2\nrun-x:\n\tdocker run ⟦$(I)⟧", ["b:2 resolved"]],
  ["L := a:1 b:2\nall:\n\t@$(foreach i, $(L), \\\n\t\tdocker pull ⟦$(i)⟧ && \\\n\t) true", both],
  ["all:\n\t$(foreach i,$(L),docker pull $(i);)", []],
  ["L := a b\na_I := a:1\nb_I := b:2\nall:\n\t$(foreach i,$(L),docker pull ⟦$($(i)_I)⟧;)", both],
  [
    "define pull\n\t@docker pull ⟦$(1):$(2)⟧\nendef\nL = a b\nall:\n\t$(foreach i,$(L),$(call pull,$(i),1))",
    ["a:1 resolved", "b:1 resolved"],
  ],
  [
    "# $(call pull,no:1)\nall: # $(call pull,no:2)\n\t$(call pull,a:1)\ndefine pull\ndocker pull ⟦$(1)⟧\nendef",
    ["a:1 resolved"],
  ],
  ["pull = docker pull ⟦$(1)⟧\nall:\n\t$(call pull,a:1)\n\t$(call pull,b:2)", both],
  ["img = $(R)/$(1):$(T)\nR = ghcr.io/x\nT = 1\nall:\n\tdocker pull ⟦$(call img,a)⟧", ["ghcr.io/x/a:1 resolved"]],
  ["self = $(call self,$(1))\nall:\n\tdocker pull $(call self,a)", []],
  ["define T\npull-$(1):\n\tdocker pull ⟦$(1):$(2)⟧\nendef\n$(eval $(call T,a,1))\n$(eval $(call T,b,2))", both],
  ["define run\ndocker run --rm \\\n -v a:/b ⟦${I}:1⟧\nendef\nI = a\nall:\n\techo", ["a:1 resolved"]],
  ["define two\n\t@docker pull ⟦a:1⟧\n\tdocker pull ⟦b:2⟧\nendef", ["a:1 literal", "b:2 literal"]],
  [
    "define one\ndocker pull ⟦a:1⟧\n$(call two,b:2)\nendef\ndefine two\ndocker pull ⟦$(1)⟧\nendef",
    ["a:1 literal", "b:2 resolved"],
  ],
  ['define help\ndocker run no:1\nendef\nexport help\nall:\n\techo "$$help"', []],
  ["define text\nimage: no:1\ndocker: no:2\nendef\ndefine call\ndocker run $(1) no:3\nendef", []],
  ["define run\ndocker run --rm $(OPTIONS) $(X)\nendef", []],
  ["L := a:1 b:2\nall:\n\tdocker pull ⟦$(word 2,$(L))⟧", ["b:2 resolved"]],
  ["V := v1.2\nall:\n\tdocker pull ⟦a:$(patsubst v%,%,$(V))⟧", ["a:1.2 resolved"]],
  ["V := 1.2.3\nall:\n\tdocker pull ⟦a:$(word 1,$(subst ., ,$(V)))⟧", ["a:1 resolved"]],
  ["I := $(filter b%,a:1 b:2)\nall:\n\tdocker pull ⟦$(I)⟧", ["b:2 resolved"]],
  ["I := $(firstword $(filter-out a%,a:1 b:2))\nall:\n\tdocker pull ⟦$(I)⟧", ["b:2 resolved"]],
  ["I := $(lastword $(sort b:2 a:1))\nall:\n\tdocker pull ⟦$(I)⟧", ["b:2 resolved"]],
  ["I := $(word 2,$(join a b,:1 :2))\nall:\n\tdocker pull ⟦$(I)⟧", ["b:2 resolved"]],
  ["N := a\na_I := a:1\nall:\n\tdocker pull ⟦$($(N)_I)⟧", ["a:1 resolved"]],
  ["V := $(file < VERSION)\nall:\n\tdocker pull ⟦a:$(V)⟧", ["a:3.1 resolved"]],
  ["V := $(shell echo 1.2)\nall:\n\tdocker pull ⟦a:$(V)⟧", ["a:1.2 resolved"]],
  ["define I\na:1\nendef\nall:\n\tdocker pull ⟦$(I)⟧", ["a:1 resolved"]],
  ["all: pull-a pull-b\npull-%:\n\tdocker pull ⟦x/$*:1⟧", ["x/a:1 resolved", "x/b:1 resolved"]],
  ["all: pull-a\npull-%:\n\tdocker pull ⟦x/$(@:pull-%=%):1⟧", ["x/a:1 resolved"]],
  ["L := a b\n$(L:%=pull-%): pull-%:\n\tdocker pull ⟦x/$*:1⟧", ["x/a:1 resolved", "x/b:1 resolved"]],
  ["pull-%:\n\tdocker pull ⟦x/$*:1⟧", ["? unresolved"]],
  ["a b:\n\tdocker pull ⟦x/$@:1⟧", ["x/a:1 resolved", "x/b:1 resolved"]],
  ["dev: T = 1\nprod: T = 2\ndev prod:\n\tdocker pull ⟦a:$(T)⟧", ["a:1 resolved", "a:2 resolved"]],
  ["dev: T = 1\ndev: run\nrun: deep\ndeep:\n\tdocker pull ⟦a:$(T)⟧", ["a:1 resolved"]],
  ["export I = a:1\nall:\n\tdocker pull ⟦$$I⟧", ["a:1 resolved"], ["variable I: $$I", "assignment of I: a:1"]],
  ["I = a:1\nexport I\nall:\n\tdocker pull ⟦$${I}⟧", ["a:1 resolved"]],
  ["export\nI = a:1\nall:\n\tdocker pull ⟦$${I}⟧", ["a:1 resolved"]],
  ["I = a:1\nall:\n\tdocker pull ⟦$$I⟧", ["? unresolved"]],
  [".ONESHELL:\nall:\n\tI=a:1\n\tdocker pull ⟦$$I⟧", ["a:1 resolved"]],
  ["all:\n\tI=a:1\n\tdocker pull ⟦$$I⟧", ["? unresolved"]],
  ["all:\n\txargs -n1 docker pull < ⟦list.txt⟧", both],
];

describe("rules and functions of makefiles", () => {
  for (const [source, expected, steps] of cases)
    it(`are read (${source.replaceAll("\n", "\\n").replaceAll("\t", " ")})`, () => {
      const { text, spans } = marked(`${source}\n`);
      const { images } = resolveAmong(text, "Makefile", (file) => files.get(file)).document;
      assert.deepEqual(
        images.map(
          ({ reference, resolution }) =>
            `${reference === undefined ? "?" : formatReference(reference).replace(/^docker\.io\/(?:library\/)?/, "")} ${resolution}`,
        ),
        expected,
      );
      assert.deepEqual(
        [...new Set(images.map(({ span }) => `${span.start}-${span.end}`))],
        spans.map(({ start, end }) => `${start}-${end}`),
      );
      if (steps !== undefined)
        assert.deepEqual(
          images[0]?.chain.map(({ label, text: said }) => `${label}: ${said}`),
          steps,
        );
    });
});
