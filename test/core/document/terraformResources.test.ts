import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectPinsToHold, expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

const read = (text: string) => readDocument(text, "infra/main.tf");

const rows: readonly (readonly [name: string, text: string, ...uses: readonly string[]])[] = [
  [
    "definitions whose keys are written in another case",
    `resource "aws_batch_job_definition" "a" {
  container_properties = jsonencode({ Image = "«acme/a:1»", Environment = [{ Name = "image", Value = "no:1" }] })
}
resource "aws_ecs_task_definition" "b" {
  container_definitions = <<EOF
[{ "Name": "b", "Image": "«acme/b:1»" }]
EOF
}
`,
    "aws_batch_job_definition docker.io/acme/a:1 literal",
    "aws_ecs_task_definition docker.io/acme/b:1 literal",
  ],
  [
    "scripts that a shell is named for, or that stand under a name",
    `resource "null_resource" "a" {
  provisioner "local-exec" {
    interpreter = ["/bin/bash", "-c"]
    command     = "docker pull «acme/a:1»"
  }
  provisioner "local-exec" {
    interpreter = ["python3", "-c"]
    command     = "docker pull acme/no:1"
  }
}
locals {
  script = <<-EOF
    #!/bin/bash
    docker run «acme/b:1»
  EOF
  text = <<-EOF
    docker run acme/no:2
  EOF
}
resource "google_compute_instance" "c" {
  metadata_startup_script = <<-EOF
    docker run «acme/c:1»
  EOF
  metadata = {
    startup-script = <<-EOF
      docker run «acme/d:1»
    EOF
    user-data = <<-EOF
      #cloud-config
      runcmd: [docker pull «acme/e:1»]
    EOF
    motd = <<-EOF
      docker run acme/no:3
    EOF
  }
}
`,
    "command docker.io/acme/a:1 literal",
    "command docker.io/acme/b:1 literal",
    "command docker.io/acme/c:1 literal",
    "command docker.io/acme/d:1 literal",
    "command docker.io/acme/e:1 literal",
  ],
  [
    "variables that are empty until a module is called",
    `resource "kubernetes_pod" "a" {
  spec {
    container { image = «var.image» }
    container { image = "" }
    container { image = var.side == "" ? "" : "«acme/side:1»" }
  }
}
resource "aws_ecs_task_definition" "b" {
  container_definitions = <<EOF
[{ "name": "b", "image": "«$\{var.image}»" }]
EOF
}
variable "image" { default = "" }
`.replace('var.side == "" ? "" : "«acme/side:1»"', '«var.side == "" ? "" : "acme/side:1"»'),
    "kubernetes_pod ? unresolved",
    "kubernetes_pod docker.io/acme/side:1 resolved",
    "aws_ecs_task_definition ? unresolved",
  ],
  [
    "images of less common services",
    `resource "google_app_engine_flexible_app_version" "a" {
  deployment { container { image = "«gcr.io/acme/a:1»" } }
}
resource "google_workstations_workstation_config" "b" {
  host { gce_instance { machine_type = "e2" } }
  container { image = "«python:3»" }
}
resource "databricks_cluster" "c" {
  docker_image { url = "«acme/c:1»" }
  workspace { url = "no:1" }
}
resource "databricks_instance_pool" "d" {
  preloaded_docker_image { url = "«acme/d:1»" }
}
resource "scaleway_job_definition" "e" { image_uri = "«alpine:3»" }
resource "oci_functions_function" "f" { image = "«iad.ocir.io/x/f:1»" }
resource "proxmox_virtual_environment_oci_image" "g" { reference = "«docker.io/library/debian:13»" }
`,
    "google_app_engine_flexible_app_version gcr.io/acme/a:1 literal",
    "google_workstations_workstation_config docker.io/library/python:3 literal",
    "databricks_cluster docker.io/acme/c:1 literal",
    "databricks_instance_pool docker.io/acme/d:1 literal",
    "scaleway_job_definition docker.io/library/alpine:3 literal",
    "oci_functions_function iad.ocir.io/x/f:1 literal",
    "proxmox_virtual_environment_oci_image docker.io/library/debian:13 literal",
  ],
  [
    "images of Azure's apps, with the registry and the tag beside them",
    `resource "azurerm_linux_function_app" "a" {
  site_config {
    application_stack {
      docker {
        registry_url = "https://ghcr.io"
        image_name   = "«acme/fn»"
        image_tag    = "3"
      }
    }
  }
}
resource "azurerm_linux_web_app" "b" {
  site_config {
    application_stack {
      docker_image     = "«acme/web»"
      docker_image_tag = var.tag
    }
  }
}
resource "azurerm_app_service" "c" {
  site_config { linux_fx_version = "DOCKER|«acme/api:1»" }
}
resource "azurerm_app_service" "d" {
  site_config { linux_fx_version = "NODE|22-lts" }
}
resource "azapi_resource" "e" {
  type = "Microsoft.App/containerApps@2024-03-01"
  body = { properties = { template = { containers = [{ image = "«acme/job:1»" }] } } }
}
resource "azapi_resource" "f" {
  type = "Microsoft.Compute/virtualMachines@2024-03-01"
  body = { properties = { image = "no:1" } }
}
resource "azurerm_batch_pool" "g" {
  container_configuration { container_image_names = ["«acme/a:1»", "«acme/b:1»"] }
}
variable "tag" { default = "4" }
`,
    "azurerm_linux_function_app ghcr.io/acme/fn:3 resolved",
    "azurerm_linux_web_app docker.io/acme/web:4 resolved",
    "azurerm_app_service docker.io/acme/api:1 literal",
    "azapi_resource docker.io/acme/job:1 literal",
    "azurerm_batch_pool docker.io/acme/a:1 literal",
    "azurerm_batch_pool docker.io/acme/b:1 literal",
  ],
  [
    "images whose registry has a type, and whose tag stands in the same object",
    `resource "digitalocean_app" "a" {
  spec {
    service {
      image {
        registry_type = "DOCKER_HUB"
        registry      = "library"
        repository    = "«nginx»"
        tag           = "1"
      }
    }
    worker {
      image {
        registry_type = "DOCR"
        registry      = ""
        repository    = "«api»"
      }
    }
    job {
      image {
        registry_type = "GHCR"
        registry      = var.owner
        repository    = "«job»"
        tag           = var.tag
      }
    }
  }
}
resource "render_web_service" "b" {
  runtime_source = {
    image = {
      image_url = "«ghcr.io/acme/web»"
      tag       = var.tag
    }
  }
}
resource "docker_buildx_builder" "d" {
  docker_container { image = "«moby/buildkit:v0.22.0»" }
}
resource "render_private_service" "c" {
  runtime_source = { image = { image_url = "«docker.io/library/nginx:latest»", tag = "" } }
}
variable "tag" { default = "4" }
variable "owner" { default = "acme" }
`,
    "digitalocean_app docker.io/library/nginx:1 resolved",
    "digitalocean_app ? unresolved",
    "digitalocean_app ghcr.io/acme/job:4 resolved",
    "render_web_service ghcr.io/acme/web:4 resolved",
    "docker_buildx_builder docker.io/moby/buildkit:v0.22.0 literal",
    "render_private_service docker.io/library/nginx:latest literal",
  ],
  [
    "names of what others make, and nothing where an image is declared by itself",
    `resource "kubernetes_pod" "a" {
  spec {
    container { image = «aws_ecr_repository.a.repository_url» }
    container { image = "«\${aws_ecr_repository.a.repository_url}»" }
    container { image = «join(":", [aws_ecr_repository.a.repository_url, "1"])» }
    container { image = «module.a.image» }
    container { image = docker_image.a.image_id }
    container { image = "\${docker_image.a.latest}" }
    container { image = one(data.docker_registry_image.a[*].name) }
  }
}
`,
    "kubernetes_pod ? unresolved",
    "kubernetes_pod ? unresolved",
    "kubernetes_pod ? unresolved",
    "kubernetes_pod ? unresolved",
  ],
  [
    "manifests that are made of values, and values of a chart in a text of a local",
    `locals {
  values = <<-YAML
    initContainers:
      - name: plugin
        image: «velero/plugin:v1»
  YAML
}
resource "kubectl_manifest" "a" {
  yaml_body = yamlencode({ spec = { imageName = "«ghcr.io/acme/sql:1»", containers = [{ image = "«acme/a:1»" }] } })
}
resource "helm_release" "b" {
  chart  = "velero"
  values = [local.values, local.more]
}
`,
    "image docker.io/velero/plugin:v1 literal",
    "kubectl_manifest ghcr.io/acme/sql:1 literal",
    "kubectl_manifest docker.io/acme/a:1 literal",
  ],
  [
    "images under keys that hold other things elsewhere",
    `resource "google_workbench_instance" "a" {
  gce_setup {
    container_image {
      repository = "«gcr.io/acme/notebook»"
      tag        = "1"
    }
    vm_image { repository = "no" }
  }
}
resource "google_cloudbuild_trigger" "b" {
  name = "no"
  build {
    step {
      name = "«gcr.io/cloud-builders/docker»"
      args = ["build", "-t", "acme/out", "."]
    }
    images = ["gcr.io/acme/out"]
  }
}
resource "kind_cluster" "c" {
  node_image = "«kindest/node:v1.30.0»"
  kind_config { node { image = "«kindest/node:v1.29.0»" } }
}
resource "oci_container_instances_container_instance" "d" { containers { image_url = "«acme/d:1»" } }
resource "lxd_instance" "e" { image = "ubuntu:22.04" }
`,
    "google_workbench_instance gcr.io/acme/notebook:1 resolved",
    "google_cloudbuild_trigger gcr.io/cloud-builders/docker literal",
    "kind_cluster docker.io/kindest/node:v1.30.0 literal",
    "kind_cluster docker.io/kindest/node:v1.29.0 literal",
    "oci_container_instances_container_instance docker.io/acme/d:1 literal",
  ],
  [
    "texts that other tools read",
    `variable "tag" { default = "7" }
resource "nomad_job" "a" {
  jobspec = <<-EOT
    job "web" {
      task "web" {
        driver = "docker"
        config { image = "«redis:$\{var.tag}»" }
      }
    }
  EOT
}
resource "google_compute_instance" "b" {
  metadata = {
    gce-container-declaration = <<-EOT
      spec:
        containers:
          - image: «gcr.io/acme/b:1»
    EOT
  }
}
resource "yandex_compute_instance" "coi" {
  metadata = {
    docker-compose = <<-EOT
      services:
        web: { image: "«cr.yandex/acme/y:1»" }
    EOT
  }
}
resource "aws_codebuild_project" "c" {
  source {
    buildspec = <<-EOT
      phases:
        build:
          commands:
            - docker pull «acme/c:1»
    EOT
  }
}
resource "portainer_stack" "d" {
  stack_file_content = <<-EOT
    services:
      web: { image: "«acme/d:1»" }
  EOT
}
resource "nomad_job" "e" { jobspec = file("e.nomad") }
`.replaceAll("\\{", "{"),
    "task docker.io/library/redis:7 resolved",
    "image gcr.io/acme/b:1 literal",
    "image cr.yandex/acme/y:1 literal",
    "command docker.io/acme/c:1 literal",
    "image docker.io/acme/d:1 literal",
  ],
];

const json = `{
  "variable": { "tag": { "default": "7" } },
  "locals": { "host": "ghcr.io" },
  "data": { "docker_registry_image": { "a": { "name": "«acme/a:1»" } } },
  "resource": {
    "docker_image": {
      "b": { "name": "«redis:$\{var.tag}»" },
      "built": { "name": "out:1", "build": { "context": "." } }
    },
    "docker_container": { "c": [ { "name": "no:1", "image": "$\{docker_image.b.image_id}" } ] },
    "kubernetes_pod": { "d": { "spec": [ { "container": { "image": "«$\{local.host}/acme/d:1»" } } ] } },
    "nomad_job": { "e": { "jobspec": "job \\"x\\" {\\n task \\"t\\" {\\n config { image = \\"«busybox:1»\\" }\\n }\\n}" } }
  },
  "module": { "f": { "source": "./f", "image": "«ghcr.io/acme/f:1»" } }
}`.replaceAll("\\{", "{");

describe("resources of Terraform", () => {
  it("are read from JSON too", () => {
    const readJson = (text: string) => readDocument(text, "cdk.tf.json");
    expectUses(readJson, json, [
      "docker_registry_image docker.io/acme/a:1 literal",
      "docker_image docker.io/library/redis:7 resolved",
      "kubernetes_pod ghcr.io/acme/d:1 resolved",
      "task docker.io/library/busybox:1 literal",
      "module ghcr.io/acme/f:1 literal",
    ]);
    const plain = json.replaceAll(/[«»]/g, "");
    expectToSurvive(readJson, plain.slice(0, 500));
    expectPinsToHold(readJson, plain);
  });
  for (const [name, text, ...uses] of rows) {
    it(`have ${name}`, () => {
      expectUses(read, text, uses);
    });
    it(`survive mutations of ${name}`, () => {
      const plain = text.replaceAll(/[«»]/g, "");
      expectToSurvive(read, plain);
      expectPinsToHold(read, plain);
    });
  }
});
