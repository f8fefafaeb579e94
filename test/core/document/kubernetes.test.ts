import assert from "node:assert/strict";
import { readKubernetes } from "../../../src/core/document/kubernetes.ts";
import { expectPinsToHold, expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

function template(spec: string): string {
  return `spec: {template: {spec: ${spec}}}`;
}

const node = "image docker.io/library/node:22 literal";
const containers = "{containers: [{name: a, image: «node:22»}]}";

describe("readKubernetes", () => {
  const kinds: readonly (readonly [apiVersion: string, kind: string, body: string])[] = [
    ["v1", "Pod", `spec: ${containers}`],
    ["v1", "PodTemplate", `template: {spec: ${containers}}`],
    ["v1", "ReplicationController", template(containers)],
    ["apps/v1", "Deployment", template(containers)],
    ["apps/v1", "StatefulSet", template(containers)],
    ["apps/v1", "DaemonSet", template(containers)],
    ["apps/v1", "ReplicaSet", template(containers)],
    ["extensions/v1beta1", "Deployment", template(containers)],
    ["batch/v1", "Job", template(containers)],
    ["batch/v1", "CronJob", `spec: {jobTemplate: {${template(containers)}}}`],
    ["argoproj.io/v1alpha1", "Rollout", template(containers)],
    ["serving.knative.dev/v1", "Service", template(containers)],
    ["keda.sh/v1alpha1", "ScaledJob", `spec: {jobTargetRef: {template: {spec: ${containers}}}}`],
    ["apps.openshift.io/v1", "DeploymentConfig", template(containers)],
  ];
  for (const [apiVersion, kind, body] of kinds)
    it(`finds the PodSpec of ${apiVersion} ${kind}`, () =>
      void expectUses(readKubernetes, `apiVersion: ${apiVersion}\nkind: ${kind}\n${body}\n`, [node]));

  it("reads a list of resources", () =>
    void expectUses(
      readKubernetes,
      `- apiVersion: v1\n  kind: Pod\n  spec: ${containers}\n- kind: Pod\n  spec: {containers: [{image: no}]}\n`,
      [node],
    ));

  it("reads images that a tool fills in by names in braces", () =>
    void expectUses(
      readKubernetes,
      "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: «r.example.com/a:{version}»\n  - image: '«{registry}/b:1»'\n",
      ["image ? partial", "image ? unresolved"],
    ));

  it("reads pods that leave out what they are", () =>
    void expectUses(
      readKubernetes,
      `kind: Pod\nspec: ${containers}\n---\nmetadata: {name: a}\nspec: ${containers}\n---\nkind: Job\nspec: {containers: [{image: no}]}\n`,
      [node, node],
    ));

  it("reads patches that leave out what they patch", () =>
    void expectUses(
      readKubernetes,
      `${template(containers)}\n---\nmetadata: {annotations: {a: b}}\nspec: {jobTemplate: {${template(containers)}}}\n---\nkind: StatefulSet\n${template(containers)}\n---\nkind: Service\n${template("{containers: [{image: no}]}")}\n`,
      [node, node, node],
    ));

  const nothing: readonly (readonly [name: string, text: string])[] = [
    ["a Service of the core group", `apiVersion: v1\nkind: Service\n${template("{containers: [{image: node}]}")}`],
    [
      "a ConfigMap's text",
      "apiVersion: v1\nkind: ConfigMap\ndata:\n  pod.yaml: |\n    spec: {containers: [{image: node}]}\n",
    ],
    ["a policy", "apiVersion: policy.sigstore.dev/v1beta1\nkind: ClusterImagePolicy\nspec: {images: [{glob: node}]}"],
    [
      "a Kyverno policy's pattern",
      "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nspec: {containers: [{image: node}]}",
    ],
    ["a resource without kind", "apiVersion: v1\nspec: {containers: [{image: node}]}"],
    ["an empty image", 'apiVersion: v1\nkind: Pod\nspec: {containers: [{image: ""}, {image: }]}'],
    [
      "a Kubernetes group that runs nothing",
      `apiVersion: networking.k8s.io/v1\nkind: Job\n${template("{containers: [{image: node}]}")}`,
    ],
  ];
  for (const [name, text] of nothing) it(`finds nothing in ${name}`, () => void expectUses(readKubernetes, text, []));

  it("takes nothing from what a test step expects", () => {
    const text = "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: a}]}\n";
    const found = (path: string): number => readKubernetes(text, path).images.length;
    assert.deepEqual(
      ["e2e/00-assert.yaml", "e2e/01-assert-late.yaml", "02-errors.yaml", "e2e/00-install.yaml", "e2e/assert.yaml"].map(
        found,
      ),
      [0, 0, 0, 1, 1],
    );
  });

  it("reads all kinds of containers and image volumes", () => {
    const source = `apiVersion: v1
kind: Pod
spec:
  initContainers:
  - image: «a:1»
  containers:
  - image: "«b:2»"
    env: [{name: IMAGE, value: "nothing:1"}]
  ephemeralContainers:
  - image: '«c:3»'
  volumes:
  - image: {reference: «d/e:4», pullPolicy: Always}
  - configMap: {name: x}
`;
    expectUses(readKubernetes, source, [
      "image docker.io/library/a:1 literal",
      "image docker.io/library/b:2 literal",
      "image docker.io/library/c:3 literal",
      "volume docker.io/d/e:4 literal",
    ]);
  });

  it("reads streams, lists, and typed lists whose items leave out their type", () => {
    const pod = (image: string): string => `{apiVersion: v1, kind: Pod, spec: {containers: [{image: «${image}»}]}}`;
    const source = `${pod("a")}\n---\n{apiVersion: v1, kind: List, items: [${pod("b")}, {apiVersion: v1, kind: List, items: [${pod("c")}]}]}
---
{apiVersion: v1, kind: PodList, items: [{spec: {containers: [{image: «d»}]}}]}
`;
    expectUses(
      readKubernetes,
      source,
      ["a", "b", "c", "d"].map((name) => `image docker.io/library/${name} literal`),
    );
  });

  it("leaves out definitions between other resources", () => {
    const definition = "---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec: {image: a:1}\n";
    const pod = "---\napiVersion: v1\nkind: Pod\nspec: {containers: [{image: «node:22»}]}\n";
    const crlf = (text: string): string => text.replaceAll("\n", "\r\n");
    expectUses(readKubernetes, definition.slice(4) + pod + definition, [node]);
    expectUses(readKubernetes, crlf(pod + definition), [node]);
  });

  it("reads JSON", () => {
    const source = '{\n\t"apiVersion": "v1",\n\t"kind": "Pod",\n\t"spec": {"containers": [{"image": "«node:22»"}]}\n}';
    expectUses(readKubernetes, source, [node]);
  });

  const unresolved = ["$(IMAGE)", "${REGISTRY}/app:1", '"{{ .Values.image }}"', '"<image>"'];
  for (const value of unresolved)
    it(`says that ${value} is not known`, () => {
      const { images, problems } = readKubernetes(
        `apiVersion: v1\nkind: Pod\nspec: {containers: [{image: ${value.startsWith('"') ? value : `"${value}"`}}]}`,
        "p.yaml",
      );
      assert.deepEqual([images.map(({ resolution }) => resolution), problems], [["unresolved"], []]);
    });

  it("keeps the documents around a broken one", () => {
    const pod = "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: node}]}\n";
    const { images, problems } = readKubernetes(`${pod}---\na: b: c\n\t]\n---\n${pod}`, "p.yaml");
    assert.equal(images.length, 2);
    assert.ok(problems.some(({ code }) => code === "yaml-syntax"));
  });

  it("pins so that the file reads to the pinned image", () => {
    for (const form of ["node:22", '"node:22"', "'node:22'", "node", "&a node:22", `"node@sha256:${"1".repeat(64)}"`])
      assert.equal(
        expectPinsToHold(readKubernetes, `apiVersion: v1\nkind: Pod\nspec: {containers: [{image: ${form}, name: a}]}`),
        1,
        form,
      );
  });

  it("survives every prefix and many mutations", () => {
    expectToSurvive(
      readKubernetes,
      "apiVersion: v1\nkind: List\nitems:\n- &p {apiVersion: v1, kind: Pod, spec: {containers: [{image: 'a:1'}]}}\n- *p\n---\nx: |\n  y\n",
    );
  });
});
