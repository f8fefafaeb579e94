import { maximumNames, type Siblings } from "./siblings.ts";
import { valuesInTemplates, type ChartOfValues, type TemplateUse } from "./valuesInTemplates.ts";
import { readYaml } from "./yaml.ts";
import { itemsOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

/**
 * Looks into the templates of a chart and, for values under the name of a chart that lies in its folder `charts`, into
 * those of that one, which sees them over its own values, and `global` with them.
 */
export function valuesInCharts(root: YamlNode | undefined, chart: ChartOfValues, siblings: Siblings): TemplateUse {
  const own = valuesInTemplates(root, chart, siblings);
  const known = new Map<string, TemplateUse | undefined>();
  let folders: readonly string[] | undefined;
  let names: ReadonlyMap<string, string> | undefined;
  const partOf = (top: string): TemplateUse | undefined => {
    if (top === "" || known.has(top)) return known.get(top);
    folders ??= (siblings(`${chart.folder}charts/`) ?? "").split("\n").slice(0, maximumNames);
    if (!folders.some((name) => name.endsWith("/"))) return undefined;
    names ??= namesByAlias(siblings(`${chart.folder}Chart.yaml`));
    const name = `${names.get(top) ?? top}/`;
    const place = { folder: `${chart.folder}charts/${name}`, path: chart.path };
    const given = { path: chart.path, node: valueAt(root, top), around: root };
    const use = folders.includes(name) ? valuesInTemplates(root, { ...place, given }, siblings) : undefined;
    known.set(top, use);
    return use;
  };
  const useOf = (repository: YamlNode | undefined, top: string, isOpen: boolean): TemplateUse => {
    if (repository === undefined || !(isOpen || own.mayDiffer(repository))) return own;
    const part = partOf(top);
    return part?.isUsed(repository, top) === true ? part : own;
  };
  return {
    mayDiffer: (repository) => own.mayDiffer(repository),
    isUsed: (repository, top) => useOf(repository, top, true).isUsed(repository, top),
    isFolder: (repository, top) => own.isFolder(repository, top) || partOf(top)?.isFolder(repository, top) === true,
    registryOf: (repository, top) => useOf(repository, top, false).registryOf(repository, top),
    tagOf: (repository, top) => useOf(repository, top, true).tagOf(repository, top),
    leavesOutTag: (repository, top) => useOf(repository, top, true).leavesOutTag(repository, top),
    isRelative: (repository, top, isOpen) => useOf(repository, top, isOpen).isRelative(repository, top, isOpen),
    wholeOf: (repository, top, isOpen) => useOf(repository, top, isOpen).wholeOf(repository, top, isOpen),
  };
}

/** The names of dependencies that have another one in the chart. */
function namesByAlias(chart: string | undefined): ReadonlyMap<string, string> {
  if (chart?.includes("alias") !== true) return new Map();
  return new Map(
    itemsOf(valueAt(readYaml(chart).documents[0]?.root, "dependencies")).flatMap((dependency) => {
      const [alias, name] = [textOf(valueAt(dependency, "alias")), textOf(valueAt(dependency, "name"))];
      return alias === undefined || name === undefined ? [] : [[alias, name] as const];
    }),
  );
}
