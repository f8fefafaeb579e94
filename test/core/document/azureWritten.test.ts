import assert from "node:assert/strict";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectPinsToHold, expectUses } from "../../helpers/imageUses.ts";

const read = (text: string): ReturnType<typeof readDocument> => readDocument(text, "azure-pipelines.yml");

describe("variables that steps of Azure Pipelines set", () => {
  const cases: readonly (readonly [name: string, source: string, expected: readonly string[]])[] = [
    [
      "for what runs after them, in scripts and tasks",
      `trigger: none
steps:
- bash: |
    echo "##vso[task.setvariable variable=image]node:22"
    docker pull «$IMAGE»
- bash: docker pull «$(image)» && docker pull «$IMAGE»
- pwsh: Write-Host "##vso[task.setvariable variable=tag;issecret=false]7"
- task: AzureContainerApps@1
  inputs: {imageToDeploy: '«redis:$(Tag)»'}
`,
      [
        "command ? unresolved",
        "command docker.io/library/node:22 resolved",
        "command docker.io/library/node:22 resolved",
        "task docker.io/library/redis:7 resolved",
      ],
    ],
    [
      "what is put together, what only running tells, and what replaces what was",
      `trigger: none
variables: {base: '3', old: '1'}
steps:
- script: echo "##vso[task.setvariable variable=tag]$(base).20"
- script: docker pull «alpine:$(tag)»
- bash: echo "##vso[task.setvariable variable=old]$(date)"
- bash: docker pull «alpine:$(old)»
- bash: echo '##vso[task.setvariable variable=base]4'
- bash: docker pull «alpine:$(base)»
- bash: if x; then echo "##vso[task.setvariable variable=two]1"; else echo "##vso[task.setvariable variable=two]2"; fi
- bash: docker pull «alpine:$(two)»
`,
      [
        "command docker.io/library/alpine:3.20 resolved",
        "command ? partial",
        "command docker.io/library/alpine:4 resolved",
        "command ? partial",
      ],
    ],
    [
      "outputs, in the job and in others",
      `trigger: none
jobs:
- job: one
  steps:
  - bash: echo "##vso[task.setvariable variable=image;isOutput=true]node:22"
    name: set
  - bash: docker pull «$(set.image)»
- job: two
  dependsOn: one
  variables: {i: "$[ dependencies.one.outputs['set.image'] ]"}
  container: «$[ dependencies.one.outputs['set.image'] ]»
  services: {s: {image: "«$[ stageDependencies.x.one.outputs['set.image'] ]»"}}
  steps:
  - script: docker pull «$(i)»
- job: three
  container: «$[ dependencies.one.outputs['set.none'] ]»
`,
      [
        "command docker.io/library/node:22 resolved",
        "container docker.io/library/node:22 resolved",
        "services docker.io/library/node:22 resolved",
        "command docker.io/library/node:22 resolved",
        "container ? unresolved",
      ],
    ],
    [
      "nothing in other jobs that no output is",
      `trigger: none
jobs:
- job: one
  steps:
  - bash: echo "##vso[task.setvariable variable=image]node:22"
- job: two
  container: «$(image)»
`,
      ["container ? unresolved"],
    ],
  ];
  for (const [name, source, expected] of cases) it(`are read ${name}`, () => void expectUses(read, source, expected));

  it("lead to where the value is written, and are pinned there", () => {
    const text = `trigger: none\nsteps:\n- bash: echo "##vso[task.setvariable variable=image]node:22"\n- task: AzureContainerApps@1\n  inputs: {imageToDeploy: $(image)}\n`;
    assert.deepEqual(
      read(text).images[0]?.chain.map(({ label, span }) => `${label}: ${text.slice(span.start, span.end)}`),
      ["variable image: $(image)", "variables image: node:22"],
    );
    assert.equal(expectPinsToHold(read, text), 1);
  });
});

describe("steps of Azure Pipelines", () => {
  it("have keys under conditions, of each branch", () =>
    void expectUses(
      read,
      `steps:
- \${{ if eq(variables.a, 'x') }}:
    bash: docker pull «a/b:1»
    displayName: x
  \${{ else }}:
    bash: docker pull «a/b:2»
- script: docker pull «a/b:3»
  \${{ if variables.a }}:
    env: {A: b}
- \${{ if variables.a }}:
  - script: docker pull «a/b:4»
`,
      [1, 2, 3, 4].map((tag) => `command docker.io/a/b:${tag} literal`),
    ));
});
