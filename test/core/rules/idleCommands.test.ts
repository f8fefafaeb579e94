import assert from "node:assert/strict";
import type { Document } from "../../../src/core/document/document.ts";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { check } from "../../../src/core/rules/check.ts";
import { withoutIdleCommands } from "../../../src/core/rules/idleCommands.ts";

describe("withoutIdleCommands", () => {
  const kept: readonly (readonly [name: string, script: string])[] = [
    ["a tool of signing", "cosign sign a/b:1"],
    ["such a tool behind a variable", "tool=notation; $tool sign a/b:1"],
    ["such a tool in quotes", 'docker pull a/b:1; co"sign" sign a/b:1'],
    ["Docker's own trust", "docker trust sign a/b:1"],
    ["a setting of Docker's own trust", "DOCKER_CONTENT_TRUST=1 docker push a/b:1"],
  ];
  for (const [name, script] of kept)
    it(`keeps ${name}`, () => {
      const document = readDocument(`#!/bin/sh\n${script}\n`, "build.sh");
      assert.equal(withoutIdleCommands(document), document);
      assert.ok(document.commands.length > 0);
    });

  it("keeps of a pipeline that pushes its jobs and what pushes", () => {
    const script = ["docker build -t a/b:1 .", "docker push a/b:1", "ls"].map((line) => `    - ${line}\n`).join("");
    const document = readDocument(`build:\n  script:\n${script}`, ".gitlab-ci.yml");
    const without = withoutIdleCommands(document);
    assert.deepEqual(without, { ...document, commands: document.commands.slice(1, 2) });
    const found = (read: Document) => check([read], new Map(), { suppressions: [] });
    assert.deepEqual(found(without), found(document));
    assert.equal(found(without).length, 1);
  });

  it("drops the others, and keeps the images", () => {
    const document = readDocument("#!/bin/sh\ndocker pull a/b:1\nls\n", "build.sh");
    const without = withoutIdleCommands(document);
    assert.deepEqual(without, { ...document, commands: [], jobs: [] });
    assert.equal(without.images.length, 1);
  });
});
