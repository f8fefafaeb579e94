import assert from "node:assert/strict";
import { dialectOfContent, dialectOfPath, mayHoldReferences } from "../../../src/core/document/detect.ts";
import { readDocument } from "../../../src/core/document/readDocument.ts";

describe("files of Kubernetes' tools", () => {
  const paths: readonly (readonly [path: string, dialect: string | undefined])[] = [
    ["k/kustomization.yaml", "kustomize"],
    ["k/kustomization.yml", "kustomize"],
    ["k/Kustomization", "kustomize"],
    ["charts/a/Chart.yaml", "helm-chart"],
    ["charts/a/requirements.yaml", "helm-chart"],
    ["charts/a/Chart.lock", undefined],
    ["charts/a/templates/_helpers.tpl", "helm-template"],
    ["charts/a/values.yaml", "helm-values"],
    ["charts/a/values-prod.yaml", "helm-values"],
    ["charts/a/values.prod.yml", "helm-values"],
    ["charts/a/ci/redis-values.yaml", "helm-values"],
    ["charts/a/templates/values.yaml", undefined],
    ["charts/a/values.schema.json", undefined],
    ["charts/a/myvalues.yaml", undefined],
    ["helmfile.yaml", "helmfile"],
    ["helmfile.yaml.gotmpl", "helmfile"],
    ["apps/web/values.yaml.gotmpl", "helm-values"],
    ["values/web.yaml.gotmpl", "helm-values"],
    ["apps/web/values.gotmpl", "helm-values"],
    ["templates/server.gotmpl", undefined],
    ["deploy/helmfile.d/01-a.yaml", "helmfile"],
    ["pkg/Kptfile", "kubernetes"],
    ["apps/.argocd-source-web.yaml", "kubernetes"],
    ["apps/web/fleet.yaml", "kubernetes"],
    ["apps/.argocd-source.yaml", "kubernetes"],
    ["app/.ko.yaml", "ko"],
    ["app/skaffold.yaml", "skaffold"],
    ["app/skaffold-dev.yml", "skaffold"],
  ];
  for (const [path, dialect] of paths)
    it(`takes ${path} for ${dialect ?? "what its content tells"}`, () => assert.equal(dialectOfPath(path), dialect));

  const pod = "apiVersion: v1\nkind: Pod\n";
  const contents: readonly (readonly [name: string, path: string, text: string, dialect: string | undefined])[] = [
    ["a chart's template", "c/templates/a.yaml", `${pod}metadata: {name: {{ .Release.Name }}}\n`, "helm-template"],
    [
      "a template that includes others",
      "c/templates/a.yaml",
      `${pod}metadata: {name: {{ include "x" . }}}\n`,
      "helm-template",
    ],
    ["one that only names values of all", "c/templates/a.yaml", `${pod}image: {{ $.Values.a }}\n`, "helm-template"],
    ["a template elsewhere", "files/a.yaml", `${pod}{{- if .X }}\nspec: {}\n{{- end }}\n`, "helm-template"],
    [
      "a template elsewhere that puts an image together",
      "files/a.yaml",
      `${pod}spec:\n  image: {{.R}}/{{ .I }}:{{.T}}\n`,
      "helm-template",
    ],
    ["a manifest in a folder of templates", "c/templates/a.yaml", pod, "kubernetes"],
    ["a manifest with values of one template", "a.yaml", `${pod}metadata: {name: "{{ name }}"}\n`, "kubernetes"],
    ["a pipeline's template", "templates/a.yml", "jobs: {{ x }}\n", undefined],
    ["skaffold under another name", "a.yaml", "apiVersion: skaffold/v4beta11\nkind: Config\n", "skaffold"],
    ["values that say so", "a.yaml", "x:\n  values:\n    image:\n      repository: a/b\n", "helm-values"],
    ["one name alone", "a.yaml", "x:\n  other:\n    image:\n      repository: a/b\n", undefined],
    ["a helmfile under another name", "a.yaml", "releases:\n  - name: a\n    chart: b/c\n", "helmfile"],
    ["operations of a patch", "patch.yaml", "- op: replace\n  path: /a\n  value: b\n", "kustomize"],
    ["operations of a patch in JSON", "p.json", '[\n  { "op": "replace", "path": "/a", "value": "b" }\n]', "kustomize"],
    [
      "a patch in JSON that leaves out what it patches",
      "p.json",
      '{"spec": {"template": {"spec": {"containers": [{"name": "a", "image": "b:1"}]}}}}',
      "kubernetes",
    ],
    ["a list of other paths in JSON", "p.json", '[\n  { "path": "/a", "op": "copy", "from": "/b" }\n]', undefined],
    ["a pipeline's task in JSON", "a.json", '{ "kind": "Task", "apiVersion": "tekton.dev/v1" }', "tekton"],
    ["a workflow in JSON", "a.json", '{ "apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow" }', "argo"],
    [
      "an application in JSON",
      "a.json",
      '{ "apiVersion": "argoproj.io/v1alpha1", "kind": "Application" }',
      "kubernetes",
    ],
    ["a resource in JSON", "a.json", '{\n\t"kind": "Pod",\n\t"apiVersion": "v1"\n}', "kubernetes"],
    [
      "values of a chart under another name",
      "prod.yaml",
      "app:\n  image:\n    # why\n    pullPolicy: Always\n    repository: a/b\n    tag: 1\n",
      "helm-values",
    ],
    [
      "values that only change where an image comes from",
      "keycloak.yaml",
      "image:\n  repository: mirror/keycloak\ndb:\n  image:\n    repository: mirror/postgresql\n",
      "helm-values",
    ],
    [
      "values of one chart in a folder of them",
      "values/redis/prod.yaml",
      "exporter:\n  image: a/b\n  tag: 1\n",
      "helm-values",
    ],
    ["values that show how a chart is used", "charts/a/examples/min.yaml", "jobs:\n  - image: a:1\n", "helm-values"],
    [
      "a name with its registry and the tag beside it",
      "prod.yaml",
      "exporter:\n  image: r.example.io/a/b\n  # why\n  tag: v1\n",
      "helm-values",
    ],
    ["a name and a tag of something else", "prod.yaml", "a:\n  image: r.io/a/b\nb:\n  tag: v1\n", undefined],
    [
      "values that add containers",
      "charts/a/ci/extra.yaml",
      "extraContainers:\n  # why\n  - name: a\n    image: a:1\n",
      "helm-values",
    ],
    [
      "values that add containers, each under its name",
      "values/prod.yaml",
      "persistence:\n  a:\n    enabled: true\n\ninitContainers:\n  1-wait:\n    image: a/wait:1\n",
      "helm-values",
    ],
    [
      "values that add containers to a part",
      "prod.yaml",
      "server:\n  env: []\n\n  extraContainers:\n    # - name: b\n\n    - name: a\n      image: a.io/b:1\n",
      "helm-values",
    ],
    [
      "values with services in a list",
      "live/web/one.yaml",
      "apps:\n  - name: web\n    image:\n      registry: a.io\n      repository: b/web\n      tag: 1\nservices:\n  - name: web\n",
      "helm-values",
    ],
    ["images by their names", "env/images.yaml", "images:\n  web: a.io/b/web:1\n  db: a.io/db:2\n", "helm-values"],
    ["pictures by their names", "site.yaml", "images:\n  web: a.io/b.png\n", undefined],
    ["values by a name that only ends so", "myvalues.yaml", "app:\n  image: a/b:1\n", "helm-values"],
    ["containers without an image", "extra.yaml", "sidecars:\n  - name: a\n", undefined],
    ["a setting called like containers", "extra.yaml", "sidecars: 2\nlogo:\n  image: a.png\n", undefined],
    [
      "a name in parts under `image`",
      "ingress.yaml",
      "controller:\n  image:\n    # ours\n    tag: v1\n    image: ingress/controller\n    registry: a.io\n",
      "helm-values",
    ],
    ["an image beside what is no registry", "a.yaml", "logo:\n  image:\n    image: a.png\nregistry: b\n", undefined],
    ["a file in a folder of values", "env/values/web.yaml", "web:\n  image: a/web:1\n", "helm-values"],
    [
      "a template of helmfile's",
      "deploy/modules/api.gotmpl",
      "api:\n  image:\n    repository: a.io/b\n",
      "helm-values",
    ],
    ["a template of something else", "templates/server.gotmpl", "package main\n", undefined],
    ["a template of a document", "README.md.gotmpl", "image:\n  repository: a.io/b\n", undefined],
    ["values that name a registry", "keycloak.yaml", "image:\n  repository: a.io/b\n", "helm-values"],
    ["what has a repository and no image", "a.yaml", "image:\n  repository: keycloak\n", undefined],
    ["an address", "a.yaml", "image:\n  repository: https://a/b\n", undefined],
    [
      "a chart's tests",
      "a_test.yaml",
      "suite: x\ntests:\n- set:\n    image:\n      repository: a/b\n      tag: 1\n",
      undefined,
    ],
    ["a picture", "site.yaml", "image:\n  src: a/b.png\n  tag: x\n", undefined],
    ["an image without a tag", "x.yaml", "image:\n  repository: a/b\n", undefined],
    ["values of another mapping", "x.yaml", "image:\n  name: x\nrepository: a/b\n  tag: 1\n", undefined],
    ["other JSON", "a.json", '{"kind": "Pod", "version": 1}', undefined],
  ];
  for (const [name, path, text, dialect] of contents)
    it(`recognises ${name}`, () => assert.equal(dialectOfContent(text, path), dialect));

  for (const [path, expected] of [
    ["k8s/pod.json", true],
    ["composer.json", false],
    ["web/package-lock.json", false],
    ["tsconfig.build.json", false],
    ["values.schema.json", false],
  ] as const)
    it(`${expected ? "reads" : "does not read"} ${path}`, () => assert.equal(mayHoldReferences(path), expected));
});

describe("resources whose names are those of other dialects", () => {
  const resource = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n";
  const table: readonly (readonly [path: string, text: string, dialect: string])[] = [
    ["buildkite-agent.yaml", resource, "kubernetes"],
    ["cloudbuild-trigger.yaml", resource, "kubernetes"],
    ["docker-compose-deployment.yaml", resource, "kubernetes"],
    ["goreleaser.yaml", resource, "kubernetes"],
    ["prod-values.yaml", resource, "kubernetes"],
    ["prod-values.yaml", "apiVersion: apps/v1\nkind: Deployment\nimage: a\n", "helm-values"],
    ["buildkite.yaml", "steps: [{command: ls}]\n", "buildkite"],
    ["kustomization.yaml", resource, "kustomize"],
  ];
  for (const [path, text, dialect] of table)
    it(`take ${path} with ${text.split("\n").length} lines for ${dialect}`, () =>
      assert.equal(readDocument(text, path).dialect, dialect));
});
