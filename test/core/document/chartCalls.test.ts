import assert from "node:assert/strict";
import { chartCalls } from "../../../src/core/document/chartCalls.ts";
import { readHelmValuesFile } from "../../../src/core/document/helmChart.ts";
import { readHelmTemplate } from "../../../src/core/document/helmTemplate.ts";
import { expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

function named(name: string, ...images: readonly string[]): string {
  const containers = images.map((image) => `    - image: ${image}\n`).join("");
  return `{{- define "${name}" }}\napiVersion: v1\nkind: Pod\nspec:\n  containers:\n${containers}{{- end }}\n`;
}

function siblingsOf(files: Readonly<Record<string, string>>): (path: string) => string | undefined {
  const texts = new Map(Object.entries(files).map(([name, text]) => [`c/${name}`, text]));
  const names = Object.keys(files).flatMap((name) => /^templates\/(.+)$/.exec(name)?.[1] ?? []);
  texts.set("c/Chart.yaml", "name: c\nappVersion: 1.2.3\n");
  texts.set("c/templates/", names.map((name) => name.replace(/\/.*/, "/")).join("\n"));
  texts.set("c/templates/x/", names.flatMap((name) => /^x\/(.+)$/.exec(name)?.[1] ?? []).join("\n"));
  return (path) => texts.get(path);
}

describe("chartCalls", () => {
  const table: readonly (readonly [
    name: string,
    values: string,
    files: Readonly<Record<string, string>>,
    expected: readonly string[],
  ])[] = [
    [
      "what a dictionary gives",
      "hub: r.io\ncart: {imageName: «cart»}\npay: {imageName: «pay»}\n",
      {
        "templates/_pod.tpl": named("c.pod", "{{ .Values.hub }}/{{ .part.imageName }}:{{ .Chart.AppVersion }}"),
        "templates/a.yaml":
          '{{ include "c.pod" (dict "part" .Values.cart "Values" .Values "Chart" .Chart) }}\n---\n{{ include "c.pod" (dict "part" .Values.pay "Values" $.Values "Chart" .Chart) | indent 0 }}\n',
      },
      ["image r.io/cart:1.2.3 resolved", "image r.io/pay:1.2.3 resolved"],
    ],
    [
      "what a loop gives to one that gives it on",
      'hub: r.io\nparts: [{image: {name: «cart»}}, {image: {name: «pay»}}]\ntag: ")"\n',
      {
        "templates/_pod.tpl": named("c.pod", "{{ index . 1 }}/{{ (index . 0).image.name }}:v1"),
        "templates/_outer.tpl":
          '{{- define "c.outer" }}{{ template "c.pod" (list .one (.hub | trimSuffix ")")) }}{{ end }}',
        "templates/a.yaml":
          '{{- range .Values.parts }}\n---\n{{- include "c.outer" (dict "one" . "hub" $.Values.hub) }}\n{{- end }}\n',
      },
      ["image r.io/cart:v1 resolved", "image r.io/pay:v1 resolved"],
    ],
    [
      "what stands in a file that is called like one without images",
      "hub: r.io\ncart: {imageName: «cart»}\nimage: {repository: «a/b»}\n",
      {
        "templates/_pod.tpl": named("c.pod", "{{ .hub }}/{{ .part.imageName }}:1"),
        "templates/dashboard.yaml": '{{ include "c.pod" (dict "part" .Values.cart "hub" .Values.hub) }}\n',
        "templates/x/policy.yaml": "kind: Pod\nspec:\n  containers:\n  - image: {{ .Values.image.repository }}:v2\n",
      },
      ["image r.io/cart:1 resolved", "image docker.io/a/b:v2 resolved"],
    ],
    [
      "named templates in whatever file begins with an underscore",
      "image: {repository: «a/b», tag: ''}\n",
      {
        "templates/_helpers.yaml": '{{ define "c.image" }}r.io/{{ .repository }}:v3{{ end }}',
        "templates/a.yaml": 'kind: Pod\nspec:\n  containers:\n  - image: {{ include "c.image" .Values.image }}\n',
      },
      ["image r.io/a/b:v3 resolved"],
    ],
    [
      "what a template takes for the root",
      "part: {image: {repository: «a/b»}}\n",
      {
        "templates/_pod.tpl": named("c.pod", "{{ .image.repository }}:{{ .image.tag | default $.Chart.AppVersion }}")
          .replace('"c.pod" }}', '"c.pod" }}{{ $ := index . 0 }}{{ with index . 1 }}')
          .replace("{{- end }}", "{{ end }}{{- end }}"),
        "templates/a.yaml": '{{ include "c.pod" (list $ .Values.part) }}\n',
      },
      ["image docker.io/a/b:1.2.3 resolved"],
    ],
    [
      "what a file has no value for where it sets others at the root",
      "hub: r.io\nimage: {name: «api», tag: ''}\n",
      {
        "templates/_helpers.tpl":
          '{{ define "c.image" }}{{ $i := ternary .Values.image (index .Values .key) (empty .key) }}{{ .Values.hub }}/{{ $i.name }}:{{ join "" (compact (list "v1" .suffix)) }}{{ end }}',
        "templates/a.yaml": 'kind: Pod\nspec:\n  containers:\n  - image: {{ template "c.image" (set . "key" "") }}\n',
      },
      ["image r.io/api:v1 resolved"],
    ],
    [
      "nothing where nobody calls",
      "hub: r.io\ncart: {imageName: cart}\n",
      { "templates/_pod.tpl": named("c.pod", "{{ .Values.hub }}/{{ .part.imageName }}:1") },
      [],
    ],
  ];
  for (const [name, values, files, expected] of table) {
    const read = (text: string) => readHelmValuesFile(text, "c/values.yaml", siblingsOf(files));
    it(`knows ${name}`, () => {
      expectUses(read, values, expected);
      expectToSurvive(read, values.replaceAll(/[«»]/g, ""));
    });
  }

  it("says at a named template what its callers make of it, each once", () => {
    const source = named("c.pod", "«{{ .hub }}/a/{{ .name }}:1»", "«{{ .hub }}/b:2»");
    const call = (name: string): string => `{{ include "c.pod" (dict "hub" .Values.hub "name" "${name}") }}\n---\n`;
    const files = { "values.yaml": "hub: r.io\n", "templates/a.yaml": call("x") + call("y") + call("x") };
    const read = (text: string) => readHelmTemplate(text, "c/templates/_pod.tpl", siblingsOf(files));
    expectUses(read, source, ["image r.io/a/x:1 resolved", "image r.io/a/y:1 resolved", "image r.io/b:2 resolved"]);
  });

  it("ends where templates call themselves", () => {
    const call = '{{ include "c.pod" (dict "part" .part) }}\n'.repeat(80);
    const files = { "templates/a.yaml": '{{ include "c.pod" (dict "part" .Values.cart) }}\n' };
    const source =
      named("c.pod", "«{{ .part.hub }}/a:1»") + named("c.own", "{{ .x }}/{{ .y }}").replace("{{- end }}", call);
    const values = { "values.yaml": "cart: {hub: r.io}\n" };
    const read = (text: string) => readHelmTemplate(text, "c/templates/_pod.tpl", siblingsOf({ ...files, ...values }));
    expectUses(read, source, ["image r.io/a:1 resolved"]);
  });

  it("reads what a call gives up to its end", () => {
    const given = (source: string): readonly string[] =>
      chartCalls("c/templates/a.yaml", "c/", source, () => undefined)("n").map(({ calling }) => calling("m"));
    assert.deepEqual(given('{{ include "n" . | indent 2 }}{{ template "n" $.Values.a }}'), [
      '{{ template "m" . }}',
      '{{ template "m" $.Values.a }}',
    ]);
    assert.deepEqual(given('{{ x (include "n" (dict "a" (b ")") "c" `(`)) }}'), [
      '{{ template "m" (dict "a" (b ")") "c" `(`) }}',
    ]);
    assert.deepEqual(given('{{ include "n" (a }}'), ['{{ template "m"  }}']);
  });
});
