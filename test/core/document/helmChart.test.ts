import assert from "node:assert/strict";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { readHelmChart as read, readHelmValuesFile } from "../../../src/core/document/helmChart.ts";
import { expectPinsToHold, expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

describe("readHelmChart", () => {
  const table: readonly (readonly [name: string, source: string, expected: readonly string[]])[] = [
    [
      "the images that a chart lists",
      "annotations:\n  artifacthub.io/images: |\n    - name: a\n      image: «ghcr.io/a/b:1» # why\n    - {image: «c», name: c}\n  images: |\n    - image: «d:2»\n  other: |\n    - image: e:1\n",
      [
        "annotation ghcr.io/a/b:1 literal",
        "annotation docker.io/library/c literal",
        "annotation docker.io/library/d:2 literal",
      ],
    ],
    [
      "dependencies in registries",
      "dependencies:\n- name: common\n  repository: oci://«registry-1.docker.io/bitnamicharts»\n  version: 2.13.3\n- {name: a, repository: 'https://charts.example.org', version: 1.0.0}",
      ["dependency registry-1.docker.io/bitnamicharts/common:2.13.3 resolved"],
    ],
    [
      "a range of versions, which is not known",
      'dependencies: [{name: common, repository: "oci://«a.io/b/»", version: 2.x.x}]',
      ["dependency ? partial"],
    ],
    [
      "a version with build metadata",
      'dependencies: [{name: common, repository: "oci://«a.io/b»", version: 1.0.0+x}]',
      ["dependency a.io/b/common:1.0.0_x resolved"],
    ],
    [
      "no image in descriptions",
      "description: 'image: a/b:1'\nkeywords: [a/b:1]\nsources: [oci://a/b]\nappVersion: a:1",
      [],
    ],
  ];
  for (const [name, source, expected] of table) it(`reads ${name}`, () => void expectUses(read, source, expected));

  it("takes a range of versions for the one that the lock beside says", () => {
    const lock =
      "dependencies:\n- {name: other, repository: 'oci://a.io/b', version: 1.0.0}\n- name: common\n  repository: oci://a.io/b\n  version: 2.13.3\ndigest: sha256:x\n";
    for (const [path, beside] of [
      ["c/Chart.yaml", "c/Chart.lock"],
      ["c/requirements.yaml", "c/requirements.lock"],
    ] as const)
      expectUses(
        (text) => readDocument(text, path, (place) => (place === beside ? lock : undefined)),
        "dependencies: [{name: common, repository: 'oci://«a.io/b»', version: 2.x.x}]",
        ["dependency a.io/b/common:2.13.3 resolved"],
      );
    assert.equal(readDocument(lock, "c/Chart.lock").images.length, 0);
  });

  it("reads values that say the name of an image behind what nobody says", () => {
    const values = [
      'global: {tag: v1}\nempty: ""\ntold: {url: r.io/team}',
      'a: {image: "«{{ .Values.global.hub.url }}/web:v1»"}',
      'b: {docker_image: "«{{ .Values.hub}}/team/web»"}',
      'c: {image: "«r.io/{{ .Release.Namespace }}/web:{{ .Values.empty }}»"}',
      'd: {docker_image: "«{{ .Values.told.url }}/web:v1»"}',
      'e: {image: "{{ .Values.hub }}/{{ .Values.name }}:v1", logoImage: "{{ .Values.hub }}/logo.png"}',
      'f: {image: "https://{{ .Values.hub }}/web", note: "{{ .Values.hub }}/web:v1", other: {image: "{{ .Values.hub }}:v1"}}',
    ].join("\n");
    const within = (text: string) =>
      readHelmValuesFile(text, "c/values.yaml", (path) => (path === "c/Chart.yaml" ? "name: c\n" : undefined));
    expectUses(within, values, [
      "image ? unresolved",
      "image ? unresolved",
      "image ? unresolved",
      "image r.io/team/web:v1 resolved",
    ]);
  });

  it("reads parts of an image of which the repository is a template", () => {
    const values = [
      "global: {hub: r.io}\nempty: ''",
      'a: {image: {repository: "«{{ .Values.global.hub }}/web»", tag: v1}}',
      'b: {image: {repository: "«{{ .Values.other }}/web»", tag: v1}}',
      'c: {image: {repository: "{{ .Values.other }}", tag: v1}, image2: {repository: "{{ .Values.other }}:x", tag: v1}}',
      "d: {image: {repository: '«{{ .Values.global.hub }}/d»', tag: '{{ .Chart.AppVersion }}'}}",
      'e: {image: {registry: "{{ .Values.global.hub }}", repository: «e», tag: v1}}',
    ].join("\n");
    const within = (text: string) =>
      readHelmValuesFile(text, "c/values.yaml", (path) => (path === "c/Chart.yaml" ? "appVersion: '9'\n" : undefined));
    expectUses(within, values, [
      "image r.io/web:v1 resolved",
      "image ? unresolved",
      "image r.io/d:9 resolved",
      "image r.io/e:v1 resolved",
    ]);
    expectPinsToHold(within, values.replaceAll(/[«»]/g, ""));
  });

  it("pins the images that a chart lists", () => {
    expectPinsToHold(read, "annotations:\n  images: |\n    - image: d:2\n      name: x\n");
  });

  it("survives every prefix and many mutations", () => {
    expectToSurvive(
      read,
      "dependencies:\n- {name: &n a, repository: 'oci://a.io/b', version: 1.2.3}\nannotations:\n  images: |2\n      - image: d:2\n  artifacthub.io/images: \"- image: a\\n- image: b\"\n",
    );
  });
});
