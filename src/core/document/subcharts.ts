import { fileRepository, folderAt } from "./chartFiles.ts";
import { namesIn, type Siblings } from "./siblings.ts";
import { valuesInTemplates, type ChartOfValues, type TemplateUse } from "./valuesInTemplates.ts";
import { readYaml } from "./yaml.ts";
import { itemsOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

/**
 * Looks into the templates of a chart and, for values under the name of a chart that lies in its folder `charts`, or
 * where it says that one lies, into those of that one, which sees them over its own values, and `global` with them.
 */
export function valuesInCharts(root: YamlNode | undefined, chart: ChartOfValues, siblings: Siblings): TemplateUse {
  const own = valuesInTemplates(root, chart, siblings);
  const known = new Map<string, TemplateUse | undefined>();
  let folders: readonly string[] | undefined;
  let dependencies: ReadonlyMap<string, Dependency> | undefined;
  const folderOf = (top: string): string | undefined => {
    folders ??= namesIn(`${chart.folder}charts/`, siblings) ?? [];
    dependencies ??= dependenciesIn(siblings(`${chart.folder}Chart.yaml`));
    const { name = top, place } = dependencies.get(top) ?? {};
    if (folders.includes(`${name}/`)) return `${chart.folder}charts/${name}/`;
    return place === undefined ? undefined : folderAt(chart.folder, place)[0];
  };
  const partOf = (top: string): TemplateUse | undefined => {
    if (top === "" || known.has(top)) return known.get(top);
    const folder = folderOf(top);
    const given = { path: chart.path, node: valueAt(root, top), around: root };
    const use =
      folder === undefined ? undefined : valuesInTemplates(root, { folder, path: chart.path, given }, siblings);
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

/** A chart that another depends on: its name, and where the other says that it lies. */
interface Dependency {
  readonly name: string | undefined;
  readonly place: string | undefined;
}

/** The dependencies of a chart that have another name in its values than their folder, by that name. */
function dependenciesIn(chart: string | undefined): ReadonlyMap<string, Dependency> {
  if (chart === undefined || !/\balias\b|file:\/\//.test(chart)) return new Map();
  return new Map(
    itemsOf(valueAt(readYaml(chart).documents[0]?.root, "dependencies")).flatMap((dependency) => {
      const [name, alias] = [textOf(valueAt(dependency, "name")), textOf(valueAt(dependency, "alias"))];
      const place = fileRepository(textOf(valueAt(dependency, "repository")));
      const known = alias ?? name;
      return known === undefined ? [] : [[known, { name, place }] as const];
    }),
  );
}
