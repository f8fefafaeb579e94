import assert from "node:assert/strict";
import { readTerraform } from "../../../src/core/document/terraform.ts";
import { expectPinsToHold, expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

const module = new Map([
  ["app/", "inner/\nmain.tf\ntask.json.tpl\nvariables.tf"],
  [
    "app/variables.tf",
    'variable "picture" {}\nvariable "tag" { default = "1" }\nvariable "side" { default = "no:2" }\nvariable "parts" {}\n',
  ],
  [
    "app/main.tf",
    `resource "docker_container" "a" { image = var.picture }
resource "docker_container" "b" { image = "$\{var.repo}:$\{var.tag}" }
resource "docker_container" "c" { image = var.side }
resource "docker_container" "d" { image = "$\{var.registry}/d:$\{var.tag}" }
resource "google_compute_instance" "e" { boot_disk { initialize_params { image = var.disk } } }
resource "aws_ecs_task_definition" "f" {
  for_each = var.parts
  container_definitions = jsonencode([{ image = lookup(each.value, "image", "no:1") }])
}
resource "aws_ecs_task_definition" "g" {
  container_definitions = templatefile("$\{path.module}/task.json.tpl", { image = var.templated })
}
resource "aws_ecs_task_definition" "h" {
  container_definitions = <<X
[{ "image": "$\{var.written}" }]
X
}
module "inner" {
  source = "./inner"
  what   = var.passed
}
resource "helm_release" "i" {
  chart      = "no"
  repository = "oci://ghcr.io/acme/charts"
  version    = var.chart_version
}
`.replaceAll("\\{", "{"),
  ],
  ["app/task.json.tpl", '[{ "image": "${image}", "essential": true }]'],
  ["app/inner/", "main.tf"],
  ["app/inner/main.tf", 'resource "kubernetes_pod" "a" {\n spec { container { image = var.what } }\n}\n'],
  ["main/", "locals.tf\nmain.tf"],
  ["main/locals.tf", 'locals { other = { a = { image = "other" } } }'],
  ["live/terragrunt.hcl", ""],
]);

const call = (args: string) => `module "a" {\n  source = "../app"\n${args}\n}\n`;
const rows: readonly (readonly [name: string, text: string, ...uses: readonly string[]])[] = [
  [
    "an image by whatever name the module takes it",
    call('  picture = "«nginx»"'),
    "module docker.io/library/nginx literal",
  ],
  [
    "a repository whose tag the module says",
    call('  repo = "«acme/web»"\n  tag = "7"'),
    "module docker.io/acme/web:7 resolved",
  ],
  ["no part of one whose name the module says", call('  registry = "ghcr.io/acme"')],
  ["no image of a machine", call('  disk = "debian-cloud/debian-12"')],
  [
    "what maps hold, where the module goes through them",
    call('  parts = {\n    a = { image = "«one»" }\n    b = { image = «local.b» }\n  }') + 'locals { b = "two" }\n',
    "module docker.io/library/one literal",
    "module docker.io/library/two resolved",
  ],
  [
    "what a name of another file stands for",
    call("  parts = «local.other»"),
    "module docker.io/library/other resolved",
  ],
  ["what fills a template of the module", call('  templated = "«app»"'), "module docker.io/library/app literal"],
  ["what stands in a text of the module", call('  written = "«app»"'), "module docker.io/library/app literal"],
  ["what a module passes on", call('  passed = «lower("App")»'), "module docker.io/library/app resolved"],
  [
    "a tag of what only running the tool tells",
    call('  picture = "«${aws_ecr_repository.a.repository_url}:latest»"'),
    "module ? unresolved",
  ],
  [
    "calls that are made once for each",
    'module "a" {\n  source   = "../app"\n  for_each = { x = "one", y = "two" }\n  picture  = «each.value»\n}\n',
    "module docker.io/library/one resolved",
    "module docker.io/library/two resolved",
  ],
  ["no chart that the module names", call('  chart_version = "1.2.3"')],
  ["nothing that the module never looks at", call('  own_image = "acme/none:1"')],
  ["nothing that is not told", call("  picture = var.nobody")],
];

describe("readCall", () => {
  const read = (text: string) => readTerraform(text, "main/main.tf", (path) => module.get(path));
  for (const [name, text, ...uses] of rows) {
    it(`tells ${name}`, () => void expectUses(read, text, uses));
    it(`survives mutations of ${name}`, () => {
      const plain = text.replaceAll(/[«»]/g, "");
      expectPinsToHold(read, plain);
      expectToSurvive(read, plain);
    });
  }

  it("follows what Terragrunt gives", () => {
    const text = 'terraform {\n  source = "../app"\n}\ninputs = {\n  picture = "«nginx»"\n}\n';
    expectUses((source) => readTerraform(source, "live/terragrunt.hcl", (path) => module.get(path)), text, [
      "module docker.io/library/nginx literal",
    ]);
  });

  for (const [path, source] of [
    ["examples/all/main.tf", "../.."],
    ["examples/all/main.tf", "../../"],
    ["examples.tf", "./."],
    ["a/terragrunt.hcl", "${get_repo_root()}/"],
    ["a/terragrunt.hcl", "${get_terragrunt_dir()}/..//."],
  ] as const)
    it(`reads the module in the workspace's own folder that ${path} calls ${source}`, () => {
      const root = new Map([
        ["./", "examples/\nmain.tf"],
        ["main.tf", 'resource "docker_image" "a" {\n  name = var.picture\n}\n'],
      ]);
      const text = path.endsWith(".hcl")
        ? `terraform {\n  source = "${source}"\n}\ninputs = {\n  picture = "«nginx»"\n}\n`
        : `module "a" {\n  source  = "${source}"\n  picture = "«nginx»"\n}\n`;
      expectUses((one) => readTerraform(one, path, (file) => root.get(file)), text, [
        "module docker.io/library/nginx literal",
      ]);
    });

  it("does not go round in circles", () => {
    const around = new Map([
      ["a/", "main.tf"],
      ["a/main.tf", 'module "b" {\n  source = "../b"\n  image = var.image\n}\n'],
      ["b/", "main.tf"],
      ["b/main.tf", 'module "a" {\n  source = "../a"\n  image = var.image\n}\n'],
    ]);
    const text = 'module "a" {\n  source = "../a"\n  image = "nginx"\n}\n';
    assert.deepEqual(readTerraform(text, "c/main.tf", (path) => around.get(path)).images, []);
  });
});
