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

  const files = new Map([
    ["charts/c/values.yaml", "registry: quay.io\nb: {tag: v3, empty: ''}\n"],
    ["charts/c/Chart.yaml", "name: c\nappVersion: 4.5.6\n"],
  ]);
  const values: readonly (readonly [image: string, expected: string])[] = [
    ["{{ .Values.registry }}/a/b:{{ .Values.b.tag }}", "quay.io/a/b:v3 resolved"],
    ["{{.Values.registry}}/a/b:{{ $.Values.b.empty | default .Chart.AppVersion }}", "quay.io/a/b:4.5.6 resolved"],
    ['a/b:{{ default "1" .Values.b.empty }}', "docker.io/a/b:1 resolved"],
    ['a/b:{{ .Values.b.tag | default "1" | quote }}', "docker.io/a/b:v3 resolved"],
    ['a/b:{{ .Values.b.missing | default "1" }}', "docker.io/a/b:1 resolved"],
    ["a/b:{{ .Values.b.tag | trunc 1 }}", "? partial"],
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
