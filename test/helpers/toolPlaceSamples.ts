import type { ToolSample } from "./toolSamples.ts";

/** Configuration of further tools in YAML. */
export const toolPlaceSamples: readonly ToolSample[] = [
  {
    dialect: "werf",
    path: "werf.yaml",
    text: `project: acme
configVersion: 1
---
image: backend
from: «ruby:3.2»
git: [{add: /, to: /app}]
---
image: worker
fromImage: backend
---
image: web
dockerfile: Dockerfile
---
artifact: assets
from: "«{{ $.Base }}»"
---
{{ $tag := "18" -}}
{{- range $name := list "a" "b" }}
image: {{ $name }}
from: «node:{{ $tag }}-alpine»
{{- end }}
---
image: api
from: «{{ env "BASE" "acme/base:1" }}»
shell: {install: [{{ include "install" . }}]}
`,
    uses: [
      "from docker.io/library/ruby:3.2 literal",
      "from ? unresolved",
      "from docker.io/library/node:18-alpine resolved",
      "from docker.io/acme/base:1 resolved",
    ],
    pins: 2,
  },
  {
    dialect: "ddev",
    path: ".ddev/config.yaml",
    text: "name: acme\ntype: php\nwebimage: «ddev/ddev-webserver:v1.22»\ndbimage: '«ddev/ddev-dbserver:v1»'\ndatabase: {type: mariadb, version: '10.4'}\nhooks: {post-start: [{exec: docker pull no:1}, {exec-host: docker pull «redis:7»}]}\n",
    uses: [
      "image docker.io/ddev/ddev-webserver:v1.22 literal",
      "image docker.io/ddev/ddev-dbserver:v1 literal",
      "command docker.io/library/redis:7 literal",
    ],
    pins: 2,
  },
  {
    dialect: "lando",
    path: ".lando.yml",
    text: `name: acme
recipe: drupal9
services:
  node:
    type: compose
    services: {image: «node:20», command: npm start}
  search:
    type: elasticsearch
    overrides: {image: '«acme/search:1»', environment: {image: a}}
    build: [docker pull «alpine:3»]
tooling: {x: {service: node}}
`,
    uses: [
      "image docker.io/library/node:20 literal",
      "image docker.io/acme/search:1 literal",
      "command docker.io/library/alpine:3 literal",
    ],
    pins: 2,
  },
  {
    dialect: "kubeflow-pipelines",
    path: "train/component.yaml",
    text: `name: Train
inputs: [{name: image, default: 'no:1'}]
implementation:
  container:
    image: «a.io/acme/train:1»
    command: [sh, -c, docker run no:2]
`,
    uses: ["image a.io/acme/train:1 literal"],
    pins: 1,
  },
  {
    dialect: "onedev",
    path: "app/.onedev-buildspec.yml",
    text: `version: 38
jobs:
- name: test
  steps:
  - !CheckoutStep
    name: checkout
  - !CommandStep
    name: test
    runInContainer: true
    image: «golang:1.25»
    interpreter: !DefaultInterpreter
      commands: |
        docker run --rm «busybox:1» true
  - !CommandStep
    image: «acme/tool:@param:Version@»
  - !BuildImageStep
    output: !RegistryOutput
      tags: acme/no:@version@
stepTemplates:
- name: shared
  steps:
  - !RunContainerStep
    image: «alpine»
services:
- name: db
  image: «postgres:17»
`,
    uses: [
      "image docker.io/library/golang:1.25 literal",
      "command docker.io/library/busybox:1 literal",
      "image ? partial",
      "image docker.io/library/alpine literal",
      "services docker.io/library/postgres:17 literal",
    ],
    pins: 3,
  },
  {
    dialect: "wercker",
    path: "wercker.yml",
    text: `box: «golang:1.10»
services: [«redis:4»]
build:
  box: «node:10»
  steps:
  - script: {name: a, code: docker run «busybox:1»}
`,
    uses: [
      "box docker.io/library/golang:1.10 literal",
      "services docker.io/library/redis:4 literal",
      "box docker.io/library/node:10 literal",
      "command docker.io/library/busybox:1 literal",
    ],
    pins: 3,
  },
  {
    dialect: "harness",
    path: ".harness/build.yaml",
    text: `pipeline:
  identifier: a
  stages:
  - stage:
      type: CI
      spec:
        execution:
          steps:
          - step: {type: Run, spec: {connectorRef: c, image: '«golang:1.22»', shell: Sh, command: docker pull «busybox:1»}}
          - parallel:
            - step: {type: Plugin, spec: {image: '«<+pipeline.variables.img>»'}}
            - step: {type: BuildAndPushDockerRegistry, spec: {repo: acme/out, tags: [a]}}
`,
    uses: [
      "image docker.io/library/golang:1.22 literal",
      "command docker.io/library/busybox:1 literal",
      "image ? unresolved",
    ],
    pins: 1,
  },
  {
    dialect: "devspace",
    path: "devspace.yaml",
    text: `version: v2beta1
images: {app: {image: acme/out}, given: {image: acme/given, build: {disabled: true}}, in: {image: acme/in, kaniko: {initImage: '«acme/init:1»'}}}
dev:
  app: {imageSelector: acme/out, devImage: '«ghcr.io/acme/dev:1»'}
  two: {containers: {a: {devImage: «node:20»}}}
commands: {lint: docker run «acme/lint:2»}
vars: {TAG: "3"}
deployments:
  app: {helm: {values: {containers: [{image: acme/out}, {image: '$\{runtime.images.app}'}, {image: '«acme/side:$\{TAG}»'}, {image: '«acme/given»'}]}}}
  db: {helm: {chart: {name: db, repo: 'oci://«r.io/charts»', version: 1.2.3}, values: {image: {repository: «acme/db», tag: v2}, web: {image: {repository: acme/out}}, job: {image: {repository: «r.io/job», tag: '$\{TAG}'}}}}}
profiles: [{name: p, merge: {dev: {app: {devImage: '«acme/profile:1»'}}}}]
`,
    uses: [
      "builder docker.io/acme/init:1 literal",
      "image ghcr.io/acme/dev:1 literal",
      "image docker.io/library/node:20 literal",
      "command docker.io/acme/lint:2 literal",
      "image docker.io/acme/side:3 resolved",
      "image docker.io/acme/given literal",
      "chart r.io/charts/db:1.2.3 resolved",
      "image docker.io/acme/db:v2 resolved",
      "image ? partial",
      "image docker.io/acme/profile:1 literal",
    ],
    pins: 6,
  },
  {
    dialect: "devspace",
    path: "deploy/devspace.dev.yaml",
    text: `version: v1beta11
vars: [{name: IMAGE, value: acme/out}, {name: V, default: "6"}]
images: {app: {image: '$\{IMAGE}'}}
deployments:
- {name: app, helm: {componentChart: true, values: {containers: [{image: '$\{IMAGE}'}, {image: '«redis:$\{V}»'}]}}}
- {name: old, component: {containers: [{image: «acme/old:1»}]}}
dev: {replacePods: [{imageSelector: '$\{IMAGE}', replaceImage: «acme/dev:2»}]}
`,
    uses: [
      "image docker.io/library/redis:6 resolved",
      "image docker.io/acme/old:1 literal",
      "image docker.io/acme/dev:2 literal",
    ],
    pins: 2,
  },
  {
    dialect: "garden",
    path: "a/web.garden.yml",
    text: `kind: Build
type: container
name: web
spec: {publishId: acme/out:1}
---
kind: Deploy
type: container
spec: {image: '$\{actions.build.web.outputs.deployment-image-id}'}
---
kind: Run
type: container
spec: {image: «acme/task:1», command: [sh]}
---
kind: Test
type: kubernetes-pod
spec: {podSpec: {containers: [{name: a, image: «acme/test:1»}]}}
---
kind: Deploy
type: helm
spec: {chart: {name: db, repo: 'oci://«r.io/charts»', version: 1.2.3}, values: {image: {repository: «acme/db», tag: v2}}}
---
kind: Deploy
type: kubernetes
spec: {manifests: [{apiVersion: v1, kind: Pod, spec: {containers: [{image: «acme/pod:1»}]}}]}
---
kind: Deploy
type: helm
spec: {values: {image: {repository: '«$\{local.env.IMAGE || "r.io/web"}»', tag: '$\{local.env.TAG || "v3"}'}}}
---
kind: Module
type: container
image: «postgres:16»
---
kind: Module
type: container
image: acme/out
`,
    uses: [
      "image docker.io/acme/task:1 literal",
      "container docker.io/acme/test:1 literal",
      "chart r.io/charts/db:1.2.3 resolved",
      "image docker.io/acme/db:v2 resolved",
      "image docker.io/acme/pod:1 literal",
      "image r.io/web:v3 resolved",
      "image docker.io/library/postgres:16 literal",
    ],
    pins: 6,
  },
  {
    dialect: "goreleaser",
    path: ".goreleaser.yaml",
    text: `before: {hooks: [go mod tidy, docker pull «acme/tool:1»]}
kos: [{base_image: «cgr.dev/chainguard/static:latest», repositories: [ghcr.io/acme/out]}]
dockers: [{image_templates: ['acme/out:{{ .Tag }}']}]
`,
    uses: ["command docker.io/acme/tool:1 literal", "from cgr.dev/chainguard/static:latest literal"],
    pins: 1,
  },
  {
    dialect: "captain-definition",
    path: "captain-definition",
    text: `{
  "schemaVersion": 2,
  "dockerfileLines": ["ARG V=3.19", "FROM «node:20» AS build", "RUN npm ci", "FROM build AS next", "FROM «alpine:$V»", "COPY --from=build /a /b", "COPY --from=«busybox:1» /c /d"]
}
`,
    uses: [
      "from docker.io/library/node:20 literal",
      "from docker.io/library/alpine:3.19 resolved",
      "copy-from docker.io/library/busybox:1 literal",
    ],
    pins: 2,
  },
  {
    dialect: "captain-definition",
    path: "deploy/captain-definition-web",
    text: '{ "schemaVersion": 2, "imageName": "«nginx:1.25»" }\n',
    uses: ["image docker.io/library/nginx:1.25 literal"],
    pins: 1,
  },
  {
    dialect: "container-definition",
    path: "env/Singularity.gpu",
    text: `# Bootstrap: docker
BootStrap: docker
From: «nvidia/cuda:12.2.0-base» # From: no:1
Stage: build

%post
    echo From: no:2
    From: no:3

Bootstrap: localimage
From: base.sif

bootstrap: docker
from:«ghcr.io/acme/run:1»
%files from build
    /a /b
`,
    uses: ["from docker.io/nvidia/cuda:12.2.0-base literal", "from ghcr.io/acme/run:1 literal"],
    pins: 2,
  },
  {
    dialect: "act-options",
    path: ".actrc",
    text: `-P ubuntu-latest=«catthehacker/ubuntu:act-latest»
--platform=ubuntu-22.04=«ghcr.io/acme/runner:22.04»
-P macos-latest=-self-hosted
# -P x=no:1
--container-architecture linux/amd64
`,
    uses: ["platform docker.io/catthehacker/ubuntu:act-latest literal", "platform ghcr.io/acme/runner:22.04 literal"],
    pins: 2,
  },
];
