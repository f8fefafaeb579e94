import assert from "node:assert/strict";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { marked } from "../../helpers/marked.ts";

/** Commands whose arguments a variable holds that branches set. */
const commands: readonly string[] = [
  'V=1\nALL="--rm -it \\\n -v x:/y \\\n ⟦a/b:$V⟧ bash"\ndocker run $ALL',
  'V=1\nif x; then\n  ALL="--rm -it \\\n -v x:/y \\\n ⟦a/b:${V}⟧ bash"\nelse ALL="-d ⟦a/c:$V⟧"; fi\necho $ALL\nsudo docker run $ALL',
  'if x; then ALL="-d ⟦a/b:1⟧"; else ALL="--rm ⟦a/c:1⟧ sh"; fi\ndocker run --name y ${ALL} ls',
  'if x; then O="--rm -v a:/b"; else O="-d -t"; fi\ndocker run $O ⟦a/b:1⟧ ls',
  'if x; then ALL="-d a/b:1"; else ALL="--rm a/c:1 sh"; fi\ndocker run "$ALL"',
];

describe("variables that hold what branches set of a command", () => {
  for (const source of commands)
    it(`reads ${source.replaceAll("\n", "\\n")}`, () => {
      const { text, spans } = marked(`#!/bin/sh\n${source}\n`);
      assert.deepEqual(
        readDocument(text, "x.sh").images.map(({ span, reference }) => [span, reference !== undefined]),
        spans.map((span) => [span, true]),
      );
    });
});
