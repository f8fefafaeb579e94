import assert from "node:assert/strict";
import { readTekton } from "../../../src/core/document/manifestPipeline.ts";
import { expectPinsToHold, expectUses } from "../../helpers/imageUses.ts";
import { commandTexts } from "../../helpers/pipelines.ts";

const node = "docker.io/library/node";

function resource(kind: string, spec: string, apiVersion = "tekton.dev/v1"): string {
  return `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: n}\nspec:\n${spec.replace(/^/gm, "  ")}\n`;
}

describe("readTekton", () => {
  it("reads a list of resources", () => {
    const source =
      "- apiVersion: tekton.dev/v1\n  kind: Task\n  spec: {params: [{name: i, default: node:22}], steps: [{image: «$(params.i)»}]}\n- apiVersion: v1\n  kind: Pod\n  spec: {containers: [{image: «node:20»}]}\n";
    expectUses((text) => readTekton(text, "a.yaml"), source, [`image ${node}:22 resolved`, `image ${node}:20 literal`]);
  });

  const cases: readonly (readonly [name: string, source: string, expected: readonly string[]])[] = [
    [
      "steps, sidecars, the template of steps and image volumes",
      resource(
        "Task",
        "stepTemplate: {image: «node:20»}\nsteps:\n- name: a\n  image: «node:22»\n- {name: b, script: x}\nsidecars: [{image: '«docker:dind»'}]\nvolumes: [{name: v, image: {reference: «acme/data:1»}}, {name: w, emptyDir: {}}]",
      ),
      [
        `image ${node}:20 literal`,
        `image ${node}:22 literal`,
        "image docker.io/library/docker:dind literal",
        "volume docker.io/acme/data:1 literal",
      ],
    ],
    [
      "defaults of parameters, in every way to write them",
      resource(
        "ClusterTask",
        "params:\n- {name: image, default: node:22}\n- {name: tag, type: string}\n- {name: list, type: array, default: ['18', '20']}\n- {name: o, type: object, default: {tag: '16'}}\nsteps:\n- image: «$(params.image)»\n- image: «$(inputs.params.image)»\n- image: «$(params[\"image\"])»\n- image: «node:$(params.tag)»\n- image: «node:$(params.list[1])»\n- image: «node:$(params.o.tag)»\n- image: «$(tasks.build.results.image)»",
        "tekton.dev/v1beta1",
      ),
      [
        `image ${node}:22 resolved`,
        `image ${node}:22 resolved`,
        `image ${node}:22 resolved`,
        "image ? partial",
        `image ${node}:20 resolved`,
        `image ${node}:16 resolved`,
        "image ? unresolved",
      ],
    ],
    [
      "custom tasks that run tasks",
      resource(
        "Pipeline",
        "tasks:\n- name: loop\n  params: [{name: v, value: '22'}]\n  taskSpec:\n    apiVersion: custom.tekton.dev/v1alpha1\n    kind: PipelineLoop\n    spec: {pipelineSpec: {params: [{name: v}], tasks: [{name: a, taskSpec: {steps: [{image: «alpine:3»}, {image: '«node:$(params.v)»'}]}}]}}\n- name: each\n  taskSpec: {apiVersion: custom.tekton.dev/v1alpha1, kind: TaskLoop, spec: {taskSpec: {steps: [{image: «redis:7»}]}}}",
      ),
      [
        "image docker.io/library/alpine:3 literal",
        `image ${node}:22 resolved`,
        "image docker.io/library/redis:7 literal",
      ],
    ],
    [
      "runs of custom tasks",
      resource(
        "CustomRun",
        "params: [{name: v, value: '22'}]\ncustomSpec: {apiVersion: custom.tekton.dev/v1alpha1, kind: X, spec: {pipelineSpec: {tasks: [{name: a, taskSpec: {steps: [{image: '«node:$(params.v)»'}]}}]}}}",
        "tekton.dev/v1beta1",
      ),
      [`image ${node}:22 resolved`],
    ],
    [
      "a step action",
      resource("StepAction", "params: [{name: v, default: '1'}]\nimage: «node:$(params.v)»", "tekton.dev/v1beta1"),
      [`image ${node}:1 resolved`],
    ],
    [
      "a condition",
      resource("Condition", "check: {image: «node:22», command: [x]}", "tekton.dev/v1alpha1"),
      [`image ${node}:22 literal`],
    ],
    [
      "values over defaults",
      resource(
        "TaskRun",
        "params: [{name: v, value: '22'}]\ntaskSpec:\n  params: [{name: v, default: '1'}, {name: w, default: '2'}]\n  steps: [{image: «node:$(params.v)»}, {image: «node:$(params.w)»}]",
      ),
      [`image ${node}:22 resolved`, `image ${node}:2 resolved`],
    ],
    [
      "tasks of pipelines, with what they are given",
      resource(
        "PipelineRun",
        "params: [{name: p, value: '22'}]\npipelineSpec:\n  params: [{name: p, default: '1'}]\n  tasks:\n  - name: t\n    params: [{name: v, value: $(params.p)}]\n    taskSpec: {params: [{name: v}], steps: [{image: «node:$(params.v)»}]}\n  finally:\n  - name: f\n    taskSpec: {steps: [{image: «node:$(params.p)-x»}]}",
      ),
      [`image ${node}:22 resolved`, `image ${node}:22-x resolved`],
    ],
    [
      "the inner one of two defaults, and a value before both",
      `${resource("Pipeline", "params: [{name: v, default: '1'}]\ntasks:\n- name: t\n  taskSpec: {params: [{name: v, default: '2'}], steps: [{image: «node:$(params.v)»}]}")}---\n${resource("PipelineRun", "params: [{name: v, value: '3'}]\npipelineSpec:\n  params: [{name: v, default: '1'}]\n  tasks:\n  - name: t\n    taskSpec: {params: [{name: v, default: '2'}], steps: [{image: «node:$(params.v)»}]}")}`,
      [`image ${node}:2 resolved`, `image ${node}:3 resolved`],
    ],
    [
      "a matrix",
      resource(
        "Pipeline",
        "tasks:\n- name: t\n  matrix: {params: [{name: v, value: ['20', '22']}], include: [{name: x, params: [{name: v, value: '24'}]}]}\n  taskSpec: {steps: [{image: «node:$(params.v)»}]}",
      ),
      [`image ${node}:20 resolved`, `image ${node}:22 resolved`, `image ${node}:24 resolved`],
    ],
    [
      "a matrix over an array that is given or declared",
      resource(
        "Pipeline",
        "params: [{name: all, type: array, default: ['node:20', 'node:22']}]\ntasks:\n- name: t\n  matrix: {params: [{name: i, value: '$(params.all[*])'}]}\n  taskSpec: {steps: [{image: «$(params.i)»}]}\n- name: u\n  matrix: {params: [{name: i, value: '$(params.none[*])'}]}\n  taskSpec: {steps: [{image: «$(params.i)»}]}",
      ),
      [`image ${node}:20 resolved`, `image ${node}:22 resolved`, "image ? unresolved"],
    ],
    [
      "bundles",
      resource(
        "Pipeline",
        "tasks:\n- {name: a, taskRef: {name: x, bundle: «ghcr.io/acme/tasks:1»}}\n- name: b\n  taskRef: {resolver: bundles, params: [{name: bundle, value: «ghcr.io/acme/tasks:2»}, {name: name, value: node}]}\n- name: c\n  taskRef: {resolver: git, params: [{name: bundle, value: node}]}\n- {name: d, taskRef: {name: node}}",
      ),
      ["bundle ghcr.io/acme/tasks:1 literal", "bundle ghcr.io/acme/tasks:2 literal"],
    ],
    [
      "what triggers create",
      resource(
        "TriggerTemplate",
        "params: [{name: v, default: '3'}]\nresourcetemplates:\n- apiVersion: tekton.dev/v1\n  kind: TaskRun\n  spec:\n    params: [{name: t, value: $(tt.params.v)}]\n    taskSpec: {steps: [{image: «node:$(params.t)»}]}",
        "triggers.tekton.dev/v1beta1",
      ),
      [`image ${node}:3 resolved`],
    ],
    [
      "what the template in an event listener creates",
      resource(
        "EventListener",
        "triggers:\n- template:\n    spec:\n      params: [{name: v, default: '3'}]\n      resourcetemplates:\n      - apiVersion: tekton.dev/v1\n        kind: TaskRun\n        spec: {taskSpec: {steps: [{image: «node:$(tt.params.v)»}]}}\n      - {apiVersion: v1, kind: Pod, spec: {containers: [{image: «a:1»}]}}",
        "triggers.tekton.dev/v1beta1",
      ),
      [`image ${node}:3 resolved`, "image docker.io/library/a:1 literal"],
    ],
    [
      "what the template in a trigger creates",
      resource(
        "Trigger",
        "template: {spec: {resourcetemplates: [{apiVersion: tekton.dev/v1, kind: TaskRun, spec: {taskSpec: {steps: [{image: «a:1»}]}}}]}}",
        "triggers.tekton.dev/v1beta1",
      ),
      ["image docker.io/library/a:1 literal"],
    ],
    [
      "lists, and other resources beside",
      `${resource("Task", "steps: [{image: «a:1»}]")}---\napiVersion: v1\nkind: Pod\nspec: {containers: [{image: «b:1»}]}\n---\napiVersion: v1\nkind: List\nitems:\n- apiVersion: tekton.dev/v1\n  kind: Task\n  spec: {steps: [{image: «c:1»}]}\n`,
      ["a", "b", "c"].map((name) => `image docker.io/library/${name}:1 literal`),
    ],
    [
      "nothing outside of its places",
      resource(
        "Task",
        "description: 'image: node'\nparams: [{name: image, description: node:22, default: node}]\nresults: [{name: image}]\nsteps:\n- name: x\n  env: [{name: IMAGE, value: node:22}]\n  script: |\n    #!/usr/bin/env python3\n    image = 'node:22'",
      ),
      [],
    ],
  ];
  for (const [name, source, expected] of cases)
    it(`reads ${name}`, () => void expectUses(readTekton, source, expected));

  it("pins where the file then reads to the pinned image", () => {
    const forms: readonly (readonly [source: string, pins: number])[] = [
      [resource("Task", "steps: [{image: node:22}]"), 1],
      [resource("Task", "params: [{name: i, default: 'node:22'}]\nsteps: [{image: $(params.i)}]"), 1],
      [resource("Task", "params: [{name: v, default: '22'}]\nsteps: [{image: 'node:$(params.v)'}]"), 0],
    ];
    for (const [source, pins] of forms) assert.equal(expectPinsToHold(readTekton, source), pins, source);
  });

  it("reads commands of scripts and of words", () => {
    const source = resource(
      "Task",
      "params: [{name: v, default: one}]\nstepTemplate: {env: [{name: E, value: two}]}\nsteps:\n- image: x\n  script: |\n    #!/bin/sh\n    cosign sign $(params.v) $E $(params.w) $(cat f)\n- image: x\n  env: [{name: E, value: three}]\n  command: [cosign, sign]\n  args: ['$(params.v)', $(params.none)]\n- image: x\n  command: [/bin/bash, -ec]\n  args: ['cosign c $E']\n- image: x\n  script: |\n    #!/usr/bin/python\n    cosign no",
    );
    const document = readTekton(source, "x.yml");
    assert.deepEqual(commandTexts(document), [
      "n: cat f",
      "n: cosign sign one two ? ?",
      "n: cosign sign one ?",
      "n: cosign c two",
    ]);
    const [, sign, words] = document.commands;
    assert.deepEqual(sign?.words.map(({ span }) => source.slice(span.start, span.end)).slice(2), [
      "$(params.v)",
      "$E",
      "$(params.w)",
      "$(cat f)",
    ]);
    assert.deepEqual(
      words?.words.map(({ span }) => source.slice(span.start, span.end)),
      ["cosign", "sign", "$(params.v)", "$(params.none)"],
    );
    assert.deepEqual([words?.step, words?.environment], [1, { E: "three" }]);
  });
});
