import { image, version, words } from "./mixedParts.ts";
import type { Random } from "./random.ts";

export function dockerfile(random: Random, n: number): string {
  const stage = (index: number): string => `
# ${words(random, 10)}
FROM --platform=$BUILDPLATFORM ${image(random)} AS stage-${index}
WORKDIR /app
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm \\
    apt-get update && apt-get install -y --no-install-recommends \\
      ca-certificates \\
      ${words(random, 4).replaceAll(" ", " \\\n      ")} \\
    && rm -rf /var/lib/apt/lists/*
ENV SERVICE=service-${n} \\
    MODE=production
COPY --from=${image(random)} /bin/tool /usr/local/bin/tool
COPY . .
RUN make ${words(random, 2)}
`;
  return `# syntax=docker/dockerfile:1.7
ARG NODE_VERSION=${version(random)}
FROM node:\${NODE_VERSION}-alpine AS base
${random.repeat(random.between(1, 6), stage)}
FROM gcr.io/distroless/nodejs22-debian12:nonroot
COPY --from=base /app/dist /app
COPY --from=stage-0 /app/dist /app
LABEL service="service-${n}"
USER nonroot
CMD ["/app/server.js"]
`;
}

export function compose(random: Random): string {
  const service = (index: number): string => `  service-${index}:
    image: ${random.pick([image(random), `postgres:\${POSTGRES_VERSION:-${version(random)}}`])}
    restart: unless-stopped
    environment:
      - LOG_LEVEL=debug
      - WORDS=${words(random, 4)}
    ports:
      - "${random.between(1000, 9999)}:80"
    volumes:
      - data:/var/lib/data
    healthcheck:
      test: ["CMD", "curl", "-f", "http://localhost"]
      interval: 30s
    depends_on:
      - service-0
`;
  return `services:
${random.repeat(random.between(2, 12), service)}volumes:
  data: {}
`;
}

export function kubernetes(random: Random, n: number): string {
  const container = (index: number): string => `        - name: container-${index}
          image: ${image(random)}
          imagePullPolicy: IfNotPresent
          args:
            - --listen=0.0.0.0:8080
            - --words=${words(random, 2).replace(" ", ",")}
          env:
            - name: POD_IP
              valueFrom:
                fieldRef:
                  fieldPath: status.podIP
            - name: WORDS
              value: "${words(random, 4)}"
          ports:
            - containerPort: 8080
              protocol: TCP
          resources:
            limits: { cpu: 500m, memory: 256Mi }
            requests:
              cpu: 100m
              memory: 128Mi
`;
  return `apiVersion: apps/v1
kind: ${random.pick(["Deployment", "StatefulSet", "DaemonSet"])}
metadata:
  name: service-${n}
  labels:
    app.kubernetes.io/name: service-${n}
  annotations:
    description: ${words(random, 8)}
spec:
  replicas: ${random.between(1, 5)}
  selector:
    matchLabels:
      app: service-${n}
  template:
    metadata:
      labels:
        app: service-${n}
    spec:
      initContainers:
        - name: wait
          image: ${image(random)}
      containers:
${random.repeat(random.between(1, 4), container)}---
apiVersion: v1
kind: Service
metadata:
  name: service-${n}
spec:
  selector:
    app: service-${n}
  ports:
    - port: 80
      targetPort: 8080
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: service-${n}
data:
  config.yaml: |
    log: debug
    words: ${words(random, 6)}
`;
}

export function helmValues(random: Random): string {
  const part = (index: number): string => `
# -- ${words(random, 9)}
component${index}:
  enabled: true
  image:
    registry: ${random.pick(["docker.io", "ghcr.io", "quay.io"])}
    repository: shop/component-${index}
    tag: "${version(random)}"
    pullPolicy: IfNotPresent
  ## ${words(random, 12)}
  ##
  resources: {}
  nodeSelector: {}
  tolerations: []
  extraEnv:
    - name: WORDS
      value: ${words(random, 3)}
`;
  return `replicaCount: 1\n${random.repeat(random.between(2, 9), part)}`;
}

export function helmTemplate(random: Random, n: number): string {
  const container = (index: number): string => `        - name: {{ .Chart.Name }}-${index}
          image: "{{ .Values.component${index}.image.registry }}/{{ .Values.component${index}.image.repository }}:{{ .Values.component${index}.image.tag | default .Chart.AppVersion }}"
          imagePullPolicy: {{ .Values.component${index}.image.pullPolicy }}
          {{- with .Values.component${index}.extraEnv }}
          env:
            {{- toYaml . | nindent 12 }}
          {{- end }}
          ports:
            - name: http
              containerPort: 8080
`;
  return `{{- if .Values.enabled }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "shop.fullname" . }}-${n}
  labels:
    {{- include "shop.labels" . | nindent 4 }}
spec:
  replicas: {{ .Values.replicaCount }}
  template:
    metadata:
      labels:
        {{- include "shop.selectorLabels" . | nindent 8 }}
    spec:
      initContainers:
        - name: wait
          image: ${image(random)}
          command: ["sh", "-c", "echo ${words(random, 5)}"]
      containers:
${random.repeat(random.between(1, 4), container)}{{- end }}
`;
}

export function helmChart(random: Random, n: number): string {
  return `apiVersion: v2
name: service-${n}
description: ${words(random, 9)}
version: ${version(random)}.0
appVersion: "${version(random)}"
annotations:
  artifacthub.io/images: |
    - name: api
      image: ${image(random)}
dependencies:
  - name: common
    repository: oci://registry-1.docker.io/bitnamicharts
    version: 2.x.x
`;
}

export function kustomization(random: Random): string {
  return `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - deployment.yaml
  - service.yaml
images:
  - name: ghcr.io/shop/api
    newName: quay.io/shop/api
    newTag: "${version(random)}"
commonLabels:
  words: ${words(random, 1)}
`;
}

export function shellScript(random: Random): string {
  const block = (index: number): string => `
# ${words(random, 10)}
step_${index}() {
  local name="\${1:-service-${index}}"
  if [[ -z "$name" ]]; then
    echo "usage: ${words(random, 3)}" >&2
    return 1
  fi
  docker run --rm --network host -e NAME="$name" "${image(random)}" sh -c 'echo ${words(random, 3)}'
  kubectl set image deployment/"$name" app="$IMAGE" --record
  for file in *.txt; do
    sed -i "s/a/b/g" "$file" | grep -v '${words(random, 2)}' || true
  done
}
`;
  return `#!/usr/bin/env bash
set -euo pipefail
IMAGE="\${IMAGE:-${image(random)}}"
${random.repeat(random.between(2, 7), block)}`;
}

export function makefile(random: Random): string {
  const target = (index: number): string => `
.PHONY: target-${index}
target-${index}: ## ${words(random, 6)}
	@echo ${words(random, 4)}
	docker run --rm -v $(CURDIR):/src -w /src $(TOOLS) make ${words(random, 1)}
	docker build --build-arg BASE=${image(random)} -t $(REGISTRY)/app:$(VERSION) .
`;
  return `REGISTRY ?= ghcr.io/shop
VERSION := $(shell git describe --tags)
TOOLS ?= ${image(random)}
${random.repeat(random.between(2, 9), target)}`;
}

export function terraform(random: Random, n: number): string {
  const resource = (index: number): string => `
# ${words(random, 9)}
resource "docker_image" "image_${index}" {
  name         = "${image(random)}"
  keep_locally = true
}

resource "kubernetes_deployment" "service_${index}" {
  metadata {
    name = "service-${n}-${index}"
    labels = { app = "service-${n}" }
  }
  spec {
    template {
      spec {
        container {
          name  = "app"
          image = "\${var.registry}/app:\${var.tag}"
          env {
            name  = "WORDS"
            value = "${words(random, 4)}"
          }
        }
      }
    }
  }
}
`;
  return `variable "registry" {
  type    = string
  default = "ghcr.io/shop"
}
variable "tag" {
  default = "${version(random)}"
}
${random.repeat(random.between(1, 4), resource)}`;
}

export function devcontainer(random: Random): string {
  return `// ${words(random, 8)}
{
  "name": "${words(random, 2)}",
  "image": "${image(random)}",
  "features": {
    "ghcr.io/devcontainers/features/docker-in-docker:2": {},
    "ghcr.io/devcontainers/features/node:1": { "version": "22" },
  },
  "customizations": { "vscode": { "extensions": ["countersign.countersign"] } },
}
`;
}

/** JSON and YAML that refer to no image: translations, schemas, data. */
export function unrelated(random: Random): string {
  return `title: ${words(random, 4)}\nentries:\n${random.repeat(
    random.between(10, 60),
    (index) => `  - id: ${index}\n    text: ${words(random, 9)}\n`,
  )}`;
}
