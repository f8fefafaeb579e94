import { readHelmValuesFile } from "../../../src/core/document/helmChart.ts";
import { expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

const digest = `sha256:${"1".repeat(64)}`;

function workload(...images: readonly string[]): string {
  const containers = images.map((image) => `        - image: ${image}\n`).join("");
  return `apiVersion: apps/v1\nkind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n${containers}`;
}

describe("values as templates use them", () => {
  const table: readonly (readonly [name: string, values: string, template: string, expected: readonly string[]])[] = [
    [
      "a name under a key of an image that only templates tell from another",
      "image: {name: «front», repository: {url: r.io, name: team}}\njob: {image: {name: cleaner}}\n",
      workload("{{ .Values.image.repository.url }}/{{ .Values.image.repository.name }}/{{ .Values.image.name }}:v2"),
      ["image r.io/team/front:v2 resolved"],
    ],
    [
      "images among others of one registry",
      "hub: r.io/library\nbase_images: {proxy: «proxy:1.6», sidecars: {meter: «meter:2»}, flags: [cache:3]}\n",
      workload(
        "{{ .Values.hub }}/{{ .Values.base_images.proxy }}",
        "{{ .Values.hub }}/{{ .Values.base_images.sidecars.meter }}",
      ),
      ["image r.io/library/proxy:1.6 resolved", "image r.io/library/meter:2 resolved"],
    ],
    [
      "a tag beside an image that templates leave alone",
      "tools: [{image: «q.io/a/b», tag: '1'}, {image: «q.io/a/c», tag: '2'}]\nother: {image: «q.io/a/d», tag: '3'}\n",
      `{{- range .Values.tools }}\n${workload("{{ .image }}")}\n---\n{{- end }}\n${workload("{{ .Values.other.image }}:{{ .Values.other.tag }}")}`,
      ["image q.io/a/b literal", "image q.io/a/c literal", "image q.io/a/d:3 resolved"],
    ],
    [
      "a tag that templates put a name into",
      'images:\n  load: {repository: «r.io/a/b», name: load}\n  run: {repository: «r.io/a/b», name: run, tag: "2"}\n',
      workload(
        "{{ .Values.images.load.repository }}:{{ .Values.images.load.name }}-{{ .Values.images.load.tag | default .Chart.AppVersion }}",
        "{{ .Values.images.run.repository }}:{{ .Values.images.run.name }}-{{ .Values.images.run.tag }}",
      ),
      ["image r.io/a/b:load-1.2.3 resolved", "image r.io/a/b:run-2 resolved"],
    ],
    [
      "a folder under the key of a repo, and a registry with its port, which are none",
      "imageRegistry: localhost:5000\nimage: {repo: team, version: v1, pullPolicy: Always}\njob: {image: {repo: «mailer», version: v2}}\n",
      workload("{{ .Values.image.repo }}/core:{{ .Values.image.version }}", "{{ .Values.job.image.repo }}:v2").replace(
        "spec:\n",
        "spec:\n  hub: {{ .Values.imageRegistry }}\n",
      ),
      ["image docker.io/library/mailer:v2 resolved"],
    ],
    [
      "a registry of all images that has to be filled in",
      "global: {cloud: {registry: {fqdn: ''}}}\na: {image: {repository: «team/a», tag: v1}}\nb: {image: {repository: «team/b», tag: v2}}\n",
      workload(
        "{{ .Values.global.cloud.registry.fqdn }}/{{ .Values.a.image.repository }}:{{ .Values.a.image.tag }}",
        "{{ with .Values.global.cloud.registry.fqdn }}{{ . }}/{{ end }}{{ .Values.b.image.repository }}:{{ .Values.b.image.tag }}",
      ),
      ["image ? unresolved", "image docker.io/team/b:v2 resolved"],
    ],
    [
      "a tag that others than Helm fill in",
      "image: {repository: «r.io/a», tag: ''}\n",
      workload('"{{ .Values.image.repository }}:{{ "{{workflow.parameters.tag}}" }}"'),
      ["image ? partial"],
    ],
    [
      "folders of images under keys of their own, which are none",
      "imageRepository: r.io/shop\nimageTag: v1\nwebImageRepository: r.io/site\nwebImageTag: v2\njobImageRepository: «r.io/job»\njobImageTag: v3\n",
      workload(
        '{{ printf "%s/%s:%s" .Values.imageRepository "«cart" .Values.imageTag }}',
        "{{ .Values.webImageRepository }}/front:{{ .Values.webImageTag }}",
        "{{ .Values.jobImageRepository }}:{{ .Values.jobImageTag }}",
      ).replace("«", ""),
      ["image r.io/job:v3 resolved"],
    ],
    [
      "a folder of images, which is none",
      "images: {repository: r.io/shop, tag: v1}\nimage: {registry: r.io, repository: a/b, tag: v2}\nservices: [{name: c}, {name: d}]\n",
      workload(
        "{{ .Values.images.repository }}/cart:{{ .Values.images.tag }}",
        "{{ .Values.image.registry }}/{{ .Values.image.repository }}/mail:{{ .Values.image.tag }}",
      ),
      [],
    ],
    [
      "an organisation behind which templates put names, and one that is none",
      "global: {registry: r.io, repository: a/b}\nimage: {repository: ghcr.io/acme, tag: v1}\njob: {image: {registry: r.io, repository: acme, tag: v1}}\nweb: {image: {repository: «r.io/web», tag: v1}}\n",
      workload(
        "{{ .Values.image.repository }}/api:{{ .Values.image.tag }}",
        "{{ .Values.global.registry }}/{{ .Values.global.repository }}/all:1",
        "{{ .Values.job.image.registry }}/{{ .Values.job.image.repository }}/job:{{ .Values.job.image.tag }}",
        "{{ .Values.web.image.repository }}:{{ .Values.web.image.tag }}",
      ),
      ["image r.io/web:v1 resolved"],
    ],
    [
      "what templates put in quotation marks",
      'image: {repository: «r.io/a/b», tag: ""}\n',
      workload(`{{ print "'" .Values.image.repository ":" .Chart.AppVersion "-x'" }}`),
      ["image r.io/a/b:1.2.3-x resolved"],
    ],
    [
      "what an action of several lines yields",
      'image: {repository: «r.io/a/b», tag: ""}\nweb: {image: {repository: «r.io/web», tag: ""}}\n',
      workload(
        '{{ printf "%s:%s"\n  .Values.image.repository\n(default "v2"\n .Values.image.tag) }}',
        "{{ .Values.web.image.repository -}}\n            :{{ .Chart.AppVersion }}",
      ),
      ["image r.io/a/b:v2 resolved", "image r.io/web:1.2.3 resolved"],
    ],
    [
      "the branch that the values let in, where none is known",
      "image: {repository: «r.io/a/b»}\n",
      "kind: Pod\nspec:\n  containers:\n  - name: a\n    {{- if .Values.image.digest }}\n    image: {{ .Values.image.repository }}@{{ .Values.image.digest }}\n    {{- else }}\n    image: {{ .Values.image.repository }}:{{ .Capabilities.KubeVersion.Minor }}\n    {{- end }}\n",
      ["image ? partial"],
    ],
    [
      "images of one part under names of their own",
      "image: {app: «a/app:1», proxy: «nginx:1», flavor: small}\n",
      workload("{{ .Values.image.app }}", "{{ .Values.image.proxy }}"),
      ["image docker.io/a/app:1 literal", "image docker.io/library/nginx:1 literal"],
    ],
    [
      "the branch of a loop that an item lets in",
      "parts: [{own: true, image: {repository: «a/b»}}, {image: {repository: «a/c»}}]\n",
      "kind: Pod\nspec:\n  containers:\n  {{- range .Values.parts }}\n  - name: x\n    {{- if .own }}\n    image: r.io/{{ .image.repository }}:1\n    {{- else }}\n    image: q.io/{{ .image.repository }}:2\n    {{- end }}\n  {{- end }}\n",
      ["image r.io/a/b:1 resolved", "image q.io/a/c:2 resolved"],
    ],
    [
      "keys that begin like an image's",
      "global: {imageK8S: «a/control:1», imageEnvoy: «envoy», imagePullSecret: none, imageTag: v2}\n",
      workload("{{ .Values.global.imageK8S }}", "{{ .Values.global.imageEnvoy }}:{{ .Values.global.imageTag }}"),
      ["image docker.io/a/control:1 literal", "image docker.io/library/envoy:v2 resolved"],
    ],
    [
      "names of parts beside their tags",
      'parts: [{name: «a», tag: ""}, {name: «b», tag: v2}, {name: c}]\n',
      `{{- range .Values.parts }}\n${workload('r.io/{{ .name }}:{{ .tag | default "v1" }}')}{{- end }}\n`,
      ["image r.io/a:v1 resolved", "image r.io/b:v2 resolved"],
    ],
    [
      "a tag that is a template",
      'image: {repository: «a/b», tag: "{{ .Chart.AppVersion }}"}\n',
      workload("{{ .Values.image.repository }}:{{ tpl .Values.image.tag . }}"),
      ["image docker.io/a/b:1.2.3 resolved"],
    ],
    [
      "a digest beside which templates say no tag",
      `image: {repository: «a/b», tag: "", digest: ${digest}}\nweb: {image: {repository: «a/c», tag: v1, digest: ${digest}}}\n`,
      workload(
        "{{ .Values.image.repository }}@{{ .Values.image.digest }}",
        "{{ .Values.web.image.repository }}:{{ .Values.web.image.tag }}@{{ .Values.web.image.digest }}",
      ),
      [`image docker.io/a/b@${digest} resolved`, `image docker.io/a/c:v1@${digest} resolved`],
    ],
  ];
  for (const [name, values, template, expected] of table) {
    const files = new Map([
      ["c/Chart.yaml", "name: c\nappVersion: 1.2.3\n"],
      ["c/templates/deployment.yaml", template],
    ]);
    const read = (text: string) => readHelmValuesFile(text, "c/values.yaml", (path) => files.get(path));
    it(`knows ${name}`, () => {
      expectUses(read, values, expected);
      expectToSurvive(read, values.replaceAll(/[«»]/g, ""));
    });
  }

  it("knows what templates in folders of folders put before an image with a digest", () => {
    const folders: Readonly<Record<string, string>> = {
      "c/Chart.yaml": "name: c\n",
      "c/templates/": "hooks/\nconfig.yaml",
      "c/templates/hooks/": "jobs/",
      "c/templates/hooks/jobs/": "create.yaml",
      "c/templates/config.yaml": "kind: ConfigMap\n",
      "c/templates/hooks/jobs/create.yaml": `{{- $registry := default "r.io" .Values.hook.image.registry }}\n${workload("{{ $registry }}/{{ .Values.hook.image.image }}:{{ .Values.hook.image.tag }}@{{ .Values.hook.image.digest }}")}`,
    };
    expectUses(
      (text) => readHelmValuesFile(text, "c/values.yaml", (path) => folders[path]),
      `hook: {image: {image: «a/hook», tag: v1, digest: ${digest}}}\n`,
      [`image r.io/a/hook:v1@${digest} resolved`],
    );
  });
});
