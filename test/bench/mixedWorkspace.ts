import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  compose,
  devcontainer,
  dockerfile,
  helmChart,
  helmTemplate,
  helmValues,
  kubernetes,
  kustomization,
  makefile,
  shellScript,
  terraform,
  unrelated,
} from "./mixedFiles.ts";
import {
  azurePipeline,
  circleciPipeline,
  githubWorkflow,
  gitlabPipeline,
  jenkinsfile,
  tektonTask,
  woodpeckerPipeline,
} from "./mixedPipelines.ts";
import { createRandom, type Random } from "./random.ts";

interface Kind {
  /** How many of a hundred files are of this kind. */
  readonly share: number;
  readonly path: string;
  readonly text: (random: Random, n: number) => string;
}

const kinds: readonly Kind[] = [
  { share: 16, path: "Dockerfile", text: dockerfile },
  { share: 8, path: "compose.yaml", text: compose },
  { share: 24, path: "deploy/deployment.yaml", text: kubernetes },
  { share: 5, path: "chart/values.yaml", text: helmValues },
  { share: 8, path: "chart/templates/deployment.yaml", text: helmTemplate },
  { share: 2, path: "chart/Chart.yaml", text: helmChart },
  { share: 3, path: "deploy/kustomization.yaml", text: kustomization },
  { share: 8, path: ".github/workflows/release.yml", text: githubWorkflow },
  { share: 3, path: ".gitlab-ci.yml", text: gitlabPipeline },
  { share: 2, path: "azure-pipelines.yml", text: azurePipeline },
  { share: 1, path: ".circleci/config.yml", text: circleciPipeline },
  { share: 3, path: "tekton/task.yaml", text: tektonTask },
  { share: 1, path: ".woodpecker.yml", text: woodpeckerPipeline },
  { share: 1, path: "Jenkinsfile", text: jenkinsfile },
  { share: 5, path: "scripts/build.sh", text: shellScript },
  { share: 2, path: "Makefile", text: makefile },
  { share: 3, path: "infra/main.tf", text: terraform },
  { share: 1, path: ".devcontainer/devcontainer.json", text: devcontainer },
  { share: 4, path: "data/entries.yaml", text: unrelated },
];

/** Writes `count` files of all kinds that a large organisation keeps in one place; returns how many bytes they have. */
export function writeMixedWorkspace(folder: string, count: number): number {
  let bytes = 0;
  let written = 0;
  for (let service = 0; written < count; service++) {
    for (const { share, path, text } of kinds) {
      for (let copy = 0; copy < share && written < count; copy++, written++) {
        const target = join(folder, `group-${service}/service-${copy}`, path);
        const content = text(createRandom(service * 1000 + copy + path.length * 7), copy);
        mkdirSync(dirname(target), { recursive: true });
        writeFileSync(target, content);
        bytes += Buffer.byteLength(content);
      }
    }
  }
  return bytes;
}
