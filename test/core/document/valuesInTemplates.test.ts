import assert from "node:assert/strict";
import { readHelmValuesFile } from "../../../src/core/document/helmChart.ts";
import { readHelmTemplate } from "../../../src/core/document/helmTemplate.ts";
import { expectToSurvive, expectUses, summary } from "../../helpers/imageUses.ts";

const helpers = `{{- define "c.image" -}}
{{- $registry := .root.Values.global.registry | default .image.registry -}}
{{- $tag := .image.tag | default (printf "v%s" .root.Chart.AppVersion) -}}
{{- if $registry }}{{ printf "%s/%s:%s" $registry .image.repository $tag }}{{ else }}{{ printf "%s:%s" .image.repository $tag }}{{ end -}}
{{- end -}}
`;

function workload(...images: readonly string[]): string {
  const containers = images.map((image) => `        - image: ${image}\n`).join("");
  return `apiVersion: apps/v1\nkind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n${containers}`;
}

interface Chart {
  readonly templates?: Readonly<Record<string, string>>;
}

function siblingsOf({ templates = {} }: Chart): (path: string) => string | undefined {
  const files = new Map([
    ["c/Chart.yaml", "name: c\nappVersion: 1.2.3\n"],
    ["c/templates/_helpers.tpl", helpers],
    ...Object.entries(templates).map(([name, text]): [string, string] => [`c/templates/${name}`, text]),
  ]);
  return (path) => files.get(path);
}

const included = '{{ include "c.image" (dict "root" . "image" .Values.image) }}';

describe("valuesInTemplates", () => {
  const table: readonly (readonly [name: string, values: string, chart: Chart, expected: readonly string[]])[] = [
    [
      "the tag that templates add where the values leave it empty",
      'image: {repository: «a/b», tag: ""}\n',
      { templates: { "deployment.yaml": workload(included) } },
      ["image docker.io/a/b:v1.2.3 resolved"],
    ],
    [
      "the registry that stands apart from an image",
      'global: {registry: r.example.com}\nimage: {repository: «a/b», tag: "1"}\n',
      { templates: { "deployment.yaml": workload(included) } },
      ["image r.example.com/a/b:1 resolved"],
    ],
    [
      "a registry that templates do not put before an image",
      'global: {registry: r.example.com}\nimage: {repository: «a/b», tag: "1"}\n',
      { templates: { "deployment.yaml": workload('"{{ .Values.image.repository }}:{{ .Values.image.tag }}"') } },
      ["image docker.io/a/b:1 resolved"],
    ],
    [
      "parts whose templates are named like them",
      'registry: r.example.com\nmyWorker: {image: {repository: «a/w», tag: ""}}\nweb: {image: «a/web:2»}\n',
      {
        templates: {
          "my-worker/statefulset.yaml": workload(
            '"{{ .Values.registry }}/{{ .Values.myWorker.image.repository }}:{{ .Values.myWorker.image.tag | default "w1" }}"',
          ),
          "web-deployment.yaml": workload('"{{ .Values.registry }}/{{ .Values.web.image }}"'),
        },
      },
      ["image r.example.com/a/w:w1 resolved", "image r.example.com/a/web:2 resolved"],
    ],
    [
      "the tag that templates add where the values have no key for it",
      "image: {repository: «a/b»}\nexporter: {image: «q.io/a/e», version: '1.1'}\n",
      {
        templates: {
          "deployment.yaml": workload(
            '"{{ .Values.image.repository }}:{{ .Chart.AppVersion }}"',
            '"{{ .Values.exporter.image }}:{{ .Values.exporter.version }}"',
          ),
        },
      },
      ["image docker.io/a/b:1.2.3 resolved", "image q.io/a/e:1.1 resolved"],
    ],
    [
      "the application's version where no template tells",
      'image: {repository: «a/b», tag: ""}\n',
      { templates: { "deployment.yaml": workload("{{ .Values.other }}") } },
      ["image docker.io/a/b:1.2.3 resolved"],
    ],
  ];
  for (const [name, values, chart, expected] of table) {
    const read = (text: string) => readHelmValuesFile(text, "c/values.yaml", siblingsOf(chart));
    it(`knows ${name}`, () => {
      expectUses(read, values, expected);
      expectToSurvive(read, values.replaceAll(/[«»]/g, ""));
    });
  }

  it("looks into no template where the values tell everything", () => {
    const asked: string[] = [];
    readHelmValuesFile('image: {repository: a/b, tag: "1"}\n', "c/values.yaml", (path) => void asked.push(path));
    assert.deepEqual(asked, []);
  });
});

describe("images that a template puts together from values", () => {
  const values =
    'image: {repository: a/b, tag: ""}\nproxy: {repo: a/p, tag: "4"}\nexporter: {image: q.io/a/e, version: "1.1"}\n';
  const read = (text: string) => {
    const siblings = siblingsOf({});
    return readHelmTemplate(text, "c/templates/deployment.yaml", (path) =>
      path === "c/values.yaml" ? values : siblings(path),
    );
  };

  it("are listed where the values list them differently, or not at all", () => {
    const document = expectUses(
      read,
      workload(
        included,
        '"«{{ .Values.proxy.repo }}:{{ .Values.proxy.tag }}»"',
        '"{{ .Values.exporter.image }}:{{ .Values.exporter.version }}"',
        '"{{ .Values.none.image }}:1"',
      ),
      ["image docker.io/a/p:4 resolved"],
    );
    assert.equal(document.images[0]?.pinAt, undefined);
    assert.deepEqual(read(workload("{{ .Values.none }}")).images.map(summary), []);
  });
});
