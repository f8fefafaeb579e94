import assert from "node:assert/strict";
import { readTerraform } from "../../../src/core/document/terraform.ts";
import { expectPinsToHold, expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

const read = (text: string) => readTerraform(text, "infra/main.tf");

const rows: readonly (readonly [name: string, text: string, ...uses: readonly string[]])[] = [
  [
    "what a module is told to run, though it is a name of one part",
    `module "a" {
  source          = "./service"
  container_image = "«nginx»"
  sidecar_image   = "«redis:7»"
  image           = "debian-cloud/debian-12"
  machine_image   = "ubuntu-24"
}
`,
    "module docker.io/library/nginx literal",
    "module docker.io/library/redis:7 literal",
  ],
  [
    "what Terragrunt gives a module",
    `terraform { source = "./service" }
locals { tag = "3" }
dependency "ecr" { config_path = "../ecr" }
inputs = {
  name            = "no:1"
  container_image = "«acme/web:$\{local.tag}»"
  image           = "«$\{dependency.ecr.outputs.url}:latest»"
  machine_image   = "ubuntu-24"
  sidecars        = [{ name = "a", image = "«acme/side:1»" }]
}
`.replaceAll("\\{", "{"),
    "module docker.io/acme/web:3 resolved",
    "module ? unresolved",
    "module docker.io/acme/side:1 literal",
  ],
  [
    "what Terragrunt puts together, and gives units and stacks",
    `locals { common = { image = "acme/no:1" } }
inputs = merge(local.common, { image = "«acme/a:1»" }, merge({ sidecars = [{ image = "«acme/b:2»" }] }, {}))
unit "c" {
  source = "../units/c"
  values = { container_image = "«acme/c:3»", path = "acme/no:2" }
}
stack "d" { values = merge(local.common, { image = "«acme/d:4»" }) }
`,
    "module docker.io/acme/a:1 literal",
    "module docker.io/acme/b:2 literal",
    "module docker.io/acme/c:3 literal",
    "module docker.io/acme/d:4 literal",
  ],
  [
    "the tag beside the image of a module",
    `module "a" {
  image     = "«acme/web»"
  image_tag = "3"
}
module "b" {
  container_image     = «local.image»
  container_image_tag = var.tag
}
module "c" {
  image     = "«acme/job:1»"
  image_tag = "2"
}
module "d" {
  image     = "ubuntu"
  image_tag = ""
}
locals { image = "acme/api" }
variable "tag" { default = "4" }
`,
    "module docker.io/acme/web:3 resolved",
    "module docker.io/acme/api:4 resolved",
    "module docker.io/acme/job:1 literal",
  ],
  [
    "an image of a module that is known in part",
    `module "a" { image_uri = "«acme/web:$\{var.tag}»" }
module "b" { image_uri = "«ghcr.io/acme/$\{var.name}:1»" }
module "c" { image_uri = "«$\{aws_ecr_repository.a.repository_url}:latest»" }
module "d" { image_uri = "«$\{var.registry}/acme/web:$\{var.tag}»" }
module "e" { image_uri = var.image }
module "f" { image_uri = "$\{var.family}-1" }
module "g" { image = "acme/$\{var.name}" }
`,
    "module ? partial",
    "module ? unresolved",
    "module ? unresolved",
    "module ? unresolved",
  ],
  [
    "the containers that a module is told to run",
    `module "a" {
  container_definitions = {
    web  = { image = "«nginx»", labels = { image = "no:1" } }
    side = { image = «var.side» }
  }
}
module "b" { containers = [{ image = "«acme/b»" }] }
module "c" { machines = [{ image = "no" }] }
module "d" { containers_config = { web = { image = "«acme/d»" } } }
module "e" { validator_image = "«acme/e»" }
module "f" { image = "linode/debian12" }
`,
    "module docker.io/library/nginx literal",
    "module ? unresolved",
    "module docker.io/acme/b literal",
    "module docker.io/acme/d literal",
    "module docker.io/acme/e literal",
  ],
  [
    "what templates of scripts, jobs and files are told to name, and no machine's image",
    `resource "aws_launch_template" "a" {
  image_id  = "ami-1"
  user_data = base64encode(templatefile("boot.sh", { image = "«acme/a:1»", ami_image = "ubuntu", count = 2 }))
}
resource "google_compute_instance" "b" {
  metadata = { user-data = templatefile("cloud-init.yaml", { app_image = «var.app» }) }
  boot_disk { initialize_params { image = "cos-cloud/cos-stable" } }
}
data "cloudinit_config" "c" { part { content = templatefile("boot.sh", { image = "«acme/c»", image_tag = "3" }) } }
data "template_file" "d" {
  template = file("boot.sh")
  vars     = { image = "«acme/d:1»", name = "no:1" }
}
data "template_file" "e" {
  template = file("task.json")
  vars { image = "«acme/e»", tag = "2" }
}
resource "aws_ecs_task_definition" "e" { container_definitions = data.template_file.e.rendered }
resource "nomad_job" "f" { jobspec = templatefile("job.nomad", { image = "«$\{local.repository}:1»" }) }
locals {
  script     = templatefile("boot.sh", { docker_image = "«nginx»", machine_image = "ubuntu-24" })
  repository = "ghcr.io/acme/f"
}
resource "hcloud_server" "g" {
  image     = "ubuntu-24.04"
  user_data = local.script
}
variable "app" { default = "acme/b:1" }
`.replaceAll("\\{", "{"),
    "templatefile docker.io/acme/a:1 literal",
    "templatefile docker.io/acme/b:1 resolved",
    "templatefile docker.io/acme/c:3 resolved",
    "templatefile docker.io/acme/d:1 literal",
    "templatefile docker.io/acme/e literal",
    "nomad_job ghcr.io/acme/f:1 resolved",
    "templatefile docker.io/library/nginx literal",
  ],
  [
    "what can hardly be anything but an image, in a resource that is not known",
    `resource "acme_service" "a" {
  image    = "«ghcr.io/acme/web:1»"
  settings = { sidecar_image = "«acme/side:2»", labels = { image = "x/y:1" } }
  node { init_image = "«acme/init:$\{var.tag}»" }
  tags     = { image = "a/no:1" }
}
resource "acme_machine" "b" {
  image     = "ubuntu-24.04"
  image_url = "https://example.com/images/debian.qcow2"
  disk { image = "debian-cloud/debian-12" }
}
resource "lxd_instance" "c" { image = "ubuntu:24.04" }
resource "random_id" "r" { keepers = { image = "ghcr.io/acme/no:1" } }
resource "docker_tag" "d" { target_image = "acme/no:1" }
data "acme_service" "e" { image = "ghcr.io/acme/no:1" }
`,
    "acme_service ghcr.io/acme/web:1 literal",
    "acme_service docker.io/acme/side:2 literal",
    "acme_service ? partial",
  ],
];

describe("readModule", () => {
  for (const [name, text, ...uses] of rows)
    it(`reads ${name}`, () => {
      expectUses(read, text, uses);
      expectToSurvive(read, text.replaceAll(/[«»]/g, ""));
    });

  it("keeps pins", () => {
    assert.equal(expectPinsToHold(read, rows[0]?.[1].replaceAll(/[«»]/g, "") ?? ""), 2);
  });
});
