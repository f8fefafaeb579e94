import assert from "node:assert/strict";
import { readKustomizationFile as read } from "../../../src/core/document/kubernetes.ts";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { formatReference } from "../../../src/core/image/reference.ts";
import { expectToSurvive, expectUses, pin } from "../../helpers/imageUses.ts";

const digest = `sha256:${"1".repeat(64)}`;
const patch = (content: string): string => `patches:\n- patch: |\n${content.replace(/^/gm, "    ")}\n`;

describe("readKustomization", () => {
  const table: readonly (readonly [name: string, source: string, expected: readonly string[]])[] = [
    ["a new tag", "images:\n- name: «nginx»\n  newTag: '1.2'", ["images docker.io/library/nginx:1.2 resolved"]],
    [
      "a new name and tag",
      "images:\n- name: app\n  newName: «ghcr.io/a/app»\n  newTag: v1",
      ["images ghcr.io/a/app:v1 resolved"],
    ],
    [
      "a digest, which wins over the tag",
      `images:\n- name: app\n  newName: «ghcr.io/a/app»\n  newTag: v1\n  digest: ${digest}`,
      [`images ghcr.io/a/app@${digest} resolved`],
    ],
    ["a new name whose tag is the base's", "images: [{name: app, newName: «ghcr.io/a/app»}]", ["images ? partial"]],
    [
      "a new name that has a tag or a digest",
      `images:\n- {name: a, newName: «b/c:11»}\n- {name: a, newName: «b/d@${digest}»}`,
      ["images docker.io/b/c:11 literal", `images docker.io/b/d@${digest} literal`],
    ],
    [
      "a name with a tag, which others replace",
      `images:\n- {name: «r.io:5000/a:11», newTag: '12'}\n- {name: «b:11», digest: '${digest}'}`,
      ["images r.io:5000/a:12 resolved", `images docker.io/library/b@${digest} resolved`],
    ],
    [
      "an image of a resource of any kind, by JSON Patch",
      patch(
        "- {op: replace, path: /spec/image, value: '«a.io/b:1»'}\n- {op: replace, path: /spec/other/image, value: b:1}\n- {op: add, path: /data/image, value: a.io/c:1}\n- {op: add, path: /metadata/labels/image, value: a.io/c:1}\n- {op: add, path: /spec/title, value: a.io/c:1}",
      ),
      ["image a.io/b:1 literal"],
    ],
    [
      "transformers and generators that are written where they are named",
      "transformers:\n- file.yaml\n- |-\n  apiVersion: builtin\n  kind: ImageTagTransformer\n  metadata: {name: x}\n  imageTag: {name: «postgres», newTag: '16'}\ngenerators:\n- |-\n  apiVersion: builtin\n  kind: HelmChartInflationGenerator\n  name: z\n  repo: oci://«a.io/charts»\n  version: 1.2.3\n  valuesInline: {image: {repository: «b/c», tag: '1'}}\n",
      [
        "images docker.io/library/postgres:16 resolved",
        "chart a.io/charts/z:1.2.3 resolved",
        "image docker.io/b/c:1 resolved",
      ],
    ],
    [
      "changes under their first name",
      "imageTags: [{name: «nginx», newTag: '1.2'}]",
      ["images docker.io/library/nginx:1.2 resolved"],
    ],
    ["a suffix", "images: [{name: «ghcr.io/a/app», tagSuffix: -x}]", ["images ? partial"]],
    ["a name that changes nothing", "images: [{name: app}]", []],
    [
      "patches of resources",
      patch("apiVersion: apps/v1\nkind: Deployment\nspec: {template: {spec: {containers: [{name: a, image: «a:1»}]}}}"),
      ["image docker.io/library/a:1 literal"],
    ],
    [
      "operations of JSON Patch",
      patch(
        "- op: replace\n  path: /spec/template/spec/containers/0/image\n  value: «a:1»\n- {op: add, path: /spec/template/spec/containers/-, value: {image: «b»}}\n- {op: add, path: /metadata/labels/image, value: c}\n- {op: test, path: /spec/containers/0/image, value: d}",
      ),
      ["image docker.io/library/a:1 literal", "image docker.io/library/b literal"],
    ],
    [
      "strategic merge patches, as texts and as files",
      "patchesStrategicMerge:\n- file.yaml\n- |-\n  apiVersion: v1\n  kind: Pod\n  spec:\n    containers:\n    - image: «a:1»\n",
      ["image docker.io/library/a:1 literal"],
    ],
    [
      "charts with their values",
      "helmCharts:\n- name: c\n  repo: oci://«ghcr.io/a/charts»\n  version: 1.2.3\n  valuesInline: {image: {repository: «b/c», tag: '1'}}",
      ["chart ghcr.io/a/charts/c:1.2.3 resolved", "image docker.io/b/c:1 resolved"],
    ],
    [
      "a patch that is a file",
      "- op: add\n  path: /spec/template/spec/containers/-\n  value: {name: x, image: «a»}\n- op: add\n  path: /stages/0/tests/-\n  value: {image: «quay.io/a/b:1»}\n- {op: replace, path: /spec/image, value: c:1}\n- {op: remove, path: /a, value: {image: 'c:1'}}",
      ["image docker.io/library/a literal", "image quay.io/a/b:1 literal"],
    ],
    [
      "a patch that is a file in JSON",
      `[
\t{ "op": "replace", "path": "/spec/template/spec/containers/0/image", "value": "«a:1»" },
\t{ "op": "add", "path": "/spec/template/spec/initContainers", "value": [{ "name": "x", "image": "«b/c:2»" }] },
\t{ "op": "test", "path": "/spec/template/spec/containers/0/image", "value": "d:1" }
]`,
      ["image docker.io/library/a:1 literal", "image docker.io/b/c:2 literal"],
    ],
    ["no image in generated text", "configMapGenerator: [{name: a, literals: ['image=a:1']}]\nresources: [a/b:1]", []],
  ];
  for (const [name, source, expected] of table) it(`reads ${name}`, () => void expectUses(read, source, expected));

  it("takes the tag that the base itself gives an image", () => {
    const files = new Map([
      [
        "base/kustomization.yaml",
        "resources: [a.yaml]\nimages:\n- {name: app, newName: r.io/app, newTag: v2}\n- {name: ghost, newTag: v9}\n- {name: held, digest: sha256:x}\n",
      ],
      [
        "base/a.yaml",
        `spec: {containers: [{image: app:v1}, {image: "db:v3@${pin}"}, {image: held}, {image: "bare@${pin}"}]}`,
      ],
    ]);
    const read = (text: string) => readDocument(text, "kustomization.yaml", (path) => files.get(path));
    const names = ["r.io/app", "app", "db", "ghost", "held", "bare"];
    const { images } = read(
      `resources: [base]\nimages:\n${names.map((name) => `- {name: ${name}, newName: new}\n`).join("")}`,
    );
    assert.deepEqual(
      images.map(({ reference }) => reference && formatReference(reference)),
      ["docker.io/library/new:v2", undefined, `docker.io/library/new:v3@${pin}`, undefined, undefined, undefined],
    );
  });

  it("takes the tag of the base where its files are known", () => {
    const files = new Map([
      ["k/base/kustomization.yaml", "resources: [deployment.yaml]"],
      ["k/base/deployment.yaml", "spec: {containers: [{image: app:3.1}, {image: other:2}]}"],
    ]);
    const text = "resources: [../base]\nimages: [{name: app, newName: ghcr.io/a/app}]";
    const [use, ...others] = readDocument(text, "k/prod/kustomization.yaml", (path) => files.get(path)).images;
    assert.deepEqual(others, []);
    assert.equal(use?.reference && formatReference(use.reference), "ghcr.io/a/app:3.1");
    assert.equal(use?.chain.at(-1)?.file, "k/base/deployment.yaml");
  });

  const pins: readonly (readonly [name: string, source: string, pinned: string])[] = [
    ["after the tag", "images:\n- name: a\n  newTag: '1'\n", `images:\n- name: a\n  newTag: '1@${pin}'\n`],
    ["over a digest", `images: [{name: a, digest: ${digest}}]`, `images: [{name: a, digest: ${pin}}]`],
    [
      "in an empty digest",
      'images: [{name: a, newTag: b, digest: ""}]',
      `images: [{name: a, newTag: b, digest: "${pin}"}]`,
    ],
  ];
  for (const [name, source, pinned] of pins)
    it(`pins ${name}`, () => {
      const { images } = read(source, "kustomization.yaml");
      const [use] = images;
      const at = use?.pinAt ?? { start: 0, end: 0 };
      const result = source.slice(0, at.start) + (use?.pinBefore ?? "@") + pin + source.slice(at.end);
      assert.equal(result, pinned);
      assert.equal(read(result, "kustomization.yaml").images[0]?.reference?.digest, pin);
    });

  it("pins under a new key where there is neither tag nor digest", () => {
    const base = new Map([["a.yaml", "image: a"]]);
    const read = (text: string) => readDocument(text, "kustomization.yaml", (path) => base.get(path)).images[0];
    for (const [source, pinned] of [
      [
        'resources: [a.yaml]\nimages:\n  - name: a\n    newName: "b" # why\n',
        `resources: [a.yaml]\nimages:\n  - name: a\n    newName: "b" # why\n    digest: ${pin}\n`,
      ],
      [
        "resources: [a.yaml]\r\nimages:\r\n- newName: b\r\n  name: a\r\n",
        `resources: [a.yaml]\r\nimages:\r\n- newName: b\r\n  name: a\r\n  digest: ${pin}\r\n`,
      ],
      [
        "{resources: [a.yaml], images: [{name: a, newName: b}]}",
        `{resources: [a.yaml], images: [{name: a, newName: b, digest: ${pin}}]}`,
      ],
    ] as const) {
      const use = read(source);
      const at = use?.pinAt ?? { start: 0, end: 0 };
      const result = source.slice(0, at.start) + (use?.pinBefore ?? "@") + pin + source.slice(at.end);
      assert.equal(result, pinned);
      assert.equal(read(result)?.reference?.digest, pin);
    }
  });

  it("survives every prefix and many mutations", () => {
    expectToSurvive(
      read,
      'images:\n- name: a\n  newName: &n \'b\'\n- {name: *n, digest: ""}\npatches:\n- patch: |-\n    - {op: add, path: /containers/-, value: {image: a}}\n- patch: "kind: Pod\\napiVersion: v1\\nspec: {containers: [{image: a:1}]}"\n',
    );
  });
});
