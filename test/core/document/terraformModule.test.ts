import assert from "node:assert/strict";
import { readTerraform } from "../../../src/core/document/terraform.ts";
import { summary } from "../../helpers/imageUses.ts";

const files = new Map([
  [
    "infra/variables.tf",
    'variable "tag" { default = "2" }\nvariable "given" {}\nvariable "both" { default = "a" }\nvariable "images" { default = { a = "quay.io/a/b:1" } }',
  ],
  ["infra/locals.tf", 'locals {\n  registry = "ghcr.io/acme"\n  full = "${local.registry}/full:${var.tag}"\n}'],
  ["infra/terraform.tfvars", 'given = "a/given:1"\nboth = "a/both:1"'],
]);

describe("moduleLookup", () => {
  const table: readonly (readonly [image: string, expected: string])[] = [
    ['"a/b:${var.tag}"', "docker_container docker.io/a/b:2 resolved"],
    ["local.full", "docker_container ghcr.io/acme/full:2 resolved"],
    ["var.given", "docker_container docker.io/a/given:1 resolved"],
    ["var.both", "docker_container docker.io/a/both:1 resolved"],
    ['var.images["a"]', "docker_container quay.io/a/b:1 resolved"],
    ["var.images.a", "docker_container quay.io/a/b:1 resolved"],
    ['format("%s/c:v%s", local.registry, var.tag)', "docker_container ghcr.io/acme/c:v2 resolved"],
    ["var.missing", "docker_container ? unresolved"],
  ];
  for (const [image, expected] of table)
    it(`follows ${image}`, () => {
      const source = `resource "docker_container" "a" {\n  image = ${image}\n}\n`;
      const [use] = readTerraform(source, "infra/main.tf", (path) => files.get(path)).images;
      assert.equal(use && summary(use), expected);
      assert.equal(use?.text, image.replace(/^"(.*)"$/, "$1"));
      assert.equal(use?.definedAt, undefined);
    });

  it("says in which file a value stands, and pins nothing there", () => {
    const [use] = readTerraform(
      'resource "docker_container" "a" {\n  image = var.given\n}\n',
      "infra/main.tf",
      (path) => files.get(path),
    ).images;
    const step = use?.chain.at(-1);
    assert.equal(step?.file, "infra/terraform.tfvars");
    assert.equal(files.get("infra/terraform.tfvars")?.slice(step?.span.start, step?.span.end), "a/given:1");
    assert.equal(use?.pinAt, undefined);
  });
});
