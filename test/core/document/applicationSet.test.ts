import { readKubernetes } from "../../../src/core/document/kubernetes.ts";
import { expectSample } from "../../helpers/imageUses.ts";

const read = (text: string) => readKubernetes(text, "file.yaml");
const set = (spec: string) => `apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nspec:\n${spec}`;
const source = (helm: string) => `  template:\n    metadata: {name: '{{name}}'}\n    spec:\n      source:\n${helm}`;

describe("readApplicationSet", () => {
  const table: readonly (readonly [name: string, text: string, ...uses: readonly string[]])[] = [
    [
      "the template once for each element of a list",
      set(
        `  generators:\n  - list:\n      elements:\n      - {name: one, image: r.io/a, tag: "1"}\n      - {name: two, image: r.io/b, tag: v2}\n${source('        helm:\n          parameters:\n          - {name: image.repository, value: "«{{image}}»"}\n          - {name: image.tag, value: "{{ tag }}"}\n          - {name: side.image, value: "«r.io/side:1»"}\n')}`,
      ),
      "image r.io/a:1 resolved",
      "image r.io/b:v2 resolved",
      "image r.io/side:1 literal",
    ],
    [
      "parameters of Go's templates, values in texts and in mappings, and changes of images",
      set(
        `  goTemplate: true\n  generators:\n  - list: {elements: [{app: {tag: "1.20", host: r.io}}]}\n${source('        helm:\n          values: |\n            image: {repository: "«{{ .app.host }}/a»", tag: "{{ .app.tag | toString }}"}\n          valuesObject:\n            web: {image: "«{{.app.host}}/web:{{.app.tag}}»"}\n        kustomize:\n          images: ["a=«{{.app.host}}/k:{{.app.tag}}»"]\n')}`,
      ),
      "image r.io/a:1.20 resolved",
      "image r.io/web:1.20 resolved",
      "images r.io/k:1.20 resolved",
    ],
    [
      "generators that are combined",
      set(
        `  generators:\n  - matrix:\n      generators:\n      - git: {repoURL: x}\n      - list: {elements: [{image: a}, {image: b}]}\n      - list: {elements: [{tag: "1"}, {tag: "2"}]}\n${source('        kustomize: {images: ["«r.io/{{image}}:{{tag}}»"]}\n')}`,
      ),
      "images r.io/a:1 resolved",
      "images r.io/a:2 resolved",
      "images r.io/b:1 resolved",
      "images r.io/b:2 resolved",
    ],
    [
      "generators that are merged",
      set(
        `  generators:\n  - merge:\n      mergeKeys: [name]\n      generators:\n      - list: {elements: [{name: a, tag: "1"}, {name: b, tag: "1"}]}\n      - list: {elements: [{name: b, tag: "2"}]}\n${source('        kustomize: {images: ["«r.io/{{name}}:{{tag}}»"]}\n')}`,
      ),
      "images r.io/a:1 resolved",
      "images r.io/b:2 resolved",
    ],
    [
      "what a generator says itself",
      set(
        `  generators:\n  - clusters: {selector: {}, values: {tag: "3"}}\n${source('        kustomize: {images: ["«r.io/a:{{values.tag}}»"]}\n')}`,
      ),
      "images r.io/a:3 resolved",
    ],
    [
      "nothing of what only a generator finds",
      set(`  generators:\n  - git: {repoURL: x}\n${source('        kustomize: {images: ["«r.io/a:1»"]}\n')}`),
      "images r.io/a:1 literal",
    ],
    [
      "a patch of the template",
      set(
        `  goTemplate: true\n  generators:\n  - list: {elements: [{tag: "4"}]}\n  template: {spec: {project: x}}\n  templatePatch: |\n    spec:\n      source:\n        helm:\n          {{- if .tag }}\n          parameters:\n          - name: web.image\n            value: "«r.io/web:{{ .tag }}»"\n          {{- end }}\n`,
      ),
      "image r.io/web:4 resolved",
    ],
  ];
  for (const [name, text, ...uses] of table)
    it(`reads ${name}`, () => {
      expectSample(read, text, uses);
    });
});
