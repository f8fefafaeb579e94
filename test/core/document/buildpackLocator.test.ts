import assert from "node:assert/strict";
import { buildpackImageStart } from "../../../src/core/document/buildpackLocator.ts";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectUses } from "../../helpers/imageUses.ts";

describe("buildpackImageStart", () => {
  const table: readonly (readonly [locator: string, start: number | undefined])[] = [
    ["docker://acme/pack", 9],
    ["r.io/acme/pack", 0],
    ["localhost/acme/pack", 0],
    ["acme/pack:1", 0],
    ["acme/deep/pack@sha256:00", 0],
    ["paketobuildpacks/java", 0],
    ["acme/pack", undefined],
    ["acme/pack@1.2.3", undefined],
    ["pack", undefined],
    ["folder/of/packs", undefined],
    ["./pack:1", undefined],
    ["../packs/a.tgz", undefined],
    ["packs/a.cnb", undefined],
    ["https://r.io/a.tgz", undefined],
    ["file:///a", undefined],
    ["urn:cnb:registry:a/b@1", undefined],
    ["from=builder", undefined],
    ["", undefined],
  ];
  for (const [locator, start] of table)
    it(`tells ${locator === "" ? "nothing" : locator}`, () => assert.equal(buildpackImageStart(locator), start));

  it("tells those of descriptors, of builders and of Fly.io's", () => {
    const read = (path: string) => (text: string) => readDocument(text, path);
    expectUses(
      read("project.toml"),
      '[[io.buildpacks.group]]\nuri = "«r.io/a/pack»"\n[[io.buildpacks.group]]\nuri = "a/name"\n[[io.buildpacks.pre.group]]\nuri = "docker://«a/b:1»"\n',
      ["buildpack r.io/a/pack literal", "buildpack docker.io/a/b:1 literal"],
    );
    expectUses(
      read("builder.toml"),
      '[lifecycle]\nuri = "docker://«a/lifecycle:1»"\n[[buildpacks]]\nimage = "«a/pack:1»"\n[[buildpacks]]\nuri = "packs/a.tgz"\n',
      ["lifecycle docker.io/a/lifecycle:1 literal", "buildpack docker.io/a/pack:1 literal"],
    );
    expectUses(read("fly.toml"), '[build]\nbuildpacks = ["«r.io/a/go»", "heroku/go"]\n', [
      "buildpack r.io/a/go literal",
    ]);
  });
});
