import type { ToolSample } from "./toolSamples.ts";
import { pin } from "./imageUses.ts";

/** Configuration of tools that build and test. */
export const ciSamples: readonly ToolSample[] = [
  {
    dialect: "cirrus",
    path: ".cirrus.yml",
    text: `env: {GO: "1.22", TWICE: a}
container:
  image: «golang:$GO»
test_task:
  env: {TWICE: b}
  arm_container:
    image: «x.io/a/b:\${TWICE}»
    additional_containers: [{name: db, image: «mysql:8»}]
  matrix:
  - name: a
    container: {image: «node:20»}
  - container:
      matrix: [{image: «node:22»}, {image: "«node:18»"}]
  run_script:
  - docker run «alpine:3»
task:
  env: {OWN: 'alpine:\${GO}'}
  container: {image: '«node:$V»'}
  matrix:
  - env: {V: 20}
  - env: {V: 22}
  own_script: docker pull «$OWN»
task:
  name: other
  container: {image: "«node:$V»"}
task:
  name: rows
  env: {matrix: [{W: "20"}, {W: "22"}], X: a}
  container: {image: '«node:$W-$X»'}
  run_script: docker run «alpine:$W»
task:
  name: keys
  env: {matrix: {W: "18", W: "16"}}
  container: {image: '«node:$W»'}
build_docker_builder:
  build_script: docker build -t acme/app:1 .
mac_task: {macos_instance: {image: «ghcr.io/acme/macos:1»}}
old_mac_task: {macos_instance: {image: big-sur-base}}
own_mac_task: {persistent_worker: {isolation: {tart: {image: «ghcr.io/acme/macos:2», user: a}}}}
pipe:
  steps: [{image: «gcr.io/a:1», x_script: echo}]
`,
    uses: [
      "container docker.io/library/golang:1.22 resolved",
      "container x.io/a/b:b resolved",
      "services docker.io/library/mysql:8 literal",
      "container docker.io/library/node:20 literal",
      "container docker.io/library/node:22 literal",
      "container docker.io/library/node:18 literal",
      "command docker.io/library/alpine:3 literal",
      "container docker.io/library/node:20 resolved",
      "container docker.io/library/node:22 resolved",
      "command docker.io/library/alpine:1.22 resolved",
      "container ? partial",
      "container docker.io/library/node:20-a resolved",
      "container docker.io/library/node:22-a resolved",
      "command docker.io/library/alpine:20 resolved",
      "command docker.io/library/alpine:22 resolved",
      "container docker.io/library/node:18 resolved",
      "container docker.io/library/node:16 resolved",
      "machine ghcr.io/acme/macos:1 literal",
      "machine ghcr.io/acme/macos:2 literal",
      "container gcr.io/a:1 literal",
    ],
    pins: 7,
  },
  {
    dialect: "concourse",
    path: "ci/pipeline.yml",
    text: `resource_types:
- name: slack
  type: registry-image
  source: {repository: «cfcommunity/slack-notification-resource», tag: latest}
- name: own
  type: registry-image
  source: {repository: «own», aws_region: eu-west-1, aws_account_id: "0123", tag: 1}
- name: whose
  type: registry-image
  source: {repository: «whose», aws_region: eu-west-1, tag: 1}
- name: whole
  type: registry-image
  source: {repository: «public.ecr.aws/a/b», aws_region: eu-west-1}
resources:
- name: base
  type: registry-image
  source: &base {repository: «golang», tag: ((go-version))}
- name: made
  type: registry-image
  source: {repository: registry.io/acme/made}
- {name: repo, type: git, source: {uri: x, repository: not/this}}
- name: both
  type: docker-image
  source: {repository: «registry.io/acme/both»}
jobs:
- name: a
  plan:
  - in_parallel: [{get: repo}, {get: alias, resource: both}]
  - task: t
    config:
      platform: linux
      image_resource:
        type: registry-image
        source: {repository: «busybox», tag: '1.36'}
        version: {digest: '${pin}'}
      run: {path: sh, args: [-exc, 'docker pull «redis:7»']}
    on_failure:
      task: u
      config: {platform: linux, image_resource: {type: registry-image, source: {repository: «alpine»}}, run: {path: x}}
  - task: same
    config: {platform: linux, image_resource: {type: registry-image, source: *base}, run: {path: x}}
  - put: made
  - get: base
  - put: alias
    resource: both
`,
    uses: [
      "resource-type docker.io/cfcommunity/slack-notification-resource:latest resolved",
      "resource-type 0123.dkr.ecr.eu-west-1.amazonaws.com/own:1 resolved",
      "resource-type ? unresolved",
      "resource-type public.ecr.aws/a/b literal",
      "resource ? partial",
      "resource registry.io/acme/both literal",
      `image-resource docker.io/library/busybox:1.36@${pin} resolved`,
      "command docker.io/library/redis:7 literal",
      "image-resource docker.io/library/alpine literal",
    ],
    pins: 1,
  },
  {
    dialect: "travis",
    path: ".travis.yml",
    text: `services: [docker, redis-server]
env:
  global: [REG=quay.io, secure: abc]
  jobs:
  - V=1 X="a b"
  - V=2
install: docker pull «$REG/acme/base:$V»
script:
- docker run --rm -e A «alpine:3» true
- docker build -t acme/out:1 .
jobs:
  include:
  - script: docker run «redis:7»
    install: skip
deploy: {provider: script, script: echo docker run x:1}
`,
    uses: [
      "command quay.io/acme/base:1 resolved",
      "command quay.io/acme/base:2 resolved",
      "command docker.io/library/alpine:3 literal",
      "command docker.io/library/redis:7 literal",
    ],
    pins: 0,
  },
  {
    dialect: "semaphore",
    path: ".semaphore/semaphore.yml",
    text: `version: v1.0
agent:
  machine: {type: e1-standard-2, os_image: ubuntu2204}
  containers: [{name: main, image: «registry.semaphoreci.com/ruby:3.2»}]
blocks:
- task:
    agent:
      containers:
      - name: db
        image: «postgres:\${{parameters.PG}}»
    prologue: {commands: [checkout, docker pull «redis:7», export P=alpine]}
    env_vars: [{name: N, value: node}, {name: V, value: 18}]
    jobs:
    - {name: a, commands: [docker build -t acme/x:1 .]}
    - {name: b, commands: ['docker run «$N:$V»'], env_vars: [{name: V, value: 22}]}
    - name: c
      matrix: [{env_var: V, values: ['1', '2']}]
      commands: ['docker run «$P:$V»', 'docker run «$N:3»']
    - {name: d, matrix: [{env_var: W, values: [8]}], commands: ['docker run «$N:$W»']}
    epilogue: {always: {commands: ['docker run «busybox:1»']}}
after_pipeline: {task: {jobs: [{commands: ['docker run «$G»']}]}}
global_job_config: {env_vars: [{name: G, value: 'golang:1'}], prologue: {commands: ['docker pull «debian:12»']}}
`,
    uses: [
      "container registry.semaphoreci.com/ruby:3.2 literal",
      "container ? partial",
      "command docker.io/library/redis:7 literal",
      "command docker.io/library/node:22 resolved",
      "command docker.io/library/alpine:1 resolved",
      "command docker.io/library/alpine:2 resolved",
      "command docker.io/library/node:3 resolved",
      "command docker.io/library/node:8 resolved",
      "command docker.io/library/busybox:1 literal",
      "command docker.io/library/golang:1 resolved",
      "command docker.io/library/debian:12 literal",
    ],
    pins: 1,
  },
  {
    dialect: "screwdriver",
    path: "screwdriver.yaml",
    text: `shared:
  image: «node:20»
  environment: {A: '3'}
  steps: [init: npm i]
jobs:
  main:
    image: «node:{{V}}»
    matrix: {V: [1, 2]}
    steps:
    - test: docker run «alpine:$A»
    - docker run «alpine:$V»
  deploy: {template: acme/deploy@1, image: stable, steps: []}
  other: {template: acme/other@1, image: «golang:1»}
  open:
    image: «redis:{{W}}»
stages:
  canary: {jobs: [main], setup: {image: «busybox:1», steps: [x: docker pull «busybox:2»]}}
`,
    uses: [
      "image docker.io/library/node:20 literal",
      "image docker.io/library/node:1 resolved",
      "image docker.io/library/node:2 resolved",
      "command docker.io/library/alpine:3 resolved",
      "command docker.io/library/alpine:1 resolved",
      "command docker.io/library/alpine:2 resolved",
      "image docker.io/library/golang:1 literal",
      "image ? partial",
      "image docker.io/library/busybox:1 literal",
      "command docker.io/library/busybox:2 literal",
    ],
    pins: 3,
  },
  {
    dialect: "screwdriver",
    path: "sd-template.yaml",
    text: `namespace: acme
name: deploy
version: '1.0'
config:
  image: «node:20»
  steps: [run: docker run «alpine:3»]
images: {stable: «node:22», latest: '«node:24»'}
`,
    uses: [
      "image docker.io/library/node:20 literal",
      "command docker.io/library/alpine:3 literal",
      "image docker.io/library/node:22 literal",
      "image docker.io/library/node:24 literal",
    ],
    pins: 3,
  },
  {
    dialect: "prow",
    path: ".prow/jobs.yaml",
    text: `presubmits:
  acme/app:
  - name: test
    decorate: true
    spec:
      volumes: [{name: v, image: {reference: «acme/data:1»}}]
      initContainers: [{image: "«busybox:1»"}]
      containers:
      - image: «gcr.io/acme/kubekins:v1-master»
        command: [bash, -c]
        args:
        - |
          docker run «alpine:3»
          docker build -t acme/own:1 .
          docker run acme/own:1
        env: [{name: IMAGE, value: acme/none:1}]
periodics:
- interval: 1h
  name: nightly
  spec: {containers: [{image: '«node:22»', args: [run]}]}
- name: built
  tekton_pipeline_run_spec:
    v1: {pipelineSpec: {tasks: [{name: a, taskSpec: {steps: [{image: «golang:1»}], sidecars: [{image: «redis:7»}]}}]}}
plank:
  default_decoration_config_entries:
  - repo: acme
    config:
      utility_images: {clonerefs: «gcr.io/prow/clonerefs:1», sidecar: '«gcr.io/prow/sidecar:1»', other: x}
`,
    uses: [
      "volume docker.io/acme/data:1 literal",
      "container docker.io/library/busybox:1 literal",
      "container gcr.io/acme/kubekins:v1-master literal",
      "command docker.io/library/alpine:3 literal",
      "container docker.io/library/node:22 literal",
      "container docker.io/library/golang:1 literal",
      "container docker.io/library/redis:7 literal",
      "utility-image gcr.io/prow/clonerefs:1 literal",
      "utility-image gcr.io/prow/sidecar:1 literal",
    ],
    pins: 8,
  },
  {
    dialect: "codefresh",
    path: "codefresh.yaml",
    text: `kind: step-type
version: '1.0'
metadata: {name: a, examples: [{workflow: {s: {type: a, image: acme/none:1}}}]}
spec:
  arguments: '{"image": "acme/none:2"}'
  steps:
    main: {name: a, image: «quay.io/acme/a:1», commands: [docker pull «redis:7»]}
  stepsTemplate: |-
    main:
      name: a
      [[ if .Arguments.old ]]
      image: «quay.io/acme/b:1»
      [[- else ]]
      image: «quay.io/acme/c:[[ .Arguments.version ]]»
      [[ end ]]
      environment:
      [[- range $key, $val := .Arguments ]]
        - '[[ $key ]]=[[ $val ]]'
      [[- end ]]
`,
    uses: [
      "image quay.io/acme/a:1 literal",
      "command docker.io/library/redis:7 literal",
      "image quay.io/acme/b:1 literal",
      "image ? partial",
    ],
    pins: 2,
  },
  {
    dialect: "codefresh",
    path: "codefresh.yml",
    text: `version: '1.0'
steps:
  build: {type: build, image_name: acme/app, tag: 1, dockerfile: Dockerfile}
  test:
    image: «node:20»
    commands: [docker pull «redis:7»]
  own: {title: x, image: '\${{build}}'}
  inline:
    type: build
    image_name: acme/inline
    dockerfile:
      content: |-
        FROM «node:18» AS a
        FROM «alpine:3.7»
        COPY --from=a / /
  given: {type: freestyle, arguments: {image: «golang:1», commands: [docker pull «redis:8»]}}
  other: {type: acme/step, arguments: {image: acme/none:1}}
  many:
    type: parallel
    steps:
      a: {type: freestyle, image: "«acme/tool:\${{V}}»"}
  both:
    type: composition
    composition:
      version: '2'
      services: {db: {image: «postgres:16»}, app: {build: .}}
    composition_candidates: {t: {image: '\${{build}}'}}
  launch:
    type: launch-composition
    composition: {services: {db: {image: «mysql:8»}}}
    composition-candidates: {t: {image: «node:16»}}
  push: {type: push, candidate: '\${{build}}', image_name: x/y}
services:
  composition: {cache: {image: «redis:6»}}
hooks:
  on_finish: {exec: {image: «alpine:3.9», commands: [docker pull «redis:9»]}}
  on_fail: {steps: {a: {image: «alpine:3.8»}}}
`,
    uses: [
      "image docker.io/library/node:20 literal",
      "command docker.io/library/redis:7 literal",
      "from docker.io/library/node:18 literal",
      "from docker.io/library/alpine:3.7 literal",
      "image docker.io/library/golang:1 literal",
      "command docker.io/library/redis:8 literal",
      "image ? partial",
      "services docker.io/library/postgres:16 literal",
      "services docker.io/library/mysql:8 literal",
      "services docker.io/library/node:16 literal",
      "services docker.io/library/redis:6 literal",
      "image docker.io/library/alpine:3.9 literal",
      "command docker.io/library/redis:9 literal",
      "image docker.io/library/alpine:3.8 literal",
    ],
    pins: 10,
  },
];
