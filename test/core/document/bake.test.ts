import assert from "node:assert/strict";
import { readBake } from "../../../src/core/document/bake.ts";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { formatReference } from "../../../src/core/image/reference.ts";
import { expectPinsToHold, expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

const hcl = (text: string) => readDocument(text, "app/docker-bake.hcl");
const json = (text: string) => readDocument(text, "docker-bake.json");

const full = `# target "no" { contexts = { a = "docker-image://no:1" } }
variable "TAG" { default = "1.2" }
variable "BASE" {
  default = "debian:12"
}
GO = "1.25"
group "default" { targets = ["app"] }
target "app" {
  context = "."
  dockerfile = "x.Dockerfile"
  contexts = {
    base  = "docker-image://«ghcr.io/a/b:$\{TAG}»" // a comment
    other = "target:lib"
    local = "oci-layout://./x:1"
    "src" = "./src"
  }
  args = {
    BASE_IMAGE      = «BASE»
    IMAGE           = "«golang:$\{GO}»"
    BUILDKIT_SYNTAX = "«docker/dockerfile:1»"
    VERSION         = "a:1"
  }
  cache-from = ["type=registry,ref=«a/cache:1»", "«a/cache:2»", "type=gha", { type = "registry", ref = "«a/cache:3»" }]
  cache-to   = ["type=registry,ref=a/out:1"]
  attest     = ["type=sbom,generator=«a/scan:1»", { type = "sbom", generator = "«a/scan:2»" }]
  tags       = ["a/out:$\{TAG}", notequal("", TAG) ? "a/out:2" : ""]
  output     = ["type=image,name=a/out:3"]
  dockerfile-inline = <<EOT
FROM «node:22» AS x
FROM x
COPY --from=«busybox:1» /a /b
EOT
}
target "matrix" {
  matrix   = { v = ["20", "22"], item = [{ image = "a:1" }] }
  name     = "m-$\{v}"
  contexts = { node = "docker-image://«node:$\{v}»", item = "docker-image://«$\{item.image}»" }
}
target "unknown" {
  contexts = { a = "docker-image://«$\{MISSING}:1»", b = "docker-image://«a/b:$\{lower("X")}»" }
}
`.replaceAll("\\{", "{");

describe("readBake", () => {
  it("reads HCL", () => {
    expectUses(hcl, full, [
      "context ghcr.io/a/b:1.2 resolved",
      "argument docker.io/library/debian:12 resolved",
      "argument docker.io/library/golang:1.25 resolved",
      "syntax docker.io/docker/dockerfile:1 literal",
      "cache-from docker.io/a/cache:1 literal",
      "cache-from docker.io/a/cache:2 literal",
      "cache-from docker.io/a/cache:3 literal",
      "generator docker.io/a/scan:1 literal",
      "generator docker.io/a/scan:2 literal",
      "from docker.io/library/node:22 literal",
      "copy-from docker.io/library/busybox:1 literal",
      "context docker.io/library/node:20 resolved",
      "context docker.io/library/node:22 resolved",
      "context docker.io/library/a:1 resolved",
      "context ? unresolved",
      "context docker.io/a/b:x resolved",
    ]);
  });

  it("finds in the main file beside it what a file does not define itself", () => {
    const main = `variable "REGISTRY" { default = "ghcr.io/a" }
variable "TAG" { default = "1" }`;
    const override = `variable "TAG" { default = "2" }
target "x" {
  contexts = { base = "docker-image://$\{REGISTRY}/b:$\{TAG}", other = "docker-image://c:$\{NONE}" }
}`.replaceAll("\\{", "{");
    const read = (path: string) => {
      const asked: string[] = [];
      const { images } = readBake(override, path, (file) => {
        asked.push(file);
        return file === "ci/docker-bake.hcl" ? main : undefined;
      });
      return { asked, images };
    };
    const { asked, images } = read("ci/docker-bake.override.hcl");
    assert.deepEqual(
      images.map(({ reference }) => reference && formatReference(reference)),
      ["ghcr.io/a/b:2", undefined],
    );
    assert.ok(images[0]?.chain.some(({ file, text }) => file === "ci/docker-bake.hcl" && text === "ghcr.io/a"));
    assert.deepEqual(asked, ["ci/docker-bake.hcl", "ci/docker-bake.json"]);
    assert.deepEqual(read("ci/docker-bake.hcl").asked, []);
  });

  it("reads JSON", () => {
    expectUses(
      json,
      `{ "variable": { "TAG": { "default": "1" } }, "target": { "app": { "tags": ["a:out"],
  "contexts": { "a": "docker-image://«a/b:$\{TAG}»" }, "cache-from": ["«a/cache»"],
  "dockerfile-inline": "FROM «node:22»\\nRUN true" } } }`.replaceAll("\\{", "{"),
      [
        "context docker.io/a/b:1 resolved",
        "cache-from docker.io/a/cache literal",
        "from docker.io/library/node:22 literal",
      ],
    );
  });

  it("says where a value is defined", () => {
    const text = 'variable "I" { default = "a/b:1" }\ntarget "x" { contexts = { c = "docker-image://${I}" } }\n';
    const [use] = hcl(text).images;
    assert.equal(text.slice(use?.definedAt?.start, use?.definedAt?.end), "a/b:1");
    assert.equal(use?.pinAt?.start, text.indexOf("a/b:1") + 5);
    assert.deepEqual(
      use?.chain.map(({ label }) => label),
      ["variable I", "default of variable I"],
    );
  });

  it("keeps pins and spans, whatever is changed", () => {
    const plain = full.replaceAll(/[«»]/g, "");
    assert.equal(expectPinsToHold(hcl, plain), 10);
    expectToSurvive(hcl, plain);
    assert.equal(hcl(plain.replaceAll("\n", "\r\n")).images.length, hcl(plain).images.length);
    assert.deepEqual(hcl(plain).problems, []);
  });

  it("takes what a target of the file is tagged with for no base", () =>
    expectUses(
      hcl,
      'variable "B" { default = "acme/base:1" }\ntarget "base" { tags = ["${B}"] }\ntarget "a" {\n  args = { BASE_IMAGE = "${B}", OTHER_IMAGE = "«node:22»" }\n}\ntarget "b" { args = { BASE_IMAGE = "acme/base:1" } }\n',
      ["argument docker.io/library/node:22 literal"],
    ));

  it("takes no digest for an image, and arguments that speak of images only where they hold one", () =>
    expectUses(
      (text) => readDocument(text, "docker-bake.hcl"),
      `variable "LOCATION" { default = "docker.io/rocky/rocky:9" }
target "a" {
  args = {
    BASE_IMAGE = "sha256:${"a".repeat(64)}"
    IMAGE_BASE_LOCATION = "«\${LOCATION}»"
    IMAGE_FLAVOUR = "slim"
    IMAGE_NAME = "a/b:1"
  }
}
`,
      ["argument docker.io/rocky/rocky:9 resolved"],
    ));

  it("reads JSON whose blocks are lists", () =>
    expectUses(
      (text) => readDocument(text, "bakefiles/4.6.docker-bake.json"),
      '{ "variable": [{ "T": [{ "default": "1" }] }], "target": [{ "a": [{ "cache-from": ["«r.io/a:1»"], "contexts": { "base": "docker-image://«b:${T}»" } }] }] }',
      ["cache-from r.io/a:1 literal", "context docker.io/library/b:1 resolved"],
    ));

  it("takes a cache's image with the commas of its expressions", () =>
    void expectUses(
      (text) => readDocument(text, "docker-bake.hcl"),
      'variable "F" { default = "cpu" }\ntarget "a" {\n  cache-from = ["type=registry,ref=«r.io/a:${notequal("nvidia", F) ? "${F}-" : ""}1»,x=y"]\n}\n',
      ["cache-from r.io/a:cpu-1 resolved"],
    ));

  it("follows functions of the file, and contexts that are images on a condition", () =>
    expectUses(
      (text) => readDocument(text, "docker-bake.hcl"),
      `variable "V" { default = "1.0" }
variable "REMOTE" { default = true }
variable "SOURCE" { default = "docker-image://r.io/s:1" }
function "img" {
  params          = [name]
  variadic_params = rest
  result          = "r.io/\${name}:\${join("-", rest)}"
}
function "ctx" {
  params = [name]
  result = REMOTE ? "docker-image://\${img(name, V)}" : "target:\${name}"
}
target "a" {
  contexts = {
    base  = «ctx("base")»
    lib   = "docker-image://«\${img("lib", V, "slim")}»"
    other = V == "2" ? "docker-image://no:1" : "target:no"
    own   = "«\${SOURCE}»"
  }
  args = { BASE_IMAGE = «img("x", V)» }
}
`,
      [
        "context r.io/base:1.0 resolved",
        "context r.io/lib:1.0-slim resolved",
        "context r.io/s:1 resolved",
        "argument r.io/x:1.0 resolved",
      ],
    ));

  it("reads functions in JSON", () =>
    expectUses(
      json,
      `{ "function": { "img": { "params": ["name"], "result": "r.io/\${name}:1" } },
  "target": { "a": { "args": { "BASE_IMAGE": "«\${img("x")}»" } } } }`.replace('img("x")', 'img(\\"x\\")'),
      ["argument r.io/x:1 resolved"],
    ));

  it("reads an inline Dockerfile as the targets build it that inherit it", () =>
    expectUses(
      (text) => readDocument(text, "docker-bake.hcl"),
      `variable "V" { default = "1.0" }
target "_inline" {
  dockerfile-inline = <<EOT
ARG BASE
FROM «$\${BASE}»
FROM other:1.0
COPY --from=files /a /b
COPY --from=«busybox» /a /b
EOT
}
target "b" {
  inherits = ["_inline"]
  contexts = { files = "./files" }
  args     = { BASE = "«node:22»" }
}
target "c" {
  inherits = ["b"]
  contexts = { "other:\${V}" = "target:x" }
}
`,
      [
        "from docker.io/library/node:22 resolved",
        "copy-from docker.io/library/busybox literal",
        "argument docker.io/library/node:22 literal",
      ],
    ));

  it("finds the directives of an inline Dockerfile that is indented", () =>
    expectUses(
      hcl,
      `target "a" {
  dockerfile-inline = <<-EOT
    # syntax=«a/frontend:1»
    FROM «busybox:1» AS build
    COPY <<EOF /a
    FROM no:1
    EOF
    COPY --from=build /a /b
    COPY --from=«busybox:2» /a /b
  EOT
}
`,
      [
        "syntax docker.io/a/frontend:1 literal",
        "from docker.io/library/busybox:1 literal",
        "copy-from docker.io/library/busybox:2 literal",
      ],
    ));
});
