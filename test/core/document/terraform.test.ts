import assert from "node:assert/strict";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectPinsToHold, expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

const terraform = (text: string) => readDocument(text, "infra/main.tf");
const nomad = (text: string) => readDocument(text, "job.nomad.hcl");
const packer = (text: string) => readDocument(text, "x.pkr.hcl");

const main = `# resource "docker_image" "no" { name = "no:1" }
variable "tag" {
  type    = string
  default = "1.2"
}
variable "images" { default = { web = "nginx:1" } }
locals {
  registry = "ghcr.io/a"
  app      = "$\{local.registry}/app:$\{var.tag}"
}
resource "docker_image" "a" { name = "«redis:7»" }
resource "docker_image" "built" {
  name = "built:1"
  build { context = "." }
}
data "docker_registry_image" "b" { name = "«$\{var.images["web"]}»" }
resource "docker_container" "a" {
  image = docker_image.a.image_id
  name  = "no:2"
}
resource "docker_container" "b" { image = «local.app» }
resource "kubernetes_deployment" "x" {
  metadata { labels = { image = "no" } }
  spec {
    template {
      spec {
        init_container { image = "«busybox:$\{var.tag}»" }
        container {
          image   = «var.unknown == "" ? "a:1" : "b:1"»
          command = ["docker run no:3"]
        }
        container { image = «var.missing» }
      }
    }
  }
}
resource "aws_ecs_task_definition" "a" {
  container_definitions = jsonencode([{ name = "web", image = "«nginx:1.27»", environment = [for e in x : { image = "no:4" }] }])
}
resource "aws_ecs_task_definition" "b" {
  container_definitions = <<EOF
[
  { "name": "web", "image": "«public.ecr.aws/a/b:$\{var.tag}»" },
  { "name": "own", "image": "«$\{aws_ecr_repository.own.repository_url}:1»" }
]
EOF
}
resource "aws_lambda_function" "f" { image_uri = "«123.dkr.ecr.eu-west-1.amazonaws.com/f:1»" }
resource "aws_codebuild_project" "c" {
  environment { image = "aws/codebuild/standard:7.0" }
}
resource "google_cloud_run_v2_service" "g" {
  template { containers { image = "«gcr.io/p/i:1»" } }
}
resource "digitalocean_droplet" "d" {
  image     = "ubuntu-24-04-x64"
  user_data = <<-EOT
    #!/bin/bash
    docker run -d «caddy:2»
  EOT
}
resource "helm_release" "h" {
  chart = "oci://«ghcr.io/a/chart»"
}
resource "null_resource" "n" {
  provisioner "local-exec" { command = "docker pull «alpine:$\{var.tag}»" }
}
output "o" { value = "no:5" }
`.replaceAll("\\{", "{");

describe("readTerraform", () => {
  it("reads resources that run containers", () => {
    expectUses(terraform, main, [
      "docker_image docker.io/library/redis:7 literal",
      "docker_registry_image docker.io/library/nginx:1 resolved",
      "docker_container ghcr.io/a/app:1.2 resolved",
      "kubernetes_deployment docker.io/library/busybox:1.2 resolved",
      "kubernetes_deployment docker.io/library/a:1 resolved",
      "kubernetes_deployment docker.io/library/b:1 resolved",
      "kubernetes_deployment ? unresolved",
      "aws_ecs_task_definition docker.io/library/nginx:1.27 literal",
      "aws_ecs_task_definition public.ecr.aws/a/b:1.2 resolved",
      "aws_ecs_task_definition ? unresolved",
      "aws_lambda_function 123.dkr.ecr.eu-west-1.amazonaws.com/f:1 literal",
      "google_cloud_run_v2_service gcr.io/p/i:1 literal",
      "command docker.io/library/caddy:2 literal",
      "helm_release ghcr.io/a/chart literal",
      "command docker.io/library/alpine:1.2 resolved",
    ]);
  });

  it("takes the name of an image that Docker pulls, and neither its id nor the name of one that it builds", () => {
    const text = `data "docker_registry_image" "a" { name = "«redis:7»" }
resource "docker_image" "a" { name = «data.docker_registry_image.a.name» }
resource "docker_image" "made" {
  name = "made:1"
  build { context = "." }
}
resource "docker_image" "each" {
  for_each = toset(["caddy:2"])
  name     = «each.value»
}
resource "docker_container" "a" { image = «docker_image.a.name» }
resource "docker_container" "b" { image = "«\${docker_image.a.name}»" }
resource "docker_container" "c" { image = docker_image.a.image_id }
resource "docker_container" "d" { image = docker_image.made.name }
resource "docker_container" "e" { image = docker_image.each["caddy:2"].name }
resource "docker_container" "f" { image = docker_image.elsewhere.name }
`;
    expectUses(terraform, text, [
      "docker_registry_image docker.io/library/redis:7 literal",
      "docker_image docker.io/library/redis:7 resolved",
      "docker_image docker.io/library/caddy:2 resolved",
      "docker_container docker.io/library/redis:7 resolved",
      "docker_container docker.io/library/redis:7 resolved",
    ]);
    expectPinsToHold(terraform, text.replaceAll(/[«»]/g, ""));
  });

  it("takes what a resource is told, where that is one, and leaves open what only its provider tells", () => {
    const text = `resource "azurerm_container_registry" "a" { name = "acme" }
resource "aws_ecr_repository" "b" {
  count = 2
  name  = "no"
}
data "aws_ecr_repository" "c" { name = "shop" }
resource "docker_container" "a" { image = "«\${azurerm_container_registry.a.name}.azurecr.io/a:1»" }
resource "docker_container" "b" { image = "«\${azurerm_container_registry.a.login_server}/a:1»" }
resource "docker_container" "d" { image = "«r.io/\${aws_ecr_repository.b[0].name}»" }
resource "docker_container" "e" { image = "«r.io/\${data.aws_ecr_repository.c.name}»" }
`;
    expectUses(terraform, text, [
      "docker_container acme.azurecr.io/a:1 resolved",
      "docker_container ? unresolved",
      "docker_container ? unresolved",
      "docker_container r.io/shop resolved",
    ]);
  });

  it("takes the indentation from a heredoc, so that one within it ends", () => {
    const script = `variable "tag" { default = "2" }
resource "aws_instance" "a" {
  user_data = <<-SCRIPT
    #!/bin/bash
    cat <<EOF >/etc/motd
      docker run no:1
    EOF
    docker run -d «caddy:$\{var.tag}»
  SCRIPT
}
`.replaceAll("\\{", "{");
    for (const text of [script, script.replaceAll("\n", "\r\n")])
      expectUses(terraform, text, ["command docker.io/library/caddy:2 resolved"]);
    const text = script.replaceAll(/[«»]/g, "");
    assert.ok(expectPinsToHold(terraform, text) >= 1);
    expectToSurvive(terraform, text);
  });

  it("says how a value came to be", () => {
    const text =
      'locals { i = "a/b:${var.t}" }\nvariable "t" { default = "1" }\nresource "docker_container" "x" { image = local.i }\n';
    const [use] = terraform(text).images;
    assert.deepEqual(
      use?.chain.map(({ label, text: shown }) => [label, shown]),
      [
        ["variable local.i", "local.i"],
        ["local i", "a/b:${var.t}"],
        ["variable var.t", "${var.t}"],
        ["default of variable t", "1"],
      ],
    );
    assert.equal(text.slice(use?.definedAt?.start, use?.definedAt?.end), "1");
  });

  it("keeps pins and spans, whatever is changed", () => {
    const plain = main.replaceAll(/[«»]/g, "");
    assert.ok(expectPinsToHold(terraform, plain) >= 7);
    expectToSurvive(terraform, plain);
    assert.equal(terraform(plain.replaceAll("\n", "\r\n")).images.length, terraform(plain).images.length);
    assert.deepEqual(terraform(plain).problems, []);
  });
});

describe("readNomad", () => {
  const job = `variable "v" { default = "7" }
job "x" {
  group "g" {
    task "a" {
      driver = "docker"
      config {
        image = "«redis:$\{var.v}»"
        args  = ["no:1"]
      }
    }
    task "b" {
      driver = "exec"
      config { image = "no:2" }
    }
    task "c" {
      driver = "podman"
      config { image = "«quay.io/a/b:1»" }
    }
  }
}
`.replaceAll("\\{", "{");

  it("reads what a task runs in a shell", () => {
    const task = (command: string) =>
      `job "x" {\n  task "a" {\n    driver = "raw_exec"\n    config {\n${command}\n    }\n  }\n}\n`;
    expectUses(nomad, task('command = "/bin/sh"\nargs = ["-c", "docker run --rm «a/b:1»"]'), [
      "command docker.io/a/b:1 literal",
    ]);
    expectUses(
      nomad,
      `variable "v" {\n  default = "2"\n}\nlocals {\n  i = "a/d:3"\n}\n${task(
        'command = "/usr/bin/docker"\nargs = [\n"run", "--name", "no", "-e", "A=${NOMAD_IP}", "«a/c:${var.v}»", "a/no:1"]',
      )}${task('command = "podman"\nargs = ["run", «local.i»]')}${task('command = local.i\nargs = ["run", "a/no:2"]')}`,
      ["command docker.io/a/c:2 resolved", "command docker.io/a/d:3 resolved"],
    );
    expectUses(nomad, task('command = "/bin/echo"\nargs = ["-c", "docker run a/no:1"]'), []);
    expectUses(nomad, task('command = "/bin/sh"\nargs = ["docker run a/no:1"]'), []);
  });

  it("reads past a here-document that HCL refuses", () => {
    const text =
      'job "x" {\n  task "a" {\n    template { data = << EOT\nA=b\nEOT\n    }\n    driver = "docker"\n    config { image = "«a:1»" }\n  }\n}\n';
    expectUses(nomad, text, ["task docker.io/library/a:1 literal"]);
  });

  it("reads jobs in JSON, and no archives", () => {
    const text =
      '{"Job": {"TaskGroups": [{"Tasks": [{"Driver": "docker", "Config": {"image": "«a:1»"}}, {"Driver": "exec", "Config": {"image": "no:1", "args": ["docker", "run", "no:2"]}}, {"Driver": "raw_exec", "Config": {"command": "docker", "args": ["run", "-d", "«c:1»"]}}, {"Driver": "podman", "Config": {"image": "docker://«b:1»"}}, {"Driver": "podman", "Config": {"image": "docker-archive:/x.tar"}}]}]}}';
    expectUses((source) => readDocument(source, "job.json"), text, [
      "task docker.io/library/a:1 literal",
      "command docker.io/library/c:1 literal",
      "task docker.io/library/b:1 literal",
    ]);
    const archive = readDocument(
      'job "x" {\n  task "a" {\n    driver = "podman"\n    config { image = "oci-archive:/x.tar" }\n  }\n}\n',
      "a.nomad",
    );
    assert.deepEqual([archive.images, archive.problems], [[], []]);
  });

  it("reads tasks that run containers", () => {
    expectUses(nomad, job, ["task docker.io/library/redis:7 resolved", "task quay.io/a/b:1 literal"]);
    expectUses((text) => readDocument(text, "a.nomad"), job, [
      "task docker.io/library/redis:7 resolved",
      "task quay.io/a/b:1 literal",
    ]);
    expectToSurvive(nomad, job.replaceAll(/[«»]/g, ""));
  });
});

describe("readPacker", () => {
  const template = `variable "base" { default = "ubuntu:24.04" }
source "docker" "x" {
  image  = «var.base»
  commit = true
}
source "amazon-ebs" "y" { image = "no:1" }
build {
  sources = ["source.docker.x"]
  provisioner "shell" { inline = ["apt-get update", "docker pull «node:22»"] }
  source "docker.x" { image = "«debian:13»" }
  post-processor "docker-tag" { repository = "no:2" }
  post-processors {
    post-processor "shell-local" { inline = ["docker pull «redis:7»"] }
  }
  provisioner "shell-local" { command = "docker pull «redis:8»" }
  provisioner "shell" { command = "docker pull no:3" }
}
source "podman" "z" { image = "«alpine:3»" }
`;
  it("takes what a build of the same file leaves on the machine for no image where nothing is pulled", () =>
    expectUses(
      packer,
      'variable "name" {}\nsource "docker" "again" {\n  image = "own/${var.name}"\n  pull = false\n}\nsource "docker" "tagged" {\n  image = "own/app:2"\n  pull = false\n}\nsource "docker" "pulled" { image = "«own/app:2»" }\nsource "docker" "other" {\n  image = "«r.io/app:2»"\n  pull = false\n}\nbuild {\n  post-processors {\n    post-processor "docker-tag" { repository = "own/${var.name}" }\n  }\n  post-processor "docker-import" { repository = "own/app" }\n}\n',
      ["source docker.io/own/app:2 literal", "source r.io/app:2 literal"],
    ));

  it("reads docker sources and shell provisioners", () => {
    expectUses(packer, template, [
      "source docker.io/library/ubuntu:24.04 resolved",
      "command docker.io/library/node:22 literal",
      "source docker.io/library/debian:13 literal",
      "command docker.io/library/redis:7 literal",
      "command docker.io/library/redis:8 literal",
      "source docker.io/library/alpine:3 literal",
    ]);
    const plain = template.replaceAll(/[«»]/g, "");
    assert.equal(expectPinsToHold(packer, plain), 6);
    expectToSurvive(packer, plain);
  });
});
