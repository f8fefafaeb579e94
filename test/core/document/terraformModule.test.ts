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

  describe("in a folder whose files are known", () => {
    const folder = new Map([
      ["infra/", "10_network.tf\n20_images.tf\nb.auto.tfvars\nc.auto.tfvars\nmain.tf\nnotes.md\nterraform.tfvars"],
      ["infra/10_network.tf", 'variable "cidr" {}'],
      ["infra/20_images.tf", 'variable "web" { default = "a/web:1" }\nlocals { api = "a/api:${var.tag}" }'],
      ["infra/b.auto.tfvars", 'tag = "b"\nonly = "a/only:1"'],
      ["infra/c.auto.tfvars", 'tag = "c"'],
      ["infra/terraform.tfvars", 'tag = "t"\nown = "a/own:2"'],
    ]);
    const named: readonly (readonly [image: string, expected: string])[] = [
      ["var.web", "docker.io/a/web:1"],
      ["local.api", "docker.io/a/api:c"],
      ["var.only", "docker.io/a/only:1"],
      ["var.own", "docker.io/a/own:2"],
    ];
    for (const [image, expected] of named)
      it(`follows ${image}`, () => {
        const source = `variable "own" { default = "a/own:1" }\nresource "docker_container" "a" {\n  image = ${image}\n}\n`;
        const asked: string[] = [];
        const [use] = readTerraform(source, "infra/main.tf", (path) => {
          asked.push(path);
          return folder.get(path);
        }).images;
        assert.equal(use && summary(use), `docker_container ${expected} resolved`);
        assert.ok(!asked.includes("infra/variables.tf"), "asks for a file that is not there");
      });

    it("follows values and variables that stand in JSON", () => {
      const files = new Map([
        ["infra/", "c.auto.tfvars.json\nmain.tf\nterraform.tfvars\nterraform.tfvars.json\nvars.tf.json"],
        [
          "infra/vars.tf.json",
          '{"variable": {"web": {"default": "a/web:1"}, "api": {}}, "locals": {"job": "a/job:3"}}',
        ],
        ["infra/terraform.tfvars", 'api = "a/api:1"\nside = "a/side:4"'],
        ["infra/terraform.tfvars.json", '{"api": "a/api:2"}'],
        ["infra/c.auto.tfvars.json", '{"side": "a/side:5"}'],
      ]);
      const resources = ["var.web", "var.api", "local.job", "var.side"].map(
        (image, index) => `resource "docker_container" "r${index}" { image = ${image} }\n`,
      );
      const { images } = readTerraform(resources.join(""), "infra/main.tf", (path) => files.get(path));
      assert.deepEqual(images.map(summary), [
        "docker_container docker.io/a/web:1 resolved",
        "docker_container docker.io/a/api:2 resolved",
        "docker_container docker.io/a/job:3 resolved",
        "docker_container docker.io/a/side:5 resolved",
      ]);
    });

    it("takes a file at the workspace's root for one of its folder", () => {
      const files = new Map([
        ["./", "a.tf\nz.tf"],
        ["z.tf", 'variable "web" { default = "a/web:1" }'],
      ]);
      const source = 'resource "docker_container" "a" {\n  image = var.web\n}\n';
      const [use] = readTerraform(source, "a.tf", (path) => files.get(path)).images;
      assert.equal(use && summary(use), "docker_container docker.io/a/web:1 resolved");
    });
  });
});
