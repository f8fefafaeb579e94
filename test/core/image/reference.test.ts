import assert from "node:assert/strict";
import fc from "fast-check";
import { formatFamiliar, formatReference, parseReference, repositoryName } from "../../../src/core/image/reference.ts";
import type { ImageReference } from "../../../src/core/image/reference.ts";

const hex = "f".repeat(64);
const digest = `sha256:${hex}`;

describe("parseReference", () => {
  const accepted: [text: string, normalised: string, familiar: string][] = [
    ["node", "docker.io/library/node", "node"],
    ["node:22", "docker.io/library/node:22", "node:22"],
    [`node:22@${digest}`, `docker.io/library/node:22@${digest}`, `node:22@${digest}`],
    [`node@${digest}`, `docker.io/library/node@${digest}`, `node@${digest}`],
    [`node@sha512:${hex}${hex}`, `docker.io/library/node@sha512:${hex}${hex}`, `node@sha512:${hex}${hex}`],
    ["acme/app", "docker.io/acme/app", "acme/app"],
    ["docker.io/node", "docker.io/library/node", "node"],
    ["index.docker.io/node", "docker.io/library/node", "node"],
    ["index.docker.io/acme/app", "docker.io/acme/app", "acme/app"],
    ["library/node", "docker.io/library/node", "node"],
    ["library/distros/ubuntu", "docker.io/library/distros/ubuntu", "library/distros/ubuntu"],
    ["registry-1.docker.io/node", "registry-1.docker.io/node", "registry-1.docker.io/node"],
    ["localhost/app", "localhost/app", "localhost/app"],
    ["localhost:5000/app:1", "localhost:5000/app:1", "localhost:5000/app:1"],
    ["localhost", "docker.io/library/localhost", "docker.io/library/localhost"],
    ["example.com", "docker.io/library/example.com", "docker.io/library/example.com"],
    ["test.com:5000", "docker.io/library/test.com:5000", "docker.io/library/test.com:5000"],
    ["test:5000/repo:tag", "test:5000/repo:tag", "test:5000/repo:tag"],
    ["192.168.1.1:5000/repo:5050", "192.168.1.1:5000/repo:5050", "192.168.1.1:5000/repo:5050"],
    ["[2001:db8::1]:5000/repo:tag", "[2001:db8::1]:5000/repo:tag", "[2001:db8::1]:5000/repo:tag"],
    ["[::1]/repo", "[::1]/repo", "[::1]/repo"],
    ["Uppercase/lowercase:tag", "Uppercase/lowercase:tag", "Uppercase/lowercase:tag"],
    ["foo/foo_bar.com:8080", "docker.io/foo/foo_bar.com:8080", "foo/foo_bar.com:8080"],
    ["a__b/c--d/e.f", "docker.io/a__b/c--d/e.f", "a__b/c--d/e.f"],
    ["xn--n3h.com/myimage:xn--n3h.com", "xn--n3h.com/myimage:xn--n3h.com", "xn--n3h.com/myimage:xn--n3h.com"],
    [`docker.io/library/${hex}`, `docker.io/library/${hex}`, `docker.io/library/${hex}`],
    [`node:${"t".repeat(128)}`, `docker.io/library/node:${"t".repeat(128)}`, `node:${"t".repeat(128)}`],
    [`example.com/${"a".repeat(255)}`, `example.com/${"a".repeat(255)}`, `example.com/${"a".repeat(255)}`],
    ["lowercase:Uppercase", "docker.io/library/lowercase:Uppercase", "lowercase:Uppercase"],
  ];
  for (const [text, normalised, familiar] of accepted) {
    it(`reads ${text.slice(0, 60)}`, () => {
      const { value, problems } = parseReference(text);
      assert.deepEqual(problems, []);
      assert.ok(value);
      assert.equal(formatReference(value), normalised);
      // A short form is only given where it would be read back as the same image.
      const shown = formatFamiliar(value);
      assert.equal(formatReference(parseReference(shown).value!), normalised);
      if (!familiar.startsWith("docker.io/")) assert.equal(shown, familiar);
    });
  }

  const rejected: [text: string, why: RegExp][] = [
    ["", /empty/],
    [hex, /image ID/],
    [":justtag", /repository name/],
    [`@${digest}`, /repository name/],
    ["Node:22", /lower case/],
    ["test:5000/Uppercase/lowercase:tag", /lower case/],
    ["docker.io/Node", /lower case/],
    ["repo@sha256:ffff", /not a digest/],
    [`repo@sha256:${hex.toUpperCase()}`, /not a digest/],
    [`repo@sha512:${hex}`, /not a digest/],
    [`repo@md5:${hex}`, /not a digest/],
    [`repo@${digest}@${digest}`, /not a digest/],
    [`repo@${digest}:tag`, /not a digest/],
    ["repo@", /not a digest/],
    ["repo:", /not a tag/],
    ["repo:a:b", /not a tag/],
    ["repo:-x", /not a tag/],
    [`repo:${"t".repeat(129)}`, /not a tag/],
    ["aa/asdf$$^/aa", /repository name/],
    ["[2001:db8::1]", /repository name/],
    ["[fe80::1%eth0]:5000/repo", /registry host/],
    ["-foo.com/bar", /registry host/],
    ["foo-.com:80x/bar", /registry host/],
    ["foo/bar/", /repository name/],
    ["foo//bar", /repository name/],
    ["/foo", /repository name/],
    ["a___b", /repository name/],
    ["a..b", /repository name/],
    ["-foo", /repository name/],
    ["foo-", /repository name/],
    ["node\n", /repository name/],
    ["node:22\n", /not a tag/],
    ["docker://node", /not an image reference/],
    [`example.com/${"a".repeat(256)}:tag`, /longer than 255/],
    ["a".repeat(100_000), /longer than/],
  ];
  for (const [text, why] of rejected) {
    it(`rejects ${JSON.stringify(text.slice(0, 60))}`, () => {
      const { value, problems } = parseReference(text);
      assert.equal(value, undefined);
      assert.equal(problems.length, 1);
      assert.equal(problems[0]?.code, "reference-invalid");
      assert.match(problems[0]?.message ?? "", why);
    });
  }

  it("names the repository without tag and digest", () =>
    assert.equal(repositoryName(parseReference(`node:22@${digest}`).value!), "docker.io/library/node"));

  const anyReference: fc.Arbitrary<ImageReference> = fc
    .record(
      {
        registry: fc.constantFrom(
          "docker.io",
          "ghcr.io",
          "localhost",
          "localhost:5000",
          "[::1]:443",
          "UPPER",
          "a.b-c.d:1",
        ),
        path: fc.array(fc.stringMatching(/^[a-z0-9]{1,4}((\.|_|__|-{1,3})[a-z0-9]{1,4}){0,2}$/), {
          minLength: 1,
          maxLength: 4,
        }),
        tag: fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}$/),
        digest: fc.constantFrom(digest, `sha512:${hex}${hex}`),
      },
      { requiredKeys: ["registry", "path"] },
    )
    .map(({ registry, path, ...rest }) => ({
      registry,
      repository: (registry === "docker.io" && path.length === 1 ? ["library", ...path] : path).join("/"),
      ...rest,
    }));

  it("reads back what it printed, in the long form and in the short", () => {
    fc.assert(
      fc.property(anyReference, (reference) => {
        assert.deepEqual(parseReference(formatReference(reference)).value, reference);
        assert.deepEqual(parseReference(formatFamiliar(reference)).value, reference);
      }),
    );
  });
  it("gives a value or a problem for any text, and prints every value so that it reads back", () => {
    const pieces = fc.array(
      fc.constantFrom("a", "A", "/", ":", "@", ".", "-", "_", "5000", "localhost", digest, "[", "]", " "),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          pieces.map((all) => all.join("")),
        ),
        (text) => {
          const { value, problems } = parseReference(text);
          assert.equal(problems.length, value === undefined ? 1 : 0);
          if (value !== undefined) assert.deepEqual(parseReference(formatReference(value)).value, value);
        },
      ),
    );
  });
});
