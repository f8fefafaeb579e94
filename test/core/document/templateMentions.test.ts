import { readHelmValuesFile } from "../../../src/core/document/helmChart.ts";
import { listedSiblings, workload } from "../../helpers/charts.ts";
import { expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

describe("templateMentions", () => {
  const table: readonly (readonly [
    name: string,
    values: string,
    files: Readonly<Record<string, string>>,
    expected: readonly string[],
  ])[] = [
    [
      "images that templates tell what they run, in variables and arguments",
      "registry: r.example.com\nworker: {name: «worker», version: '1'}\nagent: {image: {repository: «agent»}}\nserver: {name: server, version: '2'}\n",
      {
        "templates/deployment.yaml": `spec:\n  containers:\n    - name: c\n      image: a/b:1\n      env:\n        - name: WORKER_IMAGE\n          value: "{{ .Values.registry }}/{{ .Values.worker.name }}:{{ .Values.worker.version }}"\n        - name: SERVER\n          value: "{{ .Values.server.name }}:{{ .Values.server.version }}"\n        - name: AGENT_IMAGE_NAME\n          value: "{{ .Values.agent.image.repository }}"\n      args:\n        - --agent-image={{ .Values.registry }}/{{ .Values.agent.image.repository }}:{{ .Chart.AppVersion }}\n`,
      },
      ["image r.example.com/worker:1 resolved", "image r.example.com/agent:1.2.3 resolved"],
    ],
    [
      "an argument that a template puts together with its option",
      "global: {registry: r.example.com/a, imageTag: v1}\nimages: {agent: «agent»}\n",
      {
        "templates/_helpers.tpl":
          '{{- define "x.image" -}}{{ printf "%s/%s:%s" .root.Values.global.registry .name .root.Values.global.imageTag }}{{- end -}}',
        "templates/deployment.yaml":
          'spec:\n  containers:\n    - image: a/b:1\n      args:\n        - {{ printf "--agent-image=%s" (include "x.image" (dict "root" . "name" .Values.images.agent)) | quote }}\n',
      },
      ["image r.example.com/a/agent:v1 resolved"],
    ],
    [
      "a tag that only the cluster knows",
      "image: {repository: «q.io/a/kubectl»}\nother: {image: {repository: «q.io/a/b», tag: ''}}\n",
      {
        "templates/deployment.yaml": workload(
          '"{{ .Values.image.repository }}:v{{ .Capabilities.KubeVersion.Minor }}"',
          '"{{ .Values.other.image.repository }}:{{ .Values.other.image.tag | default .Capabilities.KubeVersion.Version }}"',
        ),
      },
      ["image ? partial", "image ? partial"],
    ],
    [
      "repositories under any name",
      "operatorImageRepository: «a/operator»\nimage: {repository: «a/b», crdRepository: «a/crds», release: '3'}\noperator: {operator_image_name: «op»}\n",
      {
        "templates/deployment.yaml": workload(
          '{{ printf "%s:%s" .Values.operatorImageRepository .Chart.AppVersion }}',
          "{{ .Values.image.repository }}:{{ .Values.image.release }}",
          "{{ .Values.image.crdRepository }}:{{ .Values.image.release }}",
          "q.io/{{ .Values.operator.operator_image_name }}:1",
        ),
      },
      [
        "image docker.io/a/operator:1.2.3 resolved",
        "image docker.io/a/b:3 resolved",
        "image docker.io/a/crds:3 resolved",
        "image q.io/op:1 resolved",
      ],
    ],
    [
      "parts that stand under keys of their own",
      "hub: r.example.com\nfluentbit: {repository: «f/bit», tag: '2'}\n",
      {
        "templates/logging.yaml":
          "kind: Logging\nspec:\n  image:\n    repository: {{ .Values.hub }}/{{ .Values.fluentbit.repository }}\n    tag: {{ .Values.fluentbit.tag | quote }}\n",
      },
      ["image r.example.com/f/bit:2 resolved"],
    ],
    [
      "an image whose name stands behind its repository",
      "hub: r.example.com\nimage: {registry: '{{ .Values.hub }}', repository: «team», name: validator, tag: '2'}\n",
      {
        "templates/deployment.yaml": workload(
          "{{ tpl .Values.image.registry . }}/{{ .Values.image.repository }}/{{ .Values.image.name }}:{{ .Values.image.tag }}",
        ),
      },
      ["image r.example.com/team/validator:2 resolved"],
    ],
    [
      "an image that templates leave without the registry of all",
      "global: {image: {registry: r.example.com, tag: '7'}}\na: {image: {repository: «a/b», tag: '1'}}\nb: {imageName: «b»}\n",
      {
        "templates/deployment.yaml": workload(
          "{{ .Values.a.image.repository }}:{{ .Values.a.image.tag }}",
          "{{ .Values.global.image.registry }}/{{ .Values.b.imageName }}:{{ .Values.global.image.tag }}",
        ),
      },
      ["image docker.io/a/b:1 resolved", "image r.example.com/b:7 resolved"],
    ],
    [
      "a registry with a port under a key for a repository, and what helpers ask of whom they are given",
      "global: {repository: 'r.example.com:10001', pullPolicy: Always}\nimage: «a/ves:1»\nweb: {repo: «web»}\n",
      {
        "templates/_helpers.tpl":
          '{{- define "c.repository" -}}{{ first (pluck .key .Values.global) }}{{- end -}}\n{{- define "c.image" -}}{{ .Values.global.repository }}/{{ .repo }}:{{ .tag | default .Chart.AppVersion }}{{- end -}}\n',
        "templates/deployment.yaml": workload(
          '{{ include "c.repository" (merge (dict "key" "repository") .) }}/{{ .Values.image }}',
          '{{ include "c.image" (merge (dict "repo" .Values.web.repo) .) }}',
        ),
      },
      ["image r.example.com:10001/a/ves:1 resolved", "image r.example.com:10001/web:1.2.3 resolved"],
    ],
    [
      "names that are templates themselves",
      "hub: r.example.com\njob: {image: {repository: '«{{ .Values.hub }}/load»', tag: '{{ .Chart.AppVersion }}'}}\n",
      {
        "templates/job.yaml": workload(
          '{{ tpl (printf "%s:%s" .Values.job.image.repository .Values.job.image.tag) $ }}',
        ),
      },
      ["image r.example.com/load:1.2.3 resolved"],
    ],
  ];
  for (const [name, values, files, expected] of table)
    it(`let values be known: ${name}`, () => {
      const siblings = listedSiblings({ "Chart.yaml": "name: c\nappVersion: 1.2.3\n", ...files });
      const read = (text: string) => readHelmValuesFile(text, "x/c/values.yaml", siblings);
      expectUses(read, values, expected);
      expectToSurvive(read, values.replaceAll(/[«»]/g, ""));
    });
});
