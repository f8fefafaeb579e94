import assert from "node:assert/strict";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectPinsToHold, expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

const read = (text: string) => readDocument(text, "infra/main.tf");

const known = `variable "tag" { default = "1.2" }
variable "empty" { default = "" }
variable "nothing" { default = null }
variable "asked" {}
variable "on" { default = true }
variable "services" {
  type = map(object({
    image    = optional(string, "a/default:1")
    tag      = optional(string)
    sidecars = optional(list(object({ image = optional(string, "a/side:1") })), [{}])
  }))
  default = { web = {}, api = { image = "a/api:2" } }
}
locals {
  registry = "ghcr.io/a"
  images   = { web = "nginx:1", api = "a/api:2" }
  names    = ["redis:7", "valkey:8"]
  nested   = { app = { image = { repository = "a/app", tag = "3" } } }
  base     = { image = "a/base:1", port = 80 }
  merged   = merge(local.base, { image = "a/own:1" })
  made     = { for k, v in local.images : k => "\${local.registry}/\${v}" }
  listed   = [for i in local.names : { image = i }]
  upper    = "GHCR.IO/A"
}
`;
const container = (value: string, more = "") =>
  `${known}resource "docker_container" "x" {\n  ${more}\n  image = ${value}\n}\n`;

describe("values of HCL", () => {
  const table: readonly (readonly [value: string, ...images: readonly string[]])[] = [
    ["local.nested.app.image.repository", "a/app"],
    ['"«${local.nested.app.image.repository}:${local.nested["app"].image.tag}»"', "a/app:3"],
    ["local.merged.image", "a/own:1"],
    ['merge(local.base, { image = "a/given:1" }).image', "a/given:1"],
    ["merge(var.asked, local.base).image", "a/base:1"],
    ["local.made.web", "ghcr.io/a/nginx:1"],
    ['local.made["api"]', "ghcr.io/a/a/api:2"],
    ["local.listed[1].image", "library/valkey:8"],
    ['[for i in local.names : i if i != "redis:7"][0]', "library/valkey:8"],
    ["(local.listed[*].image)[0]", "library/redis:7"],
    ["local.listed.*.image[0]", "library/redis:7"],
    ["local.listed[*].image[0]", "?"],
    ["local.listed.0.image", "library/redis:7"],
    ['lookup(local.images, "web", "a/no:1")', "library/nginx:1"],
    ['lookup(local.images, "none", "a/fallback:1")', "a/fallback:1"],
    ["element(local.names, 3)", "library/valkey:8"],
    ['"«a/b:${3.10}»"', "a/b:3.1"],
    ['"«a/b:${{ v = 2.0 }.v}»"', "a/b:2"],
    ['coalesce(var.empty, var.nothing, "a/b:1")', "a/b:1"],
    ['coalesce(var.asked, "a/b:1")', "a/b:1"],
    ['try(local.images.none, local.nested.app.none, "a/b:1")', "a/b:1"],
    ['try(local.images.web, "a/b:1")', "library/nginx:1"],
    ['replace("a/b:x.y", ".", "-")', "a/b:x-y"],
    ['format("%s/app:v%s", local.registry, var.tag)', "ghcr.io/a/app:v1.2"],
    ['join("/", [local.registry, "app"])', "ghcr.io/a/app"],
    ['join(":", concat([local.registry], [var.tag]))', "ghcr.io/a:1.2"],
    ['split(",", "a/b:1,a/c:2")[1]', "a/c:2"],
    ["lower(local.upper)", "ghcr.io/a"],
    ['trimsuffix(trimprefix("v:a/b:1;", "v:"), ";")', "a/b:1"],
    ['trim("  a/b:1 ", " ")', "a/b:1"],
    ['trimspace(" a/b:1\\n")', "a/b:1"],
    ['flatten([[["a/b:1"]], ["a/c:1"]])[1]', "a/c:1"],
    ['keys({ "a/k:1" = 1 })[0]', "a/k:1"],
    ["values(local.images)[0]", "a/api:2"],
    ['zipmap(["x"], ["a/z:1"])["x"]', "a/z:1"],
    ['setproduct(["a/p"], ["1", "2"])[1][0]', "a/p"],
    ['contains(local.names, "redis:7") ? "a/yes:1" : "a/no:1"', "a/yes:1"],
    ['length(local.names) > 2 ? "a/more:1" : "a/less:1"', "a/less:1"],
    ['var.on && var.tag == "1.2" ? "a/yes:1" : "a/no:1"', "a/yes:1"],
    ['var.on && var.asked == "" ? "a/yes:1" : "a/no:1"', "a/yes:1", "a/no:1"],
    ['var.asked != "" ? var.asked : "a/b:1"', "a/b:1"],
    ["one(slice(local.names, 0, 1))", "library/redis:7"],
    ['distinct(["a/b:1", "a/b:1", "a/c:1"])[1]', "a/c:1"],
    ["reverse(local.names)[0]", "library/valkey:8"],
    ['sort(["b:1", "a:1"])[0]', "library/a:1"],
    ['sort(["b:1", var.asked])[0]', "?"],
    ["[for k, v in local.images : v][0]", "a/api:2"],
    ["slice(local.names, 1, 2)[0]", "library/valkey:8"],
    ['substr("a/b:1.23", 0, 5)', "a/b:1"],
    ["var.services.web.image", "a/default:1"],
    ["var.services.api.image", "a/api:2"],
    ['try(var.services.api.tag, "no:1") == null ? "a/null:1" : "no:2"', "a/null:1"],
    ["var.services.api.sidecars[0].image", "a/side:1"],
    ["sha256(local.upper)", "?"],
    ["docker_image.a.image_id"],
    ["var.on ? docker_image.a[0].name : docker_image.b[0].name"],
    ['var.asked == "" ? docker_image.a[0].name : "a/b:1"', "a/b:1"],
    ["var.asked", "?"],
  ];
  for (const [value, ...images] of table)
    it(`follows ${value}`, () => {
      const marked = value.includes("«") || images.length === 0 ? value : `«${value}»`;
      const text = container(marked);
      const host = (image: string): string => (/^(?:ghcr)/.test(image) ? image : `docker.io/${image}`);
      expectUses(
        read,
        text,
        images.map((image) => `docker_container ${image === "?" ? "? unresolved" : `${host(image)} resolved`}`),
      );
      const plain = text.replaceAll(/[«»]/g, "");
      expectPinsToHold(read, plain);
      expectToSurvive((source) => read(`${known}${source}`), plain.slice(known.length));
    });

  it("tells how a value came through functions and loops", () => {
    const text = container("local.made.web");
    const [use] = read(text).images;
    assert.deepEqual(
      use?.chain.map(({ label, text: said }) => [label, said]),
      [
        ["variable local.made.web", "local.made.web"],
        ["local made", '{ for k, v in local.images : k => "${local.registry}/${v}" }'],
        ["expression", '{ for k, v in local.images : k => "${local.registry}/${v}" }'],
        ["local made", "${local.registry}/${v}"],
        ["variable local.registry", "${local.registry}"],
        ["local registry", "ghcr.io/a"],
        ["variable v", "${v}"],
        ["item of the loop", "nginx:1"],
      ],
    );
    assert.equal(text.slice(use?.definedAt?.start, use?.definedAt?.end), "nginx:1");
    assert.equal(use?.pinAt, undefined);
  });

  const instances: readonly (readonly [name: string, more: string, value: string, ...images: readonly string[]])[] = [
    ["a map", "for_each = local.images", "each.value", "a/api:2", "nginx:1"],
    ["keys", 'for_each = { "a/b" = "1", "a/c" = "2" }', '"«${each.key}:${each.value}»"', "a/b:1", "a/c:2"],
    ["a set", 'for_each = toset(["a/b:1", "a/c:2"])', "each.key", "a/b:1", "a/c:2"],
    ["objects", "for_each = var.services", "each.value.image", "a/api:2", "a/default:1"],
    ["a loop", 'for_each = { for k, v in local.images : k => v if k == "web" }', "each.value", "nginx:1"],
    ["a count", "count = length(local.names)", "local.names[count.index]", "redis:7", "valkey:8"],
    ["a number", "count = 2", '"«a/b:${count.index}»"', "a/b:0", "a/b:1"],
    ["nothing", "for_each = {}", "each.value", "?"],
  ];
  for (const [name, more, value, ...images] of instances)
    it(`reads a resource once for each item of ${name}`, () => {
      const text = container(value.includes("«") ? value : `«${value}»`, more);
      const full = (image: string): string => `docker.io/${image.includes("/") ? image : `library/${image}`}`;
      expectUses(
        read,
        text,
        images.map((image) => `docker_container ${image === "?" ? "? unresolved" : `${full(image)} resolved`}`),
      );
      expectPinsToHold(read, text.replaceAll(/[«»]/g, ""));
    });
});
