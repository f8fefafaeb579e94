import assert from "node:assert/strict";
import { dialectOfContent, dialectOfPath } from "../../../src/core/document/detect.ts";

describe("paths of pipelines", () => {
  const paths: Readonly<Record<string, readonly string[]>> = {
    "gitlab-ci": [
      ".gitlab-ci.yml",
      "app/.gitlab-ci.yml",
      "ci/build.gitlab-ci.yml",
      ".gitlab-ci-build.yaml",
      ".gitlab/ci/test.yml",
      ".gitlab/benchmarks/micro.yml",
    ],
    "azure-pipelines": [
      "azure-pipelines.yml",
      "azure-pipelines-ci.yaml",
      "build/azure-pipeline.yml",
      ".azuredevops/x.yml",
      "a/.azure-pipelines/templates/y.yml",
    ],
    circleci: [".circleci/config.yml", "a/.circleci/jobs/b.yaml", "circle.yml"],
    "bitbucket-pipelines": ["bitbucket-pipelines.yml", "a/bitbucket-pipelines.yaml"],
    drone: [".drone.yml", "a/.drone.yaml", ".vela.yml", ".vela-stages.yaml", ".drone/ci.yml"],
    woodpecker: [".woodpecker.yml", ".woodpecker/a/b.yaml", ".crow/x.yml"],
    buildkite: [".buildkite/pipeline.yml", ".buildkite/x/deploy-pipeline.yaml", "buildkite.yml"],
    "cloud-build": ["cloudbuild.yaml", "a/cloudbuild-prod.yml", "cloudbuild.json", "my.cloudbuild.yaml"],
    codebuild: ["buildspec.yml", "a/buildspec-test.yaml", "x.buildspec.yml"],
    undefined: [
      ".circleci/README.md",
      ".buildkite/x.yml",
      "drone.yml",
      ".github/x.yml",
      "gitlab.yml",
      ".gitlab/issue_templates/bug.yml",
      ".gitlab/agents/a/config.yaml",
      "buildspec.json",
    ],
    compose: [".buildkite/docker-compose.yml", ".circleci/docker-compose.yml"],
  };
  for (const [dialect, all] of Object.entries(paths))
    for (const path of all)
      it(`takes ${path} for ${dialect}`, () => assert.equal(String(dialectOfPath(path)), dialect));
});

describe("content of pipelines", () => {
  const contents: readonly (readonly [name: string, path: string, text: string, dialect: string | undefined])[] = [
    ["a task", "t.yaml", "apiVersion: tekton.dev/v1\nkind: Task\n", "tekton"],
    ["a trigger", "t.yaml", "---\nkind: TriggerTemplate\napiVersion: triggers.tekton.dev/v1beta1\n", "tekton"],
    [
      "a task beside other resources",
      "t.yaml",
      "apiVersion: v1\nkind: Pod\n---\napiVersion: tekton.dev/v1\nkind: Task\n",
      "tekton",
    ],
    ["a workflow", "t.yaml", "apiVersion: argoproj.io/v1alpha1\nkind: CronWorkflow\n", "argo"],
    [
      "a workflow without its type",
      "t.yaml",
      "metadata: {generateName: x-}\nspec:\n  entrypoint: a\n  templates:\n  - name: a\n    container: {image: x}\n",
      "argo",
    ],
    ["other templates without a type", "t.yaml", "spec:\n  templates:\n  - name: a\n    body: {image: x}\n", undefined],
    ["a sensor", "t.yaml", "apiVersion: argoproj.io/v1alpha1\nkind: Sensor\n", "argo"],
    ["another resource of Argo", "t.yaml", "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\n", "kubernetes"],
    ["a GitLab include", "ci/build.yml", ".base:\n  script: [x]\nbuild:\n  extends: .base\n", "gitlab-ci"],
    ["hidden jobs of GitLab with images alone", "ci/images.yml", ".node:\n  image: node:22\n", "gitlab-ci"],
    ["hidden keys elsewhere", "config/x.yml", ".node:\n  image: node:22\n", undefined],
    ["a GitLab component", "templates/x.yml", "spec:\n  inputs: {}\n---\nbuild:\n  script: x\n", "gitlab-ci"],
    ["a GitLab file with stages", "x.yml", "stages: [a]\njob:\n  stage: a\n  script: x\n", "gitlab-ci"],
    ["a GitLab file with one job", "child.yml", "job:\n  image: x\n  script:\n    - y\n", "gitlab-ci"],
    ["an Azure template of steps", "steps.yml", "parameters:\n- name: x\nsteps:\n- script: x\n", "azure-pipelines"],
    ["an Azure template of jobs", "jobs.yml", "jobs:\n- job: a\n  container: x\n", "azure-pipelines"],
    ["an Azure pipeline elsewhere", "ci.yml", "trigger: none\nsteps:\n- task: Docker@2\n", "azure-pipelines"],
    ["a CircleCI orb", "orb.yml", "executors:\n  e:\n    docker:\n      - image: x\n", "circleci"],
    [
      "variables of a governed template",
      "a/v.yml",
      "variables:\n- name: LinuxContainerImage\n  value: a.io/b:1\n",
      "azure-pipelines",
    ],
    ["other variables", "a/v.yml", "variables:\n- name: ContainerImage\n  value: a.io/b:1\n", undefined],
    ["a CircleCI command", "src/commands/a.yml", "description: x\nsteps:\n  - run: y\n", "circleci"],
    ["steps elsewhere", "src/other/a.yml", "description: x\nsteps:\n  - run: y\n", undefined],
    ["a CircleCI executor", "src/executors/default.yml", "description: x\ndocker:\n  - image: y\n", "circleci"],
    ["Bitbucket elsewhere", "b.yml", "pipelines:\n  default:\n  - step:\n      script: [x]\n", "bitbucket-pipelines"],
    ["Drone elsewhere", "d.yml", "kind: pipeline\ntype: docker\nsteps:\n- image: x\n", "drone"],
    [
      "Drone's first format",
      "d.yml",
      "pipeline:\n  a:\n    image: x\n    commands: [y]\nservices:\n  b:\n    image: z\n",
      "drone",
    ],
    ["Woodpecker elsewhere", "w.yml", "steps:\n  - name: a\n    image: x\n    commands:\n      - y\n", "woodpecker"],
    [
      "a GitLab file with services",
      "g.yml",
      "services:\n  - postgres\nbefore_script: [x]\na:\n  script: y\n",
      "gitlab-ci",
    ],
    ["Buildkite by its folder", ".buildkite/x.yml", "steps:\n- command: x\n", "buildkite"],
    ["Buildkite elsewhere", "p.yml", "steps:\n- label: x\n  plugins:\n  - docker#v5: {}\n", "buildkite"],
    [
      "Cloud Build elsewhere",
      "build.yaml",
      "steps:\n- name: gcr.io/cloud-builders/docker\n  args: [x]\n",
      "cloud-build",
    ],
    ["CodeBuild elsewhere", "b.yml", "version: 0.2\nphases:\n  build:\n    commands: [x]\n", "codebuild"],
    [
      "a GitHub workflow",
      "w.yml",
      "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n    - run: x\n",
      "github-workflow",
    ],
    ["a GitHub action", "x.yml", "runs:\n  using: composite\n  steps:\n  - run: x\n", "github-action"],
    ["a compose file", "s.yml", "services:\n  a:\n    image: x\n    extends: {service: b}\n", "compose"],
    ["Travis", ".travis.yml", "language: node_js\nscript:\n- x\n", undefined],
    ["an OpenAPI description", "o.yml", "openapi: 3.0.0\npaths:\n  /jobs:\n    get: {}\n", undefined],
  ];
  for (const [name, path, text, dialect] of contents)
    it(`knows ${name}`, () => assert.equal(dialectOfContent(text, path), dialect));
});
