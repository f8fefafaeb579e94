import assert from "node:assert/strict";
import { parseConfiguration } from "../../../src/core/policy/configuration.ts";
import { readPluginOptions } from "../../../src/core/policy/pluginOptions.ts";

const good = { plugin: "acme.kms", keys: "release", chainFile: "certs/release.pem" };

describe("readPluginOptions", () => {
  it("reads all that a plug-in can be told", () => {
    const sha256 = "ab".repeat(32);
    const options = { ...good, sha256, environment: "AWS_PROFILE, AWS_REGION", "config.region": "eu" };
    assert.deepEqual(readPluginOptions("notation-plugin", options), {
      value: {
        plugin: "acme.kms",
        keys: ["release"],
        environment: ["AWS_PROFILE", "AWS_REGION"],
        settings: { region: "eu" },
        sha256,
        chainFile: "certs/release.pem",
      },
      wrong: [],
    });
    const several = readPluginOptions("sigstore-kms-plugin", { plugin: "acme", keys: "a, b/c" });
    assert.deepEqual(several.value?.keys, ["a", "b/c"]);
  });

  const wrong: readonly (readonly [string, Record<string, string>, RegExp])[] = [
    ["no plug-in", { keys: "a", chainFile: "a" }, /'plugin' must name/u],
    ["a path for a name", { ...good, plugin: "../evil" }, /name of a plug-in/u],
    ["an option for a name", { ...good, plugin: "-rf" }, /name of a plug-in/u],
    ["no keys", { plugin: "a", chainFile: "a" }, /'keys' must name/u],
    ["several keys for one chain", { ...good, keys: "a,b" }, /one key/u],
    ["no certificates", { plugin: "a", keys: "a" }, /'chainFile' must name/u],
    ["certificates elsewhere", { ...good, chainFile: "/etc/x.pem" }, /relative to the workspace/u],
    ["a short pin", { ...good, sha256: "ab" }, /64 lower-case/u],
    ["no variable's name", { ...good, environment: "A=B" }, /name of a variable/u],
    ["an unknown option", { ...good, path: "/x" }, /'path' is not a known option/u],
    ...["LD_PRELOAD", "NODE_OPTIONS", "PATH", "DYLD_INSERT_LIBRARIES", "pythonpath"].map(
      (name) => [name, { ...good, environment: name }, /decides what a program loads/u] as const,
    ),
  ];
  for (const [what, options, words] of wrong)
    it(`refuses ${what}`, () => {
      const read = readPluginOptions("notation-plugin", options);
      assert.equal(read.value, undefined);
      assert.match(read.wrong.join(" "), words);
    });

  it("takes settings for notation alone", () => {
    const options = { plugin: "a", keys: "a", "config.x": "y" };
    assert.match(readPluginOptions("sigstore-kms-plugin", options).wrong.join(" "), /'config.x' is not a known/u);
  });
});

describe("a service that is a program", () => {
  const parse = (more: string): ReturnType<typeof parseConfiguration> =>
    parseConfiguration(
      `version: 1\nservices:\n  - name: kms\n    type: sigstore-kms-plugin\n${more}    options: { plugin: acme, keys: a }\n`,
      ".countersign.yaml",
    );

  it("has no URL", () => {
    const { value, problems } = parse("");
    assert.deepEqual(problems, []);
    assert.deepEqual(value?.services, [
      { name: "kms", type: "sigstore-kms-plugin", url: "", options: { plugin: "acme", keys: "a" } },
    ]);
  });

  it("is told that it has none", () => {
    assert.match(parse("    url: https://kms.example\n").problems[0]?.message ?? "", /has no URL/u);
  });
});
