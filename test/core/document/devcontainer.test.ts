import assert from "node:assert/strict";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectPinsToHold, expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

const read = (text: string) => readDocument(text, "app/.devcontainer/devcontainer.json");

const full = `// For format details: "image": "no:1"
{
\t"name": "node:no", /* "image": "no:2", */
\t"image": "«mcr.microsoft.com/devcontainers/base:bookworm»",
\t"build": {
\t\t"dockerfile": "Dockerfile",
\t\t"args": { "VARIANT": "22", "BUILDKIT_SYNTAX": "«docker/dockerfile:1»" },
\t\t"cacheFrom": ["«ghcr.io/a/cache:1»", "type=registry,ref=«ghcr.io/a/cache:2»", "type=gha"],
\t},
\t"features": {
\t\t"«ghcr.io/devcontainers/features/node:1»": { "version": "lts" },
\t\t"./local": {},
\t\t"docker-in-docker": "latest",
\t\t"https://example.com/a/b.tgz": {},
\t},
\t"initializeCommand": "docker pull «busybox:1»",
\t"postCreateCommand": { "one": ["docker", "pull", "«alpine:3»"], "two": "docker run «$\{localEnv:IMAGE:node:22}»" },
\t"remoteEnv": { "IMAGE": "no:3" },
}
`.replaceAll("\\{", "{");

describe("readDevcontainer", () => {
  it("reads images, caches, features and commands", () => {
    expectUses(read, full, [
      "image mcr.microsoft.com/devcontainers/base:bookworm literal",
      "syntax docker.io/docker/dockerfile:1 literal",
      "cache-from ghcr.io/a/cache:1 literal",
      "cache-from ghcr.io/a/cache:2 literal",
      "feature ghcr.io/devcontainers/features/node:1 literal",
      "command docker.io/library/busybox:1 literal",
      "command docker.io/library/alpine:3 literal",
      "command docker.io/library/node:22 resolved",
    ]);
  });

  it("follows the default of a local variable", () => {
    const text = '{ "image": "node:${localEnv:V:22}" }';
    const [use] = expectUses(read, '{ "image": "«node:${localEnv:V:22}»" }', [
      "image docker.io/library/node:22 resolved",
    ]).images;
    assert.equal(text.slice(use?.definedAt?.start, use?.definedAt?.end), "22");
    assert.deepEqual(
      use?.chain.map(({ label }) => label),
      ["variable V", "default of V"],
    );
    expectUses(read, '{ "image": "«${localEnv:I}»" }', ["image ? unresolved"]);
  });

  it("reads what a lock file resolved", () => {
    const digest = `sha256:${"a".repeat(64)}`;
    const text = `{ "features": { "ghcr.io/a/b/c:1": { "version": "1.0.0", "resolved": "«ghcr.io/a/b/c@${digest}»" } } }`;
    expectUses((source) => readDocument(source, ".devcontainer/devcontainer-lock.json"), text, [
      `feature ghcr.io/a/b/c@${digest} literal`,
    ]);
  });

  it("keeps pins and spans, whatever is changed", () => {
    const plain = full.replaceAll(/[«»]/g, "");
    assert.ok(expectPinsToHold(read, plain) >= 7);
    expectToSurvive(read, plain);
    assert.equal(read(plain.replaceAll("\n", "\r\n")).images.length, read(plain).images.length);
    assert.deepEqual(read(plain).problems, []);
  });
});
