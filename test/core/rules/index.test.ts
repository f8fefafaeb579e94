import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { findRule, rules } from "../../../src/core/rules/index.ts";

const sources = fileURLToPath(new URL("../../../src/core/rules/", import.meta.url));
const tests = fileURLToPath(new URL("./", import.meta.url));

describe("rules", () => {
  it("are the files with a dash in their names, and no others", () => {
    const files = readdirSync(sources).flatMap((file) => /^([a-z]+(?:-[a-z]+)+)\.ts$/.exec(file)?.[1] ?? []);
    const documents = readdirSync(sources).flatMap((file) => /^(.+)\.md$/.exec(file)?.[1] ?? []);
    const ids = rules.map(({ id }) => id).sort();
    assert.deepEqual(files.sort(), ids);
    assert.deepEqual(documents.sort(), ids);
  });

  it("have ids that occur once", () => {
    assert.equal(new Set(rules.map(({ id }) => id)).size, rules.length);
  });

  for (const rule of rules) {
    it(`${rule.id} has its document, its test and a summary without a full stop`, () => {
      assert.equal(rule.doc, readFileSync(`${sources}${rule.id}.md`, "utf8"));
      assert.ok(existsSync(`${tests}${rule.id}.test.ts`));
      assert.doesNotMatch(rule.summary, /\.$/);
      assert.equal(findRule(rule.id), rule);
      assert.ok(rule.doc.startsWith(`# ${rule.id}\n`));
      for (const part of ["What", "Why", "Fix", "False positives", "Configuration"]) {
        assert.ok(rule.doc.includes(`**${part}.**`), part);
      }
      assert.match(rule.doc, /Before/);
      assert.match(rule.doc, /After/);
    });
  }
});
