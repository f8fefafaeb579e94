import { force, thunksOf } from "./hclEvaluate.ts";
import { callTag, expressionTag } from "./hclExpression.ts";
import { entriesIn, lookupWith } from "./hclNames.ts";
import { nodeOfExpression, parseHclExpression, type HclExpression } from "./hclSyntax.ts";
import { interpolations } from "./hclTemplate.ts";
import { masked, openedTemplate, unmasked, type HclTemplateFile } from "./hclTexts.ts";
import { knownText, madeText, type HclEnvironment, type HclThunk } from "./hclValue.ts";
import { readJsonc } from "./jsonc.ts";
import { readYaml } from "./yaml.ts";
import { valueAt, type YamlNode, type YamlScalar } from "./yamlNode.ts";

/** Names that are followed from one to the next. */
const maximumDepth = 8;
/** Instances of one template that are followed. */
const maximumInstances = 64;

/**
 * The template that a node asks for, as the JSON or YAML that it writes: by a call of `templatefile`, by the name of
 * one (`local.tasks`), or as Terraform before 0.12 did (`data.template_file.tasks.rendered`), once for each instance.
 */
export function templateFiles(
  node: YamlNode,
  environment: HclEnvironment,
): readonly (HclTemplateFile & { readonly root: YamlNode })[] {
  return argumentsOf("templatefile", node, environment, 0).flatMap(([path, names]) => {
    const file = path === undefined ? undefined : openedTemplate(path, names, environment, force);
    if (file === undefined) return [];
    const { text } = file.source;
    const read = /\.ya?ml(?:\.|$)/i.test(file.source.file) ? readYaml : readJsonc;
    const root = read(masked(text)).documents[0]?.root;
    return root === undefined ? [] : [{ ...file, root: unmasked(root, text) }];
  });
}

/** What a call is given. */
type Arguments = readonly HclThunk[];

/** What the function `name` is given, where a node calls it or names what does. */
function argumentsOf(name: string, node: YamlNode, environment: HclEnvironment, depth: number): readonly Arguments[] {
  if (node.kind === "sequence")
    return node.tag === callTag + name ? [node.items.map((item) => written(item, environment))] : [];
  const expression = node.kind === "scalar" ? expressionOf(name, node, environment) : undefined;
  if (expression?.kind === "call" && expression.name === name)
    return [expression.args.map((arg) => written(nodeOfExpression(environment.source.text, arg), environment))];
  return expression === undefined || depth >= maximumDepth
    ? []
    : argumentsOfNamed(name, expression, environment, depth);
}

function written(node: YamlNode, environment: HclEnvironment): HclThunk {
  return { kind: "written", node, environment };
}

/** The expression that a scalar is, or that stands alone in its quotes, where it may lead to such a call. */
function expressionOf(name: string, scalar: YamlScalar, { source }: HclEnvironment): HclExpression | undefined {
  const { text, span } = scalar;
  const isExpression = scalar.tag === expressionTag;
  const inner = isExpression ? text : (/^\$\{([^]*)\}$/.exec(text)?.[1] ?? "");
  if (!/^\s*(?:local|data\.template_file)\./.test(inner) && !inner.trimStart().startsWith(`${name}(`)) return undefined;
  if (isExpression) return parseHclExpression(source.text, span.start, span.end);
  const isWhole = scalar.exact && interpolations(text)[0]?.end === text.length;
  return isWhole ? parseHclExpression(source.text, span.start + 2, span.end - 1) : undefined;
}

/** What a local or the data of a template stand for. */
function argumentsOfNamed(
  name: string,
  expression: HclExpression,
  environment: HclEnvironment,
  depth: number,
): readonly Arguments[] {
  if (expression.kind !== "steps" || expression.of.kind !== "name") return [];
  const root = expression.of.name;
  const [first, second, ...others] = expression.steps.flatMap((step) => (step.kind === "attribute" ? [step.name] : []));
  const said = (path: string) => {
    const definition = environment.root(path);
    const [thunk, ...others] = definition === undefined ? [] : thunksOf(definition, environment);
    return thunk?.kind === "written" && others.length === 0 ? thunk : undefined;
  };
  if (root === "local" && second === undefined) {
    const local = said(`local.${first}`);
    return local === undefined ? [] : argumentsOf(name, local.node, local.environment, depth + 1);
  }
  if (name !== "templatefile" || first !== "template_file" || others.join(".") !== "rendered") return [];
  const data = said(`data.template_file.${second}`);
  if (data === undefined) return [];
  return instancesOf(data.node, data.environment).flatMap((instance): readonly Arguments[] => {
    const template = valueAt(data.node, "template");
    const names = valueAt(data.node, "vars");
    const [[path] = []] = template === undefined ? [] : argumentsOf("file", template, instance, depth + 1);
    return path === undefined ? [] : [[path, ...(names === undefined ? [] : [written(names, instance)])]];
  });
}

/** What the instances of data see, which `for_each` or `count` makes. */
function instancesOf(data: YamlNode, environment: HclEnvironment): readonly HclEnvironment[] {
  const [each, count] = ["for_each", "count"].map((key) => valueAt(data, key));
  const known = (text: string): HclThunk => ({ kind: "known", values: [madeText(text)] });
  const seen = (names: readonly (readonly [string, HclThunk])[], label: string): HclEnvironment => {
    return { ...environment, lookup: lookupWith(environment.lookup, new Map(names), label) };
  };
  if (each !== undefined) {
    const items = force(written(each, environment)).flatMap((value) =>
      (entriesIn(value) ?? []).map(([key, item]) => [value.kind === "list" ? item : known(key), item] as const),
    );
    if (items.length > 0)
      return items.slice(0, maximumInstances).map(([key, item]) => {
        return seen(
          [
            ["each.key", key],
            ["each.value", item],
          ],
          "for_each",
        );
      });
  }
  const number = count === undefined ? undefined : Number(knownText(force(written(count, environment))[0]));
  if (number === undefined || !Number.isInteger(number) || number < 1) return [environment];
  return Array.from({ length: Math.min(number, maximumInstances) }, (_, index) =>
    seen([["count.index", known(String(index))]], "count"),
  );
}
