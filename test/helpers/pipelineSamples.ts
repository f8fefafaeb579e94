import type { Dialect } from "../../src/core/document/document.ts";

/** A file of each pipeline dialect that uses most of what its reader knows. */
export const pipelineSamples: readonly {
  readonly dialect: Dialect;
  readonly path: string;
  readonly text: string;
  /** How many of its images can be pinned. */
  readonly pins: number;
}[] = [
  {
    dialect: "gitlab-ci",
    path: ".gitlab-ci.yml",
    pins: 5,
    text: `spec:
  inputs:
    image: {default: "alpine:3"}
---
variables: {REG: ghcr.io/acme, V: &v "22", FULL: "redis:7"}
default:
  image: {name: 'node:$V', entrypoint: [""]}
  before_script: [cosign version]
.base:
  services: [{name: "postgres:16", alias: db}]
  image: $REG/app:1
  script:
    - docker run $FULL
a:
  extends: [.base]
  parallel:
    matrix:
      - V: [*v, "24"]
  image: $FULL
  script: !reference [.base, script]
b: {image: '$[[ inputs.image ]]', after_script: cosign sign "$V"}
c: {image: '\${CI_DEPENDENCY_PROXY_GROUP_IMAGE_PREFIX}/busybox:1'}
`,
  },
  {
    dialect: "azure-pipelines",
    path: "azure-pipelines.yml",
    pins: 4,
    text: `parameters:
- {name: image, type: string, default: "node:22"}
variables:
- {name: tag, value: "1"}
resources:
  containers:
  - container: pg
    image: postgres:16
pool: {vmImage: ubuntu-latest}
stages:
- stage: s
  jobs:
  - job: a
    strategy:
      matrix:
        one: {img: 'python:3.12'}
        two: {img: "python:3.13"}
    container: $[ variables['img'] ]
    services: {db: pg}
    steps:
    - bash: |
        docker run acme/app:$(tag)
        echo $(date)
  - \${{ if true }}:
    - job: b
      container: \${{ parameters.image }}
      steps:
      - task: AzureContainerApps@1
        inputs: {imageToDeploy: 'acme/app:$(tag)'}
`,
  },
  {
    dialect: "circleci",
    path: ".circleci/config.yml",
    pins: 4,
    text: `version: 2.1
parameters:
  tag: {type: string, default: "22.1"}
x-base: &base
  docker:
    - image: cimg/base:stable
executors:
  e:
    parameters: {v: {type: string, default: "1"}}
    docker: [{image: 'redis:<< parameters.v >>'}]
jobs:
  a:
    <<: *base
    steps:
      - run: {name: x, command: "cosign sign << pipeline.parameters.tag >>"}
  b:
    parameters: {i: {type: string}}
    docker: [{image: << parameters.i >>}, {image: "postgres:16"}]
    steps: [checkout, run: docker pull x]
  c: {executor: {name: e, v: "7"}, machine: false}
workflows:
  w:
    jobs:
      - b: {matrix: {parameters: {i: ["a:1", 'b:2']}}}
`,
  },
  {
    dialect: "bitbucket-pipelines",
    path: "bitbucket-pipelines.yml",
    pins: 4,
    text: `image: {name: "node:22", username: $U}
definitions:
  services:
    db: {image: postgres:16}
  steps:
    - step: &s
        image: 'redis:7'
        script:
          - cosign sign $A
          - pipe: docker://acme/pipe:1
pipelines:
  default:
    - parallel: [step: *s]
  custom:
    c:
      - variables: [{name: V, default: "1"}]
      - step: {image: 'alpine:$V', script: [x], after-script: "docker run \\"$V\\""}
`,
  },
  {
    dialect: "tekton",
    path: "task.yaml",
    pins: 4,
    text: `apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: p}
spec:
  params: [{name: image, default: "node:22"}]
  tasks:
  - name: t
    matrix: {params: [{name: v, value: ["1", '2']}]}
    taskSpec:
      stepTemplate: {image: $(params.image)}
      steps:
      - image: alpine:3
        script: |
          #!/bin/sh
          cosign sign $(params.image) "$(cat x)"
      - {image: 'redis:$(params.v)', command: [docker], args: [run, "$(params.v)"]}
  - {name: b, taskRef: {resolver: bundles, params: [{name: bundle, value: 'ghcr.io/acme/b:1'}]}}
---
apiVersion: v1
kind: Pod
spec: {containers: [{image: "busybox:1"}]}
`,
  },
  {
    dialect: "argo",
    path: "workflow.yaml",
    pins: 4,
    text: `apiVersion: argoproj.io/v1alpha1
kind: Workflow
spec:
  entrypoint: main
  arguments: {parameters: [{name: i, value: "node:22"}]}
  templates:
  - name: main
    steps:
    - - name: a
        template: leaf
        withItems: ["a:1", 'b:2']
        arguments: {parameters: [{name: x, value: "{{item}}"}]}
  - name: leaf
    inputs: {parameters: [{name: x, default: "c:3"}]}
    container: {image: '{{inputs.parameters.x}}', command: [sh, -c], args: ["cosign {{workflow.name}}"]}
    sidecars: [{image: "{{workflow.parameters.i}}"}]
  - name: s
    script: {image: alpine:3, command: [bash], source: "docker run {{=x}} $A"}
`,
  },
  {
    dialect: "drone",
    path: ".drone.yml",
    pins: 2,
    text: `kind: pipeline
name: p
steps:
- name: a
  image: node:22
  environment: {A: "1"}
  commands:
  - docker run "\${A}" $\${A}
- {name: b, image: 'acme/app:\${DRONE_TAG}'}
services:
- {name: db, image: "\${DB:-postgres:16}"}
`,
  },
  {
    dialect: "woodpecker",
    path: ".woodpecker/ci.yml",
    pins: 3,
    text: `matrix: {I: ["a:1", 'b:2'], V: [x]}
variables:
- &env {A: "1"}
clone: {git: {image: woodpeckerci/plugin-git}}
steps:
  a: {image: "\${I}", environment: *env, commands: ["cosign \${V} $A"]}
  b: {image: 'node:\${V}', commands: x}
`,
  },
  {
    dialect: "buildkite",
    path: ".buildkite/pipeline.yml",
    pins: 3,
    text: `env: {I: "node:22", T: &t "1"}
steps:
- label: x
  matrix: {setup: {v: ["1", '2']}, adjustments: [{with: {v: *t}, skip: true}]}
  command: ["cosign sign $$A \${T}", 'docker run {{matrix.v}}']
  plugins:
  - docker#v5: {image: $I, cache: "x"}
  - docker-compose#v4: {cache-from: ["app:acme/app:1"]}
- group: g
  steps: [{image: 'redis:{{matrix}}'}, {kubernetes: {}, plugins: [{kubernetes: {podSpec: {containers: [{image: "a:1"}]}}}]}]
`,
  },
  {
    dialect: "cloud-build",
    path: "cloudbuild.yaml",
    pins: 3,
    text: `steps:
- name: gcr.io/cloud-builders/docker
  args: ["build", '-t', "acme/app:$_T", .]
- {name: $_I, entrypoint: bash, args: [-c, "cosign sign $$A \${_T}"]}
- name: 'node:\${_T}'
  script: |
    #!/bin/sh
    docker run x
- {name: "\${_N:-redis:7}"}
substitutions: {_I: "alpine:3", _T: &t "1"}
`,
  },
  {
    dialect: "codebuild",
    path: "buildspec.yml",
    pins: 2,
    text: `version: 0.2
env: {variables: {A: "1"}}
batch:
  build-list: [{env: {image: "node:22"}}]
  build-matrix: {dynamic: {env: {image: [aws/codebuild/standard:7.0, 'redis:7']}}}
phases:
  build:
    commands:
      - cosign sign $A
      - >
        docker run
        "$A"
    finally: [x]
`,
  },
];
