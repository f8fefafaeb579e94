import { parametersOf, type PipelineParameters } from "./pipelinePod.ts";
import type { TemplateScope, TemplateSyntax } from "./template.ts";
import { delimited } from "./templateSyntax.ts";
import { readYaml } from "./yaml.ts";
import { entriesOf, itemsOf, scalarOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

const tags = delimited("{{", "}}");
/** `{{=name}}` is an expression, which may be a name alone, also in brackets or trimmed. */
const syntax: TemplateSyntax = (source) =>
  tags(source).map((found) => (found.name?.startsWith("=") === true ? { ...found, name: nameIn(found.name) } : found));

function nameIn(expression: string): string {
  const inner = expression.slice(1).trim();
  const trimmed = /^sprig\.trim\(([^()]*)\)$/.exec(inner)?.[1]?.trim() ?? inner;
  return trimmed.replaceAll(/\[\s*(['"])([\w-]+)\1\s*\]/g, ".$2");
}

const maximumScopes = 256;
const maximumDepth = 8;
const maximumJson = 20_000;
const maximumText = 1_000_000;

/** Where a parameter says what it is unless it is given: also if what it is taken from is not there. */
const known = ["value", "default", "valueFrom.default"];

/** Outside of every workflow: nothing is known. */
export const argoOutside: TemplateScope = { syntax, lookup: () => [] };

/** One way in which a workflow runs a template: what it gives, and the template that gives it. */
interface Invocation {
  readonly caller: string;
  readonly argumentsList: YamlNode | undefined;
  /** An element of `withItems`. */
  readonly item: YamlNode | undefined;
}

/** The scopes of a workflow's templates. */
export interface ArgoScopes {
  /** One scope for each way in which the workflow runs the template; one with its defaults where none is written. */
  scopesOf(template: YamlNode): readonly TemplateScope[];
}

/** Follows the arguments of a workflow to its entry point, and from there to the templates that it runs. */
export function createArgoScopes(spec: YamlNode | undefined, text: string): ArgoScopes {
  const workflow = parametersOf(valueAt(spec, "arguments", "parameters"), known, "workflow parameter");
  /** The items of a list as JSON: written there, or in a parameter of the workflow. */
  const itemsIn = (node: YamlNode | undefined): readonly YamlNode[] => {
    const name = /^\s*\{\{\s*workflow\.parameters\.([\w-]+)\s*\}\}\s*$/.exec(textOf(node) ?? "")?.[1];
    const found = name === undefined ? undefined : workflow.get(name);
    return writtenItems(text, found !== undefined && "node" in found ? found.node : node);
  };
  const templates = new Map<string, YamlNode>();
  const invocations = new Map<string, Invocation[]>();
  for (const template of itemsOf(valueAt(spec, "templates"))) {
    const name = textOf(valueAt(template, "name"));
    if (name !== undefined) templates.set(name, template);
    for (const step of stepsOf(template))
      for (const one of [step, ...hooksOf(step)]) addInvocation(invocations, name ?? "", one, itemsIn);
  }
  for (const hook of hooksOf(spec)) addInvocation(invocations, "", hook, itemsIn);
  const entrypoint = textOf(valueAt(spec, "entrypoint"));

  const workflowLookup: TemplateScope["lookup"] = (name) => {
    const parameter = /^workflow\.parameters\.([\w-]+)$/.exec(name)?.[1];
    const found = parameter === undefined ? undefined : workflow.get(parameter);
    return found === undefined ? [] : [found];
  };
  const outside: TemplateScope = { syntax, lookup: workflowLookup };

  const within = (template: YamlNode | undefined, given: PipelineParameters): TemplateScope => {
    const own = parametersOf(valueAt(template, "inputs", "parameters"), known, "default of input");
    return {
      syntax,
      lookup(name) {
        const input = /^inputs\.parameters\.([\w-]+)$/.exec(name)?.[1];
        if (input === undefined) return workflowLookup(name);
        const definition = given.get(input) ?? own.get(input);
        return definition === undefined ? [] : [definition];
      },
    };
  };

  const scopesAt = (template: YamlNode | undefined, depth: number): readonly TemplateScope[] => {
    const name = textOf(valueAt(template, "name")) ?? "";
    const scopes = (depth > maximumDepth ? [] : (invocations.get(name) ?? [])).map((invocation) =>
      within(template, givenBy(invocation, depth)),
    );
    if (name !== "" && name === entrypoint) scopes.push(within(template, workflow));
    return scopes.length === 0 ? [within(template, new Map())] : scopes.slice(0, maximumScopes);
  };

  const givenBy = ({ caller, argumentsList, item }: Invocation, depth: number): PipelineParameters => {
    // Asked for only when a name is looked up, so that templates that run each other end.
    const callerScope: TemplateScope = {
      syntax,
      lookup(name) {
        const path = /^item(?:\.([\w-]+))?$/.exec(name);
        if (path !== null) {
          const node = path[1] === undefined ? item : valueAt(item, path[1]);
          return node === undefined ? [] : [{ label: name, node }];
        }
        const found = scopesAt(templates.get(caller), depth + 1).flatMap((scope) => scope.lookup(name));
        const distinct = new Map(found.map((one) => ["node" in one ? one.node : "text" in one ? one.text : one, one]));
        return [...distinct.values()].slice(0, 32);
      },
    };
    return parametersOf(argumentsList, ["value"], "argument", callerScope);
  };

  return { scopesOf: (template) => (templates.size === 0 ? [outside] : scopesAt(template, 0)) };
}

/** The steps and tasks of a template, inline templates too. */
export function stepsOf(template: YamlNode): readonly YamlNode[] {
  const steps = itemsOf(valueAt(template, "steps")).flatMap((group) => {
    const items = itemsOf(group);
    return items.length === 0 ? [group] : items;
  });
  return [...steps, ...itemsOf(valueAt(template, "dag", "tasks"))];
}

/** What is run when a workflow, a step or a task comes to a certain state. */
function hooksOf(holder: YamlNode | undefined): readonly YamlNode[] {
  return entriesOf(valueAt(holder, "hooks")).map(({ value }) => value);
}

function addInvocation(
  invocations: Map<string, Invocation[]>,
  caller: string,
  step: YamlNode,
  itemsIn: (node: YamlNode | undefined) => readonly YamlNode[],
): void {
  const name = textOf(valueAt(step, "template"));
  if (name === undefined) return;
  const all = invocations.get(name) ?? [];
  const items = [...itemsOf(valueAt(step, "withItems")), ...itemsIn(valueAt(step, "withParam"))];
  const argumentsList = valueAt(step, "arguments", "parameters");
  for (const item of items.length === 0 ? [undefined] : items)
    if (all.length < maximumScopes) all.push({ caller, argumentsList, item });
  invocations.set(name, all);
}

/** The items of a list that is written as JSON in a text; what only another step gives is not known. */
function writtenItems(text: string, node: YamlNode | undefined): readonly YamlNode[] {
  const scalar = scalarOf(node);
  if (scalar === undefined || !scalar.exact || scalar.text.length > maximumJson || !/^\s*\[/.test(scalar.text))
    return [];
  // JSON is YAML; what stands before it only keeps the places.
  const { documents, problems } = readYaml(" ".repeat(text.length > maximumText ? 0 : scalar.span.start) + scalar.text);
  return problems.length > 0 || text.length > maximumText ? [] : itemsOf(documents[0]?.root);
}
