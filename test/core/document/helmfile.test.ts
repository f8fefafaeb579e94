import { readHelmfile as read } from "../../../src/core/document/helmfile.ts";
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
  ];
  for (const [name, source, expected] of table) it(`reads ${name}`, () => void expectUses(read, source, expected));

  it("pins images in values", () =>
    void expectPinsToHold(read, "releases: [{values: [{image: a:1}, {image: {repository: b, tag: '1'}}]}]"));

  it("survives every prefix and many mutations", () => {
    expectToSurvive(
      read,
      "repositories: [{name: r, url: 'a.io/b', oci: true}]\nreleases:\n- {name: {{ x }}, chart: r/c, version: \"1.0.0\"}\n{{ end }}\n- values: [{image: &i {repository: a, tag: {{ t }}}}, {image: *i}]\n  set: [{name: image, value: 'a:1'}]\n",
    );
  });
});
