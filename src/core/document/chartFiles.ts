import { namesIn, type Siblings } from "./siblings.ts";
import { readYaml } from "./yaml.ts";
import { itemsOf, textOf, valueAt } from "./yamlNode.ts";

/** Where charts keep the templates that others include, where their folders are not known. */
const usualHelpers = [
  "_helpers.tpl",
  "_helper.tpl",
  "helpers.tpl",
  "_images.tpl",
  "_image.tpl",
  "_common.tpl",
  "_names.tpl",
];
/** Where they keep the templates of their workloads, and those of a part under its name. */
const usualWorkloads = ["deployment", "statefulset", "daemonset", "cronjob", "job", "pod"];
const workload = /deploy|stateful|daemon|cron|job|pod|workload|controller|operator|server|agent/i;
const withoutWorkload =
  /crd|NOTES|secret|configmap|service(?:account|monitor)?\.|ingress|role|rbac|hpa|pdb|budget|policy|pvc|volume|autoscal|httproute|route|certificate|namespace|alert|rules|dashboard|priority|tests?\//i;
/** Folders of one chart's templates that are looked into, and files of them. */
const maximumFolders = 12;
const maximumFiles = 80;
const maximumParts = 40;
/** How far charts in folders of charts look up, and which they take templates from. */
const maximumLevels = 3;
const maximumLibraries = 6;

/** Files in the order in which they are looked into; the next ones count only where all of these are known. */
export type FileStage = readonly string[];

/**
 * The files in which the chart in `folder` keeps named templates: its own, those of the libraries that it depends on,
 * and those of the charts that it is a part of (Helm shares them among all charts of one release).
 */
export function* helperFiles(folder: string, siblings: Siblings): Generator<FileStage, void> {
  const own = `${folder}templates/`;
  const names = namesIn(own, siblings);
  yield (names?.filter(isHelper) ?? usualHelpers).map((name) => own + name);
  if (names === undefined) return;
  yield names
    .filter((name) => name.endsWith("/"))
    .slice(0, maximumFolders)
    .flatMap((name) => tplIn(own + name, siblings));
  yield* libraryFiles(folder, siblings);
  let around = folder;
  for (let level = 0; level < maximumLevels; level++) {
    const above = /^(|.*\/)charts\/[^/]+\/$/.exec(around)?.[1];
    if (above === undefined || siblings(`${above}Chart.yaml`) === undefined) return;
    yield tplIn(`${above}templates/`, siblings);
    yield* libraryFiles(above, siblings);
    around = above;
  }
}

function tplIn(folder: string, siblings: Siblings): FileStage {
  return namesIn(folder, siblings)?.flatMap((name) => (isHelper(name) ? folder + name : [])) ?? [];
}

/** Helm makes no resource of what begins with an underscore, whatever it ends with. */
function isHelper(name: string): boolean {
  return /\.tpl$|^_.*[^/]$/.test(name);
}

/** The named templates of charts that this one depends on, as far as they are in the workspace. */
export function* libraryFiles(folder: string, siblings: Siblings): Generator<FileStage, void> {
  const chart = siblings(`${folder}Chart.yaml`);
  if (chart?.includes("dependencies:") !== true) return;
  const dependencies = itemsOf(valueAt(readYaml(chart).documents[0]?.root, "dependencies"));
  for (const dependency of dependencies.slice(0, maximumLibraries)) {
    const name = textOf(valueAt(dependency, "name")) ?? "";
    const place = fileRepository(textOf(valueAt(dependency, "repository")));
    const beside = place === undefined ? undefined : folderAt(folder, place);
    for (const library of [`${folder}charts/${name}/`, ...(beside ?? [])])
      yield tplIn(`${library}templates/`, siblings);
  }
}

/** The path of a chart that another depends on, where it says that it lies in the workspace. */
export function fileRepository(repository: string | undefined): string | undefined {
  return /^file:\/\/(.+)$/.exec(repository ?? "")?.[1];
}

/** The folder that a path leads to from another; nothing where it leaves the workspace. */
export function folderAt(folder: string, path: string): readonly string[] {
  const parts = folder.split("/").slice(0, -1);
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return [];
  }
  return [`${parts.join("/")}/`];
}

/** The files in which the chart in `folder` may use an image, the most likely ones first; `part` is what the image belongs to. */
export function* imageFiles(folder: string, part: string, siblings: Siblings): Generator<FileStage, void> {
  const own = `${folder}templates/`;
  const names = namesIn(own, siblings);
  if (names === undefined) {
    yield usualWorkloads.map((name) => `${own}${name}.yaml`);
    if (part !== "")
      for (const kind of usualWorkloads.slice(0, 3)) yield [`${own}${part}/${kind}.yaml`, `${own}${part}-${kind}.yaml`];
    return;
  }
  const files = names.filter(isTemplate);
  const [first, rest] = [files.filter((name) => workload.test(name)), files.filter((name) => !workload.test(name))];
  yield first.slice(0, maximumFiles).map((name) => own + name);
  const folders = names.filter((name) => name.endsWith("/"));
  const isOfPart = (name: string): boolean => part !== "" && name.toLowerCase() === `${part}/`;
  for (const name of folders.filter(isOfPart)) yield templatesIn(own + name, siblings);
  yield rest.slice(0, maximumFiles).map((name) => own + name);
  const others = folders.filter((name) => !isOfPart(name) && !withoutWorkload.test(name)).slice(0, maximumFolders);
  for (const name of others) yield templatesIn(own + name, siblings);
  const inner = folders
    .slice(0, maximumFolders)
    .flatMap((name) => (namesIn(own + name, siblings) ?? []).flatMap((one) => (one.endsWith("/") ? name + one : [])));
  for (const name of inner.slice(0, maximumFolders)) yield templatesIn(own + name, siblings);
  // A part of an application may be called like what holds no images (`dashboard.yaml`).
  yield names.filter(isOther).map((name) => own + name);
  for (const name of folders.slice(0, maximumFolders))
    yield (namesIn(own + name, siblings) ?? []).filter(isOther).map((file) => own + name + file);
}

function templatesIn(folder: string, siblings: Siblings): FileStage {
  const names = namesIn(folder, siblings) ?? [];
  return names.flatMap((name) => (isTemplate(name) ? folder + name : [])).slice(0, maximumFiles);
}

function isTemplate(name: string): boolean {
  return /\.(?:ya?ml|tpl)$/.test(name) && (workload.test(name) || !withoutWorkload.test(name));
}

function isOther(name: string): boolean {
  return /\.(?:ya?ml|tpl)$/.test(name) && !isTemplate(name) && !/crd|NOTES/i.test(name);
}

/** How a part of a chart is called in names of files, as its values have it under `key`; empty where that is no name. */
export function partOf(key: string, parts: Set<string>): string {
  const part = key.replaceAll(/(?<=[a-z0-9])[A-Z]/g, "-$&").toLowerCase();
  if (!parts.has(part) && parts.size >= maximumParts) return "";
  parts.add(part);
  return /^[\w-]+$/.test(part) ? part : "";
}
