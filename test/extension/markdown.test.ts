import assert from "node:assert/strict";
import { commandIds, commandLink } from "../../src/extension/commandIds.ts";
import { escapeHover, escapeMarkdown, inlineCode } from "../../src/extension/markdown.ts";

describe("text from outside in Markdown", () => {
  const forged: readonly string[] = [
    "[Approve](command:countersign.sign)",
    '<span style="color:red">x</span>',
    "![x](https://evil.example/x.png)",
    "https://evil.example",
    "`code`",
    "| a | b |",
  ];
  for (const text of forged) {
    it(`stays text: ${text}`, () => {
      const escaped = escapeMarkdown(text);
      assert.doesNotMatch(escaped, /(?<!\\)[[\]<>`|!:]/u);
      assert.equal(escaped.replace(/\\(.)/gu, "$1"), text);
    });
  }

  it("forms no icon in a hover", () => {
    assert.equal(escapeHover("$(verified-filled)"), "\\\\\\$\\(verified\\-filled\\)");
  });

  it("cannot end inline code", () => {
    assert.equal(inlineCode("a`b"), "`a'b`");
  });

  it("fits into a command's link as an argument", () => {
    const link = commandLink("Copy", "countersign.copyDigest", { reference: 'x) "y" [z](w)' }, "Copy");
    const target = /\(command:[^ ]+\?([^ ]+) "Copy"\)$/u.exec(link)?.[1] ?? "";
    assert.doesNotMatch(target, /[()[\]"]/u);
    assert.deepEqual(JSON.parse(decodeURIComponent(target)), [{ reference: 'x) "y" [z](w)' }]);
  });

  it("has commands that are all of our own namespace", () => {
    assert.ok(commandIds.every((id) => id.startsWith("countersign.")));
  });
});
