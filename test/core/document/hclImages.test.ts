import assert from "node:assert/strict";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectPinsToHold, expectToSurvive, expectUses, summary } from "../../helpers/imageUses.ts";

const files = new Map([
  [
    "infra/task.json.tpl",
    '[{ "image": "${image}", "port": ${port} }, { "image": "${repo}:${tag}" }, { "image": "a/written:1" }]',
  ],
  ["infra/images.yaml", "web: nginx:1\napi: { image: 'a/api:2' }\n"],
  ["infra/images.json", '{ "web": "a/web:1" }'],
]);
const terraform = (text: string) => readDocument(text, "infra/main.tf", (path) => files.get(path));
const nomad = (text: string) => readDocument(text, "job.nomad.hcl");

describe("imageValues", () => {
  const table: readonly (readonly [name: string, text: string, ...uses: readonly string[]])[] = [
    [
      "loops in what is encoded",
      `locals { all = { web = { image = "nginx:1" }, api = { image = "a/api:2" } } }
resource "aws_ecs_task_definition" "a" {
  container_definitions = jsonencode([for name, one in local.all : { name = name, image = «one.image» }])
}`,
      "aws_ecs_task_definition docker.io/a/api:2 resolved",
      "aws_ecs_task_definition docker.io/library/nginx:1 resolved",
    ],
    [
      "names for what is encoded, once however many use them",
      `locals { all = [{ image = "«a/x:1»" }] }
resource "aws_ecs_task_definition" "a" { container_definitions = jsonencode(local.all) }
resource "aws_ecs_task_definition" "b" { container_definitions = jsonencode(concat(local.all, [{ image = "«a/y:1»" }])) }`,
      "aws_ecs_task_definition docker.io/a/x:1 literal",
      "aws_ecs_task_definition docker.io/a/y:1 literal",
    ],
    [
      "names for lists that conditions put together, without what nobody gives",
      `locals {
  own  = { image = "«a/own:1»" }
  all  = concat([local.own], var.traced ? [{ image = "«a/trace:1»" }] : [])
  more = concat(var.extra, [{ image = "«a/more:1»" }], [local.own])
}
resource "aws_ecs_task_definition" "a" { container_definitions = jsonencode(local.all) }
resource "aws_ecs_task_definition" "b" { container_definitions = jsonencode(local.more) }`,
      "aws_ecs_task_definition docker.io/a/own:1 literal",
      "aws_ecs_task_definition docker.io/a/trace:1 literal",
      "aws_ecs_task_definition docker.io/a/more:1 literal",
    ],
    [
      "what overrides, and not what it overrides",
      `locals { base = { image = "no:1" } }
resource "aws_ecs_task_definition" "a" {
  container_definitions = jsonencode([merge(local.base, { image = "«a/own:1»", environment = [{ name = "IMAGE" }] })])
}`,
      "aws_ecs_task_definition docker.io/a/own:1 literal",
    ],
    [
      "each way in which something is overridden, where nothing tells which",
      `locals { base = { image = "no:1" } }
resource "aws_ecs_task_definition" "a" {
  container_definitions = jsonencode([merge(local.base, var.on ? { image = "«a/on:1»" } : { image = "«a/off:1»" })])
}
resource "aws_ecs_task_definition" "b" {
  container_definitions = jsonencode([merge({ image = "«a/own:1»" }, var.on ? { cpu = 1 } : {})])
}`,
      "aws_ecs_task_definition docker.io/a/on:1 literal",
      "aws_ecs_task_definition docker.io/a/off:1 literal",
      "aws_ecs_task_definition docker.io/a/own:1 literal",
    ],
    [
      "what is left of a loop of which nothing is known",
      `resource "aws_ecs_task_definition" "a" {
  container_definitions = jsonencode(concat(var.more, [{ image = "«a/own:1»" }], [for one in var.asked : { image = "no:1" }]))
}`,
      "aws_ecs_task_definition docker.io/a/own:1 literal",
    ],
    [
      "arguments of a template that is there, as it uses them",
      `resource "aws_ecs_task_definition" "a" {
  container_definitions = templatefile("\${path.module}/task.json.tpl", {
    image = "«a/given:1»", repo = "«a/repo»", tag = "2", port = 80
  })
}`,
      "aws_ecs_task_definition docker.io/a/given:1 literal",
      "aws_ecs_task_definition docker.io/a/repo:2 resolved",
    ],
    [
      "arguments of a template that a name or data stands for",
      `locals { tasks = templatefile("task.json.tpl", { image = "«a/named:1»", port = 80 }) }
variable "image" { default = "a/data:1" }
data "template_file" "task" {
  template = file("\${path.module}/task.json.tpl")
  vars     = { image = «var.image», port = 80 }
}
data "template_file" "old" {
  template = "\${file("task.json.tpl")}"
  vars { image = "«\${var.image}»" }
}
data "template_file" "inline" { template = "[]" }
resource "aws_ecs_task_definition" "a" { container_definitions = local.tasks }
resource "aws_ecs_task_definition" "b" { container_definitions = data.template_file.task.rendered }
resource "aws_ecs_task_definition" "c" { container_definitions = "\${data.template_file.old.rendered}" }
resource "aws_ecs_task_definition" "d" { container_definitions = data.template_file.inline.rendered }
resource "aws_ecs_task_definition" "e" { container_definitions = data.template_file.none.rendered }
resource "aws_ecs_task_definition" "f" { container_definitions = data.template_file.task.vars }`,
      "aws_ecs_task_definition docker.io/a/named:1 literal",
      "aws_ecs_task_definition docker.io/a/data:1 resolved",
      "aws_ecs_task_definition docker.io/a/data:1 resolved",
    ],
    [
      "JSON in quotes",
      String.raw`variable "side" { default = "ghcr.io/a/side" }
resource "aws_ecs_task_definition" "a" {
  container_definitions = "[{\"name\": \"a \\\"no:1\\\"\\n\",\n \"image\": \"«a/b:1»\"}, {\"image\": \"«$[var.side]:2»\"}]"
}
resource "aws_ecs_task_definition" "b" { container_definitions = "[{\"image\": \"a" }`.replace(
        "[var.side]",
        "{var.side}",
      ),
      "aws_ecs_task_definition docker.io/a/b:1 literal",
      "aws_ecs_task_definition ghcr.io/a/side:2 resolved",
    ],
    [
      "objects by whatever keys they have",
      `variable "side" { default = "s" }
locals { all = { ("web") = { image = "a/web:1" }, (var.side) = { image = "a/side:2" }, 80 = { image = "a/port:3" } } }
resource "aws_ecs_task_definition" "a" { container_definitions = jsonencode([{ image = «local.all.web.image» }]) }
resource "aws_ecs_task_definition" "b" { container_definitions = jsonencode([{ image = «local.all["s"].image» }]) }
resource "aws_ecs_task_definition" "c" { container_definitions = jsonencode([{ image = «local.all["80"].image» }]) }`,
      "aws_ecs_task_definition docker.io/a/web:1 resolved",
      "aws_ecs_task_definition docker.io/a/side:2 resolved",
      "aws_ecs_task_definition docker.io/a/port:3 resolved",
    ],
    [
      "arguments of a template for each of its instances",
      `variable "all" { default = [{ image = "one" }, { image = "two:2" }] }
data "template_file" "counted" {
  count    = length(var.all)
  template = file("task.json.tpl")
  vars     = { image = «lookup(var.all[count.index], "image")» }
}
data "template_file" "named" {
  for_each = { a = "a/x", b = "a/y" }
  template = file("task.json.tpl")
  vars     = { image = «each.value», repo = "«a/same»", tag = "3" }
}
resource "aws_ecs_task_definition" "a" {
  container_definitions = "[\${join(",", data.template_file.counted.*.rendered)}]"
}
resource "aws_ecs_task_definition" "b" { container_definitions = data.template_file.named["a"].rendered }`,
      "aws_ecs_task_definition docker.io/library/one resolved",
      "aws_ecs_task_definition docker.io/library/two:2 resolved",
      "aws_ecs_task_definition docker.io/a/x resolved",
      "aws_ecs_task_definition docker.io/a/y resolved",
      "aws_ecs_task_definition docker.io/a/same:3 resolved",
    ],
    [
      "arguments of a template that is not there",
      `resource "aws_ecs_task_definition" "a" {
  container_definitions = templatefile("none.json", { image = "«a/given:1»", name = "no:1" })
}`,
      "aws_ecs_task_definition docker.io/a/given:1 literal",
    ],
    [
      "texts that are put together of encoded objects",
      `locals {
  side = { image = "«a/side:1»" }
  text = jsonencode({ image = "«a/text:1»" })
}
resource "aws_ecs_task_definition" "a" {
  container_definitions = "[\${join(",", [jsonencode({ image = "«a/own:1»" }), jsonencode(local.side), local.text])}]"
}
resource "aws_ecs_task_definition" "b" {
  container_definitions = format("[%s]", join(",", [local.text, jsonencode({ image = "«a/made:1»" })]))
}
resource "aws_ecs_task_definition" "c" { container_definitions = "[\${jsonencode(local.side)}, $\${no}]" }`,
      "aws_ecs_task_definition docker.io/a/side:1 literal",
      "aws_ecs_task_definition docker.io/a/text:1 literal",
      "aws_ecs_task_definition docker.io/a/own:1 literal",
      "aws_ecs_task_definition docker.io/a/made:1 literal",
    ],
    [
      "JSON whose expressions have quotes of their own, and directives",
      `variable "repo" { default = "a/b" }
resource "aws_ecs_task_definition" "a" {
  container_definitions = <<DEF
[
%{ if var.more ~}
  { "image": "«\${join(":", [var.repo, "8"])}»", "cpu": \${var.cpu} },
%{ endif ~}
  { "image": "«\${lower("A/C:1")}»" }
]
DEF
}`,
      "aws_ecs_task_definition docker.io/a/b:8 resolved",
      "aws_ecs_task_definition docker.io/a/c:1 resolved",
    ],
    [
      "other files",
      `resource "docker_container" "a" { image = «yamldecode(file("images.yaml")).api.image» }
resource "docker_container" "b" { image = "«\${jsondecode(file("\${path.module}/images.json"))["web"]}»" }
data "local_file" "images" { filename = "\${path.module}/images.yaml" }
resource "docker_container" "c" { image = «yamldecode(data.local_file.images.content).api.image» }
data "local_file" "none" { content = "x" }
resource "docker_container" "d" { image = «data.local_file.none.content» }`,
      "docker_container docker.io/a/api:2 resolved",
      "docker_container docker.io/a/web:1 resolved",
      "docker_container docker.io/a/api:2 resolved",
      "docker_container ? unresolved",
    ],
    [
      "dynamic blocks",
      `locals { all = { web = "nginx:1", api = "a/api:2" } }
resource "kubernetes_deployment" "a" {
  spec {
    dynamic "container" {
      for_each = local.all
      content {
        name  = container.key
        image = «container.value»
      }
    }
    dynamic "init_container" {
      for_each = var.asked
      iterator = it
      content { image = «it.value» }
    }
  }
}`,
      "kubernetes_deployment docker.io/a/api:2 resolved",
      "kubernetes_deployment docker.io/library/nginx:1 resolved",
      "kubernetes_deployment ? unresolved",
    ],
    [
      "arguments of modules",
      `locals { all = { web = "nginx:1" } }
module "a" {
  source     = "./a"
  for_each   = { no = { image = "ghcr.io/no/no:1" } }
  image      = «join("/", ["ghcr.io", "a/b:1"])»
  containers = [for name, image in local.all : { name = name, image = "«ghcr.io/\${image}»" }]
}`,
      "module ghcr.io/a/b:1 resolved",
      "module ghcr.io/nginx:1 resolved",
    ],
    [
      "values of charts",
      `resource "helm_release" "a" {
  for_each = { blue = "1.0.1", green = "1.0.2" }
  chart    = "oci://«ghcr.io/a/\${each.key}»"
  version  = each.value
  values   = [yamlencode({ image = { repository = "«a/h»", tag = each.value } })]
}`,
      "helm_release ghcr.io/a/blue:1.0.1 resolved",
      "helm_release ghcr.io/a/green:1.0.2 resolved",
      "image docker.io/a/h:1.0.1 resolved",
      "image docker.io/a/h:1.0.2 resolved",
    ],
  ];
  for (const [name, text, ...uses] of table)
    it(`finds ${name}`, () => {
      expectUses(terraform, text, uses);
      const plain = text.replaceAll(/[«»]/g, "");
      expectPinsToHold(terraform, plain);
      expectToSurvive(terraform, plain);
    });

  it("reads tasks that a Nomad job makes, with drivers that a variable names", () => {
    const text = `variable "images" { default = ["a:1", "b:2"] }
variable "driver" { default = "exec" }
job "x" {
  group "g" {
    dynamic "task" {
      for_each = var.images
      labels   = ["t-\${task.key}"]
      content {
        driver = "docker"
        config { image = «task.value» }
      }
    }
    task "no" {
      driver = var.driver
      config { image = "no:1" }
    }
  }
}
`;
    expectUses(nomad, text, ["task docker.io/library/a:1 resolved", "task docker.io/library/b:2 resolved"]);
    const plain = text.replaceAll(/[«»]/g, "");
    assert.equal(expectPinsToHold(nomad, plain), 2);
    expectToSurvive(nomad, plain);
  });

  it("ends where values hold each other, or grow without end", () => {
    const names = Array.from({ length: 20 }, (_, index) => `x${index}`);
    const text = `locals {
  loop = local.loop
  a = [local.b, local.b]
  b = [local.a, local.a]
${names.map((name, index) => `  ${name} = concat(local.x${index + 1}, local.x${index + 1})`).join("\n")}
  x20 = ["a:1", "b:1"]
  p = setproduct(range(200), range(200), range(200))
}
resource "docker_container" "a" { image = local.loop }
resource "docker_container" "b" { image = flatten(local.a)[0] }
resource "docker_container" "c" { image = local.x0[7] }
resource "docker_container" "d" { image = join(":", flatten(local.p)) }
resource "docker_container" "e" {
  for_each = toset(range(100000))
  image    = "a:\${each.value}"
}
`;
    const { images } = terraform(text);
    assert.ok(images.length < 300);
    assert.ok(images.map(summary).includes("docker_container docker.io/library/a:63 resolved"));
  });
});
