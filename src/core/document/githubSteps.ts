import { readShell } from "../shell/readShell.ts";
import type { Problem } from "../problem.ts";
import type { JobStep, ShellCommand } from "./document.ts";
import { readActionInputs } from "./githubInputs.ts";
import { expressionText, scalarText, type GithubScope, type PlacedText } from "./githubScope.ts";
import type { ImageCollector } from "./yamlImage.ts";
import { entriesOf, itemsOf, scalarOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";
import { createScalarMap } from "./yamlScalarMap.ts";

/** What reading the steps of a job or of a composite action gives. */
export interface StepsReading {
  readonly steps: readonly JobStep[];
  readonly commands: readonly ShellCommand[];
  readonly problems: readonly Problem[];
}

/** What holds around the steps. */
export interface StepsContext {
  readonly job?: string;
  /** The `shell` that steps without one use; absent for the runner's own. */
  readonly shell?: string | undefined;
  readonly scope: GithubScope;
  /** One scope for each combination of a matrix, for images that differ between them; `scope` where left out. */
  readonly imageScopes?: readonly GithubScope[];
  readonly images: ImageCollector;
}

const dockerWrapper = "docker://";
const maximumSteps = 1000;

/** Reads `steps`: images of `uses: docker://`, commands of `run`, and the steps themselves. */
export function readSteps(node: YamlNode | undefined, context: StepsContext): StepsReading {
  const steps: JobStep[] = [];
  const commands: ShellCommand[] = [];
  const problems: Problem[] = [];
  for (const [index, item] of itemsOf(node).slice(0, maximumSteps).entries()) {
    const uses = valueAt(item, "uses");
    if (textOf(uses)?.startsWith(dockerWrapper) === true) context.images.add(uses, "uses", { wrapper: dockerWrapper });
    const scopes = context.imageScopes ?? [context.scope];
    readActionInputs(
      item,
      (scope) => ({ ...scope, environment: environmentOf(valueAt(item, "env"), scope) }),
      scopes,
      context.images,
    );
    steps.push(toStep(item));
    const environment = environmentOf(valueAt(item, "env"), context.scope);
    const run = scalarOf(valueAt(item, "run"));
    const shell = textOf(valueAt(item, "shell")) ?? context.shell ?? "bash";
    if (run === undefined || !/^(?:\S*\/)?(?:ba|da|z|k)?sh\b/.test(shell)) continue;
    const scope = { ...context.scope, environment };
    const map = createScalarMap(context.scope.text, run);
    const reading = readShell(run.text, {
      toDocumentOffset: (offset) => map.offsetOf(offset),
      environment: Object.fromEntries([...environment].map(([name, { text }]) => [name, text])),
      resolveExpression: (expression) => expressionText(expression, scope),
      ...(context.job === undefined ? {} : { job: context.job }),
      step: index,
    });
    commands.push(...reading.commands);
    problems.push(...reading.problems);
  }
  return { steps, commands, problems };
}

/** The environment of `scope` with the variables of an `env` mapping over it, as far as their values are known. */
export function environmentOf(node: YamlNode | undefined, scope: GithubScope): ReadonlyMap<string, PlacedText> {
  const environment = new Map(scope.environment);
  for (const { key, value } of entriesOf(node)) {
    const scalar = scalarOf(value);
    const text = scalar === undefined ? undefined : scalarText(scalar, scope);
    // A variable that is set to something unknown must not keep the value from around it.
    if (scalar === undefined || text === undefined) environment.delete(key.text);
    else environment.set(key.text, { text, span: scalar.span });
  }
  return environment;
}

function toStep(item: YamlNode): JobStep {
  const id = textOf(valueAt(item, "id"));
  const name = textOf(valueAt(item, "name"));
  const uses = textOf(valueAt(item, "uses"));
  const inputs = entriesOf(valueAt(item, "with")).flatMap(({ key, value }): [string, PlacedText][] => {
    const scalar = scalarOf(value);
    return scalar === undefined ? [] : [[key.text, { text: scalar.text, span: scalar.span }]];
  });
  return {
    span: item.span,
    ...(id === undefined ? {} : { id }),
    ...(name === undefined ? {} : { name }),
    ...(uses === undefined ? {} : { uses }),
    ...(inputs.length === 0 ? {} : { with: Object.fromEntries(inputs) }),
  };
}
