import assert from "node:assert/strict";
import { formatReference } from "../../../src/core/image/reference.ts";
import { resolveAmong } from "../../../src/core/document/resolveWorkspace.ts";
import { marked } from "../../helpers/marked.ts";

const files = new Map([["each.mk", "each = for t in a b; do $(1); done\nown = docker pull no/w:1-$$t; $(1)\n"]]);
const both = ["docker.io/x/y:1-a", "docker.io/x/y:1-b"];

/** Values that hold variables of the shell: a makefile, and what it refers to. */
const table: readonly (readonly [title: string, makefile: string, expected: readonly string[]])[] = [
  [
    "a loop that is called with its body",
    "each = for t in a b; do $(1); done\nall:\n\t$(call each,docker pull ⟦x/y:1-$$t⟧)\n",
    both,
  ],
  [
    "a loop over what nobody knows",
    'each=set -eu; for t in ${LIST}; do $(1); done\nall:\n\t$(call each, \\\n\t\tdocker pull "⟦x/y:1-$${t}⟧" || \\\n\t\ttrue \\\n\t)\n',
    ["partial"],
  ],
  ["a loop of another file", "include each.mk\nall:\n\t$(call each,docker pull ⟦x/y:1-$$t⟧)\n", both],
  ["no loop", "one = $(1)\nall:\n\t$(call one,docker pull ⟦x/y:1-$$t⟧)\n", ["partial"]],
  ["a variable with a whole loop", "all:\n\t@$(S)\nS = for t in a b; do docker pull ⟦x/y:1-$$t⟧; done\n", both],
  [
    "make's own variables among the shell's",
    'I = x/y\nV = 1\nall:\n\t$(call f,docker pull "⟦$(I):$(V)-$$t⟧" && docker pull ⟦$(I):$(N)⟧)\nf = for t in a b; do $(1); done\n',
    [...both, "partial"],
  ],
  [
    "the shell's variables elsewhere",
    "f = cd a && $(1)\nall:\n\t$(call f,docker run -v $$PWD:/x -e 'A=$$B; docker pull no/a:1' -l $$(date +%s) ⟦x/y:1⟧ sh \"$$1\")\n",
    ["docker.io/x/y:1"],
  ],
];

describe("addRecipe", () => {
  for (const [title, makefile, expected] of table)
    it(`reads ${title}`, () => {
      const { text, spans } = marked(makefile);
      const { images } = resolveAmong(text, "Makefile", (file) => files.get(file)).document;
      assert.deepEqual(
        images.map(({ reference, resolution }) => (reference === undefined ? resolution : formatReference(reference))),
        expected,
      );
      assert.deepEqual([...new Map(images.map(({ span }) => [span.start, span])).values()], spans);
    });
});
