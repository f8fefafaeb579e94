import { saysImageLater } from "./emptyImage.ts";
import type { GitlabConfiguration } from "./gitlabInclude.ts";
import { nearest, referenced, referencedItems, type GitlabJob } from "./gitlabJob.ts";
import { combine } from "./pipelineMatrix.ts";
import type { Definition, TemplateScope } from "./template.ts";
import { anyOf, delimited, dollar } from "./templateSyntax.ts";
import { entriesOf, itemsOf, mappingOf, scalarOf, textOf, valueAt, type YamlEntry, type YamlNode } from "./yamlNode.ts";
import { printedNode } from "./yamlNumber.ts";

const inputs = delimited("$[[", "]]");
const syntax = anyOf(inputs, dollar({ escape: true }));

/**
 * Variables that GitLab defines, where their value does not depend on the project: the dependency proxy passes
 * Docker Hub on; the security templates' images are on gitlab.com.
 */
const predefined = new Map([
  ["CI_DEPENDENCY_PROXY_GROUP_IMAGE_PREFIX", "docker.io"],
  ["CI_DEPENDENCY_PROXY_DIRECT_GROUP_IMAGE_PREFIX", "docker.io"],
  ["CI_TEMPLATE_REGISTRY_HOST", "registry.gitlab.com"],
]);

/** GitLab's own limit of jobs that `parallel:matrix` may yield. */
const maximumCombinations = 200;

/** The variables of a job, nearest first, as entries; those that are mappings have their `value`. */
export function gitlabVariables(root: YamlNode | undefined, job: GitlabJob | undefined): readonly YamlEntry[] {
  const inherit = job?.layers.map((layer) => valueAt(layer, "inherit", "variables")).find((node) => node !== undefined);
  const named = itemsOf(inherit).map(textOf);
  const globals = entriesOf(referenced(root, valueAt(root, "variables"))).filter(
    ({ key }) => textOf(inherit) !== "false" && (named.length === 0 || named.includes(key.text)),
  );
  const own = (job?.layers ?? []).flatMap((layer) => entriesOf(referenced(root, valueAt(layer, "variables"))));
  const variables = new Map<string, YamlEntry>();
  for (const { key, value } of [...own, ...globals]) {
    const found = referenced(root, value);
    const plain = mappingOf(found) === undefined ? found : valueAt(found, "value");
    if (!variables.has(key.text) && plain !== undefined) variables.set(key.text, { key, value: plain });
  }
  return [...variables.values()].filter(({ key, value }) => !saysImageLater(key.text, textOf(value)));
}

/** What images of a place may use: variables with the combination of a matrix over them, and inputs. */
export function gitlabScope(
  variables: readonly YamlEntry[],
  combination: ReadonlyMap<string, YamlNode>,
  around: GitlabConfiguration,
  job?: GitlabJob,
): TemplateScope {
  const known = new Map(variables.map(({ key, value }) => [key.text, value]));
  const lookup = (name: string): readonly Definition[] => {
    const node = combination.get(name) ?? known.get(name);
    const text = node === undefined ? (predefined.get(name) ?? ofJob[name]) : undefined;
    if (text !== undefined) return [{ label: name, text }];
    return (node === undefined ? ruleVariables(around.root, job, name) : [node]).map((one) => {
      const source = around.sources.get(one);
      // Another file has inputs of its own.
      const own = source === undefined ? { scope } : { source, scope: scopeIn(source.file) };
      return { label: `variables ${name}`, node: printedNode(one, "8.0"), ...own };
    });
  };
  const ofJob = job === undefined ? {} : gitlabJobVariables(around, job);
  const scopeIn = (file: string | undefined): TemplateScope => ({
    syntax,
    lookup: (name) => inputDefinitions(name, around, file, scopeIn) ?? lookup(name),
  });
  const scope = scopeIn(undefined);
  return scope;
}

/** What GitLab itself calls a job, as far as the file says it. */
export function gitlabJobVariables(
  { root }: GitlabConfiguration,
  { entry, layers, isHidden }: GitlabJob,
): Readonly<Record<string, string>> {
  if (isHidden) return {};
  const stage = stageOf(root, layers);
  const name = entry.key.text;
  // Jobs of a matrix, or of which there are several, have their values or their number in their names.
  const isAlone = layers.every((layer) => valueAt(layer, "parallel") === undefined) && !name.includes("$");
  return {
    ...(stage === undefined ? {} : { CI_JOB_STAGE: stage }),
    ...(isAlone ? { CI_JOB_NAME: name } : {}),
  };
}

function stageOf(root: YamlNode | undefined, layers: readonly YamlNode[]): string | undefined {
  const stage = textOf(nearest(root, layers, "stage")) ?? "test";
  return stage.includes("$") ? undefined : stage;
}

/** The values that rules of a job or of the whole pipeline give to a variable: one of them holds where nothing else defines it. */
function ruleVariables(root: YamlNode | undefined, job: GitlabJob | undefined, name: string): readonly YamlNode[] {
  const own = job?.layers.map((layer) => valueAt(layer, "rules")).find((rules) => rules !== undefined);
  const values = new Map<string, YamlNode>();
  for (const rules of [own, valueAt(root, "workflow", "rules")])
    for (const rule of referencedItems(root, rules)) {
      const value = referenced(root, valueAt(rule, "variables", name));
      const text = textOf(value);
      if (value !== undefined && text !== undefined && !values.has(text)) values.set(text, value);
    }
  return [...values.values()];
}

/** What scripts may use before a shell runs them: inputs only. */
export function gitlabScriptScope(around: GitlabConfiguration): TemplateScope {
  const scopeIn = (file: string | undefined): TemplateScope => ({
    syntax: inputs,
    lookup: (name) => inputDefinitions(name, around, file, scopeIn) ?? [],
  });
  return scopeIn(undefined);
}

/**
 * What an input of a file comes to: what each file that includes it gives, else its default. Undefined where the name
 * is no input; `expand_vars` leaves an input's text as it is.
 */
function inputDefinitions(
  name: string,
  around: GitlabConfiguration,
  file: string | undefined,
  scopeIn: (file: string | undefined) => TemplateScope,
): readonly Definition[] | undefined {
  const [, input] = /^inputs\.([\w-]+)(?:\s*\|\s*expand_vars)*$/.exec(name) ?? [];
  if (input === undefined) return name.includes(".") ? [] : undefined;
  const { defaults, source, given = [] } = around.inputs.get(file) ?? { defaults: undefined, source: undefined };
  const node = valueAt(defaults, input, "default");
  const otherwise =
    scalarOf(node) === undefined || saysImageLater(input, textOf(node))
      ? []
      : [{ label: `default of input ${input}`, node: printedNode(node, "8.0"), source, scope: scopeIn(file) }];
  if (given.length === 0) return otherwise;
  return given.flatMap(({ inputs: values, source: giver }): readonly Definition[] => {
    const value = valueAt(values, input);
    return scalarOf(value) === undefined
      ? otherwise
      : [{ label: `input ${input}`, node: printedNode(value, "8.0"), source: giver, scope: scopeIn(giver?.file) }];
  });
}

/** The lists that an input brings where a list is expected: those given, else its default. */
function inputLists(node: YamlNode, around: GitlabConfiguration): readonly YamlNode[] | undefined {
  const [, input] = /^\s*\$\[\[\s*inputs\.([\w-]+)\s*\]\]\s*$/.exec(textOf(node) ?? "") ?? [];
  const offered = input === undefined ? undefined : around.inputs.get(around.sources.get(node)?.file);
  if (input === undefined || offered === undefined) return undefined;
  const otherwise = valueAt(offered.defaults, input, "default");
  const given = offered.given.map(({ inputs }) => valueAt(inputs, input));
  const lists = (given.length === 0 ? [undefined] : given).flatMap((one) => one ?? otherwise ?? []);
  return lists.some((list) => itemsOf(list).length > 0) ? lists : undefined;
}

/** The combinations of `parallel:matrix`; one empty one for a job without. */
export function gitlabCombinations(
  around: GitlabConfiguration,
  job: GitlabJob,
): readonly ReadonlyMap<string, YamlNode>[] {
  const { root } = around;
  const parallel = job.layers.map((layer) => referenced(root, valueAt(layer, "parallel"))).find((one) => one);
  const rows = itemsOf(referenced(root, valueAt(parallel, "matrix")));
  const all: ReadonlyMap<string, YamlNode>[] = [];
  for (const row of rows) {
    const axes = entriesOf(row).map(({ key, value }): [string, readonly YamlNode[]] => {
      const found = referenced(root, value);
      const lists = found === undefined ? [] : (inputLists(found, around) ?? [found]);
      return [key.text, lists.flatMap((one) => (scalarOf(one) === undefined ? itemsOf(one) : [one]))];
    });
    all.push(...combine(axes, maximumCombinations));
    if (all.length >= maximumCombinations) break;
  }
  return all.length === 0 ? [new Map()] : all.slice(0, maximumCombinations);
}
