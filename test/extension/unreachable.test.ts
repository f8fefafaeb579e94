import assert from "node:assert/strict";
import { readDocument } from "../../src/core/document/readDocument.ts";
import type { Verdict } from "../../src/core/verdict/verdict.ts";
import type { ImageStatus } from "../../src/extension/marks.ts";
import { imagesOf, type ImageEntry } from "../../src/extension/tree/grouping.ts";
import { keyOf, unreachable } from "../../src/extension/unreachable.ts";

const codes: Readonly<Record<string, string>> = { down: "network", closed: "authentication", gone: "image-not-found" };

function statusOf(reference: string): ImageStatus {
  const host = reference.split(/[.:/]/u)[0] ?? "";
  const code = codes[host];
  if (code === undefined) return { kind: "checking" };
  const reason = { code, message: "Because." };
  const verdict: Verdict = { state: "unknown", reason, reference, signatures: [], enforced: false, trace: [] };
  return { kind: "judged", verdict };
}

function imagesIn(...files: readonly string[][]): readonly ImageEntry[] {
  const documents = files.map((images, index) =>
    readDocument(images.map((image) => `FROM ${image}\n`).join(""), `${index}/Dockerfile`),
  );
  return imagesOf(documents, statusOf);
}

const everywhere = (): boolean => true;

describe("registries that cannot be asked", () => {
  it("are said once each with their reason, and for how many images", () => {
    const many = Array.from({ length: 200 }, (_, index) => `down.example/app:${index}`);
    const images = imagesIn(["closed.example/a:1", ...many], ["down.example/app:7", "closed.example/b:1"]);
    const found = [...unreachable(images, everywhere).values()];
    assert.deepEqual(
      found.map(({ path, registry, code, others }) => [path, registry, code, others]),
      [
        ["0/Dockerfile", "closed.example", "authentication", 1],
        ["0/Dockerfile", "down.example", "network", 199],
      ],
    );
  });

  it("leave alone what is true of one image, and what is not known yet", () => {
    const images = imagesIn(["gone.example/a:1", "gone.example/b:1", "other.example/a:1"]);
    assert.equal(unreachable(images, everywhere).size, 0);
    assert.ok(images.every((image) => keyOf(image) === undefined));
  });

  it("are not said where the finding is suppressed", () => {
    const images = imagesIn(["down.example/a:1"], ["down.example/b:1", "down.example/c:1"]);
    const [said] = unreachable(images, (path) => path !== "0/Dockerfile").values();
    assert.deepEqual([said?.path, said?.offset, said?.others], ["1/Dockerfile", 5, 1]);
    assert.equal(unreachable([...images], () => false).size, 0);
  });
});
