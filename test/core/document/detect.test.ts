import assert from "node:assert/strict";
import { dialectOfContent, dialectOfPath, mayHoldReferences } from "../../../src/core/document/detect.ts";

describe("dialectOfPath", () => {
  const paths: Record<string, readonly string[]> = {
    dockerfile: [
      "Dockerfile",
      "dockerfile",
      "a/b/Containerfile",
      "Dockerfile.prod",
      "prod.Dockerfile",
      "app-Dockerfile",
      "x.dockerfile",
      "Dockerfile-alpine",
      "Dockerfile_arm64",
      "Containerfile.ubi9",
      "Dockerfile.py",
    ],
    compose: [
      "compose.yaml",
      "docker-compose.yml",
      "a/docker-compose.prod.yml",
      "compose.override.yaml",
      "docker-compose-dev.yml",
      "docker-compose.json",
      "docker-stack.yml",
      "codeship-services.yml",
      "docker-compose2.yml",
      "compose.infra.yml.tmpl",
      "docker-compose.yml.mustache",
    ],
    "github-workflow": [
      ".github/workflows/ci.yml",
      "app/.github/workflows/ci.yaml",
      ".gitea/workflows/a.yml",
      ".forgejo/workflows/a.yml",
    ],
    "github-action": ["action.yml", "a/action.yaml", ".github/actions/x/action.yml"],
    earthfile: ["from-dockerfile.earth"],
    shell: [
      "a.sh",
      "b/c.bash",
      "lint-dockerfile.sh",
      "Dockerfile.ps1",
      ".bashrc",
      "home/.bash_aliases",
      "dot_zshrc",
      ".zprofile",
      ".envrc",
    ],
    makefile: ["Makefile", "GNUmakefile", "rules.mk", "build-dockerfile.mk"],
    undefined: [
      "Dockerfile.dockerignore",
      "dockerfile_test.go",
      "Dockerfile.md",
      "mydockerfile",
      "Dockerfiles/readme",
      "composer.yml",
      "k8s/deploy.yaml",
      ".github/dependabot.yml",
      ".github/workflows/deep/ci.yml",
      "docker-compose.yml.bak",
      "README.md",
      "",
    ],
  };
  for (const [dialect, all] of Object.entries(paths)) {
    for (const path of all)
      it(`takes ${path} for ${dialect}`, () => assert.equal(String(dialectOfPath(path)), dialect));
  }
});

describe("mayHoldReferences", () => {
  for (const path of [
    "Dockerfile",
    "a/b.yaml",
    "x.yml",
    "bin/run",
    "Dockerfile.py",
    "a/Makefile.js",
    "Dockerfile.go",
    "v1/web.docker",
    "Jenkinsfile.TXT",
  ])
    it(`reads ${path}`, () => assert.ok(mayHoldReferences(path)));
  for (const path of [
    "a.png",
    "README.md",
    "main.go",
    "docker/main.go",
    "a.toml",
    "crio/app.conf",
    "a/.docker",
    "Dockerfile.dockerignore",
  ])
    it(`skips ${path}`, () => assert.ok(!mayHoldReferences(path)));
});

describe("dialectOfContent", () => {
  const contents: [name: string, path: string, text: string, dialect: string | undefined][] = [
    ["a manifest", "a.yaml", "# x\napiVersion: v1\nkind: Pod\n", "kubernetes"],
    ["a Dockerfile for what a language needs", "Dockerfile.go", "# x\nFROM golang:1 AS a\n", "dockerfile"],
    ["a Dockerfile by its ending", "web.docker", "ARG T=1\n# x\nFROM a:$T   AS b\n", "dockerfile"],
    ["settings for a container", "app.docker", "FROM=a\nfrom b\n", undefined],
    ["a program about Dockerfiles", "dockerfile.go", "package a\n\nconst b = `\nFROM c\n`\n", undefined],
    ["a manifest in a file without ending", "deploy/web", "---\napiVersion: v1\nkind: Pod\n", "kubernetes"],
    ["a compose file without ending", "deploy/web", "# x\nservices:\n  a:\n    image: b\n", "compose"],
    ["a text about a manifest", "deploy/web", "Write:\napiVersion: v1\nkind: Pod\n", undefined],
    ["an indented manifest", "a.yaml", "# x\n\n   apiVersion: v1\n   kind: Pod\n", "kubernetes"],
    ["a list of manifests", "a.yaml", "# x\n- kind: Pod\n  apiVersion: v1\n  spec:\n    command: a\n", "kubernetes"],
    ["a list of tasks about manifests", "a.yaml", "- name: x\n  k8s:\n    apiVersion: v1\n    kind: Pod\n", "ansible"],
    ["a pod without a version", "a.yml", "# x\n  kind: Pod\n  spec:\n    containers:\n", "kubernetes"],
    [
      "a pod of an agent",
      "a.yml",
      "metadata:\n  labels:\n    a: b\nspec:\n  # x\n\n  volumes: []\n  containers:\n",
      "kubernetes",
    ],
    ["a pod within something else", "a.yml", "metadata:\n  a: b\npod:\n  spec:\n    containers:\n", undefined],
    ["a specification of something else", "a.yml", "spec:\n  a: 1\nrest:\n  containers:\n", undefined],
    ["a second document", "a.yaml", "a: 1\n---\nkind: Pod\napiVersion: v1\n", "kubernetes"],
    ["a workflow elsewhere", "a.yml", "on: push\njobs:\n  a:\n    runs-on: x\n", "github-workflow"],
    ["an action elsewhere", "a.yml", "name: x\nruns:\n  using: docker\n  image: Dockerfile\n", "github-action"],
    ["a compose file elsewhere", "stack.yml", "services:\n  a:\n    image: x\n", "compose"],
    ["services in braces", "stack.yml", "services:\n  a: {ports: [1], image: x}\n", "compose"],
    ["all of them in braces", "stack.yml", "services: {a: {build: .}}\n", "compose"],
    ["variables of Ansible", "roles/a/defaults/main.yml", "services:\n  a:\n    image: x\n", undefined],
    ["services of a program", "stack.yml", "services:\n  a: {class: B, imageSize: 1}\n", undefined],
    ["other YAML", "a.yaml", "services: [a]\n", undefined],
    ["a Dockerfile without its name", "build/image", "# x\n\nARG V=1\nFROM a:$V\n", "dockerfile"],
    ["a Dockerfile with an ending of YAML", "a/Dockerfile.yaml", "# x\nFROM a/b:1\nRUN x\n", "dockerfile"],
    ["YAML about Dockerfiles", "Dockerfile.yaml", "FROM: a\nARG: b\n", undefined],
    ["what begins like a Dockerfile with another name", "a.yaml", "FROM a\nRUN x\n", undefined],
    ["a syntax line", "image", "# syntax=docker/dockerfile:1\n", "dockerfile"],
    ["a script without extension", "bin/run", "#!/usr/bin/env bash\nx\n", "shell"],
    ["a script that others read", "lib/run", "# shellcheck shell=bash\nx\n", "shell"],
    ["another script", "bin/run", "#!/usr/bin/env python3\nx\n", undefined],
    ["prose", "NOTES", "From here on\nit is prose.\n", undefined],
    ["a file with another extension", "a.txt", "FROM a\n", undefined],
    ["a manifest that is JSON", "a.yaml", '{\n  "apiVersion": "v1",\n  "kind": "Pod"\n}\n', "kubernetes"],
    ["other YAML that is JSON", "a.yaml", '{"a": 1}\n', undefined],
    ["a manifest that a program fills in", "a/web.yaml.tmpl", "apiVersion: v1\nkind: {{ .Kind }}\n", "kubernetes"],
    ["a template of one by its ending alone", "a/web.tpl", "{{ if .A }}\napiVersion: v1\n{{ end }}\n", "helm-template"],
    ["a template of something else", "a/web.tmpl", "services:\n  a:\n    image: {{ .Image }}\n", undefined],
    ["an image that an action yields", "a.yaml", "apiVersion: v1\nkind: Pod\nimage: {{ .A }}\n", "helm-template"],
    [
      "a composition that holds a template",
      "a.yaml",
      "apiVersion: apiextensions.crossplane.io/v1\nkind: Composition\nspec:\n  template: |\n    {{ if .A }}\n",
      "kubernetes",
    ],
    ["actions in quotes", "a.yaml", "apiVersion: v1\nkind: Pod\nimage: '{{ .A }}'\n", "kubernetes"],
    ["nothing", "x", "", undefined],
  ];
  for (const [name, path, text, dialect] of contents)
    it(`knows ${name}`, () => assert.equal(dialectOfContent(text, path), dialect));

  // What takes a line end in two ways would try each way for each line.
  const comments = "# kind: a\r\n".repeat(200);
  const heads = [
    "",
    "kind: x\r\nspec:\r\n",
    "steps:\r\n",
    "image:\r\n",
    "services:\r\n",
    "extraContainers:\r\n",
    "- x:\r\n",
  ];
  for (const head of heads)
    it(`decides soon about ${JSON.stringify(head)} before many comments`, () => {
      for (const path of ["a.yaml", "build/image", "values.yaml"])
        assert.equal(dialectOfContent(head + comments + comments.replaceAll("# ", " # "), path), undefined);
      assert.equal(dialectOfContent(`${comments}apiVersion: v1\r\nkind: Pod\r\n`, "a.yaml"), "kubernetes");
    });
});
