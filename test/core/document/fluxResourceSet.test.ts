import assert from "node:assert/strict";
import { readKubernetes } from "../../../src/core/document/kubernetes.ts";
import { expectSample, expectUses } from "../../helpers/imageUses.ts";

const read = (text: string) => readKubernetes(text, "file.yaml");
const pod = (indent: string, image: string) =>
  `${indent}apiVersion: v1\n${indent}kind: Pod\n${indent}spec: {containers: [{name: a, image: ${image}}]}\n`;
const set = (spec: string) => `apiVersion: fluxcd.controlplane.io/v1\nkind: ResourceSet\nspec:\n${spec}`;

describe("readResourceSet", () => {
  const table: readonly (readonly [name: string, text: string, ...uses: readonly string[]])[] = [
    [
      "resources once for each input",
      set(
        `  inputs: [{tag: "1", app: {name: a}}, {tag: "2", app: {name: b}}]\n  resources:\n  -\n${pod("    ", '"«r.io/x:<< inputs.tag >>»"')}`,
      ),
      "image r.io/x:1 resolved",
      "image r.io/x:2 resolved",
    ],
    [
      "functions that change nothing, and none that might",
      set(
        `  inputs: [{tag: "1"}]\n  resources:\n  -\n${pod("    ", '"«r.io/x:<< inputs.tag | quote >>»"')}  -\n${pod("    ", '"«r.io/x:<< inputs.tag | slice 1 >>»"')}`,
      ),
      "image r.io/x:1 resolved",
      "image ? partial",
    ],
    [
      "nothing of inputs that come from elsewhere",
      set(`  inputsFrom: [{name: a}]\n  resources:\n  -\n${pod("    ", '"«r.io/x:<< inputs.tag >>»"')}`),
      "image ? partial",
    ],
    [
      "sources in registries, with address and tag of one input",
      set(
        `  inputs: [{t: "1", n: a}, {t: "2", n: b}]\n  resources:\n  - apiVersion: source.toolkit.fluxcd.io/v1\n    kind: OCIRepository\n    spec: {url: "oci://«r.io/<< inputs.n >>»", ref: {tag: "<< inputs.t >>"}}\n`,
      ),
      "oci-repository r.io/a:1 resolved",
      "oci-repository r.io/b:2 resolved",
    ],
    [
      "a template of resources",
      set(
        `  inputs: [{tag: "1"}]\n  resourcesTemplate: |\n    ---\n    << range $i := .x >>\n${pod("    ", "«r.io/x:<< inputs.tag >>»")}    <<- end >>\n    ---\n${pod("    ", "«busybox:1»")}`,
      ),
      "image r.io/x:1 resolved",
      "image docker.io/library/busybox:1 literal",
    ],
    [
      "patches of an instance",
      "apiVersion: fluxcd.controlplane.io/v1\nkind: FluxInstance\nspec:\n  distribution: {registry: ghcr.io/fluxcd, artifact: 'oci://«ghcr.io/a/m:1»'}\n  kustomize:\n    patches:\n    - target: {kind: Deployment}\n      patch: |\n        - op: replace\n          path: /spec/template/spec/containers/0/image\n          value: «ghcr.io/a/k:1»\n",
      "oci-repository ghcr.io/a/m:1 literal",
      "image ghcr.io/a/k:1 literal",
    ],
  ];
  for (const [name, text, ...uses] of table)
    it(`reads ${name}`, () => {
      expectSample(read, text, uses);
    });

  it("tells which input a value comes from, also in a template", () => {
    const [, text = ""] = table[4] ?? [];
    const { images } = read(text.replaceAll(/[«»]/g, ""));
    assert.deepEqual(
      images[0]?.chain.map(({ label, text: said }) => [label, said]),
      [
        ["variable tag", "<< inputs.tag >>"],
        ["input tag", "1"],
      ],
    );
    assert.equal(images[0]?.text, "r.io/x:<< inputs.tag >>");
  });
});

describe("operators' bundles", () => {
  it("have the images that tools pin", () =>
    void expectUses(
      read,
      `apiVersion: operators.coreos.com/v1alpha1
kind: ClusterServiceVersion
metadata:
  annotations:
    containerImage: «quay.io/a/operator:1»
    operators.openshift.io/must-gather-image: «quay.io/a/gather:1»
    alm-examples: '[{"spec": {"image": "no:1"}}]'
spec:
  install:
    spec:
      deployments:
      - spec:
          template:
            spec:
              containers:
              - image: «quay.io/a/operator:1»
                env:
                - {name: RELATED_IMAGE_DB, value: «quay.io/a/db:2»}
                - {name: OTHER_IMAGE, value: no:2}
                - {name: RELATED_IMAGE_NONE, valueFrom: {fieldRef: {fieldPath: a}}}
  relatedImages:
  - {name: db, image: «quay.io/a/db:2»}
`,
      [
        "annotation quay.io/a/operator:1 literal",
        "annotation quay.io/a/gather:1 literal",
        "image quay.io/a/operator:1 literal",
        "related-image quay.io/a/db:2 literal",
        "related-image quay.io/a/db:2 literal",
      ],
    ));
});
