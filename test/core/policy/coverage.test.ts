import assert from "node:assert/strict";
import { coveringRules } from "../../../src/core/policy/coverage.ts";
import type { Coverage, PolicyRule } from "../../../src/core/policy/policy.ts";

const source = { file: "p", line: 1 };
const digest = `sha256:${"a".repeat(64)}`;

function rule(
  coverage: Coverage | undefined,
  patterns: readonly string[],
  exceptions: readonly string[] = [],
): PolicyRule {
  return {
    name: patterns.join(" "),
    source,
    mode: "enforce",
    globs: patterns.map((glob) => ({ glob, source })),
    exceptions: exceptions.map((glob) => ({ glob, source })),
    ...(coverage === undefined ? {} : { coverage }),
    authorities: [],
    notUnderstood: [],
  };
}

function chosen(kind: Coverage["kind"], patterns: readonly string[], reference: string): readonly string[] {
  const coverage: Coverage =
    kind === "globs" || kind === "wildcards" || kind === "written" ? { kind } : { kind, set: "p" };
  return coveringRules(
    patterns.map((pattern) => rule(coverage, [pattern])),
    reference,
  ).map(({ name }) => name);
}

describe("coveringRules", () => {
  const cases: readonly (readonly [Coverage["kind"], readonly string[], string, readonly string[]])[] = [
    // containers-policy.json: the most specific scope alone.
    ["scopes", ["", "docker.io", "docker.io/library", "docker.io/library/node"], "node:22", ["docker.io/library/node"]],
    ["scopes", ["docker.io/library/node", "docker.io/library/node:22"], "node:22", ["docker.io/library/node:22"]],
    ["scopes", ["docker.io/library/node:22"], "node:23", []],
    ["scopes", ["docker.io/library/node:latest", "docker.io"], "node", ["docker.io/library/node:latest"]],
    ["scopes", ["node", "library/node"], "node:22", []],
    ["scopes", ["ghcr.io/acme"], "ghcr.io/acme-evil/app:1", []],
    ["scopes", ["ghcr.io/acme"], "ghcr.io/acme/app:1", ["ghcr.io/acme"]],
    ["scopes", ["ghcr.io/acme/app"], "ghcr.io/acme/app-evil:1", []],
    ["scopes", ["example.com"], "example.com:5000/app:1", []],
    ["scopes", ["example.com:5000"], "example.com:5000/app:1", ["example.com:5000"]],
    ["scopes", ["", "*.example.com", "*.com"], "a.b.example.com:5000/app:1", ["*.example.com"]],
    ["scopes", ["*.b.example.com", "*.example.com"], "a.b.example.com/app:1", ["*.b.example.com"]],
    ["scopes", ["*.example.com"], "example.com/app:1", []],
    ["scopes", ["*.example.com", "a.example.com"], "a.example.com/app:1", ["a.example.com"]],
    ["scopes", ["*.ample.com"], "example.com/app:1", []],
    [
      "scopes",
      [`ghcr.io/a/b@${digest}`, "ghcr.io/a/b:1", "ghcr.io"],
      `ghcr.io/a/b:1@${digest}`,
      [`ghcr.io/a/b@${digest}`],
    ],
    ["scopes", [""], "anything.example/a:1", [""]],
    // Kyverno: every pattern that fits.
    [
      "wildcards",
      ["*", "docker.io/library/node:2?", "docker.io/*", "node:*"],
      "node:22",
      ["*", "docker.io/library/node:2?", "docker.io/*"],
    ],
    ["wildcards", ["ghcr.io/acme/*"], "ghcr.io/acme/deep/app:1", ["ghcr.io/acme/*"]],
    ["wildcards", ["ghcr.io/acme/*:1"], `ghcr.io/acme/app:1@${digest}`, []],
    ["wildcards", ["ghcr.io/a?b:1"], "ghcr.io/ab:1", []],
    ["wildcards", ["docker.io/library/node:latest"], "node", ["docker.io/library/node:latest"]],
    // ImageValidatingPolicy: as it is written, which may be short.
    [
      "written",
      ["node:*", "docker.io/library/*", "docker.io/node:*"],
      "docker.io/library/node:22",
      ["node:*", "docker.io/library/*"],
    ],
    // Connaisseur: components, then prefixes, then lengths.
    ["components", ["*:*", "docker.io/acme/*:*", "docker.io/acme/app:*"], "acme/app:1", ["docker.io/acme/app:*"]],
    ["components", ["*:*", "docker.io/acme/*:*"], "acme/app:1", ["docker.io/acme/*:*"]],
    ["components", ["*:*", "docker.io/acme/*:*"], "other/app:1", ["*:*"]],
    ["components", ["*/*/*", "ghcr.io/acme/*"], "ghcr.io/acme/app:1", ["ghcr.io/acme/*"]],
    ["components", ["ghcr.io/*/app", "ghcr.io/acme/*"], "ghcr.io/acme/app:1", ["ghcr.io/acme/*"]],
    ["components", ["app", "app:1"], "ghcr.io/acme/app:1", ["app:1"]],
    ["components", ["acme/app"], "ghcr.io/other/app:1", []],
    ["components", ["app?"], "ghcr.io/acme/app1:1", []],
    ["components", ["ghcr.io/a*******/app", "ghcr.io/acme/*"], "ghcr.io/acme/app:1", ["ghcr.io/acme/*"]],
    ["components", ["index.docker.io/acme/*"], "acme/app:1", ["index.docker.io/acme/*"]],
    ["components", ["*:latest"], "ghcr.io/acme/app", ["*:latest"]],
    ["components", ["*:latest"], `ghcr.io/acme/app@${digest}`, []],
    ["components", [`*app@${digest}`], `ghcr.io/acme/app@${digest}`, [`*app@${digest}`]],
    ["components", [`*:1@${digest}`, "*:2*"], `ghcr.io/acme/app:1@${digest}`, [`*:1@${digest}`]],
    ["components", ["acme"], "ghcr.io/acme/app:1", ["acme"]],
    // Ratify.
    ["registries", ["*t", "*"], "localhost:5000/acme/app:1", []],
    ["registries", ["*0"], "localhost:5000/acme/app:1", []],
    // Notary Project.
    ["repositories", ["*", "ghcr.io/acme/app"], "ghcr.io/acme/app:1", ["ghcr.io/acme/app"]],
    ["repositories", ["*", "ghcr.io/acme/app"], "ghcr.io/acme/apple:1", ["*"]],
    ["registries", ["ghcr.io", "ghcr.io/acme/app", "*.io"], "ghcr.io/acme/app:1", ["ghcr.io/acme/app"]],
    ["registries", ["ghcr.io", "*.io"], "ghcr.io/acme/app:1", ["ghcr.io"]],
    ["registries", ["*.example.com", "*.com"], "a.example.com/app:1", ["*.example.com"]],
    ["registries", ["*.example.com"], "a.b.example.com/app:1", []],
    ["registries", ["ghcr.io/acme"], "ghcr.io/acme/app:1", []],
    ["registries", ["ghcr.io/acme/app"], "ghcr.io/acme/app-evil:1", []],
    ["registries", ["*"], "ghcr.io/acme/app:1", []],
    // ClusterImagePolicy: every glob that fits.
    ["globs", ["**", "ghcr.io/acme/**", "ghcr.io/*"], "ghcr.io/acme/app:1", ["**", "ghcr.io/acme/**"]],
  ];
  for (const [kind, patterns, reference, expected] of cases)
    it(`${kind}: of ${patterns.map((pattern) => `'${pattern}'`).join(", ")} for ${reference}`, () =>
      assert.deepEqual(chosen(kind, patterns, reference), expected));

  it("keeps all rules with the pattern that wins, and other sets apart", () => {
    const scope = (set: string, pattern: string, name: string): PolicyRule => ({
      ...rule({ kind: "scopes", set }, [pattern]),
      name,
    });
    const rules = [
      scope("a", "", "a, default"),
      scope("a", "ghcr.io", "a, first"),
      scope("b", "", "b, default"),
      scope("a", "ghcr.io", "a, second"),
      { ...rule(undefined, ["**"]), name: "glob" },
    ];
    assert.deepEqual(
      coveringRules(rules, "ghcr.io/app:1").map(({ name }) => name),
      ["a, first", "b, default", "a, second", "glob"],
    );
  });

  it("goes by the best pattern of a rule, wherever it stands", () => {
    const set: Coverage = { kind: "scopes", set: "p" };
    const between = rule(set, ["ghcr.io/acme"]);
    for (const patterns of [
      ["ghcr.io/acme/app", "ghcr.io"],
      ["ghcr.io", "ghcr.io/acme/app"],
      ["ghcr.io/acme/app", "other.example"],
    ])
      assert.deepEqual(
        coveringRules([between, rule(set, patterns)], "ghcr.io/acme/app:1").map(({ name }) => name),
        [patterns.join(" ")],
      );
  });

  it("covers what is longer than any reference by globs for everything alone", () => {
    const reference = `ghcr.io/${"a".repeat(2048)}:1`;
    assert.deepEqual(chosen("scopes", [""], reference), []);
    assert.deepEqual(chosen("wildcards", ["*"], reference), []);
  });

  it("leaves exceptions alone", () => {
    const rules = [rule({ kind: "wildcards" }, ["ghcr.io/*"], ["ghcr.io/base/*"])];
    assert.equal(coveringRules(rules, "ghcr.io/app:1").length, 1);
    assert.equal(coveringRules(rules, "ghcr.io/base/app:1").length, 0);
  });

  it("covers nothing by what is no reference", () => {
    for (const kind of ["globs", "wildcards", "written", "scopes", "components", "registries"] as const)
      assert.deepEqual(chosen(kind, ["x*"], "Not A Reference"), []);
  });
});
