import { readKubernetes } from "../../../src/core/document/kubernetes.ts";
import { expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

describe("readIstio", () => {
  const table: readonly (readonly [name: string, source: string, expected: readonly string[]])[] = [
    [
      "names under the registry and tag of all",
      "apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\nspec:\n  hub: a.io/istio\n  tag: 1.20.0\n  values:\n    pilot: {image: «pilot»}\n    global: {proxy: {image: «proxyv2»}, proxy_init: {image: «b.io/init:2»}}\n",
      [
        "image a.io/istio/pilot:1.20.0 resolved",
        "image a.io/istio/proxyv2:1.20.0 resolved",
        "image b.io/init:2 literal",
      ],
    ],
    [
      "the registry that the values themselves state",
      "apiVersion: sailoperator.io/v1\nkind: Istio\nspec: {version: v1.24.0, values: {global: {hub: b.io/i, tag: '1.24'}, pilot: {image: «pilot»}, cni: {image: «a/cni:1»}}}\n",
      ["image b.io/i/pilot:1.24 resolved", "image docker.io/a/cni:1 literal"],
    ],
    [
      "names that nothing completes, and what components run beside",
      "apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\nspec: {profile: default, components: {pilot: {k8s: {overlays: [], podAnnotations: {x: 'a/b:1'}, sidecars: [{image: '«a/side:1»'}]}}}}\n",
      ["image docker.io/a/side:1 literal"],
    ],
  ];
  for (const [name, source, expected] of table)
    it(`reads ${name}`, () => {
      expectUses(readKubernetes, source, expected);
      expectToSurvive((text) => readKubernetes(text, "a.yaml"), source.replaceAll(/[«»]/g, ""));
    });
});
