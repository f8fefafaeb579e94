import assert from "node:assert/strict";
import { readHelmTemplate as read } from "../../../src/core/document/helmTemplate.ts";
import { formatReference } from "../../../src/core/image/reference.ts";
import { expectPinsToHold, expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

function deployment(containers: string): string {
  return `{{- if .Values.enabled }}
apiVersion: {{ include "c.apiVersion" . }}
kind: Deployment
metadata:
  name: {{ include "c.name" . }}
  labels: {{- include "c.labels" . | nindent 4 }}
    image: a/label:1
spec:
  template:
    spec:
      {{- with .Values.securityContext }}
      securityContext:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      containers:
${containers.replace(/^/gm, "        ")}
{{- end }}
`;
}

describe("readHelmTemplate", () => {
  const table: readonly (readonly [name: string, source: string, expected: readonly string[]])[] = [
    [
      "an image that stands there",
      deployment("- name: a\n  image: «busybox:1.36»"),
      ["image docker.io/library/busybox:1.36 literal"],
    ],
    [
      "the disk of a virtual machine, once",
      `{{- if .Values.enabled }}
apiVersion: kubevirt.io/v1
kind: VirtualMachine
spec:
  template:
    spec:
      volumes:
      - containerDisk:
          image: «quay.io/a/disk:1»
{{- end }}
`,
      ["volume quay.io/a/disk:1 literal"],
    ],
    [
      "what applications of Argo CD set for other charts",
      `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: "{{ .Values.name }}"}
spec:
  sources:
  - repoURL: https://charts.example.com
    chart: redis
    helm:
      parameters:
      - {name: master.image.repository, value: «legacy/redis»}
      - {name: master.image.tag, value: "7"}
      - {name: metrics.image.repository, value: «legacy/exporter»}
      - {name: metrics.image.tag, value: "{{ .Values.tag }}"}
      - {name: image.repository, value: "{{ .Values.image }}"}
      - {name: own.image, value: «a/b:1»}
      - {name: namespace, value: no/image:1}
---
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: {{ .Release.Name }}}
spec:
  template: {spec: {source: {helm: {parameters: [{name: image, value: «c/d:2»}]}}}}
`,
      [
        "image docker.io/legacy/redis:7 resolved",
        "image ? partial",
        "image docker.io/a/b:1 literal",
        "image docker.io/c/d:2 literal",
      ],
    ],
    [
      "a pipeline's parameters and bundles",
      `apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: {{ .Release.Name }}}
spec:
  params:
  - {name: tool, default: node:22}
  - {name: own, default: "{{ .Values.own }}"}
  tasks:
  {{- if .Values.clone }}
  - name: clone
    taskRef: {resolver: bundles, params: [{name: bundle, value: «ghcr.io/acme/clone:1»}]}
  {{- end }}
  - name: run
    taskSpec:
      steps:
      - image: «$(params.tool)»
      - image: «$(params.own)»
      - image: «busybox:1.36»
`,
      [
        "bundle ghcr.io/acme/clone:1 literal",
        "image docker.io/library/node:22 resolved",
        "image ? unresolved",
        "image docker.io/library/busybox:1.36 literal",
      ],
    ],
    ["a quoted one", deployment('- image: "«a/b:1»"'), ["image docker.io/a/b:1 literal"]],
    [
      "no image that the values say",
      deployment(
        '- image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"\n- image: {{ include "c.image" . }}\n- image: {{ .Values.a }}/{{ .Values.b }}:1.2\n- image: {{ printf "%s:%s" .Values.c .Values.d | quote }}\n- image: docker.io/{{ .Values.e }}',
      ),
      [],
    ],
    [
      "alternatives side by side",
      deployment("- name: a\n  {{- if .Values.x }}\n  image: «a»\n  {{- else }}\n  image: «b»\n  {{- end }}"),
      ["image docker.io/library/a literal", "image docker.io/library/b literal"],
    ],
    [
      "a repository whose tag is not known",
      deployment("- image: «ghcr.io/a/b:{{ .Values.tag }}»"),
      ["image ? partial"],
    ],
    ["a registry that is not known", deployment('- image: "«{{ .Values.registry }}/a/b:1»"'), ["image ? unresolved"]],
    ["no image in comments", deployment("{{/* image: a:1 }} */}}\n# image: b:1\n- name: x"), []],
    ["no image in a ConfigMap", "apiVersion: v1\nkind: ConfigMap\ndata: {{ x }}\ncontainers: [{image: a}]", []],
  ];
  for (const [name, source, expected] of table) it(`reads ${name}`, () => void expectUses(read, source, expected));

  const helpers = `{{/* helpers */}}
{{- define "c.literal" -}}
quay.io/a/literal:1
{{- end -}}
{{- define "c.chosen" -}}
{{- if .Values.b.image -}}
{{ .Values.b.image }}
{{- else if eq .Values.b.tag "v3" -}}
{{- $name := printf "%s/%s" .Values.registry "a/chosen" -}}
{{- printf "%s:%s" $name (default .Chart.AppVersion .Values.b.empty) -}}
{{- end -}}
{{- end -}}
{{- define "c.values" -}}
{{ .Values.registry }}/{{ .Values.b.name }}:{{ .Values.b.tag }}
{{- end -}}
{{- define "c.image" -}}
{{- $registry := .image.registry | default "docker.io" -}}
{{- with .image -}}{{ $registry }}/a/{{ required "no name" $.name }}:{{ .tag | toString | trimPrefix "v" }}{{- end -}}
{{- end -}}
{{- define "c.loop" -}}{{ include "c.loop" . }}{{- end -}}
`;
  const files = new Map([
    ["charts/c/templates/_helpers.tpl", helpers],
    [
      "charts/c/values.yaml",
      "registry: quay.io\nb: {tag: v3, empty: '', name: x/y, template: 'a/{{ .Values.b.name }}:1'}\n",
    ],
    ["charts/c/Chart.yaml", "name: c\nappVersion: 4.5.6\n"],
  ]);
  const yielded: readonly (readonly [image: string, expected: string | undefined])[] = [
    ['{{ include "c.literal" . }}', "quay.io/a/literal:1 resolved"],
    ['"{{ include "c.literal" $ | quote }}"', "quay.io/a/literal:1 resolved"],
    ['{{ template "c.literal" . }}', "quay.io/a/literal:1 resolved"],
    ['{{- include "c.chosen" . -}}', "quay.io/a/chosen:4.5.6 resolved"],
    ['{{ include "c.image" (dict "image" .Values.b "name" "given") }}', "docker.io/a/given:3 resolved"],
    ['{{ include "c.image" (dict "image" .Values.b "name" .Values.b.name) }}', "docker.io/a/x/y:3 resolved"],
    ['{{ include "c.values" . }}', "quay.io/x/y:v3 resolved"],
    ['{{ include "c.unknown" . }}', undefined],
    ['{{ include "c.loop" . }}', undefined],
    ['{{ printf "%s/%s:%v" "quay.io" "a/b" 1 }}', "quay.io/a/b:1 resolved"],
    ['{{ printf "%s/a/b:%s" .Values.registry .Chart.AppVersion }}', "quay.io/a/b:4.5.6 resolved"],
    ['{{ printf "a/b:%s" .Release.Name }}', "? partial"],
    ['{{ printf "%s/b:1" .Release.Name }}', undefined],
    ['{{ .Values.b.image | default "a/b:1" }}', "docker.io/a/b:1 resolved"],
    ['{{ .Values.b.name | default "a/b:1" }}', "docker.io/x/y resolved"],
    ['{{ coalesce .Values.b.image .Values.b.empty "a/b:1" }}', "docker.io/a/b:1 resolved"],
    ['{{ ternary "a/b:1" "a/c:1" (eq .Values.b.tag "v3") }}', "docker.io/a/b:1 resolved"],
    ['{{ ternary "a/b:1" "a/c:1" .Release.IsUpgrade }}', undefined],
    ["{{ .Values.registry }}/a/{{ .Chart.Name }}:1", "quay.io/a/c:1 resolved"],
    ['{{ tpl "{{ .Values.registry }}/a/b:1" . }}', "quay.io/a/b:1 resolved"],
    ["{{ tpl .Values.b.template . }}", "docker.io/a/x/y:1 resolved"],
    ['{{ default .Values.hub .Values.missing }}/{{ .Values.image | default "pilot" }}:1', undefined],
    ["{{ .Values.b.image", undefined],
  ];
  for (const [image, expected] of yielded)
    it(`evaluates ${image}`, () => {
      const source = deployment(`- image: ${image}`);
      const { images } = read(source, "charts/c/templates/x/a.yaml", (path) => files.get(path));
      const shown = images.map((use) => `${use.reference ? formatReference(use.reference) : "?"} ${use.resolution}`);
      assert.deepEqual(shown, expected === undefined ? [] : [expected]);
      for (const { text } of images) assert.equal(text, image.replace(/^"(.*)"$/, "$1"));
    });

  it("takes the branch that leaves the values' tag out for no other image", () => {
    const own = new Map([["charts/d/values.yaml", "image: {registry: quay.io, repository: a/b, tag: v1}\n"]]);
    const source = deployment(
      '- name: a\n  {{- $r := .Values.image.registry }}\n  {{- if .Values.image.tag }}\n  image: "{{ $r }}/{{ .Values.image.repository }}:{{ .Values.image.tag }}"\n  {{- else }}\n  image: "{{ $r }}/{{ .Values.image.repository }}"\n  {{- end }}',
    );
    assert.deepEqual(read(source, "charts/d/templates/a.yaml", (path) => own.get(path)).images, []);
  });

  it("puts parts together that stand under keys of their own", () => {
    const values = "a: {image: {repository: x/y, tag: '1'}}\ntag: '2'\n";
    const siblings = (path: string) => (path === "c/values.yaml" ? values : undefined);
    const resource = (key: string, image: string) => `  ${key}:\n    image:\n      ${image}\n`;
    expectUses(
      (text) => read(text, "c/templates/a.yaml", siblings),
      `kind: Logging\nspec:\n${[
        resource("a", "repository: {{ .Values.a.image.repository }}\n      tag: {{ .Values.a.image.tag }}"),
        resource("b", "repository: «q.io/b»\n      tag: {{ .Values.tag | quote }}"),
        resource("c", "registry: q.io\n      repository: «c»\n      tag: {{ .Release.Name }}"),
        resource("d", "repository: {{ .Release.Name }}\n      tag: v1"),
      ].join("")}`,
      ["image q.io/b:2 resolved", "image ? partial"],
    );
  });

  it("reports an image whose name the values only begin", () => {
    const values = "prefix: mq-\nimage: {registry: q.io, repository: a/b, tag: '1'}\n";
    const siblings = (path: string) => (path === "c/values.yaml" ? values : undefined);
    const source = deployment(
      '- image: {{ printf "%s/%s:%s" .Values.image.registry .Values.image.repository .Values.image.tag }}\n- image: "«{{ .Values.image.registry }}/{{ .Values.prefix }}{{ "tools" }}:{{ .Values.image.tag }}»"\n- image: «{{ printf "%s-debug:%s" .Values.image.repository .Values.image.tag }}»',
    );
    expectUses((text) => read(text, "c/templates/pods.yaml", siblings), source, [
      "image q.io/mq-tools:1 resolved",
      "image docker.io/a/b-debug:1 resolved",
    ]);
  });

  it("reports an image of a loop for each of its items", () => {
    const values = "tools: [git, jq]\nversions: {a: '1', b: '2'}\n";
    const siblings = (path: string) => (path === "c/values.yaml" ? values : undefined);
    const source = deployment(
      '{{- range .Values.tools }}\n- image: "«q.io/t/{{ . }}:1»"\n{{- end }}\n{{- range $name, $version := .Values.versions }}\n- image: «{{ printf "q.io/v/%s:%s" $name $version }}»\n{{- end }}\n{{- range .Values.tools }}\n- image: «q.io/x-{{ . }}:1»\n{{- end }}\n{{- range .Values.none }}\n- image: «q.io/n:{{ . }}»\n{{- end }}',
    );
    expectUses((text) => read(text, "c/templates/pods.yaml", siblings), source, [
      "image q.io/t/git:1 resolved",
      "image q.io/t/jq:1 resolved",
      "image q.io/v/a:1 resolved",
      "image q.io/v/b:2 resolved",
      "image q.io/x-git:1 resolved",
      "image q.io/x-jq:1 resolved",
      "image ? partial",
    ]);
  });

  it("takes the branch that leaves the values' digest out for no other image", () => {
    const own = new Map([
      ["charts/d/values.yaml", `image: {repository: a/b, tag: v1, digest: sha256:${"1".repeat(64)}}\n`],
    ]);
    const repository = "{{ .Values.image.repository }}";
    const image = `${repository}:{{ .Values.image.tag }}`;
    for (const pinned of [image, repository]) {
      const source = deployment(
        `- name: a\n  {{- if .Values.image.digest }}\n  image: "${pinned}@{{ .Values.image.digest }}"\n  {{- else }}\n  image: "${image}"\n  {{- end }}`,
      );
      assert.deepEqual(read(source, "charts/d/templates/a.yaml", (path) => own.get(path)).images, []);
    }
  });

  it("takes a choice behind a key for a part of the value, and others for lines", () => {
    const source = deployment(
      '- image: «{{ with .Values.registry }}{{ . }}/{{ end }}a/b:1»\n- image: "«{{ if .Values.none }}a{{ else }}c{{ end }}/d:2»"\n- {{ if .Values.registry }}image: «a/e:3»{{ end }}\n- name: {{ if .Values.none }}a b{{ end }}\n  image: «a/f:4»\n- image: «{{ .Values.registry }}/g:{{ if .Values.none }}a{{ else }}b{{ end }}»',
    );
    expectUses((text) => read(text, "charts/c/templates/a.yaml", (path) => files.get(path)), source, [
      "image quay.io/a/b:1 resolved",
      "image docker.io/c/d:2 resolved",
      "image docker.io/a/e:3 literal",
      "image docker.io/a/f:4 literal",
      "image quay.io/g:b resolved",
    ]);
  });

  it("says what a loop makes of those items that a condition lets in", () => {
    const own = new Map([
      ["charts/d/values.yaml", "hub: r.io\nparts: [{name: web, own: true}, {name: api}, {name: job}]\n"],
    ]);
    const source =
      "kind: Pod\nspec:\n  containers:\n  {{- range .Values.parts }}\n  - name: x\n    {{- if .own }}\n    image: «{{ $.Values.hub }}/{{ .name }}:1»\n    {{- else }}\n    image: «a/{{ .name }}:2»\n    {{- end }}\n  {{- end }}\n";
    expectUses((text) => read(text, "charts/d/templates/a.yaml", (path) => own.get(path)), source, [
      "image r.io/web:1 resolved",
      "image docker.io/a/api:2 resolved",
      "image docker.io/a/job:2 resolved",
    ]);
  });

  it("says an image whose tag is demanded and nowhere said", () => {
    const own = new Map([
      ["charts/d/values.yaml", "hub: r.io/\nweb: {name: web}\nimage: {repository: a/b}\nversion:\n"],
    ]);
    const source = deployment(
      '- image: «{{ .Values.hub }}{{ .Values.web.name }}:{{ required "version" .Values.version }}»\n- image: {{ .Values.image.repository }}:{{ required "version" .Values.version }}',
    );
    expectUses((text) => read(text, "charts/d/templates/a.yaml", (path) => own.get(path)), source, ["image ? partial"]);
  });

  it("says what a program fills in, which has no values", () => {
    const source =
      "kind: Pod\nspec:\n  containers:\n  - image: «{{ .Image }}»\n  {{- if .Tag }}\n  - image: «a.io/b:{{ .Tag }}»\n  {{- end }}\n  - image: «{{ image .Hub .Name }}»\n  - image: «a/c:1»\n";
    expectUses((text) => read(text, "internal/manifests/web.yaml"), source, [
      "image ? unresolved",
      "image ? partial",
      "image ? unresolved",
      "image docker.io/a/c:1 literal",
    ]);
    const ofChart = "kind: Pod\nmetadata: {name: {{ .Release.Name }}}\nspec: {containers: [{image: {{ .Image }}}]}\n";
    assert.deepEqual(read(ofChart, "charts/c/files/web.yaml").images, []);
    const named = '{{ define "a" }}\nkind: Pod\nspec: {containers: [{image: {{ .Image }}}]}\n{{ end }}\n';
    assert.deepEqual(read(named, "charts/c/templates/_web.tpl").images, []);
    assert.equal(read(named, "internal/web.tpl").images.length, 1);
  });

  it("counts defaults where the chart has no values", () => {
    const { images } = read(
      deployment('- image: {{ .Values.a | default "a/b:1" }}\n- image: {{ .Values.a }}/c'),
      "templates/a.yaml",
    );
    assert.deepEqual(
      images.map(({ resolution }) => resolution),
      ["resolved", "unresolved"],
    );
  });

  it("reads the named templates of a file of helpers", () => {
    const source = `{{- define "c.pod" -}}
containers:
  - image: «a/b:1»
    {{- if .x }}
    args: [a]
    {{- end }}
{{- end }}
{{ define "c.list" }}
    - name: x
      image: «{{ include "c.own" . }}»
{{- end }}
{{- define "c.own" -}}a/own:{{ .Chart.AppVersion | default "2" }}{{- end -}}
`;
    expectUses(read, source, ["image docker.io/a/b:1 literal", "image docker.io/a/own:2 resolved"]);
  });

  const values: readonly (readonly [image: string, expected: string])[] = [
    ["{{ .Values.registry }}/a/b:{{ .Values.b.tag }}", "quay.io/a/b:v3 resolved"],
    ["{{.Values.registry}}/a/b:{{ $.Values.b.empty | default .Chart.AppVersion }}", "quay.io/a/b:4.5.6 resolved"],
    ['a/b:{{ default "1" .Values.b.empty }}', "docker.io/a/b:1 resolved"],
    ['a/b:{{ .Values.b.tag | default "1" | quote }}', "docker.io/a/b:v3 resolved"],
    ['a/b:{{ .Values.b.missing | default "1" }}', "docker.io/a/b:1 resolved"],
    ["a/b:{{ .Values.b.tag | sha1sum }}", "? partial"],
    ["a/b:{{ (index .Values.b 0).tag }}", "? partial"],
    ["a/b:{{ .Release.Name }}", "? partial"],
  ];
  for (const [image, expected] of values)
    it(`fills in ${image}`, () => {
      const [use] = read(deployment(`- image: ${image}`), "charts/c/templates/x/a.yaml", (path) =>
        files.get(path),
      ).images;
      assert.equal(`${use?.reference ? formatReference(use.reference) : "?"} ${use?.resolution}`, expected);
      assert.equal(use?.text, image);
      assert.equal(use?.pinAt, undefined);
    });

  it("says what is filled in of a template with definitions in a folder that no chart has", () => {
    const source =
      'kind: Job\nspec: {template: {spec: {containers: [{image: {{ .Image }}}]}}}\n{{- define "a" }}{{ end }}\n';
    const path = "jobs/templates/a.yaml";
    const textsOf = (files: Readonly<Record<string, string>>) => read(source, path, (one) => files[one]).images.length;
    assert.deepEqual([textsOf({}), textsOf({ "jobs/Chart.yaml": "name: x\n" })], [1, 0]);
  });

  it("says in which file a value stands", () => {
    const source = deployment("- image: a/b:{{ .Values.b.tag }}");
    const [use] = read(source, "charts/c/templates/a.yaml", (path) => files.get(path)).images;
    const step = use?.chain.at(-1);
    assert.equal(step?.file, "charts/c/values.yaml");
    assert.equal(files.get("charts/c/values.yaml")?.slice(step?.span.start, step?.span.end), "v3");
  });

  it("pins an image that stands there", () => {
    assert.equal(
      expectPinsToHold(read, deployment("- image: a:1\n- image: 'b:2' # {{ x }}\n- image: c:{{ .Values.t }}")),
      2,
    );
  });

  it("survives every prefix and many mutations", () => {
    expectToSurvive(
      read,
      deployment(
        '- image: "{{ `x}}` }}/a/b:{{ "}}\\"" }}"\n{{- range .Values.x }}\n- image: {{ . }}/b\n{{- end }}\n{{- /* a */ -}}\n- image: a:1',
      ),
    );
  });
});
