import { readHelmValuesFile } from "../../../src/core/document/helmChart.ts";
import { listedSiblings, workload } from "../../helpers/charts.ts";
import { expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

const image =
  "{{ .Values.global.registry | default .Values.image.registry }}/{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}";

describe("valuesInCharts", () => {
  const files = {
    "Chart.yaml":
      "name: c\nappVersion: 1.2.3\ndependencies:\n- {name: cache, alias: store}\n- {name: other, version: 1.x}\n- {name: base, alias: front, version: 0.1.0, repository: 'file://../base'}\n- {name: gone, version: 0.1.0, repository: 'file://../../../gone'}\n",
    "templates/web.yaml": workload("{{ .Values.web.repository }}:{{ .Chart.AppVersion }}"),
    "charts/cache/Chart.yaml": "name: cache\nappVersion: '7'\n",
    "charts/cache/values.yaml": "image: {registry: q.io, repository: a/cache, tag: '6'}\n",
    "charts/cache/templates/deployment.yaml": workload(image),
    "charts/queue/Chart.yaml": "name: queue\nappVersion: '4'\n",
    "charts/queue/values.yaml": "image: {registry: q.io, tag: ''}\n",
    "charts/queue/templates/deployment.yaml": workload(image),
    "../base/Chart.yaml": "name: base\nappVersion: ''\n",
    "../base/templates/deployment.yaml": workload(
      '{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion | default "stable" }}',
    ),
  };
  const table: readonly (readonly [name: string, values: string, expected: readonly string[]])[] = [
    [
      "what the chart's own values leave, and its version",
      "store: {image: {repository: «b/cache»}}\nqueue: {image: {repository: «b/queue», tag: ''}}\n",
      ["image q.io/b/cache:6 resolved", "image q.io/b/queue:4 resolved"],
    ],
    [
      "what is global, for all",
      "global: {registry: r.example.com}\nstore: {image: {repository: «b/cache», tag: '2'}}\nqueue: {image: {repository: «b/queue»}}\n",
      ["image r.example.com/b/cache:2 resolved", "image r.example.com/b/queue:4 resolved"],
    ],
    [
      "what one beside it makes of them",
      "front: {image: {repository: «b/front»}}\ngone: {image: {repository: «b/gone»}}\n",
      ["image docker.io/b/front:stable resolved", "image docker.io/b/gone literal"],
    ],
    [
      "that other values are not for them",
      "web: {repository: «b/web»}\nother: {image: {repository: «b/other», tag: ''}}\nnone: {image: {repository: «b/none», tag: ''}}\n",
      ["image docker.io/b/web:1.2.3 resolved", "image ? partial", "image docker.io/b/none:1.2.3 resolved"],
    ],
  ];
  for (const [name, values, expected] of table)
    it(`knows of charts in a chart ${name}`, () => {
      const read = (text: string) => readHelmValuesFile(text, "x/c/values.yaml", listedSiblings(files));
      expectUses(read, values, expected);
      expectToSurvive(read, values.replaceAll(/[«»]/g, ""));
    });

  it("knows in the values of a chart within what is global around it", () => {
    const around = (values: string, path: string, text: string) =>
      readHelmValuesFile(text, path, listedSiblings({ ...files, "values.yaml": values }));
    const cache = (values: string) => (text: string) => around(values, "x/c/charts/cache/values.yaml", text);
    const own = "global: {}\nimage: {registry: q.io, repository: «a/cache», tag: ''}\n";
    expectUses(cache("global: {registry: r.io}\nimage: {tag: '9'}\n"), own, ["image r.io/a/cache:7 resolved"]);
    expectUses(cache("store: {global: {registry: r.io}}\n"), own, ["image q.io/a/cache:7 resolved"]);
    // Of a chart without templates that tell, the registry of all images holds.
    const read = (text: string) => around("global: {imageRegistry: r.io}\n", "x/c/charts/plain/values.yaml", text);
    expectUses(read, "image: {registry: q.io, repository: «a/b», tag: '1'}\n", ["image r.io/a/b:1 resolved"]);
  });
});
