import assert from "node:assert/strict";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

const read = (text: string) => readDocument(text, "a.yaml");

describe("readChartResource", () => {
  const table: readonly (readonly [name: string, source: string, expected: readonly string[]])[] = [
    [
      "charts that Cluster API installs",
      "apiVersion: addons.cluster.x-k8s.io/v1alpha1\nkind: HelmChartProxy\nspec:\n  repoURL: oci://«a.io/charts»\n  chartName: net\n  version: 1.2.3\n  valuesTemplate: |\n    image: {repository: «a.io/net», tag: v1}\n",
      ["chart a.io/charts/net:1.2.3 resolved", "image a.io/net:v1 resolved"],
    ],
    [
      "charts of Sveltos",
      "apiVersion: config.projectsveltos.io/v1beta1\nkind: ClusterProfile\nspec:\n  helmCharts:\n  - {repositoryURL: 'oci://«a.io/charts»', chartName: vault, chartVersion: 0.7.2, values: 'image: {repository: «a/vault», tag: v1}'}\n  - {repositoryURL: 'https://a.io', chartName: x/y, chartVersion: 1.0.0}\n",
      ["chart a.io/charts/vault:0.7.2 resolved", "image docker.io/a/vault:v1 resolved"],
    ],
    [
      "a release of Crossplane",
      "apiVersion: helm.crossplane.io/v1beta1\nkind: Release\nspec:\n  forProvider:\n    chart: {name: wp, repository: 'oci://«a.io/charts»', version: 9.3.19}\n    values: {image: {repository: «a/wp», tag: v1}}\n    set: [{name: sidecar.image, value: «a/side:1»}]\n",
      ["chart a.io/charts/wp:9.3.19 resolved", "image docker.io/a/wp:v1 resolved", "image docker.io/a/side:1 literal"],
    ],
    [
      "a release of Crossplane that has its chart's own address",
      "apiVersion: helm.m.crossplane.io/v1beta1\nkind: Release\nspec: {forProvider: {chart: {name: gw, repository: 'oci://a.io/other', url: 'oci://«a.io/charts/gw»', version: 1.7.0}}}\n",
      ["chart a.io/charts/gw:1.7.0 resolved"],
    ],
    [
      "a chart of KOTS with the values by which it finds images",
      "apiVersion: kots.io/v1beta2\nkind: HelmChart\nspec:\n  chart: {name: c, chartVersion: 1.0.0}\n  values: {image: {front: {registry: a.io, repository: «x/front», tag: v1}}}\n  optionalValues:\n  - {when: 'true', values: {side: {image: «a.io/side:1»}}}\n  builder: {images: {db: {registry: '', repository: «db», tag: '16'}}}\n",
      ["image a.io/x/front:v1 resolved", "image a.io/side:1 literal", "image docker.io/library/db:16 resolved"],
    ],
    [
      "charts that a cluster of Replicated's installs before the application",
      "apiVersion: embeddedcluster.replicated.com/v1beta1\nkind: Config\nspec:\n  extensions:\n    helm:\n      charts:\n      - {chartname: 'oci://«a.io/charts/in»', version: 1.2.3, values: 'image: {repository: «a.io/in», tag: v1}'}\n      - {chart: {name: x}, values: 'web: {image: «a.io/web:2»}'}\n",
      ["chart a.io/charts/in:1.2.3 resolved", "image a.io/in:v1 resolved", "image a.io/web:2 literal"],
    ],
    [
      "charts of Fleet's own resources",
      "apiVersion: fleet.cattle.io/v1alpha1\nkind: HelmOp\nspec: {helm: {chart: 'oci://«a.io/charts/c»', version: 1.0.0, values: {image: {repository: «a.io/c», tag: v1}}}}\n---\napiVersion: fleet.cattle.io/v1alpha1\nkind: Bundle\nspec:\n  helm: {repo: 'oci://«a.io/charts»', chart: d, version: 2.0.0}\n  targets: [{helm: {values: {image: «a.io/d:3»}}}]\n",
      [
        "chart a.io/charts/c:1.0.0 resolved",
        "image a.io/c:v1 resolved",
        "chart a.io/charts/d:2.0.0 resolved",
        "image a.io/d:3 literal",
      ],
    ],
    [
      "what k0s runs and installs",
      "apiVersion: k0s.k0sproject.io/v1beta1\nkind: ClusterConfig\nspec:\n  images:\n    coredns: {image: «a.io/coredns», version: 1.11.1}\n    calico: {cni: {image: «a.io/cni», version: v3}}\n  extensions: {helm: {charts: [{chartname: 'oci://«a.io/vip»', version: 0.6.1, values: 'image: {repository: «a.io/x», tag: v2}'}]}}\n",
      [
        "image a.io/coredns:1.11.1 resolved",
        "image a.io/cni:v3 resolved",
        "chart a.io/vip:0.6.1 resolved",
        "image a.io/x:v2 resolved",
      ],
    ],
    [
      "packages that one of Crossplane depends on",
      "apiVersion: meta.pkg.crossplane.io/v1\nkind: Configuration\nspec:\n  dependsOn:\n  - {provider: «a.io/p/aws», version: '>=v0.1'}\n  - {apiVersion: pkg.crossplane.io/v1, kind: Function, package: «a.io/p/fn», version: v1.0.0}\n",
      ["package ? partial", "package a.io/p/fn:v1.0.0 resolved"],
    ],
  ];
  for (const [name, source, expected] of table)
    it(`reads ${name}`, () => {
      expectUses(read, source, expected);
      expectToSurvive(read, source.replaceAll(/[«»]/g, ""));
    });
});

describe("readFleet", () => {
  it("reads charts and values, of all and of single targets", () => {
    const fleet = (text: string) => readDocument(text, "apps/web/fleet.yaml");
    const source =
      "defaultNamespace: x\nhelm:\n  chart: oci://«a.io/chart»\n  version: 1.2.3\n  values: {image: {repository: «a/web», tag: v1}}\ntargetCustomizations:\n- name: dev\n  helm: {repo: 'oci://«a.io/charts»', chart: web, version: 1.0.0, values: {image: «a/dev:1»}}\n- helm: {chart: ./local}\n";
    expectUses(fleet, source, [
      "chart a.io/chart:1.2.3 resolved",
      "image docker.io/a/web:v1 resolved",
      "chart a.io/charts/web:1.0.0 resolved",
      "image docker.io/a/dev:1 literal",
    ]);
    assert.equal(fleet("namespace: x\n").images.length, 0);
  });
});
