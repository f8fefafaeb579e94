import assert from "node:assert/strict";
import { globNameOf, globProblem, matchesGlob } from "../../../src/core/policy/glob.ts";

const digest = `sha256:${"5".repeat(64)}`;

describe("matchesGlob", () => {
  const cases: readonly (readonly [glob: string, reference: string, expected: boolean])[] = [
    // The default tag is written out before the whole name is compared.
    ["index.docker.io/library/foo:latest", "foo", true],
    ["index.docker.io/library/foo:*", "foo", true],
    ["index.docker.io/library/*:latest", "docker.io/library/foo", true],
    ["index.docker.io/library/foo:1", "docker.io/library/foo:1", true],
    ["index.docker.io/library/foo:1", "docker.io/library/foo:2", false],
    ["index.docker.io/*/*", "docker.io/acme/app", true],
    ["index.docker.io/**", "docker.io/acme/app:1", true],
    ["inde**", "foo", true],
    ["**", "ghcr.io/a/b/c:1", true],
    // The text that people write counts too.
    ["foo", "docker.io/library/foo", true],
    ["foo*", "docker.io/library/foo:1", true],
    ["acme/app", "docker.io/acme/app", true],
    ["docker.io/acme/app:*", "docker.io/acme/app:1", true],
    ["ghcr.io/foo", "ghcr.io/foo", true],
    // One star stops at a slash, and only there.
    ["ghcr.io/*/*", "ghcr.io/foo/bar:1", true],
    ["ghcr.io/*/*", "ghcr.io/foo", false],
    ["ghcr.io/*", "ghcr.io/foo/bar", false],
    ["ghcr.io/**", "ghcr.io/foo/bar/baz", true],
    ["ghcr.io/foo*", "ghcr.io/foo:1.2", true],
    ["ghcr.io/***", "ghcr.io/a/b", true],
    // The whole text, from its start to its end.
    ["ghcr.io/foo", "prefix-ghcr.io/foo", false],
    ["ghcr.io/foo", "ghcr.io/foo-suffix", false],
    ["ghcr.io/foo", "ghcr.io/foo/bar", false],
    ["ghcr.io/acme/**", "evil.example/ghcr.io/acme/app", false],
    // A dot is a dot.
    ["ghcr.io/**", "ghcrxio/foo", false],
    // Shorthands for Docker Hub.
    ["*", "docker.io/library/foo", true],
    ["*", "ghcr.io/foo", false],
    ["*/*", "docker.io/acme/app", true],
    ["*/*", "ghcr.io/app", false],
    // A digest is part of the text, and drops the tag from the whole name.
    [`ghcr.io/foo@${digest}`, `ghcr.io/foo@${digest}`, true],
    [`ghcr.io/foo@${digest}`, `ghcr.io/foo:1@${digest}`, true],
    ["ghcr.io/foo@sha256:*", `ghcr.io/foo@${digest}`, true],
    ["ghcr.io/foo", `ghcr.io/foo@${digest}`, false],
    ["ghcr.io/foo:1@**", `ghcr.io/foo:1@${digest}`, true],
    ["ghcr.io/foo:latest", `ghcr.io/foo@${digest}`, false],
    // What is no glob or no reference matches nothing.
    [".+", "foo", false],
    ["[a-z]*", "foo", false],
    ["", "foo", false],
    ["**", "Not Valid", false],
    ["#", "foo", false],
  ];
  for (const [glob, reference, expected] of cases)
    it(`${JSON.stringify(glob)} ${expected ? "covers" : "does not cover"} ${reference}`, () =>
      assert.equal(matchesGlob(glob, reference), expected));

  it("stays fast where backtracking would not end", () => {
    assert.equal(matchesGlob("*a".repeat(200), `${"a".repeat(200)}b`), false);
    assert.equal(matchesGlob("**a".repeat(160), `ghcr.io/${"a/".repeat(100)}b`), false);
    assert.equal(matchesGlob("*".repeat(600), "foo"), false);
  });

  it("says why a glob cannot be used", () => {
    assert.equal(globProblem("ghcr.io/**:*@x_-"), undefined);
    for (const glob of ["", "a b", "a+", "{a}", "a?", "a".repeat(513)])
      assert.notEqual(globProblem(glob), undefined, glob);
  });
});

describe("globNameOf", () => {
  it("names a repository as policy-controller resolves it", () => {
    assert.equal(globNameOf("docker.io/library/node"), "index.docker.io/library/node");
    assert.equal(globNameOf("ghcr.io/acme/app"), "ghcr.io/acme/app");
    assert.equal(globNameOf("docker.io.example/acme/app"), "docker.io.example/acme/app");
  });
});
