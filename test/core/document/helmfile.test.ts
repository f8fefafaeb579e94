import { readHelmfile } from "../../../src/core/document/helmfile.ts";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectPinsToHold, expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

describe("readHelmfile", () => {
  const table: readonly (readonly [name: string, source: string, expected: readonly string[]])[] = [
    [
      "charts in registries",
      `repositories:
- {name: acme, url: ghcr.io/acme/charts, oci: true}
- {name: plain, url: https://charts.example.org}
releases:
- {name: a, chart: oci://«ghcr.io/a/c», version: 1.2.3}
- {name: b, chart: «acme/b», version: 2.0.0}
- {name: c, chart: plain/c, version: 1.0.0}
- {name: d, chart: ./charts/d}
- {name: e, chart: «acme/e», version: ~2.0}
`,
      ["chart ghcr.io/a/c:1.2.3 resolved", "chart ghcr.io/acme/charts/b:2.0.0 resolved", "chart ? partial"],
    ],
    [
      "values, files left alone",
      `releases:
- name: a
  chart: ./a
  values:
  - values/a.yaml
  - image:
      repository: «quay.io/a/b»
      tag: v1
  set:
  - {name: image.repository, value: «a/c»}
  - {name: image.tag, value: "2"}
`,
      ["image quay.io/a/b:v1 resolved", "image docker.io/a/c:2 resolved"],
    ],
    [
      "dependencies that are added to a chart, and values that are templates",
      `releases:
- name: a
  chart: ./a
  dependencies:
  - {chart: oci://«ghcr.io/a/lib», version: 0.1.0}
  - {chart: plain/b, version: 0.2.0}
  setTemplate:
  - {name: side.image, value: «a/side:1»}
  valuesTemplate:
  - web: {image: {repository: «a/web», tag: v2}}
`,
      ["chart ghcr.io/a/lib:0.1.0 resolved", "image docker.io/a/side:1 literal", "image docker.io/a/web:v2 resolved"],
    ],
    [
      "what its templates leave",
      `{{ $x := 1 }}
environments:
  {{ .Environment.Name }}: {}
releases:
{{- range .Values.apps }}
- name: {{ .name }}
  chart: oci://«ghcr.io/a/c»
  version: {{ .version }}
  values:
  - image: {repository: «a/b», tag: {{ .tag | quote }}}
  - other: {image: {{ .image }}}
  - image: «c:1»
{{- end }}
`,
      ["chart ? partial", "image ? partial", "image docker.io/library/c:1 literal"],
    ],
    [
      "defaults of variables of the environment",
      `releases:
- values:
  - image:
      repository: '«{{ env "REPO" | default "quay.io/a/b" }}»'
      tag: '{{ env "TAG" | default "v1" }}'
  - {image: '«c/d:{{ env "TAG" | default "2" }}»', other: {image: "{{ env \`IMAGE\` }}"}}
  - sidecar: {image: {repository: «e/f», tag: '{{ requiredEnv "TAG" }}'}}
`,
      ["image quay.io/a/b:v1 resolved", "image docker.io/c/d:2 resolved", "image ? partial"],
    ],
    [
      "values of the environment that is taken where none is named",
      `environments:
  default:
    values:
    - values/default.yaml
    - charts: {web: {version: 1.2.3}}
      registry: r.example.com
      image: {tag: v7}
  prod:
    values: [{image: {tag: prod}}]
---
{{ $registry := .Values.registry }}
releases:
- {name: a, chart: oci://«ghcr.io/a/c», version: {{ .Values.charts.web.version }}}
- {name: b, chart: «{{ .Values.charts.other }}», version: "{{ .Values | get "charts.other.version" "2.0.0" }}"}
- {name: c, chart: "oci://«{{ $registry }}/c»", version: 3.0.0}
- name: d
  chart: ./d
  values:
  - image: {repository: «{{ $registry }}/a/b», tag: {{ .Values.image.tag | quote }}}
    side: {image: "«{{ $registry }}/s:{{ .Values.image.side | default "1" }}-{{ .Environment.Name }}»"}
  - other: {image: "«c/d:{{ .Values.fromFile }}»", none: {image: "{{ .Values.none }}"}}
  - image: {repository: «e/f», tag: "{{ .Release.Revision }}"}
- name: e
  set:
  - {name: job.image.repository, value: "«{{ $registry }}/job»"}
  - {name: job.image.tag, value: "{{ .Values.image.tag }}"}
  - {name: sideImage, value: "«{{ $registry }}/side:1»"}
  - {name: none.image, value: "{{ .Values.none }}"}
`,
      [
        "chart ghcr.io/a/c:1.2.3 resolved",
        "chart q.example.com/o:2.0.0 resolved",
        "chart r.example.com/c:3.0.0 resolved",
        "image r.example.com/a/b:v7 resolved",
        "image r.example.com/s:1-default resolved",
        "image docker.io/c/d:9 resolved",
        "image ? partial",
        "image r.example.com/job:v7 resolved",
        "image r.example.com/side:1 resolved",
      ],
    ],
  ];
  const siblings = (path: string): string | undefined =>
    path === "values/default.yaml"
      ? "charts: {other: oci://q.example.com/o}\nfromFile: 9\nimage: {tag: v0}\n"
      : undefined;
  const read = (text: string, path: string) => readHelmfile(text, path, siblings);
  for (const [name, source, expected] of table) it(`reads ${name}`, () => void expectUses(read, source, expected));

  it("reads what releases inherit, and values of environments", () => {
    const source = `environments:
  default: {values: [{images: {web: «r.io/web:1»}, tag: "2"}, more.yaml]}
  prod: {values: [{image: {repository: «r.io/prod», tag: v1}}]}
templates:
  used: {chart: oci://«ghcr.io/a/used», version: 1.0.0, values: [{job: {image: «r.io/job:1»}}]}
  unused: {chart: oci://ghcr.io/a/unused, values: [{image: r.io/no:1}]}
releases:
- name: a
  inherit: [{template: used}]
  values: [{side: {image: «r.io/side:1»}}]
`;
    expectUses(read, source, [
      "image r.io/web:1 literal",
      "image r.io/prod:v1 resolved",
      "chart ghcr.io/a/used:1.0.0 resolved",
      "image r.io/job:1 literal",
      "image r.io/side:1 literal",
    ]);
  });

  it("reads patches of manifests, and commands around releases", () => {
    const source = `hooks:
- {events: [prepare], command: docker, args: [pull, «a.io/tool:1»]}
releases:
- name: a
  chart: ./a
  hooks:
  - events: [presync]
    command: sh
    args:
    - -c
    - kubectl run {{ .Release.Name }} --image=«a.io/wait:1»
  - {command: kubectl, args: [run, x, "--image=«{{ .Values.image }}»"]}
  - {command: ./docker.sh, args: [run, b:1]}
  strategicMergePatches:
  - patch.yaml
  - apiVersion: apps/v1
    kind: Deployment
    spec: {template: {spec: {containers: [{name: a, image: «a.io/web:1»}, {name: b, image: "«a.io/b:{{ default 2 .Values.none }}»"}]}}}
  jsonPatches:
  - target: {kind: Deployment}
    patch: [{op: replace, path: /spec/template/spec/containers/0/image, value: «a.io/json:1»}]
  transformers:
  - apiVersion: builtin
    kind: ImageTagTransformer
    imageTag: {name: web, newName: «a.io/new», newTag: v3}
`;
    const whole = (text: string) => readDocument(text, "helmfile.yaml", siblings);
    expectUses(whole, source, [
      "command a.io/tool:1 literal",
      "command a.io/wait:1 literal",
      "command ? unresolved",
      "image a.io/web:1 literal",
      "image a.io/b:2 resolved",
      "image a.io/json:1 literal",
      "images a.io/new:v3 resolved",
    ]);
    expectPinsToHold(whole, source.replaceAll(/[«»]/g, ""));
    expectToSurvive(whole, source.replaceAll(/[«»]/g, ""));
  });

  it("pins images in values", () =>
    void expectPinsToHold(read, "releases: [{values: [{image: a:1}, {image: {repository: b, tag: '1'}}]}]"));

  it("survives every prefix and many mutations", () => {
    expectToSurvive(
      read,
      "repositories: [{name: r, url: 'a.io/b', oci: true}]\nreleases:\n- {name: {{ x }}, chart: r/c, version: \"1.0.0\"}\n{{ end }}\n- values: [{image: &i {repository: a, tag: {{ t }}}}, {image: *i}]\n  set: [{name: image, value: 'a:1'}]\n",
    );
  });
});
