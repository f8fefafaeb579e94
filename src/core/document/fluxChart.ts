import type { ValueStep } from "./document.ts";
import { chartTag } from "./ociChart.ts";
import type { ResourceReading } from "./resourceReading.ts";
import { siblingPath } from "./siblings.ts";
import type { ValuePart } from "./value.ts";
import { readYaml } from "./yaml.ts";
import { literalPart } from "./yamlImage.ts";
import { scalarOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

const wrapper = "oci://";
/** Names under which people keep a HelmRepository beside what uses it. */
const fileNames = [
  "helmrepository",
  "helm-repository",
  "helmrepo",
  "helm-repo",
  "repository",
  "repo",
  "source",
].flatMap((name) => [`${name}.yaml`, `${name}.yml`]);

/**
 * Adds the chart that Flux takes from a HelmRepository in a registry, where that stands in the same file or beside it:
 * the repository's address, the chart's name, and its version as the tag.
 */
export function addFluxChart(spec: YamlNode | undefined, reading: ResourceReading): void {
  const chart = valueAt(spec, "chart");
  const name = scalarOf(chart);
  const source = valueAt(spec, "sourceRef");
  const repository = textOf(valueAt(source, "name"));
  if (name === undefined || repository === undefined || textOf(valueAt(source, "kind")) !== "HelmRepository") return;
  const found = findRepository(repository, reading);
  const url = scalarOf(found?.url);
  if (url?.text.startsWith(wrapper) !== true) return;
  const address = url.text.slice(wrapper.length).replace(/\/+$/, "");
  const file = found?.file === undefined ? {} : { file: found.file };
  const chain: ValueStep[] = [{ span: url.span, ...file, label: `HelmRepository ${repository}`, text: url.text }];
  const parts: ValuePart[] = [{ text: `${address}/` }, literalPart(reading.text, name)];
  const version = scalarOf(valueAt(spec, "version"));
  if (version !== undefined) {
    chain.push({ span: version.span, label: "version", text: version.text });
    parts.push({ text: ":" }, chartTag(version).part);
  }
  reading.images.add(chart, "chart", { value: { parts, chain }, pin: "none" });
}

function findRepository(
  name: string,
  { path, siblings, documents }: ResourceReading,
): { readonly url: YamlNode | undefined; readonly file?: string } | undefined {
  const own = repositoryIn(documents, name);
  if (own !== undefined) return { url: own };
  for (const sibling of fileNames) {
    const file = siblingPath(path, sibling);
    const text = file === undefined ? undefined : siblings(file);
    if (file === undefined || text?.includes(wrapper) !== true) continue;
    const url = repositoryIn(
      readYaml(text).documents.map(({ root }) => root),
      name,
    );
    if (url !== undefined) return { url, file };
  }
  return undefined;
}

function repositoryIn(documents: readonly (YamlNode | undefined)[], name: string): YamlNode | undefined {
  const found = documents.find(
    (root) => textOf(valueAt(root, "kind")) === "HelmRepository" && textOf(valueAt(root, "metadata", "name")) === name,
  );
  return valueAt(found, "spec", "url");
}
