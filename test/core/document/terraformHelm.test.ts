import assert from "node:assert/strict";
import { readNomad } from "../../../src/core/document/nomad.ts";
import { readTerraform } from "../../../src/core/document/terraform.ts";
import { expectPinsToHold, expectToSurvive, expectUses, summary } from "../../helpers/imageUses.ts";

const read = (text: string) => readTerraform(text, "main.tf");

const releases = `locals {
  tag = "1.5"
  repository = "oci://ghcr.io/a/charts"
}
resource "helm_release" "a" {
  chart      = "nginx"
  repository = "oci://«registry-1.docker.io/bitnamicharts»"
  version    = "15.0.0"
  set {
    name  = "image.repository"
    value = "«a/set»"
  }
  set {
    name  = "image.tag"
    value = local.tag
  }
  set = [{ name = "sidecar.image", value = "«a/list:1»" }, { name = "image.pullPolicy", value = "Always" }]
  values = [<<EOF
image:
  repository: «a/text»
  tag: $\{local.tag}
other: {image: "«b/text:$\{local.tag}»"}
EOF
  , yamlencode({ image = { repository = "«a/encoded»", tag = local.tag } }), file("x.yaml")]
}
resource "helm_release" "b" {
  chart   = "oci://«ghcr.io/a/chart»"
  version = "1.0.0+x"
}
resource "helm_release" "c" {
  chart      = "c"
  repository = «local.repository»
  version    = "~> 1"
}
resource "helm_release" "d" {
  chart      = "d"
  repository = "https://charts.example.org"
}
`.replaceAll("\\{", "{");

describe("readHelmRelease", () => {
  it("reads charts and the values that are set", () => {
    expectUses(read, releases, [
      "helm_release registry-1.docker.io/bitnamicharts/nginx:15.0.0 resolved",
      "image docker.io/a/set:1.5 resolved",
      "image docker.io/a/list:1 literal",
      "image docker.io/a/text:1.5 resolved",
      "image docker.io/b/text:1.5 resolved",
      "image docker.io/a/encoded:1.5 resolved",
      "helm_release ghcr.io/a/chart:1.0.0_x resolved",
      "helm_release ? partial",
    ]);
  });

  it("pins what is set, and survives mutations", () => {
    const text = releases.replaceAll(/[«»]/g, "");
    assert.ok(expectPinsToHold(read, text) > 1);
    expectToSurvive(read, text);
  });
});

describe("readTerraform, more resources", () => {
  const table: readonly (readonly [name: string, source: string, expected: readonly string[]])[] = [
    [
      "manifests in YAML",
      'locals { r = "ghcr.io/a" }\nresource "kubectl_manifest" "a" {\n  yaml_body = <<YAML\napiVersion: v1\nkind: Pod\nspec:\n  containers: [{image: «a/b:1»}, {image: «${local.r}/c:1»}]\nYAML\n}\n',
      ["image docker.io/a/b:1 literal", "image ghcr.io/a/c:1 resolved"],
    ],
    [
      "values that are set for each item, of a release",
      'resource "helm_release" "a" {\n  chart = "x"\n  dynamic "set" {\n    for_each = { "image.repository" = "a/b", "image.tag" = "2" }\n    content {\n      name  = set.key\n      value = «set.value»\n    }\n  }\n}\n',
      ["image docker.io/a/b:2 resolved"],
    ],
    [
      "parents of recipes, but for those that Image Builder has",
      'resource "aws_imagebuilder_container_recipe" "a" { parent_image = "«amazonlinux:2»" }\nresource "aws_imagebuilder_container_recipe" "b" { parent_image = "arn:${var.p}:imagebuilder:x:aws:image/y/x.x.x" }\n',
      ["aws_imagebuilder_container_recipe docker.io/library/amazonlinux:2 literal"],
    ],
    [
      "manifests that are decoded",
      'resource "kubernetes_manifest" "a" {\n  manifest = yamldecode(<<-EOT\n    apiVersion: v1\n    kind: Pod\n    spec: {containers: [{image: «a/b:1»}]}\n  EOT\n  )\n}\n',
      ["image docker.io/a/b:1 literal"],
    ],
    [
      "each image of a resource that is repeated",
      'locals { l = { x = "a/b:3" } }\nresource "docker_container" "a" {\n  for_each = toset(["a/b:1", "a/b:2"])\n  image = «each.value»\n}\nresource "docker_container" "b" {\n  for_each = local.l\n  image = «each.value»\n}\n',
      [
        "docker_container docker.io/a/b:1 resolved",
        "docker_container docker.io/a/b:2 resolved",
        "docker_container docker.io/a/b:3 resolved",
      ],
    ],
    [
      "a web app's registry",
      'resource "azurerm_linux_web_app" "a" {\n  site_config {\n    application_stack {\n      docker_image_name = "«app:1»"\n      docker_registry_url = "https://my.azurecr.io/"\n    }\n  }\n}\n',
      ["azurerm_linux_web_app my.azurecr.io/app:1 resolved"],
    ],
    [
      "values of a release in a list of which some are left out, and an application of Rancher",
      'locals {\n  text = <<EOF\nimage: «a/b:1»\nEOF\n}\nresource "helm_release" "a" {\n  chart  = "x"\n  values = compact([local.text, var.more])\n}\nresource "rancher2_app_v2" "b" {\n  values = <<-EOF\n    image: «r.io/a»\n    imageTag: "2"\n  EOF\n}\n',
      ["image docker.io/a/b:1 literal", "image r.io/a:2 resolved"],
    ],
    [
      "what a module is told to run",
      'module "a" {\n  source = "./a"\n  container_image = "«a/b:1»"\n  image = "ubuntu-24"\n  image_uri = "«ghcr.io/a/c»"\n  images = "a/d:1"\n  services = { x = { image = "«a/e:1»", labels = { image = "x/y:1" } } }\n  sidecar_image = «var.s»\n  other_image = var.t\n  build_image = "aws/codebuild/standard:7.0"\n}\nvariable "s" { default = "ghcr.io/a/f" }\n',
      [
        "module docker.io/a/b:1 literal",
        "module ghcr.io/a/c literal",
        "module docker.io/a/e:1 literal",
        "module ghcr.io/a/f resolved",
      ],
    ],
  ];
  for (const [name, source, expected] of table) it(`reads ${name}`, () => void expectUses(read, source, expected));

  it("takes a transport and variables of a Nomad job", () => {
    const source =
      'variables { tag = "9" }\njob "a" {\n task "b" {\n  driver = "podman"\n  config { image = "docker://a/b:${var.tag}" }\n }\n}\n';
    assert.deepEqual(
      readNomad(source, "a.nomad").images.map((use) => [summary(use), use.text]),
      [["task docker.io/a/b:9 resolved", "a/b:${var.tag}"]],
    );
  });

  it("reads jobs that are filled in, whatever quotes stand in their actions", () => {
    const task = (image: string) => `task "b" {\n  driver = "docker"\n  config { image = "${image}" }\n}\n`;
    const images = ['[[ var "image" . ]]', 'a/b:[[ var "tag" . ]]', "c:[[.tag]]", "d:1"];
    const source = `job "a" {\n${images.map((image) => task(`«${image}»`)).join("")}args = [["x"]]\n}\n`;
    const read = (text: string) => readNomad(text, "a.nomad.tpl");
    expectUses(read, source, [
      "task ? unresolved",
      "task ? partial",
      "task ? partial",
      "task docker.io/library/d:1 literal",
    ]);
    expectToSurvive(read, source.replaceAll(/[«»]/g, ""));
  });

  it("reads no image out of the text of another file", () => {
    const source =
      'resource "helm_release" "a" {\n  chart = "a"\n  values = ["${file("v.yaml")}", "image: a:1\\n"]\n}\n';
    const siblings = (path: string) => (path === "v.yaml" ? "x: 1\nimage: b:1\n" : undefined);
    const uses = readTerraform(source, "main.tf", siblings).images.map(({ text }) => text);
    assert.deepEqual(uses, ["a:1"]);
  });
});
