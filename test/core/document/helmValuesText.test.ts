import assert from "node:assert/strict";
import { readHelmValuesFile } from "../../../src/core/document/helmChart.ts";
import { expectPinsToHold, expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

describe("readManifestText", () => {
  const table: readonly (readonly [name: string, source: string, expected: readonly string[]])[] = [
    [
      "containers",
      'extraInitContainers: |\n  - name: a\n    image: «busybox»\n  - {name: b, image: "«a/b:1»"}\n',
      ["image docker.io/library/busybox literal", "image docker.io/a/b:1 literal"],
    ],
    ["sidecars", "sidecars: |-\n  - image: «a/b:1» # why\n", ["image docker.io/a/b:1 literal"]],
    [
      "resources in a list of texts",
      "extraDeploy:\n  - |\n    apiVersion: v1\n    kind: Pod\n    spec:\n      containers: [{image: «a/b:1»}]\n  - |\n    apiVersion: v1\n    kind: ConfigMap\n    data: {image: a/c:1}\n",
      ["image docker.io/a/b:1 literal"],
    ],
    [
      "what a template does not yield",
      'extraContainers: |\n  - image: {{ .Values.x }}\n  - image: «a/b:1»\n  - image: "{{ .Values.y }}"\n',
      ["image docker.io/a/b:1 literal"],
    ],
    [
      "agents of Jenkins",
      "agent:\n  podTemplates:\n    x: |\n      - name: x\n        label: x\n        containers:\n          - name: y\n            image: «a/b:1»\ncontroller:\n  JCasC:\n    configScripts:\n      y: |-\n        jenkins:\n          clouds:\n          - docker:\n              templates:\n              - dockerTemplateBase: {image: «a/b:2»}\n",
      ["container docker.io/a/b:1 literal", "container docker.io/a/b:2 literal"],
    ],
    [
      "resources that a chart takes whole",
      'resources:\n- |\n  apiVersion: v1\n  kind: Pod\n  spec: {containers: [{image: "«a/b:1»", args: ["{\\"x\\":{\\"y\\":1}}", "http://{{ .Release.Name }}/z"]}]}\n- apiVersion: v1\n  kind: Pod\n  spec: {containers: [{image: «a/b:2»}]}\n- |\n  image: a/b:3\n',
      ["image docker.io/a/b:1 literal", "image docker.io/a/b:2 literal"],
    ],
    [
      "resources that stand each by a name",
      "raw:\n  templates:\n    a: |\n      ---\n      apiVersion: v1\n      kind: Pod\n      spec: {containers: [{image: «a/b:1»}]}\nextraObjects:\n  b: |\n    apiVersion: v1\n    kind: Pod\n    spec: {containers: [{image: «a/b:2»}]}\nconfigMaps:\n  c: |\n    apiVersion: v1\n    kind: Pod\n    spec: {containers: [{image: a/b:3}]}\n",
      ["image docker.io/a/b:1 literal", "image docker.io/a/b:2 literal"],
    ],
    [
      "what a template yields that a chart may evaluate",
      'tag: "2"\nextraContainers: |\n  - name: {{ .Release.Name }}\n    image: «a/b:{{ .Values.tag }}»\n  - image: "«a/c:{{ .Values.none | default 3 }}»"\n  - image: a/d:{{ .Release.Name }}\n',
      ["image docker.io/a/b:2 resolved", "image docker.io/a/c:3 resolved"],
    ],
    ["no image in other texts", "config: |\n  image: a/b:1\nextraInitContainers: 'image: a/b:1'\n", []],
  ];
  for (const [name, source, expected] of table)
    it(`reads ${name}`, () => void expectUses(readHelmValuesFile, source, expected));

  it("reads values that are templates and name an image themselves", () => {
    const source =
      'tag: "1"\na: {image: "«a/b:{{ default .Chart.AppVersion .Values.tag }}»"}\nb: {image: "«a/c:{{ .Chart.AppVersion }}»"}\nc: {image: "{{ .Values.d }}:1"}\nd: x/y\ne: {image: "«a/d:{{ .Release.Name }}»"}\nf: {note: "a/e:{{ .Values.tag }}"}\n';
    const read = (text: string) =>
      readHelmValuesFile(text, "c/values-prod.yaml", (path) =>
        path === "c/Chart.yaml" ? "appVersion: 2.3.4\n" : undefined,
      );
    expectUses(read, source, [
      "image docker.io/a/b:1 resolved",
      "image docker.io/a/c:2.3.4 resolved",
      "image ? partial",
    ]);
  });

  it("reads resources that a chart takes whole, in values that helmfile fills in", () => {
    const read = (text: string) => readHelmValuesFile(text, "c/raw.yaml.gotmpl");
    const source =
      'templates:\n- |\n    apiVersion: v1\n    kind: Pod\n    metadata: {name: {{ .Environment.Name | quote }}}\n    spec:\n      containers:\n      - image: "«a/b:1»"\n        args: ["-d", "{\\"x\\":{\\"y\\":{\\"z\\":1}}}",\n          "http://{{ .Environment.Name }}-w"]\n      - image: {{ .Values.x }}:1\n';
    expectUses(read, source, ["image docker.io/a/b:1 literal"]);
    expectPinsToHold(read, source.replaceAll(/[«»]/g, ""));
    expectToSurvive(read, source.replaceAll(/[«»]/g, ""));
  });

  it("reads values that helmfile fills in", () => {
    const read = (text: string) => readHelmValuesFile(text, "c/values.yaml.gotmpl");
    const source =
      'url: {{ requiredEnv "URL" | quote }}\nimage: «a/b:1»\n{{- if .Values.x }}\nb:\n  image:\n    repository: {{ env "REPO" | default "a/c" }}\n    tag: "2"\n{{- end }}\nc: {image: {repository: «a/d», tag: "3"}}\nd: {image: {tag: "4"}}\ne: {image: {{ .Values.e | quote }}}\n'.replace(
        '{{ env "REPO" | default "a/c" }}',
        '«{{ env "REPO" | default "a/c" }}»',
      );
    expectUses(read, source, [
      "image docker.io/a/b:1 literal",
      "image docker.io/a/c:2 resolved",
      "image docker.io/a/d:3 resolved",
    ]);
    expectToSurvive(read, source.replaceAll(/[«»]/g, ""));
  });

  it("reads an image that only the environment tells, where it is written as one", () => {
    const read = (text: string) => readHelmValuesFile(text, "c/values.yaml.gotmpl");
    const source =
      'a: {image: «{{ requiredEnv "HOST" }}/{{ requiredEnv "NAME" }}:{{ .Values.x }}»}\nb:\n  image: {{ .Values.b }}\nc:\n  image: "https://{{ .Values.host }}/{{ .Values.logo }}"\n';
    expectUses(read, source, ["image ? unresolved"]);
  });

  it("fills in values of the helmfile above, and defaults", () => {
    const files = new Map([
      ["helmfile.yaml", "environments: {default: {values: [env.yaml]}}\nreleases: []\n"],
      ["env.yaml", "app: {image: 'r.example.com/a/b:1', tag: v2}\n"],
    ]);
    const read = (text: string) => readHelmValuesFile(text, "releases/c/values.yaml.gotmpl", (path) => files.get(path));
    expectUses(
      read,
      `{{ $tag := .Values.app.tag }}
a: {image: {repository: «a/b», tag: {{ $tag | quote }}}}
b: {image: «{{ .Values.app.image }}»}
c: {image: "«c/d:{{ .Values | get "c.tag" "v3" }}»"}
d: {image: "{{ .Values.app.none }}"}
e:
  image: «e/f:{{ range $name, $tag := .Values.tags }}{{ if eq $name "e/f" }}{{ $tag }}{{ end }}{{ end }}»
  args: {{ range .Values.args }}{{ . }} {{ end }}
`,
      [
        "image docker.io/a/b:v2 resolved",
        "image r.example.com/a/b:1 resolved",
        "image docker.io/c/d:v3 resolved",
        "image ? partial",
      ],
    );
  });

  it("fills in values that a helmfile hands on to those that it includes, from files that fit a pattern", () => {
    const files = new Map([
      [
        "helmfile.yaml.gotmpl",
        `helmfiles:
- path: apps/c/child.yaml
  values: &all
  - "env/*.yaml*"
  - {{ toYaml .Values | nindent 4 }}
- {path: apps/d/child.yaml, values: [other.yaml]}
- {path: apps/e/child.yaml, values: *all}
`,
      ],
      ["env/", "a.yaml.gotmpl\nb.yaml\nc.txt\nmore/"],
      ["env/a.yaml.gotmpl", "hub: {registry: ~}\napp: {registry: r.example.com, repository: team/app, tag: '2'}\n"],
      ["env/b.yaml", "app: {tag: '3'}\n"],
      ["env/c.txt", "app: {tag: '4'}\n"],
      ["other.yaml", "app: {tag: '5'}\n"],
    ]);
    const read = (text: string) => readHelmValuesFile(text, "apps/c/values.yaml.gotmpl", (path) => files.get(path));
    expectUses(
      read,
      `global: {imageRegistry: {{ .Values.hub.registry | quote }}}
image:
  registry: {{ coalesce .Values.hub.registry .Values.app.registry | quote }}
  repository: «{{ .Values.app.repository }}»
  tag: {{ .Values.app.tag | quote }}
side: {image: {registry: "{{ .Values.hub.registry }}", repository: «a/side», tag: '1'}}
`,
      ["image r.example.com/team/app:3 resolved", "image docker.io/a/side:1 resolved"],
    );
  });

  it("says where helmfile fills in what comes before a repository, told or not", () => {
    const files = new Map([
      ["helmfile.yaml", "environments: {default: {values: [{hub: r.io/}]}}\n"],
      ["c/values.yaml.gotmpl", ""],
    ]);
    const read = (text: string) => readHelmValuesFile(text, "c/values.yaml.gotmpl", (path) => files.get(path));
    expectUses(
      read,
      "a: {image: {repository: «{{ .Environment.Values.hub }}a/web», tag: v1}}\nb: {image: {repository: «{{ .Environment.Values.other }}b», tag: v1}}\nc: {image: {repository: {{ .Values.other }}, tag: v1}}\nd: {image: {repository: 'https://{{ .Values.other }}/d', tag: v1}}\n",
      ["image r.io/a/web:v1 resolved", "image ? unresolved"],
    );
  });

  it("pins and survives mutations", () => {
    const source = 'tag: "2"\nextraContainers: |\n  - image: a/b:1\n    args: [x]\n  - image: a/c:{{ .Values.tag }}\n';
    assert.equal(expectPinsToHold(readHelmValuesFile, source), 1);
    expectToSurvive(readHelmValuesFile, source);
  });
});
