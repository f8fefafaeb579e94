import assert from "node:assert/strict";
import { readArgo } from "../../../src/core/document/manifestPipeline.ts";
import { expectPinsToHold, expectUses } from "../../helpers/imageUses.ts";
import { commandTexts } from "../../helpers/pipelines.ts";

const node = "docker.io/library/node";

function resource(kind: string, spec: string): string {
  return `apiVersion: argoproj.io/v1alpha1\nkind: ${kind}\nmetadata: {name: n}\nspec:\n${spec.replace(/^/gm, "  ")}\n`;
}

describe("readArgo", () => {
  const cases: readonly (readonly [name: string, source: string, expected: readonly string[]])[] = [
    [
      "every kind of container",
      resource(
        "WorkflowTemplate",
        "executorPlugins: [{spec: {sidecar: {container: {image: «b:0»}}}}]\ntemplateDefaults: {container: {image: «a:0»}}\nvolumes: [{name: v, image: {reference: «a:1»}}]\ntemplates:\n- name: a\n  container: {image: «a:2»}\n  initContainers: [{image: «a:3»}]\n  sidecars: [{image: «a:4»}]\n- name: b\n  script: {image: «a:5», source: x}\n- name: c\n  containerSet: {containers: [{image: «a:6»}]}\n- name: d\n  steps: [[{name: x, inline: {container: {image: «a:7»}}}]]",
      ),
      [
        "image docker.io/library/b:0 literal",
        ...["image", "volume", "image", "image", "image", "image", "image", "image"].map(
          (site, tag) => `${site} docker.io/library/a:${tag} literal`,
        ),
      ],
    ],
    [
      "a workflow on a schedule",
      resource("CronWorkflow", "schedule: x\nworkflowSpec: {templates: [{name: a, container: {image: «node:22»}}]}"),
      [`image ${node}:22 literal`],
    ],
    [
      "arguments of the workflow and defaults of inputs",
      resource(
        "Workflow",
        "entrypoint: main\narguments: {parameters: [{name: v, value: '22'}, {name: w, value: '20'}]}\ntemplates:\n- name: main\n  inputs: {parameters: [{name: v, default: '1'}, {name: d, value: '3'}, {name: none}]}\n  container: {image: '«node:{{inputs.parameters.v}}»'}\n  sidecars: [{image: '«node:{{workflow.parameters.w}}»'}, {image: '«node:{{ inputs.parameters.d }}»'}, {image: '«node:{{inputs.parameters.none}}»'}, {image: '«node:{{=1+1}}»'}]",
      ),
      [
        `image ${node}:22 resolved`,
        `image ${node}:20 resolved`,
        `image ${node}:3 resolved`,
        "image ? partial",
        "image ? partial",
      ],
    ],
    [
      "what steps and tasks give, through templates",
      resource(
        "Workflow",
        "entrypoint: main\narguments: {parameters: [{name: r, value: node}]}\ntemplates:\n- name: main\n  steps:\n  - - {name: a, template: mid, arguments: {parameters: [{name: t, value: '20'}]}}\n    - {name: b, template: mid, arguments: {parameters: [{name: t, value: '22'}]}}\n- name: mid\n  inputs: {parameters: [{name: t}]}\n  dag: {tasks: [{name: x, template: leaf, arguments: {parameters: [{name: i, value: '{{workflow.parameters.r}}:{{inputs.parameters.t}}'}]}}]}\n- name: leaf\n  inputs: {parameters: [{name: i, default: 'redis'}]}\n  container: {image: '«{{inputs.parameters.i}}»'}",
      ),
      [`image ${node}:20 resolved`, `image ${node}:22 resolved`],
    ],
    [
      "expressions that are names",
      resource(
        "Workflow",
        "arguments: {parameters: [{name: v-a, value: '22'}]}\ntemplates:\n- name: a\n  inputs: {parameters: [{name: d, default: '1'}]}\n  container: {image: \"«node:{{=workflow.parameters['v-a']}}»\"}\n  sidecars: [{image: '«node:{{= sprig.trim(inputs.parameters.d) }}»'}, {image: '«node:{{=sprig.trim(\"1\")}}»'}]",
      ),
      [`image ${node}:22 resolved`, `image ${node}:1 resolved`, "image ? partial"],
    ],
    [
      "parameters in manifests that templates create",
      resource(
        "Workflow",
        "arguments: {parameters: [{name: i, value: 'node:22'}]}\ntemplates:\n- name: a\n  inputs: {parameters: [{name: t}, {name: d, default: '1'}]}\n  resource:\n    action: create\n    manifest: |\n      apiVersion: v1\n      kind: Pod\n      spec:\n        containers:\n        - image: «{{workflow.parameters.i}}»\n        - image: «redis:{{inputs.parameters.d}}»\n        - image: «redis:{{inputs.parameters.t}}»",
      ),
      [`image ${node}:22 resolved`, "image docker.io/library/redis:1 resolved", "image ? partial"],
    ],
    [
      "artifacts that are manifests and are applied",
      resource(
        "Workflow",
        "templates:\n- name: a\n  inputs:\n    artifacts:\n    - name: m\n      path: /tmp/m.yaml\n      raw:\n        data: |\n          apiVersion: acme.io/v1\n          kind: Experiment\n          spec: {definition: {image: «node:22»}}\n    - {name: n, path: /var/n.yaml, raw: {data: 'apiVersion: v1, kind: Pod, image: node:1'}}\n  container: {image: «alpine», command: [sh, -c], args: ['kubectl apply -f /tmp/m.yaml -n x']}\n- name: b\n  inputs:\n    artifacts:\n    - name: m\n      path: /tmp/m.yaml\n      raw:\n        data: |\n          apiVersion: v1\n          kind: Pod\n          spec: {containers: [{image: node:20}]}\n  container: {image: «alpine», command: [cat], args: [/tmp/m.yaml]}",
      ),
      [`image ${node}:22 literal`, "image docker.io/library/alpine literal", "image docker.io/library/alpine literal"],
    ],
    [
      "what hooks give, and values for what cannot be had",
      resource(
        "Workflow",
        "entrypoint: main\narguments: {parameters: [{name: r, valueFrom: {configMapKeyRef: {name: a, key: b}, default: redis}}]}\nhooks: {exit: {template: leaf, arguments: {parameters: [{name: i, value: '{{workflow.parameters.r}}:1'}]}}}\ntemplates:\n- name: main\n  steps: [[{name: a, template: other, hooks: {running: {template: leaf, arguments: {parameters: [{name: i, value: 'node:2'}]}}}}]]\n- name: leaf\n  inputs: {parameters: [{name: i}]}\n  container: {image: '«{{inputs.parameters.i}}»'}",
      ),
      [`image ${node}:2 resolved`, "image docker.io/library/redis:1 resolved"],
    ],
    [
      "loops",
      resource(
        "Workflow",
        "templates:\n- name: main\n  steps:\n  - - name: a\n      template: leaf\n      withItems: [{i: node, t: '20'}, {i: redis, t: '7'}]\n      arguments: {parameters: [{name: i, value: '{{item.i}}'}, {name: t, value: '{{item.t}}'}]}\n- name: leaf\n  inputs: {parameters: [{name: i}, {name: t}]}\n  container: {image: '«{{inputs.parameters.i}}:{{inputs.parameters.t}}»'}",
      ),
      [`image ${node}:20 resolved`, "image docker.io/library/redis:7 resolved"],
    ],
    [
      "loops over JSON, and expressions that are a name",
      resource(
        "Workflow",
        "arguments: {parameters: [{name: r, value: r.io}]}\ntemplates:\n- name: main\n  dag:\n    tasks:\n    - name: a\n      template: leaf\n      withParam: '[{\"t\": \"20\"}, {\"t\": \"22\"}]'\n      arguments: {parameters: [{name: t, value: '{{item.t}}'}]}\n- name: leaf\n  inputs: {parameters: [{name: t}]}\n  container: {image: '«{{=workflow.parameters.r}}/a:{{= inputs.parameters.t}}»'}\n- name: none\n  container: {image: '«{{=sprig.trim(x)}}»'}",
      ),
      ["image r.io/a:20 resolved", "image r.io/a:22 resolved", "image ? unresolved"],
    ],
    [
      "templates that run each other",
      resource(
        "Workflow",
        "entrypoint: a\ntemplates:\n- name: a\n  inputs: {parameters: [{name: i}]}\n  steps: [[{template: b, arguments: {parameters: [{name: i, value: '{{inputs.parameters.i}}'}]}}]]\n- name: b\n  inputs: {parameters: [{name: i}]}\n  steps: [[{template: a, arguments: {parameters: [{name: i, value: '{{inputs.parameters.i}}'}]}}]]\n  container: {image: '«{{inputs.parameters.i}}»'}",
      ),
      ["image ? unresolved"],
    ],
    [
      "what sensors create, and their own container",
      resource(
        "Sensor",
        "template: {container: {image: «a:1»}}\ntriggers:\n- template:\n    argoWorkflow:\n      source:\n        resource:\n          apiVersion: argoproj.io/v1alpha1\n          kind: Workflow\n          spec: {templates: [{name: x, container: {image: «a:2»}}]}\n      parameters: [{dest: image, src: {value: node}}]\n- template:\n    k8s:\n      source:\n        inline: |\n          apiVersion: v1\n          kind: Pod\n          spec: {containers: [{image: «a:3»}]}\n- resource:\n    source:\n      inline: |\n        apiVersion: argoproj.io/v1alpha1\n        kind: Workflow\n        spec: {templates: [{container: {image: «a:4»}}]}",
      ),
      [
        "image docker.io/library/a:1 literal",
        "image docker.io/library/a:2 literal",
        "image docker.io/library/a:3 literal",
        "image docker.io/library/a:4 literal",
      ],
    ],
    [
      "the manifests that templates create",
      resource(
        "Workflow",
        "templates:\n- name: a\n  resource:\n    action: create\n    manifest: |\n      apiVersion: batch/v1\n      kind: Job\n      spec: {template: {spec: {containers: [{image: «a:1»}, {image: '«a:{{inputs.parameters.x}}»'}]}}}\n- name: b\n  resource:\n    action: apply\n    manifest: |\n      apiVersion: argoproj.io/v1alpha1\n      kind: Workflow\n      spec:\n        templates: [{name: x, container: {image: «a:2»}}]\n- name: e\n  resource: {action: '{{inputs.parameters.do}}', manifest: '{apiVersion: v1, kind: Pod, spec: {containers: [{image: «a:3»}]}}'}\n- name: c\n  resource: {action: get, manifest: '{apiVersion: v1, kind: Pod, spec: {containers: [{image: a}]}}'}",
      ),
      [
        "image docker.io/library/a:1 literal",
        "image ? partial",
        "image docker.io/library/a:2 literal",
        "image docker.io/library/a:3 literal",
      ],
    ],
    [
      "a list that a parameter of the workflow holds",
      resource(
        "Workflow",
        "arguments: {parameters: [{name: list, value: '[{\"t\": \"20\"}, {\"t\": \"22\"}]'}]}\ntemplates:\n- name: main\n  steps:\n  - - {name: a, template: leaf, withParam: '{{workflow.parameters.list}}', arguments: {parameters: [{name: t, value: '{{item.t}}'}]}}\n    - {name: b, template: other, withParam: '{{workflow.parameters.none}}', arguments: {parameters: [{name: t, value: '{{item}}'}]}}\n- name: leaf\n  inputs: {parameters: [{name: t}]}\n  container: {image: '«node:{{inputs.parameters.t}}»'}\n- name: other\n  inputs: {parameters: [{name: t}]}\n  container: {image: '«node:{{inputs.parameters.t}}»'}",
      ),
      [`image ${node}:20 resolved`, `image ${node}:22 resolved`, "image ? partial"],
    ],
    [
      "what is put over the specification of a pod",
      resource(
        "Workflow",
        'entrypoint: main\npodSpecPatch: |\n  initContainers:\n  - name: init\n    image: «a:1»\ntemplates:\n- name: main\n  inputs: {parameters: [{name: v, default: \'2\'}]}\n  podSpecPatch: \'{"containers":[{"name":"main","image":"«a:{{inputs.parameters.v}}»","resources":{}}]}\'\n  container: {image: «a:3»}\n- name: b\n  podSpecPatch: |\n    containers:\n    - name: wait\n      image: «a:{{item}}»\n',
      ),
      [
        "image docker.io/library/a:1 literal",
        "image docker.io/library/a:2 resolved",
        "image docker.io/library/a:3 literal",
        "image ? partial",
      ],
    ],
    [
      "a workflow that leaves out what it is",
      "metadata: {generateName: x-}\nspec:\n  entrypoint: main\n  arguments: {parameters: [{name: v, value: '1'}]}\n  templates:\n  - name: main\n    container: {image: '«a:{{workflow.parameters.v}}»'}\n",
      ["image docker.io/library/a:1 resolved"],
    ],
    [
      "nothing outside of its places",
      resource(
        "Workflow",
        "arguments: {parameters: [{name: image, value: node:22}]}\ntemplates:\n- name: image\n  metadata: {labels: {image: node}}\n  container: {image: '', env: [{name: IMAGE, value: node}]}\n- name: b\n  outputs: {parameters: [{name: image, value: node}]}\n  suspend: {}",
      ),
      [],
    ],
  ];
  for (const [name, source, expected] of cases) it(`reads ${name}`, () => void expectUses(readArgo, source, expected));

  it("pins where the file then reads to the pinned image", () => {
    const forms: readonly (readonly [source: string, pins: number])[] = [
      [resource("Workflow", "templates: [{name: a, container: {image: node:22}}]"), 1],
      [
        resource(
          "Workflow",
          "arguments: {parameters: [{name: i, value: 'node:22'}]}\ntemplates: [{name: a, container: {image: '{{workflow.parameters.i}}'}}]",
        ),
        1,
      ],
    ];
    for (const [source, pins] of forms) assert.equal(expectPinsToHold(readArgo, source), pins, source);
  });

  it("reads commands of scripts and containers", () => {
    const source = resource(
      "Workflow",
      "templates:\n- name: s\n  inputs: {parameters: [{name: v, default: one}]}\n  script:\n    image: x\n    command: [bash]\n    env: [{name: E, value: two}]\n    source: |\n      cosign sign {{inputs.parameters.v}} $E {{workflow.name}}\n- name: p\n  script: {image: x, command: [python], source: cosign no}\n- name: c\n  container: {image: x, command: [sh, -c], args: ['cosign {{workflow.uid}}']}\n- name: w\n  container: {image: x, command: [cosign], args: [sign, a]}",
    );
    const document = readArgo(source, "x.yml");
    assert.deepEqual(commandTexts(document), ["s: cosign sign one two ?", "c: cosign ?", "w: cosign sign a"]);
    assert.deepEqual(document.commands[0]?.words.map(({ span }) => source.slice(span.start, span.end)).slice(2), [
      "{{inputs.parameters.v}}",
      "$E",
      "{{workflow.name}}",
    ]);
  });

  it("reads the commands of other resources beside", () => {
    const job =
      'apiVersion: batch/v1\nkind: Job\nspec: {template: {spec: {containers: [{image: a, command: [sh, -c, "crane copy b:1 c.io/b:1"]}]}}}\n';
    const document = readArgo(
      `${resource("Workflow", 'templates: [{name: a, script: {image: d, source: "docker pull e:1"}}]')}---\n${job}`,
      "a.yaml",
    );
    assert.deepEqual(commandTexts(document), ["a: docker pull e:1", "crane copy b:1 c.io/b:1"]);
  });
});
