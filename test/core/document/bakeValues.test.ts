import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectSample } from "../../helpers/imageUses.ts";

const read = (text: string) => readDocument(text, "docker-bake.hcl");

describe("bakeValues", () => {
  const table: readonly (readonly [name: string, text: string, ...uses: readonly string[]])[] = [
    [
      "each combination of a matrix, and no other",
      `target "a" {
  matrix   = { v = ["20", "22"], s = ["slim"] }
  name     = "a-\${v}"
  contexts = { base = "docker-image://«node:\${v}-\${s}-\${v}»" }
}`,
      "context docker.io/library/node:20-slim-20 resolved",
      "context docker.io/library/node:22-slim-22 resolved",
    ],
    [
      "a matrix that a variable or a loop gives",
      `variable "VERSIONS" { default = ["1", "2"] }
target "a" {
  matrix   = { v = VERSIONS, it = [for n in ["x"] : { name = n }] }
  contexts = { base = "docker-image://«a/\${it.name}:\${v}»" }
}`,
      "context docker.io/a/x:1 resolved",
      "context docker.io/a/x:2 resolved",
    ],
    [
      "an inline Dockerfile for each combination",
      `target "a" {
  matrix            = { v = ["1", "2"] }
  args              = { V = v, OTHER = "\${v}.0" }
  dockerfile-inline = <<EOT
ARG V
ARG OTHER
FROM «a/b:$V-$OTHER»
EOT
}`,
      "from docker.io/a/b:1-1.0 resolved",
      "from docker.io/a/b:2-2.0 resolved",
    ],
    [
      "what another target says",
      `target "base" { args = { V = "1.25" } }
target "a" {
  contexts = {
    known   = "docker-image://«a/b:\${target.base.args.V}»"
    missing = "docker-image://«a/b:\${target.other.args.V}»"
  }
}`,
      "context docker.io/a/b:1.25 resolved",
      "context ? partial",
    ],
    [
      "objects and lists that functions make",
      `variable "COMMON" { default = { BASE_IMAGE = "no:1", B_IMAGE = "«a/b:1»" } }
target "a" {
  args       = merge(COMMON, { BASE_IMAGE = "«a/own:1»" })
  cache-from = [for v in ["1", "2"] : "type=registry,ref=«a/cache:\${v}»"]
}`,
      "argument docker.io/a/b:1 literal",
      "argument docker.io/a/own:1 literal",
      "cache-from docker.io/a/cache:1 resolved",
      "cache-from docker.io/a/cache:2 resolved",
    ],
    [
      "objects that are merged with a choice",
      `variable "LISTS" { default = { x = ["m"] } }
target "a" {
  matrix = { v = LISTS[KIND] }
  args   = merge({ BASE_IMAGE = "«a/b:1»" }, contains(["m"], v) ? { PYTHON_IMAGE = "«a/c:1»" } : {}, null)
}`,
      "argument docker.io/a/b:1 literal",
      "argument docker.io/a/c:1 literal",
    ],
    [
      "calls in arguments",
      `target "a" {
  args = { BASE_IMAGE = «join(":", ["a/b", "1"])», IMAGE = «coalesce(null, lookup({ x = "a/c:1" }, "x", "no:1"))» }
}`,
      "argument docker.io/a/b:1 resolved",
      "argument docker.io/a/c:1 resolved",
    ],
  ];
  for (const [name, text, ...uses] of table)
    it(`reads ${name}`, () => {
      expectSample(read, text, uses);
    });
});
