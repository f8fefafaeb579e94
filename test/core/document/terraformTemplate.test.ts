import assert from "node:assert/strict";
import { mayHoldReferences } from "../../../src/core/document/detect.ts";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { filledPath, fillingOf } from "../../../src/core/document/templatePath.ts";
import { expectSample, summary } from "../../helpers/imageUses.ts";

const rows: readonly (readonly [name: string, path: string, text: string, ...uses: readonly string[]])[] = [
  [
    "a script for a machine",
    "infra/templates/user_data.tpl",
    `#!/bin/bash
TAG=3
%{ if enabled ~}
docker run -d \\
%{ for key, value in env ~}
  -e \${key}=\${value} \\
%{ endfor ~}
  «nginx:1»
%{ endif ~}
docker pull «acme/web:$$\{TAG}»
docker pull «\${image}»
docker ps --format '{{.Names}}'
`,
    "command docker.io/library/nginx:1 literal",
    "command docker.io/acme/web:3 resolved",
    "command ? unresolved",
  ],
  [
    "containers of ECS",
    "infra/tasks/web.tmpl",
    `[
%{ if proxy }
  { "name": "proxy", "image": "«envoyproxy/envoy:v1»", "essential": true },
%{ endif }
  { "name": "web", "image": "«\${image}:\${tag}»", "portMappings": \${ports} }
]
`,
    "image docker.io/envoyproxy/envoy:v1 literal",
    "image ? unresolved",
  ],
  [
    "a compose file",
    "deploy/docker-compose.yml.tftpl",
    "services:\n%{ for n in names }\n  ${n}:\n    image: «acme/worker:${tag}»\n%{ endfor }\n  db: { image: «postgres:16» }\n",
    "image ? partial",
    "image docker.io/library/postgres:16 literal",
  ],
  [
    "names with hyphens, and expressions, which are no operators of whoever reads the file",
    "infra/pod.yaml.tpl",
    `apiVersion: v1
kind: Pod
spec:
  containers:
    - image: «acme/a:\${helper-version}»
    - image: «acme/b:\${tag != "" ? tag : "1"}»
    - image: «\${image-name}»
`,
    "image ? partial",
    "image ? partial",
    "image ? unresolved",
  ],
  [
    "a job of Nomad, whose variables are its own",
    "jobs/web.nomad.tpl",
    `variable "tag" { default = "2" }
job "a" {
  group "b" {
%{ if on }
    task "c" {
      driver = "docker"
      config { image = "«acme/web:\${var.tag}»" }
    }
%{ endif }
  }
}
`,
    "task docker.io/acme/web:2 resolved",
  ],
  [
    "a workflow of GitHub, whose expressions are its own",
    ".github/workflows/ci.yml.tpl",
    "on: push\nenv: { A: \"${a}\" }\njobs:\n  a:\n    runs-on: x\n    container: «acme/ci:${{ vars.TAG || '3' }}»\n",
    "container docker.io/acme/ci:3 resolved",
  ],
  [
    "a sample of a compose file",
    "docker-compose.override.yml.example",
    "services:\n  db: { image: «postgres:16» }\n",
    "image docker.io/library/postgres:16 literal",
  ],
];

describe("readTerraformTemplate", () => {
  for (const [name, path, text, ...uses] of rows)
    it(`reads ${name}`, () => expectSample((source) => readDocument(source, path), text, uses));

  it("leaves templates of Go to their readers", () => {
    const text =
      'apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - image: "a/b:{{ .Values.tag | default "1" }}"\n';
    assert.equal(readDocument(text, "chart/templates/pod.yaml.tpl").dialect, "helm-template");
    assert.equal(fillingOf("chart/templates/_helpers.tpl", '{{ define "a" }}${x}{{ end }}'), undefined);
    assert.equal(fillingOf("a/x.tftpl", "{{ end }}"), "terraform");
  });
});

describe("filledPath", () => {
  const table: readonly (readonly [path: string, filled: string, isWorthReading: boolean])[] = [
    ["a/compose.yml.j2", "a/compose.yml", true],
    ["a/web.nomad.tpl", "a/web.nomad", true],
    ["a/pod.yaml.template", "a/pod.yaml", true],
    ["a/pod.yaml.in", "a/pod.yaml", true],
    ["a/pod.yml.envsubst", "a/pod.yml", true],
    ["a/config.in", "a/config.in", false],
    ["a/stack.template", "a/stack.template", true],
    [".gitlab-ci.yml.dist", ".gitlab-ci.yml", true],
    ["a/nginx.conf.tmpl", "a/nginx.conf", false],
    ["a/b.txt", "a/b.txt", false],
  ];
  for (const [path, filled, isWorthReading] of table)
    it(`is ${filled} for ${path}`, () => {
      assert.equal(filledPath(path), filled);
      assert.equal(mayHoldReferences(path), isWorthReading);
    });

  it("is not the path of the document", () => {
    const document = readDocument("services:\n  db: { image: postgres:16 }\n", "compose.yml.sample");
    assert.equal(document.path, "compose.yml.sample");
    assert.deepEqual(document.images.map(summary), ["image docker.io/library/postgres:16 literal"]);
  });
});
