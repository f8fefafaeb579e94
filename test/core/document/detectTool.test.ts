import assert from "node:assert/strict";
import { dialectOfContent, dialectOfPath, mayHoldReferences } from "../../../src/core/document/detect.ts";

describe("paths of tools' configuration", () => {
  const paths: readonly (readonly [path: string, dialect: string | undefined])[] = [
    [".gitpod.yml", "gitpod"],
    [".ona/automations.yaml", "gitpod"],
    ["a/.devfile.yaml", "devfile"],
    [".cirrus.yml", "cirrus"],
    [".travis.yml", "travis"],
    [".semaphore/deploy/prod.yml", "semaphore"],
    ["batect-bundle.yml", "batect"],
    ["kitchen.yml", "kitchen"],
    ["a/.kitchen.local.yaml", "kitchen"],
    [".kitchen-docker.yml", "kitchen"],
    ["a/okteto.yaml", "okteto"],
    ["okteto.dev.yml", "okteto"],
    ["screwdriver.yaml", "screwdriver"],
    ["sd-template.yaml", "screwdriver"],
    ["bitrise.yml", "bitrise"],
    ["infra/Pulumi.yaml", "pulumi"],
    ["serverless.prod.yml", "serverless"],
    ["image.nix", "nix"],
    ["a/pom.xml", "maven"],
    ["build.gradle", "gradle"],
    ["app/build.gradle.kts", "gradle"],
    ["MODULE.bazel", "bazel"],
    ["dev/Tiltfile", "tilt"],
    ["web.tiltfile", "tilt"],
    ["WORKSPACE", "bazel"],
    ["images/deps.bzl", "bazel"],
    ["fly.staging.toml", "fly"],
    ["a/project.toml", "buildpacks"],
    ["Cross.toml", "cross"],
    ["roles/cri/files/config.toml", "runtime-config"],
    ["etc/crio/crio.conf.d/10-pause.conf", "runtime-config"],
    [".pre-commit-config.yaml", "pre-commit"],
    ["a/.pre-commit-hooks.yaml", "pre-commit"],
    ["codefresh.yaml", "codefresh"],
    ["codefresh-deploy.yml", undefined],
    [".prow.yaml", "prow"],
    [".prow/a/b.yaml", "prow"],
    ["prow.yaml", undefined],
    [".codefresh/a/b.yaml", "codefresh"],
    [".do/app.yaml", "app-platform"],
    ["app.yaml", undefined],
    ["gitpod.yml", undefined],
    ["my-devfile.yaml", undefined],
    [".travis/config.yml", undefined],
    ["render.yaml", undefined],
    ["okteto-stack.yml", undefined],
  ];
  for (const [path, dialect] of paths)
    it(`takes ${path} for ${dialect}`, () => {
      assert.equal(dialectOfPath(path), dialect);
      assert.equal(dialectOfPath(`apps/web/${path}`), dialect);
      assert.ok(mayHoldReferences(path));
    });
});

describe("content of tools' configuration", () => {
  const contents: readonly (readonly [name: string, path: string, text: string, dialect: string | undefined])[] = [
    [
      "a component of Kubeflow's",
      "c.yaml",
      "name: x\nimplementation:\n  container: {image: a}\n",
      "kubeflow-pipelines",
    ],
    [
      "a pipeline of Kubeflow's, which has components as a devfile",
      "p.yaml",
      "components: {}\ndeploymentSpec:\n  executors: {}\npipelineInfo: {name: x}\nschemaVersion: 2.1.0\n",
      "kubeflow-pipelines",
    ],
    ["a task of Concourse", "t.yml", "platform: linux\nimage_resource: {}\nrun: {path: x}\n", "concourse"],
    [
      "a task of Concourse for a kitchen",
      "ci/kitchen-test.yml",
      "platform: linux\nimage_resource: {}\nrun: {path: x}\n",
      "concourse",
    ],
    ["a kitchen by what it holds", "kitchen-docker.yml", "driver: {name: docker}\nplatforms: []\n", "kitchen"],
    ["a pipeline of Concourse", "ci/p.yml", "jobs:\n- name: a\n  plan:\n  - get: x\n  - task: y\n", "concourse"],
    [
      "resources of Concourse",
      "blocks.yml",
      "x:\n  a: &a\n    type: registry-image\n    source:\n      repository: b\n",
      "concourse",
    ],
    ["what only names a kind of image", "x.yml", "x:\n  type: docker-image\n  repository: b\n", undefined],
    ["a pipeline of Azure", "p.yml", "jobs:\n- job: a\n  steps:\n  - task: y\npool: x\n", "azure-pipelines"],
    ["a task of Azure Pipelines", "p.yml", "steps:\n- task: plan\n  inputs: {get: x}\n", "azure-pipelines"],
    [
      "a machine's configuration",
      "c.yaml",
      "version: v1alpha1\nmachine: {}\n---\napiVersion: v1alpha1\nkind: X\n",
      "talos",
    ],
    [
      "a machine's configuration in documents of their own",
      "c.yaml",
      "machine: {}\n---\napiVersion: v1alpha1\nkind: X\n",
      "talos",
    ],
    ["a patch of its pods", "p.yaml", "machine:\n  # x\n  pods:\n    - apiVersion: v1\n      kind: Pod\n", "talos"],
    ["pods of something else", "p.yaml", "cluster:\n  pods: 10.0.0.0/16\n", undefined],
    ["a patch of one", "p.yaml", "cluster:\n  apiServer:\n    image: a/b:1\n", "talos"],
    ["a machine of another kind", "p.yaml", "machine:\n  services: [docker]\n", undefined],
    ["what a Taskfile includes", "tasks/docker.yml", "version: '3'\ntasks:\n  a:\n    cmds: [x]\n", "taskfile"],
    ["tasks of another tool", "tasks/a.yml", "version: '2'\ntasks:\n  a:\n    cmds: [x]\n", undefined],
    ["tasks without commands", "a.yml", "version: 3\ntasks:\n  a: 1\n", undefined],
    ["jobs of Prow", "config/jobs/a.yaml", "presubmits:\n  a/b:\n  - name: x\n    spec: {containers: []}\n", "prow"],
    ["periodic jobs of Prow", "a.yaml", "periodics:\n- interval: 1h\n  name: x\n", "prow"],
    ["the configuration of Prow", "a.yaml", "plank:\n  x:\n    utility_images: {}\n", "prow"],
    ["what has periodics", "a.yaml", "periodics:\n- a: b\n", undefined],
    ["a controller of Jenkins", "a.yaml", "jenkins:\n  clouds: []\n", "jenkins-casc"],
    ["jobs of one", "a.yaml", "jobs:\n  - script: >\n      job('x')\n", "jenkins-casc"],
    ["values of its chart", "a.yaml", "jenkins:\n  controller:\n    numExecutors: 0\n", undefined],
    ["a pipeline of Codefresh", "cf/b.yml", "steps:\n  a:\n    type: freestyle\n    image: b\n", "codefresh"],
    ["a type of step of Codefresh", "a/step.yaml", "version: '1.0'\nkind: step-type\nspec: {}\n", "codefresh"],
    ["steps in a list", "cf/b.yml", "steps:\n- type: freestyle\n", undefined],
    ["a helmfile for Codefresh", "codefresh-a.yaml", "releases:\n- name: a\n  chart: b/c\n", "helmfile"],
    ["a devfile", "x.yaml", "schemaVersion: 2.2.0\ncomponents: []\n", "devfile"],
    ["what has components", "x.yaml", "schemaVersion: 1.0.0\ncomponents: []\n", undefined],
    ["an app spec", "app.yaml", "services:\n- image:\n    registry_type: DOCR\n", "app-platform"],
    ["a Blueprint", "render.yaml", "services:\n- type: web\n  image: {url: a}\n", "render"],
    ["the same elsewhere", "services.yaml", "services:\n- type: web\n  image: {url: a}\n", "compose"],
    ["services by name", "render.yaml", "services:\n  a:\n    image: b\n", "compose"],
    ["a workflow", "x.yml", "on: push\njobs:\n  a:\n    runs-on: x\n    plan: 1\n    task: 2\n", "github-workflow"],
    ["a resource", "x.yml", "apiVersion: v1\nkind: X\nplatform: a\nimage_resource: b\nrun: c\n", "kubernetes"],
  ];
  for (const [name, path, text, dialect] of contents)
    it(`takes ${name} for ${dialect}`, () => assert.equal(dialectOfContent(text, path), dialect));
});
