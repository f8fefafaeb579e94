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
    dialect: "gitpod",
    path: ".gitpod/automations.yaml",
    text: `services:
  db:
    name: image:1
    commands: {start: docker run «postgres:16», ready: pg_isready}
tasks:
  tool:
    command: docker pull «a/b:1»
    runsOn: {docker: {image: «node:22», environment: [IMAGE]}}
`,
    uses: [
      "command docker.io/library/postgres:16 literal",
      "command docker.io/a/b:1 literal",
      "container docker.io/library/node:22 literal",
    ],
    pins: 1,
  },
  {
    dialect: "talos",
    path: "talos/controlplane.yaml",
    text: `version: v1alpha1
machine:
  type: controlplane
  kubelet: {image: '«ghcr.io/siderolabs/kubelet:v1.31.0»'}
  install:
    image: «factory.talos.dev/installer/abc:\${TALOS:-v1.8.0}»
    extensions: [{image: «ghcr.io/siderolabs/gvisor:1»}]
  files: [{content: 'image: a/b:1', path: /etc/x}]
  pods:
  - {apiVersion: v1, kind: Pod, spec: {containers: [{name: a, image: '«nginx:1»'}]}}
cluster:
  apiServer: {image: '«registry.k8s.io/kube-apiserver:v1.31.0»'}
  proxy: {image: '«registry.k8s.io/kube-proxy:v1.31.0»', disabled: false}
  inlineManifests:
  - name: cni
    contents: |
      apiVersion: v1
      kind: Pod
      spec: {containers: [{image: «a/cni:1»}]}
---
apiVersion: v1alpha1
kind: HostnameConfig
---
apiVersion: v1alpha1
kind: KubeControllerManagerConfig
image: «registry.k8s.io/kube-controller-manager:v1.36.0»
---
apiVersion: v1alpha1
kind: UnattendedInstallConfig
installer: {image: '«a/installer:1»'}
`,
    uses: [
      "image ghcr.io/siderolabs/kubelet:v1.31.0 literal",
      "image factory.talos.dev/installer/abc:v1.8.0 resolved",
      "image ghcr.io/siderolabs/gvisor:1 literal",
      "container docker.io/library/nginx:1 literal",
      "image registry.k8s.io/kube-apiserver:v1.31.0 literal",
      "image registry.k8s.io/kube-proxy:v1.31.0 literal",
      "image docker.io/a/cni:1 literal",
      "image registry.k8s.io/kube-controller-manager:v1.36.0 literal",
      "image docker.io/a/installer:1 literal",
    ],
    pins: 9,
  },
  {
    dialect: "molecule",
    path: "molecule/default/molecule.yml",
    text: `driver: {name: docker}
platforms:
- name: instance
  image: "«geerlingguy/docker-\${DISTRO:-rockylinux9}-ansible:latest»"
  pre_build_image: true
- {name: b, image: '«quay.io/centos/centos:stream9»', command: '' }
provisioner: {inventory: {group_vars: {all: {image: 'a/b:1'}}}}
`,
    uses: [
      "platform docker.io/geerlingguy/docker-rockylinux9-ansible:latest resolved",
      "platform quay.io/centos/centos:stream9 literal",
    ],
    pins: 2,
  },
  {
    dialect: "execution-environment",
    path: "ee/execution-environment.yml",
    text: `version: 3
images: {base_image: {name: '«quay.io/a/ee:1»'}, builder_image: {name: «b/builder»}}
build_arg_defaults: {EE_BASE_IMAGE: '«quay.io/a/base:2»', ANSIBLE_GALAXY_CLI_COLLECTION_OPTS: a/no:1}
dependencies: {galaxy: requirements.yml}
`,
    uses: ["base quay.io/a/ee:1 literal", "base docker.io/b/builder literal", "base quay.io/a/base:2 literal"],
    pins: 3,
  },
  {
    dialect: "execution-environment",
    path: "ansible-navigator.yml",
    text: "ansible-navigator:\n  execution-environment:\n    image: «ghcr.io/a/ee:1»\n    pull: {policy: missing}\n",
    uses: ["container ghcr.io/a/ee:1 literal"],
    pins: 1,
  },
  {
    dialect: "kitchen",
    path: "cookbooks/a/.kitchen.dokken.yml",
    text: `driver:
  name: dokken
  chef_version: <%= ENV['CHEF'] || 'latest' %>
platforms:
- name: ubuntu-22.04
  driver:
    image: «dokken/ubuntu-22.04»
    intermediate_instructions: [RUN docker pull no:1]
- {name: centos, driver_config: {image: '«quay.io/a/centos:7»', platform: rhel}}
- {name: open, driver: {image: "«<%= ENV['IMAGE'] %>»"}}
suites: [{name: default, run_list: ['recipe[a]']}]
`,
    uses: [
      "platform docker.io/dokken/ubuntu-22.04 literal",
      "platform quay.io/a/centos:7 literal",
      "platform ? unresolved",
    ],
    pins: 2,
  },
  {
    dialect: "devfile",
    path: ".devfile.yaml",
    text: `apiVersion: 1.0.0
metadata: {generateName: a-}
components:
- {type: chePlugin, id: a/b/latest}
- type: dockerimage
  alias: maven
  image: «quay.io/a/maven:3»
`,
    uses: ["container quay.io/a/maven:3 literal"],
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
- name: more
  kubernetes:
    inlined: |
      apiVersion: v1
      kind: Pod
      spec: {containers: [{image: «redis:7»}]}
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
      "image docker.io/library/redis:7 literal",
      "command docker.io/library/alpine:3 literal",
      "container ? partial",
    ],
    pins: 2,
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
    dialect: "jenkins-casc",
    path: "jenkins/casc.yaml",
    text: `jenkins:
  systemMessage: "image: no:1"
  clouds:
  - docker:
      templates:
      - dockerTemplateBase:
          image: "«\${REGISTRY:-r.io}/a/agent:1»"
  - ecs:
      templates:
      - templateName: x
        image: «a/ecs:1»
  - kubernetes:
      name: no
      templates:
      - name: y
        containers:
        - name: jnlp
          image: «jenkins/inbound-agent:4»
        yaml: |-
          spec:
            containers:
            - name: z
              image: «maven:3»
  - openstack:
      templates:
      - slaveOptions:
          bootSource:
            image: {name: no}
jobs:
- script: >
    pipelineJob('a') { definition { cps { script("""
    node { docker.image('«node:22»').inside { } }
    """) } } }
`,
    uses: [
      "container r.io/a/agent:1 resolved",
      "container docker.io/a/ecs:1 literal",
      "container docker.io/jenkins/inbound-agent:4 literal",
      "image docker.io/library/maven:3 literal",
      "docker.image docker.io/library/node:22 literal",
    ],
    pins: 5,
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
  - {id: e, language: system, entry: docker run --rm -v .:/src «mvdan/shfmt:v3» -w, args: [-x]}
  - id: f
    language: unsupported
    entry: bash -c 'docker run --rm «koalaman/shellcheck:v0» "$@"' --
  - {id: g, language: python, entry: docker run no:1}
`,
    uses: [
      "entry docker.io/hadolint/hadolint:v2.12.0 literal",
      "entry registry.io/clang:17 literal",
      "command docker.io/mvdan/shfmt:v3 literal",
      "command docker.io/koalaman/shellcheck:v0 literal",
    ],
    pins: 2,
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
