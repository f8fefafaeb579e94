import type { Random } from "./random.ts";
import { image, version, words } from "./mixedParts.ts";

export function githubWorkflow(random: Random, n: number): string {
  const job = (index: number): string => `  job-${index}:
    name: ${words(random, 3)}
    runs-on: ubuntu-latest
    timeout-minutes: ${random.between(5, 60)}
    container:
      image: ${image(random)}
      env: { NODE_ENV: test }
    services:
      database:
        image: postgres:\${{ matrix.postgres }}
        ports: ["5432:5432"]
    strategy:
      matrix:
        postgres: [${version(random)}, ${version(random)}]
        os: [ubuntu-latest, macos-latest]
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0
      # ${words(random, 9)}
      - name: ${words(random, 4)}
        env:
          SERVICE: service-${n}
          TOKEN: \${{ secrets.GITHUB_TOKEN }}
        run: |
          set -euo pipefail
          npm ci --ignore-scripts
          npm run build -- --service "$SERVICE"
          docker run --rm -v "$PWD:/src" ${image(random)} lint /src
      - uses: docker/build-push-action@v6
        with:
          push: true
          tags: ghcr.io/shop/service-${n}:\${{ github.sha }}
`;
  return `name: release ${n}
on:
  push:
    branches: [main]
  pull_request:
env:
  REGISTRY: ghcr.io
jobs:
${random.repeat(random.between(1, 4), job)}`;
}

export function gitlabPipeline(random: Random): string {
  const job = (index: number): string => `job-${index}:
  stage: ${random.pick(["build", "test", "deploy"])}
  image:
    name: ${image(random)}
    entrypoint: [""]
  services:
    - name: ${image(random)}
      alias: database
  variables:
    WORDS: "${words(random, 5)}"
  script:
    - ./configure --with ${words(random, 2)}
    - docker pull "$BASE_IMAGE"
    - |
      if [ -n "$CI_COMMIT_TAG" ]; then
        docker build --build-arg VERSION=$CI_COMMIT_TAG -t "$CI_REGISTRY_IMAGE:$CI_COMMIT_TAG" .
      fi
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
`;
  return `default:
  image: ${image(random)}
variables:
  BASE_IMAGE: ${image(random)}
stages: [build, test, deploy]
${random.repeat(random.between(2, 9), job)}`;
}

export function azurePipeline(random: Random): string {
  const job = (index: number): string => `  - job: job_${index}
    displayName: ${words(random, 4)}
    pool: { vmImage: ubuntu-latest }
    container: ${random.pick(["tools", "builder"])}
    steps:
      - checkout: self
      - script: |
          echo ${words(random, 6)}
          docker run --rm ${image(random)} true
        displayName: ${words(random, 3)}
`;
  return `trigger: [main]
resources:
  containers:
    - container: tools
      image: ${image(random)}
    - container: builder
      image: ${image(random)}
jobs:
${random.repeat(random.between(2, 7), job)}`;
}

export function circleciPipeline(random: Random): string {
  const job = (index: number): string => `  job-${index}:
    docker:
      - image: ${image(random)}
      - image: ${image(random)}
        environment: { POSTGRES_DB: test }
    steps:
      - checkout
      - run:
          name: ${words(random, 3)}
          command: |
            make ${words(random, 2)}
            docker push ghcr.io/shop/app:\${CIRCLE_SHA1}
`;
  return `version: 2.1
jobs:
${random.repeat(random.between(2, 8), job)}`;
}

export function tektonTask(random: Random, n: number): string {
  const step = (index: number): string => `    - name: step-${index}
      image: ${random.pick([image(random), "$(params.image)"])}
      workingDir: $(workspaces.source.path)
      script: |
        #!/bin/sh
        set -eu
        echo "${words(random, 8)}"
`;
  return `apiVersion: tekton.dev/v1
kind: Task
metadata:
  name: task-${n}
spec:
  params:
    - name: image
      type: string
      description: ${words(random, 8)}
      default: ${image(random)}
  workspaces:
    - name: source
  steps:
${random.repeat(random.between(2, 8), step)}`;
}

export function woodpeckerPipeline(random: Random): string {
  const step = (index: number): string => `  - name: step-${index}
    image: ${image(random)}
    environment:
      WORDS: ${words(random, 3)}
    commands:
      - make ${words(random, 2)}
    when:
      - event: push
`;
  return `steps:\n${random.repeat(random.between(3, 9), step)}`;
}

export function jenkinsfile(random: Random, n: number): string {
  const stage = (index: number): string => `        stage('stage ${index}') {
            agent {
                docker {
                    image '${image(random)}'
                    args '-v $HOME/.m2:/root/.m2'
                }
            }
            steps {
                // ${words(random, 8)}
                sh 'mvn -B package -Dname=service-${n}'
                sh "docker push ghcr.io/shop/service-${n}:\${env.BUILD_NUMBER}"
            }
        }
`;
  return `pipeline {
    agent none
    environment {
        REGISTRY = 'ghcr.io'
    }
    stages {
${random.repeat(random.between(2, 6), stage)}    }
}
`;
}
