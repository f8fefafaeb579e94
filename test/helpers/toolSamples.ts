import type { Dialect } from "../../src/core/document/document.ts";
import { pin } from "./imageUses.ts";

/** A file of a tool that uses most of what its reader knows; `«` and `»` stand around its references. */
export interface ToolSample {
  readonly dialect: Dialect;
  readonly path: string;
  readonly text: string;
  readonly uses: readonly string[];
  /** How many of its images, but those of commands, can be pinned. */
  readonly pins: number;
}

/** Configuration of tools in YAML. */
export const toolSamples: readonly ToolSample[] = [
  {
    dialect: "gitpod",
    path: ".gitpod.yml",
    text: `image: «gitpod/workspace-full:2024»  # base
tasks:
- init: |
    docker pull «redis:7»
  command: echo image:1
ports: [{port: 80}]
`,
    uses: ["image docker.io/gitpod/workspace-full:2024 literal", "command docker.io/library/redis:7 literal"],
    pins: 1,
  },
  {
    dialect: "devfile",
    path: "devfile.yaml",
    text: `schemaVersion: 2.2.0
variables: {tag: '1.2', none: &n x}
components:
- name: dev
  container: {image: "«quay.io/devfile/universal:{{tag}}»"}
- name: out
  image: {imageName: quay.io/acme/out:1, dockerfile: {uri: Dockerfile}}
- name: db
  container:
    image: '«postgres:16»'
commands:
- id: run
  exec: {component: dev, commandLine: docker run «alpine:3»}
parent:
  uri: x
  components: [{name: p, container: {image: "«b/c:{{unknown}}»"}}]
`,
    uses: [
      "container quay.io/devfile/universal:1.2 resolved",
      "container docker.io/library/postgres:16 literal",
      "command docker.io/library/alpine:3 literal",
      "container ? partial",
    ],
    pins: 1,
  },
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
build_docker_builder:
  build_script: docker build -t acme/app:1 .
pipe:
  steps: [{image: «gcr.io/a:1», x_script: echo}]
`,
    uses: [
      "container docker.io/library/golang:1.22 resolved",
      "container ? partial",
      "services docker.io/library/mysql:8 literal",
      "container docker.io/library/node:20 literal",
      "container docker.io/library/node:22 literal",
      "container docker.io/library/node:18 literal",
      "command docker.io/library/alpine:3 literal",
      "container gcr.io/a:1 literal",
    ],
    pins: 5,
  },
  {
    dialect: "concourse",
    path: "ci/pipeline.yml",
    text: `resource_types:
- name: slack
  type: registry-image
  source: {repository: «cfcommunity/slack-notification-resource», tag: latest}
resources:
- name: base
  type: registry-image
  source: {repository: «golang», tag: ((go-version))}
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
      run: {path: sh}
    on_failure:
      task: u
      config: {platform: linux, image_resource: {type: registry-image, source: {repository: «alpine»}}, run: {path: x}}
  - put: made
  - get: base
  - put: alias
    resource: both
`,
    uses: [
      "resource-type docker.io/cfcommunity/slack-notification-resource:latest resolved",
      "resource ? partial",
      "resource registry.io/acme/both literal",
      `image-resource docker.io/library/busybox:1.36@${pin} resolved`,
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
    prologue: {commands: [checkout, docker pull «redis:7»]}
    jobs: [{name: a, commands: [docker build -t acme/x:1 .]}]
`,
    uses: [
      "container registry.semaphoreci.com/ruby:3.2 literal",
      "container ? partial",
      "command docker.io/library/redis:7 literal",
    ],
    pins: 1,
  },
  {
    dialect: "batect",
    path: "batect.yml",
    text: `project_name: x
containers:
  dev:
    image: «eclipse-temurin:21»
  built: {build_directory: .batect/x}
tasks: {t: {run: {container: dev, command: ./x}}}
`,
    uses: ["container docker.io/library/eclipse-temurin:21 literal"],
    pins: 1,
  },
  {
    dialect: "okteto",
    path: "okteto.yml",
    text: `build:
  api: {context: ., image: okteto.dev/api:1}
deploy:
  image: «okteto/installer:1.8»
  commands:
  - docker pull «redis:7»
  - {name: b, command: docker pull «redis:8»}
dev:
  api:
    image: «\${DEV:-okteto/golang:1}»
    initContainer: {image: «okteto/bin:1.6»}
test: {unit: {image: «golang:1.22», commands: [go test]}}
`,
    uses: [
      "image docker.io/okteto/installer:1.8 literal",
      "command docker.io/library/redis:7 literal",
      "command docker.io/library/redis:8 literal",
      "image docker.io/okteto/golang:1 resolved",
      "image docker.io/okteto/bin:1.6 literal",
      "image docker.io/library/golang:1.22 literal",
    ],
    pins: 4,
  },
  {
    dialect: "screwdriver",
    path: "screwdriver.yaml",
    text: `shared:
  image: «node:20»
  steps: [init: npm i]
jobs:
  main:
    image: «node:{{V}}»
    matrix: {V: [1, 2]}
    steps:
    - test: docker run «alpine:3»
    - docker run «alpine:4»
`,
    uses: [
      "image docker.io/library/node:20 literal",
      "image ? partial",
      "command docker.io/library/alpine:3 literal",
      "command docker.io/library/alpine:4 literal",
    ],
    pins: 1,
  },
  {
    dialect: "bitrise",
    path: "bitrise.yml",
    text: `format_version: 13
containers:
  ruby: {type: execution, image: «ruby:3»}
services:
  db:
    image: "«postgres:16»"
workflows:
  a:
    steps:
    - script@1:
        inputs:
        - content: |-
            docker run «redis:7»
    - with: {container: ruby, steps: []}
`,
    uses: [
      "container docker.io/library/ruby:3 literal",
      "services docker.io/library/postgres:16 literal",
      "command docker.io/library/redis:7 literal",
    ],
    pins: 2,
  },
  {
    dialect: "render",
    path: "render.yaml",
    text: `services:
- type: web
  name: a
  runtime: image
  image: {url: «docker.io/acme/web:1», creds: {}}
- {type: pserv, runtime: docker, dockerfilePath: ./x}
projects:
- environments:
  - services: [{type: web, image: {url: '«ghcr.io/a/b»'}}]
`,
    uses: ["image docker.io/acme/web:1 literal", "image ghcr.io/a/b literal"],
    pins: 2,
  },
  {
    dialect: "pre-commit",
    path: ".pre-commit-config.yaml",
    text: `repos:
- repo: local
  hooks:
  - id: a
    language: docker_image
    entry: «hadolint/hadolint:v2.12.0» hadolint
  - id: b
    language: docker_image
    entry: --entrypoint /bin/format -e X=y "«registry.io/clang:17»" -i
  - {id: c, language: system, entry: 'alpine:3 x'}
  - {id: d, language: docker, entry: x}
`,
    uses: ["entry docker.io/hadolint/hadolint:v2.12.0 literal", "entry registry.io/clang:17 literal"],
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
  push: {type: push, candidate: '\${{build}}', image_name: x/y}
services:
  composition: {cache: {image: «redis:6»}}
`,
    uses: [
      "image docker.io/library/node:20 literal",
      "command docker.io/library/redis:7 literal",
      "image ? partial",
      "services docker.io/library/postgres:16 literal",
      "services docker.io/library/redis:6 literal",
    ],
    pins: 3,
  },
  {
    dialect: "app-platform",
    path: ".do/app.yaml",
    text: `name: x
services:
- name: web
  image: {registry_type: DOCKER_HUB, registry: library, repository: «nginx», tag: "1.27"}
- name: b
  image:
    registry_type: GHCR
    registry: acme
    repository: «api»
    tag: v1
    digest: ${pin}
workers:
- {name: w, image: {registry_type: DOCR, repository: «w», tag: x}}
- {name: v, image: {repository: nothing}}
- {name: u, dockerfile_path: Dockerfile}
`,
    uses: [
      "image docker.io/library/nginx:1.27 resolved",
      `image ghcr.io/acme/api@${pin} resolved`,
      "image ? unresolved",
    ],
    pins: 1,
  },
];
