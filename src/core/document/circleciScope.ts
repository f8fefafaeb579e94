import { combine } from "./pipelineMatrix.ts";
import type { Definition, TemplateScope } from "./template.ts";
import { delimited } from "./templateSyntax.ts";
import { dereference, entriesOf, itemsOf, mappingOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

/** An orb in several files includes its scripts: `<<include(scripts/build.sh)>>`. */
const syntax = delimited("<<", ">>", /^(?:(?:pipeline|parameters|matrix|job|workspace)\.[\w.-]+|include\([^()\n]*\))$/);

/** Values that a job, executor or command is given, by parameter. */
export type CircleArguments = ReadonlyMap<string, Definition>;

/** One way in which a workflow runs a job. */
export interface CircleInvocation {
  readonly values: CircleArguments;
  /** `pre-steps` and `post-steps`. */
  readonly steps: readonly YamlNode[];
}

const maximumCombinations = 256;

/** What is known outside of every job: defaults of the pipeline's parameters. */
export function circlePipelineScope(root: YamlNode | undefined): TemplateScope {
  return {
    syntax,
    lookup(name) {
      const parameter = /^pipeline\.parameters\.([\w-]+)$/.exec(name)?.[1];
      return define(`default of parameter ${parameter}`, valueAt(root, "parameters", parameter ?? "", "default"));
    },
  };
}

/** What a job, executor or command sees: what it is given, else its defaults. */
export function circleScope(around: TemplateScope, holder: YamlNode, given: CircleArguments): TemplateScope {
  return {
    syntax,
    lookup(name) {
      const parameter = /^parameters\.([\w-]+)$/.exec(name)?.[1];
      if (parameter === undefined) return around.lookup(name);
      const value = given.get(parameter);
      if (value !== undefined) return [value];
      return define(`default of parameter ${parameter}`, valueAt(holder, "parameters", parameter, "default"));
    },
  };
}

/** The entries of a mapping as arguments, read where they are written. */
export function circleArguments(node: YamlNode | undefined, scope: TemplateScope): CircleArguments {
  return new Map(
    entriesOf(node).map(({ key, value }) => [key.text, { label: `parameter ${key.text}`, node: value, scope }]),
  );
}

/** How the workflows run each job: once for every combination of a matrix. */
export function circleInvocations(
  root: YamlNode | undefined,
  around: TemplateScope,
): ReadonlyMap<string, readonly CircleInvocation[]> {
  const found = new Map<string, CircleInvocation[]>();
  for (const { value: workflow } of entriesOf(valueAt(root, "workflows")))
    for (const item of itemsOf(valueAt(workflow, "jobs"))) {
      const name = textOf(item);
      const [entry] = entriesOf(item);
      const job = name ?? entry?.key.text;
      if (job === undefined) continue;
      const all = found.get(job) ?? [];
      for (const values of combinationsOf(entry?.value, around))
        if (all.length < maximumCombinations)
          all.push({
            values,
            steps: [valueAt(entry?.value, "pre-steps"), valueAt(entry?.value, "post-steps")].flatMap(itemsOf),
          });
      found.set(job, all);
    }
  return found;
}

function combinationsOf(invocation: YamlNode | undefined, around: TemplateScope): readonly CircleArguments[] {
  const matrix = valueAt(invocation, "matrix");
  const axes = entriesOf(valueAt(matrix, "parameters")).map(({ key, value }): [string, readonly YamlNode[]] => {
    const items = itemsOf(value);
    return [key.text, items.length === 0 ? [value] : items];
  });
  const products = combine(axes, maximumCombinations);
  const excluded = itemsOf(valueAt(matrix, "exclude")).filter((one) => mappingOf(one) !== undefined);
  const kept = products.filter((product) => !excluded.some((exclusion) => covers(exclusion, product)));
  return kept.map((product) => {
    const scope: TemplateScope = {
      syntax,
      lookup: (name) =>
        name.startsWith("matrix.")
          ? define(`matrix ${name.slice("matrix.".length)}`, product.get(name.slice("matrix.".length)))
          : around.lookup(name),
    };
    const own = [...product].map(([name, node]): [string, Definition] => [
      name,
      { label: `matrix ${name}`, node, scope },
    ]);
    return new Map([...circleArguments(invocation, scope), ...own]);
  });
}

function covers(exclusion: YamlNode, product: ReadonlyMap<string, YamlNode>): boolean {
  return entriesOf(exclusion).every(({ key, value }) => {
    const one = dereference(product.get(key.text));
    return one?.kind === "scalar" && one.text === textOf(value);
  });
}

function define(label: string, node: YamlNode | undefined): readonly Definition[] {
  return node === undefined ? [] : [{ label, node }];
}
