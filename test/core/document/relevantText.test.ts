import assert from "node:assert/strict";
import { relevantText } from "../../../src/core/document/relevantText.ts";

const definition = "kind: CustomResourceDefinition\nspec: {image: a}\n";

describe("relevantText", () => {
  it("drops a text that names no image", () => assert.equal(relevantText("kind: Service\n"), ""));

  it("keeps a text that runs a container", () => {
    const text = "contents: ExecStart=/usr/bin/podman run a\n";
    assert.equal(relevantText(text), text);
  });

  it("keeps a text without definitions as it is", () =>
    assert.equal(relevantText("image: a\n---\n"), "image: a\n---\n"));

  const texts = [
    `${definition}---\nimage: b\n`,
    `---\nimage: b\n---\n${definition}`,
    `${definition}--- # x\nimage: b\n---\n${definition}`,
    `---\r\nimage: b\r\n---\r\n${definition.replaceAll("\n", "\r\n")}`,
    `image: b\n---\n${definition.trimEnd()}`,
  ];
  for (const text of texts)
    it(`keeps the length and the place of what is left of ${JSON.stringify(text)}`, () => {
      const left = relevantText(text);
      assert.equal(left.length, text.length);
      assert.equal(left.indexOf("image: b"), text.indexOf("image: b"));
      assert.ok(!left.includes("image: a"));
    });

  it("does not take a key of a schema for a kind", () => {
    const text = "spec:\n  kind: CustomResourceDefinition\nimage: a\n";
    assert.equal(relevantText(text), text);
  });
});
