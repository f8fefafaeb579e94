import { references } from "../../helpers/references.ts";
import { resolveDocument } from "../../../src/core/document/resolveWorkspace.ts";
import { formatReference } from "../../../src/core/image/reference.ts";
import assert from "node:assert/strict";
import { readAzurePipelines } from "../../../src/core/document/azurePipelines.ts";
import { expectPinsToHold, expectToSurvive, expectUses } from "../../helpers/imageUses.ts";
import { commandTexts } from "../../helpers/pipelines.ts";

const node = "docker.io/library/node";

describe("readAzurePipelines", () => {
  const cases: readonly (readonly [name: string, source: string, expected: readonly string[]])[] = [
    [
      "containers of resources, and no alias of them",
      "resources:\n  containers:\n  - container: linux\n    image: «ubuntu:22.04»\n  - {container: pg, image: '«postgres:16»'}\npool: x\njobs:\n- job: a\n  container: linux\n  services: {db: pg}\n  steps: []\n",
      ["resources docker.io/library/ubuntu:22.04 literal", "resources docker.io/library/postgres:16 literal"],
    ],
    [
      "the containers of governed templates",
      "variables:\n- name: WindowsContainerImage\n  value: '«reg.example.com/win/build:1»'\n- {name: LinuxContainerImage, value: «$(base)»}\n- {name: base, value: 'node:22'}\n- {name: ImageName, value: 'acme/no:1'}\n",
      ["variables reg.example.com/win/build:1 literal", `variables ${node}:22 resolved`],
    ],
    [
      "containers and services of jobs",
      "trigger: none\njobs:\n- job: a\n  container: «node:22»\n  services: {db: «redis:7»}\n- job: b\n  container:\n    image: «ghcr.io/acme/app:1»\n    endpoint: x\n  services: {c: {image: «redis»}}\n- deployment: c\n  container: «ubuntu»\n",
      [
        `container ${node}:22 literal`,
        "services docker.io/library/redis:7 literal",
        "container ghcr.io/acme/app:1 literal",
        "services docker.io/library/redis literal",
        "container docker.io/library/ubuntu literal",
      ],
    ],
    [
      "the pipeline's own container",
      "pool: x\ncontainer: «node:22»\nsteps:\n- script: x\n",
      [`container ${node}:22 literal`],
    ],
    [
      "containers in a registry of Azure",
      "variables: {R: acmeReg}\nresources:\n  containers:\n  - {container: a, type: ACR, registry: $(R), repository: «tools/lint»}\n  - {container: b, type: ACR, registry: acme.azurecr.io, repository: «x»}\n  - {container: c, type: ACR, registry: $(S), repository: «x»}\n  - {container: d, registry: e, repository: no}\npool: x\n",
      [
        "resources acmereg.azurecr.io/tools/lint literal",
        "resources acme.azurecr.io/x literal",
        "resources ? unresolved",
      ],
    ],
    [
      "a web app's image in parts",
      "variables: {T: 2}\npool: x\nsteps:\n- task: AzureRmWebAppDeployment@4\n  inputs: {DockerNamespace: acme.azurecr.io, DockerRepository: «web», DockerImageTag: $(T)}\n- task: AzureRmWebAppDeployment@4\n  inputs: {DockerNamespace: $(R), DockerRepository: «web»}\n- task: AzureRmWebAppDeployment@4\n  inputs: {DockerRepository: no}\n",
      ["task acme.azurecr.io/web:2 literal", "task ? unresolved"],
    ],
    ["no name that another file may define", "parameters: []\njobs:\n- job: a\n  container: linux\n", []],
    [
      "stages",
      "stages:\n- stage: s\n  variables: {V: 20}\n  jobs:\n  - job: a\n    variables: [{name: v, value: 22}]\n    container: «node:$(V)»\n  - job: b\n    container: «node:$(v)»\n",
      [`container ${node}:22 resolved`, `container ${node}:20 resolved`],
    ],
    [
      "every way to write a variable",
      "trigger: none\nvariables:\n- {name: I, value: node}\n- group: g\n- template: t.yml\njobs:\n- job: a\n  container: «${{ variables.I }}:1»\n- job: b\n  container: «${{ variables['I'] }}:2»\n- job: c\n  container: «$[ variables['i'] ]»\n- job: d\n  container: «$(I):$(Build.BuildId)»\n- job: e\n  container: «$(registry)/x:1»\n",
      [
        `container ${node}:1 resolved`,
        `container ${node}:2 resolved`,
        `container ${node} resolved`,
        "container ? partial",
        "container ? unresolved",
      ],
    ],
    [
      "defaults of parameters",
      "parameters:\n- name: image\n  type: string\n  default: node:22\n- name: free\n- name: o\n  type: object\n  default: {tag: 3}\njobs:\n- job: a\n  container: «${{ parameters.image }}»\n- job: b\n  container: «node:${{ parameters.free }}»\n- job: c\n  container: «node:${{ parameters.o.tag }}»\n- job: d\n  container: «${{ format('node:{0}', 1) }}»\n",
      [
        `container ${node}:22 resolved`,
        "container ? partial",
        `container ${node}:3 resolved`,
        `container ${node}:1 resolved`,
      ],
    ],
    [
      "parameters that are nothing unless they are given",
      "parameters: {a: , b: '', c: node:22}\njobs:\n- job: a\n  container: ${{ parameters.a }}\n- job: b\n  ${{ if parameters.a }}:\n    container: ${{ parameters.a }}\n- job: c\n  container: ${{ parameters.b }}\n- job: d\n  container: «${{ coalesce(parameters.a, parameters.c) }}»\n",
      [`container ${node}:22 resolved`],
    ],
    [
      "names that a template's matrix gives",
      "jobs:\n- job: a\n  strategy: {matrix: {x: {c: linux}, y: {c: 'node:22'}}}\n  container: «$[ variables['c'] ]»\n",
      [`container ${node}:22 resolved`],
    ],
    [
      "defaults in an older template",
      "parameters: {image: 'node:22'}\njobs:\n- job: a\n  container: ${{ parameters.image }}\n".replace(
        "${{ parameters.image }}",
        "«${{ parameters.image }}»",
      ),
      [`container ${node}:22 resolved`],
    ],
    [
      "a matrix",
      "jobs:\n- job: a\n  strategy:\n    matrix:\n      one: {image: 'node:20'}\n      two: {image: 'node:22'}\n  container: «$[ variables['image'] ]»\n",
      [`container ${node}:20 resolved`, `container ${node}:22 resolved`],
    ],
    [
      "a matrix of aliases",
      "resources: {containers: [{container: u, image: «ubuntu»}]}\njobs:\n- job: a\n  strategy: {matrix: {one: {c: u}, two: {c: 'node:1'}}}\n  container: «$[ variables['c'] ]»\n",
      ["resources docker.io/library/ubuntu literal", `container ${node}:1 resolved`],
    ],
    [
      "items with keys under conditions that ask what a loop goes over",
      "parameters:\n- {name: jobs, type: object, default: [{n: a, image: 'node:20'}, {n: b}, {image: 'node:22'}]}\njobs:\n- ${{ each i in parameters.jobs }}:\n  - ${{ if i.n }}:\n      job: ${{ i.n }}\n    ${{ if i.image }}:\n      container: «${{ i.image }}»\n    ${{ else }}:\n      container: «redis:7»\n    steps:\n    - bash: x\n",
      [`container ${node}:20 resolved`, `container ${node}:22 resolved`, "container docker.io/library/redis:7 literal"],
    ],
    [
      "what is inserted",
      "parameters:\n- {name: images, type: object, default: ['node:20', {tag: 3}]}\njobs:\n- ${{ if eq(variables.x, 'y') }}:\n  - job: a\n    container: «redis:1»\n- ${{ else }}:\n  - job: b\n    container: «redis:2»\n- ${{ each i in parameters.images }}:\n  - job: c\n    container: «${{ i }}»\n",
      [
        "container docker.io/library/redis:1 literal",
        "container docker.io/library/redis:2 literal",
        `container ${node}:20 resolved`,
        "container ? unresolved",
      ],
    ],
    [
      "what is inserted for entries of mappings, and within what is inserted",
      "parameters:\n- {name: m, type: object, default: {a: 'node:20', b: 'node:22'}}\n- {name: l, type: object, default: [{tags: ['1', '2']}]}\njobs:\n- ${{ each p in parameters.m }}:\n  - job: c\n    container: «${{ p.value }}»\n- ${{ each o in parameters.l }}:\n  - ${{ each t in o.tags }}:\n    - job: d\n      services: {x: 'redis:${{ t }}'}\n".replace(
        "redis:${{ t }}",
        "«redis:${{ t }}»",
      ),
      [
        `container ${node}:20 resolved`,
        `container ${node}:22 resolved`,
        "services docker.io/library/redis:1 resolved",
        "services docker.io/library/redis:2 resolved",
      ],
    ],
    [
      "containers and images that are inserted into jobs, and variables of the branch that is taken",
      "trigger: none\nparameters: [{name: v, default: '22'}]\nvariables:\n  ${{ if eq(parameters.v, '22') }}:\n    i: a/taken:1\n  ${{ else }}:\n    i: a/no:1\njobs:\n- job: a\n  ${{ if eq(variables.x, '1') }}:\n    container: «a/b:1»\n  ${{ else }}:\n    container:\n      ${{ insert }}: {image: «a/b:2»}\n- job: b\n  container: «$(i)»\n",
      [
        "container docker.io/a/b:1 literal",
        "container docker.io/a/b:2 literal",
        "container docker.io/a/taken:1 resolved",
      ],
    ],
    [
      "a matrix that is inserted",
      "trigger: none\nparameters: [{name: v, default: ['20', '22']}]\njobs:\n- job: a\n  strategy:\n    matrix:\n      ${{ each t in parameters.v }}:\n        n${{ t }}: {img: node, tag: '${{ t }}'}\n  container: «$(img):$(tag)»\n",
      [`container ${node}:20 resolved`, `container ${node}:22 resolved`],
    ],
    [
      "an extended template's parameters",
      "extends:\n  template: v1/x.yml@t\n  parameters:\n    containers: {u: {image: «ubuntu:22.04»}}\n    stages:\n    - stage: s\n      jobs:\n      - job: j\n        container: «node:1»\n",
      ["resources docker.io/library/ubuntu:22.04 literal", `container ${node}:1 literal`],
    ],
    [
      "containers that templates are given",
      "parameters:\n  platform: {name: m, container: '«mcr.microsoft.com/x/y:z»'}\njobs:\n- template: t.yml\n  parameters:\n    container: linux\n    platforms:\n    - {name: node:22, container: '«ghcr.io/acme/ci:1»'}\n    image: node\n",
      ["container mcr.microsoft.com/x/y:z literal", "container ghcr.io/acme/ci:1 literal"],
    ],
    [
      "phases, as jobs were called first",
      "phases:\n- phase: a\n  container: «node:22»\n- template: t.yml\n  parameters: {container: «acme/ci:1», other: acme/no:1}\n- template: t.yml\n  parameters: {container: «$(box)»}\n- template: t.yml\n  parameters: {container: $(alias)}\nvariables: {box: r.io/a/ci:2, alias: linux}\npool: x\n",
      [`container ${node}:22 literal`, "container docker.io/acme/ci:1 literal", "container r.io/a/ci:2 resolved"],
    ],
    [
      "images that tasks deploy",
      "variables: {T: 1}\nsteps:\n- task: AzureContainerApps@1\n  inputs: {imageToDeploy: '«acme.azurecr.io/app:$(T)»', imageToBuild: 'acme.azurecr.io/built:1'}\n- task: KubernetesManifest@1\n  inputs:\n    containers: |\n      «acme/a:1»\n      «acme/b:$(x)»\n- task: AzureWebAppContainer@1\n  inputs: {ImageName: '«nginx:1»'}\n",
      [
        "task acme.azurecr.io/app:1 resolved",
        "task docker.io/acme/a:1 literal",
        "task ? partial",
        "task docker.io/library/nginx:1 literal",
      ],
    ],
    [
      "nothing that is built, pushed or called so",
      "variables: {image: node:22}\npool: {vmImage: ubuntu-latest, image: x}\nresources: {repositories: [{repository: r, image: node}]}\nsteps:\n- task: Docker@2\n  inputs: {command: buildAndPush, repository: acme/app, tags: 1, image: node}\n- script: 'image: node'\n  displayName: node:22\n  target: {container: host}\n",
      [],
    ],
  ];
  for (const [name, source, expected] of cases)
    it(`reads ${name}`, () => void expectUses(readAzurePipelines, source, expected));

  it("pins where the file then reads to the pinned image", () => {
    const forms: readonly (readonly [source: string, pins: number])[] = [
      ["resources: {containers: [{container: a, image: 'node:22'}]}", 1],
      ["parameters:\n- {name: i, default: 'node:22'}\njobs:\n- {job: a, container: '${{ parameters.i }}'}", 1],
      ["variables: {T: 22}\njobs:\n- {job: a, container: 'node:$(T)'}", 0],
      [
        "jobs:\n- job: a\n  strategy: {matrix: {x: {i: 'node:1'}, y: {i: 'node:2'}}}\n  container: $[ variables['i'] ]",
        2,
      ],
      ["steps:\n- task: KubernetesManifest@1\n  inputs:\n    containers: |\n      a:1\n      b:2\n", 2],
    ];
    for (const [source, pins] of forms) assert.equal(expectPinsToHold(readAzurePipelines, source), pins, source);
  });

  it("reads commands of the steps that run a shell", () => {
    const source =
      'variables: {V: one, my.var: two}\njobs:\n- job: j\n  steps:\n  - checkout: self\n  - bash: |\n      cosign sign $(V) ${{ variables.V }} $V $MY_VAR $(Build.Id)\n      tag=$(date)\n      cosign x "$(date)"\n  - script: cosign cmd\n    env: {V: $(my.var)}\n  - pwsh: cosign no\n  - task: Bash@3\n    inputs: {targetType: inline, script: cosign task}\n  - task: AzureCLI@2\n    inputs: {scriptType: bash, inlineScript: cosign cli}\n  - task: AzureCLI@2\n    inputs: {scriptType: ps, inlineScript: cosign no}\n- job: w\n  pool: {vmImage: windows-latest}\n  steps:\n  - script: cosign no\n- deployment: d\n  strategy: {runOnce: {deploy: {steps: [{bash: cosign deploy}], }, on: {failure: {steps: [{bash: cosign failed}]}}}}\n';
    const document = readAzurePipelines(source, "x.yml");
    assert.deepEqual(commandTexts(document), [
      "j: cosign sign one one one two ?",
      "j: date",
      "j: date",
      "j: cosign x ?",
      "j: cosign cmd",
      "j: cosign task",
      "j: cosign cli",
      "d: cosign deploy",
      "d: cosign failed",
    ]);
    const [sign] = document.commands;
    assert.deepEqual(sign?.words.map(({ span }) => source.slice(span.start, span.end)).slice(2), [
      "$(V)",
      "${{ variables.V }}",
      "$V",
      "$MY_VAR",
      "$(Build.Id)",
    ]);
    assert.deepEqual(
      [sign?.step, sign?.words.at(-1)?.raw, sign?.words.at(-1)?.expands],
      [1, "$(Build.Id)", ["Build.Id"]],
    );
  });

  it("takes no word for the image that a template is to be given", () => {
    const source =
      "parameters: {image: '', base-image: '', flags: ''}\nsteps:\n- script: docker run ${{ parameters.image }} a\n- script: docker run ${{ parameters.base-image }} a\n- script: docker run ${{ parameters.flags }} b\n";
    assert.deepEqual(commandTexts(readAzurePipelines(source, "x.yml")), [
      "docker run ? a",
      "docker run ? a",
      "docker run b",
    ]);
  });

  it("reads commands of tasks that are told what stands behind a tool's name", () => {
    const source =
      "variables: {r: acme.azurecr.io}\nsteps:\n- task: Docker@2\n  inputs: {command: run, arguments: --rm a/b:1}\n- task: Docker@0\n  inputs: {action: Run a Docker command, customCommand: pull a/b:2}\n- task: Kubernetes@1\n  inputs: {command: set, arguments: image deployment/x x=$(r)/b:1}\n- task: HelmDeploy@0\n  inputs:\n    command: upgrade\n    arguments: --wait\n    overrideValues: |\n      image.repository=$(r)/b\n      image.tag=$(Build.BuildId)\n- task: trivy@1\n  inputs: {image: 'a/b:3'}\n- task: trivy@1\n  inputs: {image: $(i)}\n- task: AWSShellScript@1\n  inputs: {inlineScript: docker pull a/b:4}\n- task: Docker@2\n  inputs: {command: push, arguments: no}\n";
    assert.deepEqual(commandTexts(readAzurePipelines(source, "x.yml")), [
      "docker run --rm a/b:1",
      "docker pull a/b:2",
      "kubectl set image deployment/x x=acme.azurecr.io/b:1",
      "helm upgrade release chart --wait",
      "helm upgrade release chart --set image.repository=acme.azurecr.io/b --set ?",
      "trivy image a/b:3",
      "docker pull a/b:4",
    ]);
  });

  it("gives jobs and steps with their inputs", () => {
    const source = "steps:\n- task: Docker@2\n  name: b\n  displayName: Build\n  inputs: {command: push, tags: 1}\n";
    const { jobs, text } = readAzurePipelines(source, "x.yml");
    const [step] = jobs[0]?.steps ?? [];
    assert.deepEqual([step?.id, step?.name, step?.uses], ["b", "Build", "Docker@2"]);
    assert.deepEqual(
      Object.entries(step?.with ?? {}).map(([name, { span }]) => [name, text.slice(span.start, span.end)]),
      [
        ["command", "push"],
        ["tags", "1"],
      ],
    );
  });

  it("follows templates of variables of the same repository", () => {
    const files = new Map([
      ["ci/vars/a.yml", "variables:\n- template: b.yml\n- name: tag\n  value: '2'\n- {name: reg, value: r.io}\n"],
      ["ci/vars/b.yml", "variables: {tag: '1', base: 'a/b'}\n"],
      ["root.yml", "variables: {tag: '3'}\n"],
    ]);
    const source =
      "trigger: none\nvariables:\n- template: vars/a.yml\n- template: vars/c.yml@other\njobs:\n- job: x\n  container: $(reg)/$(base):$(tag)\n  steps:\n  - script: docker pull $(base):$TAG\n- job: y\n  variables: [{template: /root.yml}]\n  container: $(reg)/$(base):$(tag)\n";
    const { images, jobs } = resolveDocument(source, "ci/azure-pipelines.yml", files).document;
    assert.deepEqual(
      images.map(({ reference }) => reference && formatReference(reference)),
      ["r.io/a/b:2", "docker.io/a/b:2", "r.io/a/b:3"],
    );
    assert.deepEqual(
      [...new Set(images[0]?.chain.flatMap(({ file }) => file ?? []))],
      ["ci/vars/a.yml", "ci/vars/b.yml"],
    );
    assert.deepEqual(jobs[0]?.environment, {});
  });

  const expressions: readonly (readonly [expression: string, expected: string])[] = [
    ["format('node:{0}', parameters.v)", `${node}:22 resolved`],
    ["format('{0}/{{x}}', variables.r)", "? unresolved"],
    ["format('{0}:{1}', variables.none, 1)", "? unresolved"],
    ["lower('NODE:1')", `${node}:1 resolved`],
    ["trim(' node:1 ')", `${node}:1 resolved`],
    ["replace('node-1', '-', ':')", `${node}:1 resolved`],
    ["iif(eq(parameters.v, '22'), 'node:1', 'node:2')", `${node}:1 resolved`],
    ["iif(and(ne(parameters.v, 22), true), 'node:1', 'node:2')", `${node}:2 resolved`],
    ["iif(or(eq(variables.none, 'x'), in(parameters.v, '21', '22')), 'node:1', 'node:2')", `${node}:1 resolved`],
    ["iif(not(startsWith(parameters.v, '2')), 'node:1', 'node:2')", `${node}:2 resolved`],
    ["iif(contains(variables.R, 'IO'), 'node:1', 'node:2')", `${node}:1 resolved`],
    ["iif(notIn(parameters.v, '22'), 'node:1', 'node:2')", `${node}:2 resolved`],
    ["iif(endsWith(parameters.v, '2'), 'node:1', 'node:2')", `${node}:1 resolved`],
    ["coalesce(variables.none, '', parameters.v, 'x')", "docker.io/library/22 resolved"],
    ["convertToJson(parameters.v)", "? unresolved"],
    ["format('node:{0}', ", "? unresolved"],
  ];
  for (const [expression, expected] of expressions)
    it(`evaluates ${expression}`, () => {
      const source = `trigger: none\nparameters: [{name: v, default: '22'}]\nvariables: {r: r.io}\njobs:\n- job: a\n  container: «\${{ ${expression} }}»\n`;
      expectUses(readAzurePipelines, source, [`container ${expected}`]);
      expectToSurvive(readAzurePipelines, source.replaceAll(/[«»]/g, ""));
    });

  it("yields what both sides of a choice would, where nothing tells", () =>
    void expectUses(
      readAzurePipelines,
      "trigger: none\njobs:\n- job: a\n  container: «${{ iif(eq(variables.none, 'x'), 'node:1', 'node:2') }}»\n",
      [`container ${node}:1 resolved`, `container ${node}:2 resolved`],
    ));

  it("reads what templates hand on to templates, and lists that they go over", () => {
    const files = new Map([
      [
        "outer.yml",
        "parameters: {image: '', list: [], objects: [], map: {}, config: {}, name: ''}\njobs:\n- template: inner/job.yml\n  parameters: {img: '${{ parameters.image }}', all: ['${{ parameters.config.extra }}']}\n- ${{ each i in parameters.list }}:\n  - {job: '${{ parameters.name }}', container: '${{ i }}'}\n- ${{ each o in parameters.objects }}:\n  - {job: b, container: {image: '${{ o.img }}'}}\n- ${{ each p in parameters.map }}:\n  - {job: c, container: '${{ p.value }}'}\n- {job: d, container: '${{ parameters.config.image }}'}\n",
      ],
      [
        "inner/job.yml",
        "parameters: {img: '', all: []}\njobs:\n- {job: a, container: '${{ parameters.img }}'}\n- ${{ each i in parameters.all }}: [{job: b, services: {x: '${{ i }}'}}]\n- template: job.yml\n  parameters: {img: '${{ parameters.img }}'}\n",
      ],
    ]);
    const source =
      "trigger: none\nvariables: {v: 22}\njobs:\n- template: outer.yml\n  parameters:\n    image: node:$(v)\n    name: acme/no:1\n    list: ['a/list:1', 'a/list:2']\n    objects: [{img: 'a/object:1', name: 'a/no:2'}]\n    map: {x: 'a/map:1'}\n    config: {image: 'a/config:1', extra: 'a/extra:1', other: 'a/no:3'}\n";
    const { images } = resolveDocument(source, "azure-pipelines.yml", files).document;
    assert.deepEqual(
      images.map(({ reference }) => reference && formatReference(reference)),
      [
        `${node}:22`,
        "docker.io/a/list:1",
        "docker.io/a/list:2",
        "docker.io/a/object:1",
        "docker.io/a/map:1",
        "docker.io/a/config:1",
        "docker.io/a/extra:1",
      ],
    );
    for (const { span, text } of images) assert.equal(source.slice(span.start, span.end), text);
  });

  it("reads the image that a task runs, scripts of tasks for Windows, and what coalesce falls back to", () =>
    assert.deepEqual(
      references(
        "trigger: none\nsteps:\n- task: Docker@1\n  inputs: {command: Run an image, imageName: a:1}\n- task: Docker@2\n  inputs: {command: build, repository: no}\n- task: PowerShell@2\n  inputs: {targetType: inline, script: docker pull a:2}\n- task: AzureCLI@2\n  inputs: {scriptType: pscore, inlineScript: docker pull a:3}\n- task: AzurePowerShell@5\n  inputs: {ScriptType: InlineScript, Inline: docker pull a:5}\n- script: docker pull ${{ coalesce(parameters.none, '', 'a:4') }}\n",
        "azure-pipelines.yml",
      ).map((one) => one.replace(/^\S+ /, "")),
      [
        "docker.io/library/a:1",
        "docker.io/library/a:2",
        "docker.io/library/a:3",
        "docker.io/library/a:5",
        "docker.io/library/a:4",
      ],
    ));

  it("reads what a build is told beside its folder", () => {
    const source =
      "variables: {r: acme}\nsteps:\n- task: Docker@2\n  inputs: {command: build, arguments: '--label a=b:1 --cache-from=$(r)/a:1 --cache-from acme/b:2'}\n- task: Docker@2\n  inputs: {command: buildAndPush, arguments: --cache-from=acme/c:1}\n";
    assert.deepEqual(references(source, "azure-pipelines.yml"), ["4:67 docker.io/acme/a:1", "4:89 docker.io/acme/b:2"]);
  });

  it("reads what a template of the repository takes its containers from", () => {
    const files = new Map([
      [
        "ci/job.yml",
        "parameters: {image: '', db: '', other: ''}\njobs:\n- job: a\n  container: ${{ parameters.image }}\n  services: {d: {image: '${{ parameters.db }}'}}\n  steps: [{script: 'echo ${{ parameters.other }}'}]\n",
      ],
      ["ci/step.yml", "parameters: {image: ''}\nsteps: [{script: 'docker pull ${{ parameters.image }}'}]\n"],
    ]);
    const source =
      "trigger: none\nresources: {containers: [{container: alias, image: 'node:20'}]}\nvariables: {v: '22'}\njobs:\n- template: job.yml\n  parameters: {image: 'node:$(v)', db: postgres, other: acme/no:1}\n- template: /ci/job.yml@self\n  parameters: {image: alias, db: ''}\n- template: job.yml@elsewhere\n  parameters: {image: acme/no:2}\n- template: step.yml\n  parameters: {image: acme/no:3}\n";
    const { images } = resolveDocument(source, "ci/azure-pipelines.yml", files).document;
    assert.deepEqual(
      images.map(({ site, span, reference }) => [
        site,
        source.slice(span.start, span.end),
        reference && formatReference(reference),
      ]),
      [
        ["resources", "node:20", `${node}:20`],
        ["container", "node:$(v)", `${node}:22`],
        ["container", "postgres", "docker.io/library/postgres"],
      ],
    );
  });
});
