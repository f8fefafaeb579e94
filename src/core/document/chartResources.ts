import { readInlineValues, readParameterList } from "./helmParameters.ts";
import { addOciChart } from "./ociChart.ts";
import type { ResourceReading } from "./resourceReading.ts";
import { addSplitImage } from "./splitImage.ts";
import { entriesOf, itemsOf, nodesAt, valueAt, type YamlNode } from "./yamlNode.ts";

/** Where a kind says which chart it installs, and with what: paths below each node that `at` leads to. */
interface ChartPlace {
  readonly at: readonly string[];
  readonly url: readonly string[];
  readonly name?: readonly string[];
  readonly version: readonly string[];
  readonly values: readonly string[];
  /** Further values, each given alone. */
  readonly moreValues?: readonly (readonly string[])[];
  /** The chart's own address, in place of a repository and a name. */
  readonly chart?: readonly string[];
  /** A list of values that are set one by one. */
  readonly set?: readonly string[];
}

const proxy = {
  at: ["spec"],
  url: ["repoURL"],
  name: ["chartName"],
  version: ["version"],
} satisfies Omit<ChartPlace, "values">;
const profile: ChartPlace = {
  at: ["spec", "helmCharts", "*"],
  url: ["repositoryURL"],
  name: ["chartName"],
  version: ["chartVersion"],
  values: ["values"],
};

const release: ChartPlace = {
  at: ["spec", "forProvider"],
  url: ["chart", "repository"],
  name: ["chart", "name"],
  version: ["chart", "version"],
  values: ["values"],
  chart: ["chart", "url"],
  set: ["set"],
};

/** Kinds by which others than Flux and Argo CD install charts, by API group and kind. */
const chartKinds = new Map<string, ChartPlace>([
  // Cluster API, add-on provider for Helm.
  ["addons.cluster.x-k8s.io/HelmChartProxy", { ...proxy, values: ["valuesTemplate"] }],
  ["addons.cluster.x-k8s.io/HelmReleaseProxy", { ...proxy, values: ["values"] }],
  // Sveltos.
  ["config.projectsveltos.io/ClusterProfile", profile],
  ["config.projectsveltos.io/Profile", profile],
  // Crossplane, provider-helm.
  ["helm.crossplane.io/Release", release],
  ["helm.m.crossplane.io/Release", release],
  [
    "k0s.k0sproject.io/ClusterConfig",
    {
      at: ["spec", "extensions", "helm", "charts", "*"],
      url: ["chartname"],
      version: ["version"],
      values: ["values"],
    },
  ],
  // Replicated's own clusters install charts before the application.
  [
    "embeddedcluster.replicated.com/Config",
    {
      at: ["spec", "extensions", "helm", "charts", "*"],
      url: ["chartname"],
      version: ["version"],
      values: ["values"],
    },
  ],
  // KOTS: `builder` holds values by which it finds the images for an installation without a network.
  [
    "kots.io/HelmChart",
    {
      at: ["spec"],
      url: ["chart", "repository"],
      version: ["chart", "chartVersion"],
      values: ["values"],
      moreValues: [["builder"], ["optionalValues", "*", "values"]],
    },
  ],
]);

/** Reads a resource of a kind that installs charts; gives whether it is one. */
export function readChartResource(
  node: YamlNode | undefined,
  group: string,
  kind: string,
  reading: ResourceReading,
): boolean {
  if (group === "fleet.cattle.io" && (kind === "HelmOp" || kind === "Bundle")) {
    const spec = valueAt(node, "spec");
    for (const one of [spec, ...itemsOf(valueAt(spec, "targets"))]) readFleetChart(valueAt(one, "helm"), reading);
    return true;
  }
  const place = chartKinds.get(`${group}/${kind}`);
  if (place === undefined) return false;
  const { text, images } = reading;
  for (const one of nodesAt(node, place.at)) {
    const at = (path: readonly string[] | undefined) => (path === undefined ? undefined : valueAt(one, ...path));
    const [chart, version] = [at(place.chart), at(place.version)];
    const source = chart === undefined ? { url: at(place.url), name: at(place.name) } : { url: chart };
    addOciChart(text, images, { ...source, version }, "chart");
    readInlineValues(at(place.values), reading);
    for (const path of place.moreValues ?? [])
      for (const values of nodesAt(one, path)) readInlineValues(values, reading);
    readParameterList(itemsOf(at(place.set)), reading);
  }
  if (group === "k0s.k0sproject.io") readSystemImages(valueAt(node, "spec", "images"), reading, 0);
  return true;
}

/** The images that k0s runs itself, at any depth: each with its version (k0s, "Configuration options", `spec.images`). */
function readSystemImages(node: YamlNode | undefined, reading: ResourceReading, depth: number): void {
  const repository = valueAt(node, "image");
  addSplitImage(reading.text, reading.images, { repository, tag: valueAt(node, "version") }, "image", {
    isGuess: true,
  });
  if (depth < 3) for (const { value } of entriesOf(node)) readSystemImages(value, reading, depth + 1);
}

/** Whether a file tells Fleet how to deploy the folder that it stands in. */
export function isFleet(path: string): boolean {
  return /(?:^|\/)fleet\.ya?ml$/.test(path);
}

/** Reads the chart of a `fleet.yaml` with its values, and those of single targets (Fleet, "fleet.yaml"). */
export function readFleet(root: YamlNode | undefined, reading: ResourceReading): void {
  for (const one of [root, ...itemsOf(valueAt(root, "targetCustomizations"))])
    readFleetChart(valueAt(one, "helm"), reading);
}

function readFleetChart(helm: YamlNode | undefined, reading: ResourceReading): void {
  const [repository, chart] = [valueAt(helm, "repo"), valueAt(helm, "chart")];
  const named = repository === undefined ? { url: chart } : { url: repository, name: chart };
  addOciChart(reading.text, reading.images, { ...named, version: valueAt(helm, "version") }, "chart");
  readInlineValues(valueAt(helm, "values"), reading);
}

const dependencies = ["package", "provider", "configuration", "function"];

/** Adds the packages that one of Crossplane depends on; a range of versions leaves the tag unknown. */
export function addPackageDependencies(spec: YamlNode | undefined, { text, images }: ResourceReading): void {
  for (const dependency of itemsOf(valueAt(spec, "dependsOn"))) {
    const url = dependencies.map((key) => valueAt(dependency, key)).find((found) => found !== undefined);
    addOciChart(text, images, { url, version: valueAt(dependency, "version"), isBare: true }, "package");
  }
}
