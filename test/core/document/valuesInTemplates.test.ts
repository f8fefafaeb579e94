import assert from "node:assert/strict";
import { readHelmValuesFile } from "../../../src/core/document/helmChart.ts";
import { readHelmTemplate } from "../../../src/core/document/helmTemplate.ts";
import { listedSiblings, workload } from "../../helpers/charts.ts";
import { expectToSurvive, expectUses, summary } from "../../helpers/imageUses.ts";

const helpers = `{{- define "c.image" -}}
{{- $registry := .root.Values.global.registry | default .image.registry -}}
{{- $tag := .image.tag | default (printf "v%s" .root.Chart.AppVersion) -}}
{{- if $registry }}{{ printf "%s/%s:%s" $registry .image.repository $tag }}{{ else }}{{ printf "%s:%s" .image.repository $tag }}{{ end -}}
{{- end -}}
`;

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

function offline(part: string): string {
  const image = `{{ .Values.${part}.image.repository }}:{{ .Values.${part}.image.tag }}`;
  return `${part}:\n{{- if .Values.offline }}\n  image: {{ .Values.mirror }}/${image}\n{{- else }}\n  image: ${image}\n{{- end }}\n`;
}

describe("valuesInTemplates", () => {
  const table: readonly (readonly [name: string, values: string, chart: Chart, expected: readonly string[]])[] = [
    [
      "a repository and a tag of which only templates tell that they are an image's",
      "proxyRepository: «a/b»\nproxyTag: v1\ngitRepository: a/c\ngitTag: v2\n",
      { templates: { "deployment.yaml": workload('"{{ .Values.proxyRepository }}:{{ .Values.proxyTag }}"') } },
      ["image docker.io/a/b:v1 resolved"],
    ],
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
      "what templates write over several lines in quotes",
      'image: {registry: "r.example.com:1", repository: «a/b», tag: ""}\n',
      {
        templates: {
          "deployment.yaml": workload(
            '"{{ .Values.image.repository }}\n        {{- with .Values.image.tag -}}\n          :{{ . }}\n        {{- end }}"',
          ),
        },
      },
      ["image docker.io/a/b resolved"],
    ],
    [
      "a registry that templates do not put before an image",
      'global: {registry: r.example.com}\nimage: {repository: «a/b», tag: "1"}\n',
      { templates: { "deployment.yaml": workload('"{{ .Values.image.repository }}:{{ .Values.image.tag }}"') } },
      ["image docker.io/a/b:1 resolved"],
    ],
    [
      "names alone that templates run, and those that they do not",
      "dbImage: «postgres»\nlogoImage: tux\n",
      { templates: { "deployment.yaml": workload("{{ .Values.dbImage }}") } },
      ["image docker.io/library/postgres literal"],
    ],
    [
      "an organisation between a registry and a name",
      'image: {registry: r.io, org: team, name: «a», tag: "1"}\n',
      {
        templates: {
          "deployment.yaml": workload(
            '"{{ .Values.image.registry }}/{{ .Values.image.org }}/{{ .Values.image.name }}:{{ .Values.image.tag }}"',
          ),
        },
      },
      ["image r.io/team/a:1 resolved"],
    ],
    [
      "the registry that templates say where that of the values is empty",
      'image: {registry: "", repository: «a/b», tag: "1"}\n',
      {
        templates: {
          "deployment.yaml": workload(
            '"{{ .Values.image.registry | default "quay.io" }}/{{ .Values.image.repository }}:{{ .Values.image.tag }}"',
          ),
        },
      },
      ["image quay.io/a/b:1 resolved"],
    ],
    [
      "the branch that the values let in, where templates have two",
      'offline: false\nmirror: r.example.com\na: {image: {repository: «a/b», tag: "1"}}\nb: {enabled: false, image: {repository: «a/c», tag: "1"}}\n',
      {
        templates: {
          "deployment.yaml": `${offline("a")}{{- if .Values.b.enabled }}\n${offline("b")}{{- end }}\n`,
        },
      },
      ["image docker.io/a/b:1 resolved", "image docker.io/a/c:1 resolved"],
    ],
    [
      "the first branch, where values that are not known decide",
      'registry: r.example.com\na: {image: {repository: «a/b», tag: "1"}}\n',
      {
        templates: {
          "deployment.yaml": `x:\n{{- if .Capabilities.Offline }}\n  image: {{ .Values.registry }}/{{ .Values.a.image.repository }}:{{ .Values.a.image.tag }}\n{{- else }}\n  image: {{ .Values.a.image.repository }}:{{ .Values.a.image.tag }}\n{{- end }}\n`,
        },
      },
      ["image r.example.com/a/b:1 resolved"],
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

  const listed: readonly (readonly [
    name: string,
    values: string,
    files: Readonly<Record<string, string>>,
    expected: readonly string[],
  ])[] = [
    [
      "files of any name",
      'main: {image: {repository: «a/b», tag: ""}}\nside: {image: {repository: «a/s», tag: ""}}\n',
      {
        "templates/main-controller.yaml": workload(
          '"{{ .Values.main.image.repository }}:{{ .Values.main.image.tag | default (printf "v%s" .Chart.AppVersion) }}"',
        ),
        "templates/parts/_side.tpl": `{{- define "c.side" -}}\ncontainers:\n  - image: {{ .Values.side.image.repository }}:s1\n{{- end -}}\n`,
      },
      ["image docker.io/a/b:v1.2.3 resolved", "image docker.io/a/s:s1 resolved"],
    ],
    [
      "named templates in a file of any name, with a list of arguments",
      'image: {repository: «a/b», tag: ""}\n',
      {
        "templates/deployment.yaml": workload('"{{ template "img" (tuple .Values.image $.Chart.AppVersion) }}"'),
        "templates/_pieces.tpl":
          '{{ define "img" -}}{{- $tag := index . 1 -}}{{- with index . 0 -}}{{ .repository }}:{{ .tag | default $tag }}{{- end -}}{{- end }}',
      },
      ["image docker.io/a/b:1.2.3 resolved"],
    ],
    [
      "named templates of a library in a folder of the chart",
      'image: {registry: q.io, repository: «a/b», tag: ""}\n',
      {
        "Chart.yaml": "name: c\nappVersion: 1.2.3\ndependencies:\n  - name: lib\n    version: 1.x\n",
        "templates/deployment.yaml": workload('{{ include "lib.image" (dict "image" .Values.image "chart" .Chart) }}'),
        "charts/lib/templates/_images.tpl":
          '{{- define "lib.image" -}}{{ printf "%s/%s:%s" .image.registry .image.repository (.image.tag | default (printf "l-%s" .chart.AppVersion)) }}{{- end -}}',
      },
      ["image q.io/a/b:l-1.2.3 resolved"],
    ],
    [
      "named templates of a library beside the chart",
      'image: {repository: «a/b», tag: ""}\n',
      {
        "Chart.yaml": "name: c\nappVersion: 1.2.3\ndependencies:\n  - {name: lib, repository: 'file://../lib'}\n",
        "templates/deployment.yaml": workload('{{ include "lib.image" . }}'),
        "../lib/templates/_images.tpl":
          '{{- define "lib.image" -}}{{ .Values.image.repository }}:beside-{{ .Chart.AppVersion }}{{- end -}}',
      },
      ["image docker.io/a/b:beside-1.2.3 resolved"],
    ],
    [
      "what surrounds an image: variables, branches that set them, and a value that is looked into",
      'a: {image: {repository: «a/a», tag: ""}}\nb: {image: {repository: «a/b», tag: ""}}\n',
      {
        "templates/deployment.yaml": `{{- $tag := .Chart.AppVersion }}
{{- if .Values.a.edge }}{{- $tag = "edge" }}{{- else }}{{- $tag = printf "r%s" $tag }}{{- end }}
${workload("{{ .Values.a.image.repository }}:{{ $tag }}")}{{- with .Values.b.image }}
        - image: "{{ .repository }}:{{ .tag | default $tag }}"
{{- end }}
`,
      },
      ["image docker.io/a/a:r1.2.3 resolved", "image docker.io/a/b:r1.2.3 resolved"],
    ],
    [
      "a prefix that templates put before names, whatever it is called",
      'common: {imagePrefix: r.example.com/team/}\nserver: {image: «server», imageTag: "2"}\n',
      {
        "templates/server-deployment.yaml": workload(
          "{{ .Values.common.imagePrefix }}{{ .Values.server.image }}:{{ .Values.server.imageTag }}",
        ),
      },
      ["image r.example.com/team/server:2 resolved"],
    ],
    [
      "the branch that is a reference",
      'image: {repository: «a/b», tag: ""}\n',
      {
        "templates/deployment.yaml": `{{- if .Values.image.digest }}
${workload('"{{ .Values.image.repository }}@{{ .Values.image.digest }}"')}{{- else }}
${workload('"{{ .Values.image.repository }}:v{{ .Chart.AppVersion }}"')}{{- end }}
`,
      },
      ["image docker.io/a/b:v1.2.3 resolved"],
    ],
    [
      "a registry that nobody has said, before a name",
      'global: {containerRegistry: {url: ""}}\nimage: {name: «a», tag: "1"}\nside: {image: «b», imageTag: "2"}\nthird: {image: «c»}\n',
      {
        "templates/deployment.yaml": workload(
          "{{ .Values.global.containerRegistry.url }}/{{ .Values.image.name }}:{{ .Values.image.tag }}",
          '"{{ required "none" .Values.global.registry }}/{{ .Values.side.image }}:{{ .Values.side.imageTag }}"',
          '"{{ .Values.third.image }}:{{ .Values.third.tag }}"',
        ),
      },
      ["image ? unresolved", "image ? unresolved", "image ? partial"],
    ],
    [
      "nothing of a loop over what is none",
      'image: {repository: «a/b», tag: ""}\n',
      {
        "templates/deployment.yaml": `{{- range .Values.image }}\n${workload('"{{ .repository }}:{{ .tag }}"')}{{- end }}\n`,
      },
      ["image docker.io/a/b:1.2.3 resolved"],
    ],
    [
      "each item of loops within loops",
      "org: r.example.com/team\ngroups:\n  - services:\n      api: {image: {name: «api»}}\n      web: {image: {name: «web», tag: '2'}}\n  - services:\n      job: {image: {name: «job»}}\n",
      {
        "templates/deployments.yaml": `{{- range $group := .Values.groups }}\n{{- range $name, $service := $group.services }}\n---\n${workload("{{ $.Values.org }}/{{ $service.image.name }}:{{ $service.image.tag | default $.Chart.AppVersion }}")}{{- end }}\n{{- end }}\n`,
      },
      [
        "image r.example.com/team/api:1.2.3 resolved",
        "image r.example.com/team/web:2 resolved",
        "image r.example.com/team/job:1.2.3 resolved",
      ],
    ],
    [
      "a registry that stands alone under the name of its host, or beside images of which it is none",
      "proxies: {ghcr: ghcr.io, quay: ''}\nregistryFQDN: r.example.com\na: {image: {registry: x, repository: «a/b», tag: '1'}}\nc: {image: {repository: «c/d», tag: '2'}}\n",
      {
        "templates/deployment.yaml": workload(
          '{{ list .Values.registryFQDN .Values.a.image.registry | compact | join "/" }}/{{ .Values.a.image.repository }}:{{ .Values.a.image.tag }}',
          "{{ .Values.proxies.ghcr }}/{{ .Values.c.image.repository }}:{{ .Values.c.image.tag }}",
        ),
      },
      ["image r.example.com/x/a/b:1 resolved", "image ghcr.io/c/d:2 resolved"],
    ],
    [
      "repositories that only templates tell from others",
      "registry: r.example.com/team\nproducer: {repository: «producer», replicas: 2}\nsource: {repository: a/b}\n",
      {
        "templates/deployment.yaml": workload("{{ .Values.registry }}/{{ .Values.producer.repository }}:1"),
      },
      ["image r.example.com/team/producer:1 resolved"],
    ],
    [
      "what a library makes of an image that writes the whole workload",
      "hub: r.example.com\nparts: [{name: x}]\nimage: {name: «a/b», tag: '2'}\n",
      {
        "Chart.yaml": "name: c\ndependencies: [{name: lib, version: 1.0.0}]\n",
        "templates/app.yaml":
          '{{ range .Values.parts }}{{ include "lib.workload" (dict "part" . "context" $) }}{{ end }}\n',
        "charts/lib/templates/_workload.tpl": `{{- define "lib.workload" -}}\n{{- with .part }}\nkind: Pod\nspec:\n  containers:\n    {{- include "lib.containers" $ | nindent 4 }}\n{{- end }}\n{{- end -}}\n{{- define "lib.containers" -}}\n{{- $image := .part.image | default (dict) }}\n- name: x\n  {{- include "lib.image" (dict "image" $image "context" .context) | nindent 2 }}\n{{- end -}}\n`,
        "charts/lib/templates/_image.tpl": `{{- define "lib.image" -}}\nimage: {{ printf "%s/%s:%s" (.image.registry | default .context.Values.hub) (.image.name | default .context.Values.image.name) (.image.tag | default .context.Values.image.tag) }}\n{{- end -}}\n`,
      },
      ["image r.example.com/a/b:2 resolved"],
    ],
  ];
  for (const [name, values, files, expected] of listed)
    it(`knows, where folders are known, ${name}`, () => {
      const siblings = listedSiblings({ "Chart.yaml": "name: c\nappVersion: 1.2.3\n", ...files });
      expectUses((text) => readHelmValuesFile(text, "x/c/values.yaml", siblings), values, expected);
    });

  const given = [
    ["x/c/values-prod.yaml", "image: {repository: mirror/b}\n", ["image docker.io/mirror/b:7 resolved"]],
    ["x/c/ci/a-values.yaml", "image: {repository: mirror/b, tag: ''}\n", ["image docker.io/mirror/b:d1.2.3 resolved"]],
    ["x/c/values.prod.yaml", "side: {image: r.io/s}\nimage: {tag: '8'}\n", ["image r.io/s:8 resolved"]],
    ["x/c/values-a.yaml", "global: {registry: q.io}\nimage: {repository: a/b}\n", ["image q.io/a/b:7 resolved"]],
  ] as const;
  for (const [path, values, expected] of given)
    it(`knows what the values in ${path} leave to those of the chart`, () => {
      const siblings = listedSiblings({
        "Chart.yaml": "name: c\nappVersion: 1.2.3\n",
        "values.yaml": "image: {repository: a/b, tag: '7'}\nside: {image: a/s}\nglobal: {registry: docker.io}\n",
        "templates/deployment.yaml": workload(
          '"{{ .Values.global.registry }}/{{ .Values.image.repository }}:{{ .Values.image.tag | default (printf "d%s" .Chart.AppVersion) }}"',
          "{{ .Values.side.image }}:{{ .Values.image.tag }}",
        ),
      });
      assert.deepEqual(readHelmValuesFile(values, path, siblings).images.map(summary), expected);
    });

  it("asks for further files only where those before are known and do not tell", () => {
    const asked: string[] = [];
    const folder = "a-deployment.yaml\nother.yaml\nparts/\n_helpers.tpl";
    readHelmValuesFile('image: {repository: a/b, tag: ""}\n', "c/values.yaml", (path) => {
      asked.push(path);
      return path === "c/templates/" ? folder : undefined;
    });
    assert.deepEqual(
      [...new Set(asked)],
      ["c/charts/", "c/Chart.yaml", "c/templates/", "c/templates/a-deployment.yaml", "Chart.yaml"],
    );
  });

  it("looks into no template where the values tell everything", () => {
    const asked: string[] = [];
    const values = 'image: {repository: a/b, tag: "1", pullPolicy: Always, pullSecrets: [], debug: false, port: 80}\n';
    readHelmValuesFile(values, "c/values.yaml", (path) => void asked.push(path));
    assert.deepEqual(asked, []);
  });
});

describe("images that a template puts together from values", () => {
  const values =
    'image: {repository: a/b, tag: ""}\nproxy: {tool: a/p, tag: "4"}\nexporter: {image: q.io/a/e, version: "1.1"}\n';
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
        '"«{{ .Values.proxy.tool }}:{{ .Values.proxy.tag }}»"',
        '"{{ .Values.exporter.image }}:{{ .Values.exporter.version }}"',
        '"{{ .Values.none.image }}:1"',
      ),
      ["image docker.io/a/p:4 resolved"],
    );
    assert.equal(document.images[0]?.pinAt, undefined);
    assert.deepEqual(read(workload("{{ .Values.none }}")).images.map(summary), []);
  });
});
