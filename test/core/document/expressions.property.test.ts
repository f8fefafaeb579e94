import assert from "node:assert/strict";
import fc from "fast-check";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectSpansInside } from "../../helpers/imageUses.ts";

/** Where a dialect takes an expression, around which its names are known, and what its expressions are made of. */
interface ExpressionPlace {
  readonly name: string;
  readonly path: string;
  readonly text: (expression: string) => string;
  readonly pieces: readonly string[];
}

const shared = [
  "'a/b:1'",
  '"a/b:1"',
  "(",
  ")",
  "[",
  "]",
  "{",
  "}",
  ",",
  ":",
  "?",
  ".",
  "=",
  "==",
  "!=",
  "1",
  "true",
  " ",
];

const places: readonly ExpressionPlace[] = [
  {
    name: "HCL",
    path: "main.tf",
    text: (expression) =>
      `variable "v" {\n  type = object({ i = optional(string, "a/d:1") })\n  default = {}\n}\nlocals {\n  m = { a = { image = "a/m:1" } }\n  l = ["a/l:1", local.x]\n  x = ${expression}\n}\nresource "docker_container" "a" {\n  for_each = ${expression}\n  image    = ${expression}\n  command  = jsonencode([for k, v in local.m : { image = ${expression} }])\n}\n`,
    pieces: [
      ...shared,
      "var.v",
      "local.m",
      "local.l",
      "local.x",
      "each.value",
      "k",
      ".image",
      "[*]",
      ".*",
      "...",
      "for k, v in",
      "for i in",
      "if",
      "=>",
      "merge(",
      "flatten(",
      "lookup(",
      "element(",
      "coalesce(",
      "try(",
      'format("%s/%d",',
      'join(":",',
      'split(":",',
      'replace("a-b",',
      "setproduct(",
      "range(9999)",
      "templatefile(",
      "jsondecode(",
      '"${',
      '}"',
      '"${local.x}:1"',
      "<<EOT\n",
      "\nEOT\n",
      "&&",
      "||",
      "!",
      "-",
      "# no\n",
    ],
  },
  {
    name: "bake",
    path: "docker-bake.hcl",
    text: (expression) =>
      `function "f" {\n  params = [p]\n  variadic_params = r\n  result = ${expression}\n}\nvariable "V" { default = ["1", f(1)] }\ntarget "a" {\n  matrix = { v = ${expression}, w = V }\n  contexts = { c = "docker-image://a/b:\${v}\${w}" }\n  args = ${expression}\n  cache-from = ${expression}\n}\n`,
    pieces: [...shared, "V", "v", "p", "r", "f(", "[for x in", "if", "merge(", '"${', '}"', '"${p}"', "...", "concat("],
  },
  {
    name: "Azure Pipelines",
    path: "azure-pipelines.yml",
    text: (expression) =>
      `trigger: none\nparameters: [{name: p, default: 'x'}, {name: l, default: ['a:1', {i: 'b:1'}]}]\nvariables: {v: '1', w: '$[ ${expression.replaceAll(/['"\n]/g, "")} ]'}\njobs:\n- \${{ each i in parameters.l }}:\n  - job: a\n    \${{ if ${expression.replaceAll("\n", " ")} }}:\n      container: \${{ i }}\n    \${{ else }}:\n      container: "\${{ ${expression.replaceAll(/["\n]/g, "'")} }}"\n    services: {s: '$(w)'}\n`,
    pieces: [
      ...shared,
      "parameters.p",
      "parameters.l",
      "variables.v",
      "variables['w']",
      "i.i",
      "format('{0}:{1}{{',",
      "iif(",
      "coalesce(",
      "eq(",
      "in(",
      "and(",
      "lower(",
      "replace(",
      "}}",
      "${{",
    ],
  },
  {
    name: "Jenkins pipelines",
    path: "Jenkinsfile",
    text: (expression) =>
      `def m = [a: 'a/m:1', b: ${expression}]\ndef l = ['a/l:1', ${expression}]\nnode {\n  for (x in l) { docker.image(x + ${expression}).pull() }\n  l.each { v -> docker.image("\${v}:\${m.a}").pull() }\n  docker.image(${expression}).pull()\n}\n`,
    pieces: [
      ...shared,
      "m",
      "m.a",
      "m['b']",
      "l[0]",
      "x",
      "it",
      "?:",
      "+",
      "->",
      ".each {",
      "for (y in l) {",
      '"${m.a}"',
      "\n",
      ";",
    ],
  },
  {
    name: "Ansible",
    path: "tasks/main.yml",
    text: (expression) =>
      `- vars: {v: a, l: [a, b]}\n  docker_container:\n    name: x\n    image: "{{ ${expression.replaceAll(/["\n]/g, "'")} }}"\n`,
    pieces: [
      ...shared,
      "v",
      "l",
      "| default(",
      "| join(",
      "| replace(",
      "| lower",
      "| ternary(",
      "if",
      "else",
      "is defined",
      "~",
      "+",
    ],
  },
  {
    name: "GitHub workflows",
    path: ".github/workflows/a.yml",
    text: (expression) =>
      `on: {workflow_call: {inputs: {i: {default: a}}}}\njobs:\n  a:\n    strategy: {matrix: {v: ['1', '2']}}\n    container: "\${{ ${expression.replaceAll(/["\n]/g, "'")} }}"\n    steps:\n    - id: s\n      run: echo "o=a:\${{ matrix.v }}\${{ ${expression.replaceAll(/["\n]/g, "'")} }}" >> $GITHUB_OUTPUT\n    - run: docker pull \${{ steps.s.outputs.o }}\n`,
    pieces: [
      ...shared,
      "inputs.i",
      "matrix.v",
      "env.X",
      "contains(",
      "startsWith(",
      "format('{0}',",
      "&&",
      "||",
      "!",
      "}}",
    ],
  },
];

describe("expressions", () => {
  for (const { name, path, text, pieces } of places)
    it(`of ${name} never throw, whatever they are made of, and stay within the text`, () => {
      fc.assert(
        fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 14 }), (picked) => {
          const document = readDocument(text(picked.join("")), path);
          expectSpansInside(document);
          for (const use of document.images) assert.equal(use.text, document.text.slice(use.span.start, use.span.end));
        }),
        { numRuns: 300, seed: 1 },
      );
    });
});
