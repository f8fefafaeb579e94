import type { Dialect } from "../../src/core/document/document.ts";
import { pin } from "./imageUses.ts";

/** A file of each tool that uses most of what its reader knows; `«` and `»` stand around its references. */
export const toolSamples: readonly {
  readonly dialect: Dialect;
  readonly path: string;
  readonly text: string;
  readonly uses: readonly string[];
  /** How many of its images, but those of commands, can be pinned. */
  readonly pins: number;
}[] = [
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
  {
    dialect: "fly",
    path: "fly.toml",
    text: `app = "x" # image = "a:1"
[env]
image = "not:1"
text = """
[build]
image = "nor:1"
"""
[ "build" ]
  'image' = "«flyio/hellofly:latest»" # why
[build.args]
image = "x:1"
`,
    uses: ["image docker.io/flyio/hellofly:latest literal"],
    pins: 1,
  },
  {
    dialect: "buildpacks",
    path: "project.toml",
    text: `[_]
schema-version = "0.2"
[io.buildpacks]
builder = '«cnbs/sample-builder:jammy»'
[[io.buildpacks.group]]
uri = "docker://«cnbs/sample-package:hello»"
[[io.buildpacks.group]]
uri = "https://example.com/a.tgz"
[run]
images = [ # all
  { image = "«cnbs/run:jammy»", mirrors = ["«ghcr.io/cnbs/run:jammy»"] },
]
`,
    uses: [
      "builder docker.io/cnbs/sample-builder:jammy literal",
      "buildpack docker.io/cnbs/sample-package:hello literal",
      "run-image docker.io/cnbs/run:jammy literal",
      "run-image ghcr.io/cnbs/run:jammy literal",
    ],
    pins: 4,
  },
  {
    dialect: "cross",
    path: "Cross.toml",
    text: `[target.x86_64-unknown-linux-gnu]
image = "«ghcr.io/cross-rs/x86_64-unknown-linux-gnu:0.2.5»"
pre-build = ["apt-get update"]
[target]
aarch64-linux-android = { image.name = "«ghcr.io/a/b:1»", image.toolchain = ["c:1"] }
`,
    uses: ["image ghcr.io/cross-rs/x86_64-unknown-linux-gnu:0.2.5 literal", "image ghcr.io/a/b:1 literal"],
    pins: 2,
  },
  {
    dialect: "bazel",
    path: "MODULE.bazel",
    text: `# oci.pull(image = "a:1")
def oci_pull(image = "not/this:1"):
    pass
oci = use_extension("@rules_oci//oci:extensions.bzl", "oci")
oci.pull(
    name = "base",
    digest = "${pin}",
    image = "«gcr.io/distroless/base»",
    platforms = ["linux/amd64", "linux/arm64/v8"],
    tag = "latest",  # why
)
oci.pull(name = 'b', image = '«index.docker.io/library/ubuntu:24.04»')
[container_pull(name = n, registry = "quay.io", repository = "«acme/app»", tag = "1") for n in x]
oci_pull(name = "d", image = "«docker.io/acme/d»", tag = VERSION)
oci_pull(name = "c", image = PREFIX + "x")
oci_push(name = "p", image = ":x", repository = "ghcr.io/acme/out")
"""
oci.pull(image = "x:1")
"""
`,
    uses: [
      `pull gcr.io/distroless/base:latest@${pin} resolved`,
      "pull docker.io/library/ubuntu:24.04 literal",
      "pull quay.io/acme/app:1 resolved",
      "pull ? partial",
    ],
    pins: 2,
  },
  {
    dialect: "gradle",
    path: "build.gradle",
    text: `plugins { id 'com.google.cloud.tools.jib' version '3.4.0' }
// jib { from { image = 'a:1' } }
jib {
  from {
    image = '«eclipse-temurin:21-jre»'
  }
  to { image = 'acme/out:1' }
}
allprojects { jib { from { image "«registry.io/base/x:\${version}»" } } }
jib.from.image = "registry://«gcr.io/a/b»"
jib.from.image = "docker://local:1"
jib.from.image = base + ":1"
bootBuildImage {
  imageName = "acme/out:2"
  builder = "«paketobuildpacks/builder:tiny»"
}
tasks.named<BootBuildImage>("bootBuildImage") {
  runImage.set("«paketobuildpacks/run:tiny»")
}
other { from { image = "x:1" } }
`,
    uses: [
      "from docker.io/library/eclipse-temurin:21-jre literal",
      "from ? partial",
      "from gcr.io/a/b literal",
      "builder docker.io/paketobuildpacks/builder:tiny literal",
      "run-image docker.io/paketobuildpacks/run:tiny literal",
    ],
    pins: 4,
  },
  {
    dialect: "maven",
    path: "pom.xml",
    text: `<?xml version="1.0"?>
<project>
  <!-- <plugin><artifactId>jib-maven-plugin</artifactId> -->
  <build a="<x>"><plugins>
    <plugin>
      <artifactId>jib-maven-plugin</artifactId>
      <dependencies><dependency><artifactId>x</artifactId></dependency></dependencies>
      <configuration>
        <from><image>
          «eclipse-temurin:21»
        </image><platforms/></from>
        <to><image>acme/out:1</image></to>
      </configuration>
      <executions><execution><configuration><from><image>«registry.io/b/c:\${v}»</image></from></configuration></execution></executions>
    </plugin>
    <plugin>
      <configuration><image><name>acme/out</name><builder>«paketobuildpacks/builder:tiny»</builder><runImage>docker://x:1</runImage></image></configuration>
      <artifactId>spring-boot-maven-plugin</artifactId>
    </plugin>
    <plugin><artifactId>other</artifactId><configuration><from><image>x:1</image></from></configuration></plugin>
  </plugins></build>
</project>
`,
    uses: [
      "from docker.io/library/eclipse-temurin:21 literal",
      "from ? partial",
      "builder docker.io/paketobuildpacks/builder:tiny literal",
    ],
    pins: 2,
  },
  {
    dialect: "kubernetes",
    path: "kind.yaml",
    text: `kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
nodes:
- role: control-plane
  image: «kindest/node:v1.30.0@${pin}»
- {role: worker, image: «kindest/node:v1.30.0»}
`,
    uses: [`image docker.io/kindest/node:v1.30.0@${pin} literal`, "image docker.io/kindest/node:v1.30.0 literal"],
    pins: 2,
  },
  {
    dialect: "kubernetes",
    path: "k3d.yaml",
    text: `apiVersion: k3d.io/v1alpha5
kind: Simple
image: «rancher/k3s:v1.31.0-k3s1»
registries: {create: {name: r, image: «docker.io/library/registry:2»}}
`,
    uses: ["image docker.io/rancher/k3s:v1.31.0-k3s1 literal", "image docker.io/library/registry:2 literal"],
    pins: 2,
  },
  {
    dialect: "kubernetes",
    path: "Kptfile",
    text: `apiVersion: kpt.dev/v1
kind: Kptfile
pipeline:
  mutators:
  - image: «gcr.io/kpt-fn/set-namespace:v0.4»
    configMap: {image: x}
  validators: [{image: «ghcr.io/a/b:1»}]
`,
    uses: ["image gcr.io/kpt-fn/set-namespace:v0.4 literal", "image ghcr.io/a/b:1 literal"],
    pins: 2,
  },
  {
    dialect: "quadlet",
    path: "app.service",
    text: `[Service]
ExecStartPre=-/usr/bin/docker pull «redis:7»
ExecStart=/usr/bin/docker run --rm -e A=b \\
  «quay.io/a/b:1» serve
`,
    uses: ["command docker.io/library/redis:7 literal", "command quay.io/a/b:1 literal"],
    pins: 0,
  },
];
