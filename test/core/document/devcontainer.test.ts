import assert from "node:assert/strict";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectPinsToHold, expectToSurvive, expectUses, summary } from "../../helpers/imageUses.ts";

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
\t\t"«docker-in-docker»": "latest",
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
      "feature ghcr.io/devcontainers/features/docker-in-docker:1 resolved",
      "command docker.io/library/busybox:1 literal",
      "command docker.io/library/alpine:3 literal",
      "command docker.io/library/node:22 resolved",
    ]);
  });

  it("reads the cache's sources that options of the build name", () => {
    expectUses(
      read,
      '{"build": {"options": ["--pull", "--cache-from=«a/b:1»", "--cache-from", "type=registry,ref=«a/c:2»", "--tag=no:1"]}}',
      ["cache-from docker.io/a/b:1 literal", "cache-from docker.io/a/c:2 literal"],
    );
  });

  it("reads what a test's scenarios run, in which a feature without a registry is the repository's own", () => {
    expectUses(
      (text) => readDocument(text, "test/tool/scenarios.json"),
      `{
  // each by its name
  "on_debian": { "image": "«debian:12»", "features": { "tool": { "version": "1" }, "node": {} } },
  "with_more": {
    "build": { "dockerfile": "Dockerfile", "args": { "BASE_IMAGE": "«ubuntu:24.04»" } },
    "features": { "«ghcr.io/devcontainers/features/go:1»": {}, "./local": {} }
  },
  "image": "no:1"
}`,
      [
        "image docker.io/library/debian:12 literal",
        "argument docker.io/library/ubuntu:24.04 literal",
        "feature ghcr.io/devcontainers/features/go:1 literal",
      ],
    );
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

  it("reads build arguments that hold an image, and none that do not", () => {
    const text = `{ "build": { "args": {
      "BASE": "«rapids/dev:26»", "IMAGE_TO_TEST": "«centos:7»", "MY_BASE_IMAGE": "«r.io/a/b»",
      "IMAGE_DIGEST": "sha256:${"a".repeat(64)}", "BASE_IMAGE": "sha256:${"a".repeat(64)}", "IMAGE_TAG": "a/b:1",
      "IMAGE_TO_USE": "debian", "VARIANT": "node:22", "BASE_URL": "host:80" } } }`;
    expectUses(read, text, [
      "argument docker.io/rapids/dev:26 literal",
      "argument docker.io/library/centos:7 literal",
      "argument r.io/a/b literal",
    ]);
  });

  it("follows the options of a template to their defaults", () => {
    const text = '{ "image": "r.io/base:${templateOption:variant}-x", "name": "${localEnv:variant}" }';
    const options = '{ "options": { "variant": { "default": "trixie" } } }';
    const { images } = readDocument(text, "src/t/.devcontainer/devcontainer.json", (path) =>
      path === "src/t/devcontainer-template.json" ? options : undefined,
    );
    assert.deepEqual(images.map(summary), ["image r.io/base:trixie-x resolved"]);
    assert.deepEqual(
      images[0]?.chain.map(({ label, file, text: said }) => [label, file, said]),
      [
        ["variable templateOption:variant", undefined, "${templateOption:variant}"],
        ["default of templateOption:variant", "src/t/devcontainer-template.json", "trixie"],
      ],
    );
    expectUses(read, text.replace("r.io", "«r.io").replace("-x", "-x»"), ["image ? partial"]);
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

  it("reads features under what the tool asks a registry for", () =>
    void expectUses(
      read,
      `{ "features": { "«git»": {}, "«golang»": "1.20", "fish": {}, "owner/old/tool": {}, "./own": {}, "«ghcr.io/Acme/Features/Tool:1»": {} } }`,
      [
        "feature ghcr.io/devcontainers/features/git:1 resolved",
        "feature ghcr.io/devcontainers/features/go:1 resolved",
        "feature ghcr.io/acme/features/tool:1 resolved",
      ],
    ));
});
