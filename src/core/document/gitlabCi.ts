import type { Document } from "./document.ts";
import { gitlabJobs, inheritedLayers, nearest, referenced, referencedItems, type GitlabJob } from "./gitlabJob.ts";
import {
  gitlabCombinations,
  gitlabJobVariables,
  gitlabScope,
  gitlabScriptScope,
  gitlabVariables,
} from "./gitlabScope.ts";
import { withIncludes, type GitlabConfiguration } from "./gitlabInclude.ts";
import { openVariables } from "./openVariables.ts";
import { createPipeline, entrySpan, type Pipeline } from "./pipeline.ts";
import type { ScriptCombination } from "./pipelineScript.ts";
import { placedVariables, textsOf } from "./pipelineVariables.ts";
import { noSiblings, type Siblings } from "./siblings.ts";
import { definitionText, type TemplateScope } from "./template.ts";
import {
  dereference,
  entriesOf,
  itemsOf,
  mappingOf,
  textOf,
  valueAt,
  type YamlEntry,
  type YamlNode,
} from "./yamlNode.ts";

interface Reading {
  readonly pipeline: Pipeline;
  readonly around: GitlabConfiguration;
  /** Nodes that some job uses: what only hidden jobs hold is read once more, by itself. */
  readonly used: Set<YamlNode>;
}

/**
 * Reads GitLab CI/CD configuration: images and services of jobs with what they inherit (`default`, `extends`,
 * `!reference`), with variables, matrices and inputs followed; commands of every script. `siblings` are the files of
 * the repository that it includes or that include it.
 */
export function readGitlabCi(text: string, path: string, siblings: Siblings = noSiblings): Document {
  const pipeline = createPipeline(text, path, "gitlab-ci");
  const header = pipeline.roots.find((root) => valueAt(root, "spec") !== undefined);
  const own = pipeline.roots.find((one) => one !== header) ?? pipeline.roots[0];
  const around = withIncludes(own, header, path, pipeline.text, siblings);
  // What stands in other files is read with them.
  const reading = {
    pipeline,
    around,
    used: new Set<YamlNode>(around.sources.keys()),
  };
  const jobs = gitlabJobs(around.root);
  for (const job of jobs) if (!job.isHidden) readJob(reading, job);
  const hidden = jobs.filter(({ isHidden, entry }) => isHidden && !around.sources.has(entry.value));
  const taken = new Set(reading.used);
  for (const job of lastHeirs(hidden, jobs))
    for (const combination of gitlabCombinations(around, job)) {
      const scope = gitlabScope(gitlabVariables(around.root, job), combination, around, job);
      readImages(reading, { scope, layersOf: () => job.layers, taken });
    }
  for (const job of hidden) readHidden(reading, job);
  readRest(reading);
  return { ...pipeline.document(), openVariables: variablesOf(around, jobs, pipeline.text.length) };
}

/** The variables of the whole pipeline and of its jobs that hold further ones. */
function variablesOf(
  { root, sources }: GitlabConfiguration,
  jobs: readonly GitlabJob[],
  end: number,
): NonNullable<Document["openVariables"]> {
  const entriesIn = (holder: YamlNode | undefined) =>
    entriesOf(valueAt(holder, "variables")).filter(({ value }) => !sources.has(value));
  const own = jobs.filter(({ entry }) => !sources.has(entry.value));
  return openVariables(
    [
      { entries: entriesIn(root), within: { start: 0, end } },
      ...own.map(({ entry }) => ({ entries: entriesIn(entry.value), within: entrySpan(entry) })),
    ],
    "$",
  );
}

function readJob(reading: Reading, job: GitlabJob): void {
  const { pipeline, around } = reading;
  const variables = gitlabVariables(around.root, job);
  const combinations = gitlabCombinations(around, job);
  const [only] = combinations.length === 1 ? combinations : [];
  const scope = gitlabScope(variables, only ?? new Map(), around, job);
  const varying = new Set(only === undefined ? combinations.flatMap((one) => [...one.keys()]) : []);
  const entries = [...variables, ...[...(only ?? [])].flatMap(([name, value]) => keyed(name, value))].filter(
    ({ key }) => !varying.has(key.text),
  );
  const environment = placedVariables(
    pipeline.text,
    entries.filter(({ value }) => !around.sources.has(value)),
    scope,
  );
  const id = job.entry.key.text;
  const layersOf = (keyword: string): readonly YamlNode[] => inheritedLayers(around.root, job, keyword);
  for (const combination of combinations)
    readImages(reading, { scope: gitlabScope(variables, combination, around, job), layersOf });
  const known = {
    ...gitlabJobVariables(around, job),
    ...textsFrom(reading, entries, scope),
    ...textsOf(environment),
  };
  const options = { scope: gitlabScriptScope(around), environment: known, job: id, combinations: combinationsOf() };
  /** Each job of a matrix has values of its own, and variables that rest on them. */
  function combinationsOf(): readonly ScriptCombination[] | undefined {
    if (combinations.length < 2) return undefined;
    const given = new Map(variables.map(({ key, value }) => [key.text, value]));
    return combinations.map((combination) => {
      const own = gitlabScope(variables, combination, around);
      return {
        variable(name) {
          const node = combination.get(name) ?? given.get(name);
          if (node === undefined) return undefined;
          return definitionText(pipeline.text, { label: name, node, source: around.sources.get(node) }, own);
        },
      };
    });
  }
  const lines = (keyword: string, ...below: readonly string[]): readonly YamlNode[] => {
    const items = referencedItems(around.root, nearest(around.root, layersOf(keyword), keyword, ...below));
    for (const item of items) reading.used.add(item);
    return items.filter((item) => !around.sources.has(item));
  };
  pipeline.script(lines("hooks", "pre_get_sources_script"), options);
  pipeline.script([...lines("before_script"), ...lines("script")], options);
  pipeline.script(lines("after_script"), options);
  if (around.sources.has(job.entry.value)) return;
  for (const step of itemsOf(nearest(around.root, job.layers, "run")))
    if (!around.sources.has(step)) pipeline.script([valueAt(step, "script")], options);
  pipeline.job({ id, span: entrySpan(job.entry), steps: [], environment });
}

/** The values of variables that other files define. */
function textsFrom(
  { pipeline, around }: Reading,
  entries: readonly YamlEntry[],
  scope: TemplateScope,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    entries.flatMap(({ key, value }) => {
      const source = around.sources.get(value);
      const definition = { label: key.text, node: value, source };
      const text = source === undefined ? undefined : definitionText(pipeline.text, definition, scope);
      return text === undefined ? [] : [[key.text, text] as const];
    }),
  );
}

function keyed(name: string, value: YamlNode): Parameters<typeof placedVariables>[1] {
  const scalar = dereference(value);
  return scalar?.kind === "scalar" ? [{ key: { ...scalar, text: name }, value }] : [];
}

/** Where a job has its images from; what others have taken is left out. */
interface JobImages {
  readonly scope: TemplateScope;
  readonly layersOf: (keyword: string) => readonly YamlNode[];
  readonly taken?: ReadonlySet<YamlNode>;
}

function readImages(
  { pipeline, around: { root, sources }, used }: Reading,
  { scope, layersOf, taken }: JobImages,
): void {
  const image = nearest(root, layersOf("image"), "image", "name");
  const isOwn = (node: YamlNode | undefined): node is YamlNode =>
    node !== undefined && !sources.has(node) && taken?.has(node) !== true;
  if (image !== undefined) used.add(image);
  const platform = textOf(nearest(root, layersOf("image"), "image", "docker", "platform"));
  if (isOwn(image)) pipeline.image(image, "image", { scope, key: "name", platform });
  const services = nearest(root, layersOf("services"), "services");
  for (const service of referencedItems(root, services)) {
    const name = referenced(root, mappingOf(service) === undefined ? service : valueAt(service, "name"));
    if (name !== undefined) used.add(name);
    if (isOwn(name)) pipeline.image(name, "services", { scope });
  }
}

/** The hidden jobs that extend others and that no job extends: what others than this file's run. */
function lastHeirs(hidden: readonly GitlabJob[], jobs: readonly GitlabJob[]): readonly GitlabJob[] {
  const extended = new Set(jobs.flatMap(({ layers: [, ...parents] }) => parents));
  return hidden.filter(({ entry, layers }) => layers.length > 1 && !extended.has(entry.value));
}

/** A hidden job by itself: what no job in this file takes from it, others that include the file may. */
function readHidden(reading: Reading, job: GitlabJob): void {
  const { pipeline, around, used } = reading;
  const variables = gitlabVariables(around.root, job);
  const scope = gitlabScope(variables, new Map(), around, job);
  const image = valueAt(job.entry.value, "image");
  readUnused(reading, mappingOf(image) === undefined ? image : valueAt(image, "name"), "image", scope);
  for (const service of itemsOf(valueAt(job.entry.value, "services")))
    readUnused(reading, mappingOf(service) === undefined ? service : valueAt(service, "name"), "services", scope);
  const environment = textsOf(placedVariables(pipeline.text, variables, scope));
  // What comes before a job's script is read with it, as it may define functions.
  for (const keywords of [["before_script", "script"], ["after_script"]]) {
    const lines = keywords
      .flatMap((keyword) => referencedItems(around.root, valueAt(job.entry.value, keyword)))
      .filter((line) => !used.has(line));
    for (const line of lines) used.add(line);
    pipeline.script(lines, { scope: gitlabScriptScope(around), environment, job: job.entry.key.text });
  }
}

/** The defaults that no job takes, and the images that GitLab's own templates are told through variables. */
function readRest(reading: Reading): void {
  const { pipeline, around, used } = reading;
  const scope = gitlabScope(gitlabVariables(around.root, undefined), new Map(), around);
  for (const holder of [valueAt(around.root, "default"), around.root]) {
    const image = valueAt(holder, "image");
    readUnused(reading, mappingOf(image) === undefined ? image : valueAt(image, "name"), "image", scope);
    for (const service of itemsOf(valueAt(holder, "services")))
      readUnused(reading, mappingOf(service) === undefined ? service : valueAt(service, "name"), "services", scope);
    for (const keyword of ["before_script", "after_script"]) {
      const lines = referencedItems(around.root, valueAt(holder, keyword)).filter((line) => !used.has(line));
      pipeline.script(lines, { scope: gitlabScriptScope(around) });
    }
  }
  const holders = [around.root, ...entriesOf(around.root).map(({ value }) => value)];
  const ruled = holders.flatMap((holder) => [holder, ...itemsOf(valueAt(holder, "rules"))]);
  for (const holder of ruled)
    for (const { key, value } of entriesOf(valueAt(holder, "variables")))
      if (templateImages.has(key.text)) readUnused(reading, value, "variables", scope);
}

/** The image that container scanning scans, and the one that it runs. */
const templateImages = new Set(["CS_IMAGE", "CS_ANALYZER_IMAGE"]);

function readUnused(
  { pipeline, around, used }: Reading,
  node: YamlNode | undefined,
  site: string,
  scope: TemplateScope,
): void {
  const found = referenced(around.root, node);
  if (found === undefined || used.has(found)) return;
  used.add(found);
  pipeline.image(found, site, { scope, key: "value" });
}
