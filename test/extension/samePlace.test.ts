import assert from "node:assert/strict";
import { readDocument } from "../../src/core/document/readDocument.ts";
import type { VerdictState } from "../../src/core/verdict/verdict.ts";
import type { ImageStatus } from "../../src/extension/marks.ts";
import { imagesByPlace } from "../../src/extension/samePlace.ts";

describe("imagesByPlace", () => {
  const states: Readonly<Record<string, VerdictState>> = { "1": "verified", "2": "unsigned", "3": "invalid" };
  const statusOf = (reference: string): ImageStatus => {
    const state = states[reference.slice(-1)] ?? "unknown";
    const reason = { code: state, message: "" };
    const verdict = { state, reason, reference, signatures: [], enforced: false, trace: [] };
    return { kind: "judged", verdict };
  };

  it("gives the images of each place, the worst first, each once, in the order of the text", () => {
    const text = "for i in 1 2 3 2; do docker pull a:$i; done\ndocker pull b:1\ndocker pull c:$UNKNOWN\n";
    const places = imagesByPlace(readDocument(text, "a.sh"), statusOf);
    assert.deepEqual(
      places.map((images) => images.map(({ reference }) => reference.replace("docker.io/library/", ""))),
      [["a:3", "a:2", "a:1"], ["b:1"]],
    );
    for (const images of places)
      for (const { use, reference } of images) assert.ok(use.reference !== undefined && reference !== "");
  });
});
