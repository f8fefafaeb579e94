import { windowsShellOf } from "../shell/windowsShell.ts";
import { readFirstCircleci } from "./circleciFirst.ts";
import {
  circleArguments,
  circleInvocations,
  circlePipelineScope,
  circleScope,
  type CircleArguments,
  type CircleInvocation,
} from "./circleciScope.ts";
import type { Document, JobStep } from "./document.ts";
import { createPipeline, entrySpan, type Pipeline } from "./pipeline.ts";
import { lazyLookup, placedVariables, textsOf } from "./pipelineVariables.ts";
import type { ScriptOptions } from "./pipelineScript.ts";
import { templateText, type TemplateScope } from "./template.ts";
import { entriesOf, itemsOf, scalarOf, textOf, valueAt, type YamlEntry, type YamlNode } from "./yamlNode.ts";

/** The configuration, or an orb that is written out in it. */
interface Orb {
  readonly pipeline: Pipeline;
  readonly root: YamlNode | undefined;
  readonly around: TemplateScope;
  /** Executors that some job uses, with what it gives them. */
  readonly used: Set<string>;
  /** Commands that some step runs, with what it gives them. */
  readonly usedCommands: Set<string>;
}

/**
 * Reads CircleCI configuration: the images of jobs and executors that run in Docker, with parameters followed through
 * workflows, matrices and defaults; orbs that are written out; commands of `run`.
 */
export function readCircleci(text: string, path: string): Document {
  const pipeline = createPipeline(text, path, "circleci");
  const [root] = pipeline.roots;
  if (valueAt(root, "jobs") === undefined) readFirstCircleci(pipeline, root);
  const around = circlePipelineScope(root);
  readOrb({ pipeline, root, around, used: new Set(), usedCommands: new Set() }, circleInvocations(root, around), 0);
  return pipeline.document();
}

const maximumDepth = 5;

function readOrb(orb: Orb, invocations: ReadonlyMap<string, readonly CircleInvocation[]>, depth: number): void {
  const { root, around } = orb;
  // An orb's source may be in several files, one for each executor, job or command.
  if (root !== undefined && depth === 0) {
    const scope = circleScope(around, root, new Map());
    readDocker(orb, root, scope);
    readSteps(orb, itemsOf(valueAt(root, "steps")), scope, {});
  }
  for (const entry of entriesOf(valueAt(root, "jobs"))) readJob(orb, entry, invocations.get(entry.key.text) ?? []);
  for (const { key, value } of entriesOf(valueAt(root, "executors")))
    if (!orb.used.has(key.text)) readDocker(orb, value, circleScope(around, value, new Map()));
  for (const { key, value } of entriesOf(valueAt(root, "commands")))
    if (!orb.usedCommands.has(key.text))
      readSteps(orb, itemsOf(valueAt(value, "steps")), circleScope(around, value, new Map()), {});
  if (depth >= maximumDepth) return;
  for (const { key, value } of entriesOf(valueAt(root, "orbs"))) {
    const prefix = `${key.text}/`;
    const own = [...invocations].filter(([name]) => name.startsWith(prefix));
    const inner = new Map(own.map(([name, all]) => [name.slice(prefix.length), all]));
    const within = (names: ReadonlySet<string>): Set<string> =>
      new Set([...names].filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length)));
    const [used, usedCommands] = [within(orb.used), within(orb.usedCommands)];
    readOrb({ ...orb, root: value, used, usedCommands }, inner, depth + 1);
  }
}

function readJob(orb: Orb, entry: YamlEntry, invocations: readonly CircleInvocation[]): void {
  const { pipeline, around } = orb;
  const { key, value: job } = entry;
  const given = invocations.length === 0 ? [new Map()] : invocations.map(({ values }): CircleArguments => values);
  const scopes = given.map((values) => circleScope(around, job, values));
  const executors = scopes.map((scope) => {
    readDocker(orb, job, scope);
    return readExecutor(orb, valueAt(job, "executor"), scope);
  });
  // With several ways to run it, what the parameters of a step are cannot be said.
  const scope = scopes.length === 1 && scopes[0] !== undefined ? scopes[0] : circleScope(around, job, undecided(given));
  /** What the executor says, and over that what the job does. */
  const variablesOf = (one: TemplateScope, executor: Executor | undefined): ReturnType<typeof placedVariables> => ({
    ...(executor === undefined ? {} : placedVariables(pipeline.text, environmentOf(executor.node), executor.scope)),
    ...placedVariables(pipeline.text, environmentOf(job), one),
  });
  const [first, ...others] = executors;
  const isOne = others.every((other) => other?.node === first?.node);
  const environment = variablesOf(scope, isOne ? first : undefined);
  const combinations =
    scopes.length < 2
      ? undefined
      : scopes.map((one, index) => ({
          scope: one,
          variable: lazyLookup(() => textsOf(variablesOf(one, executors[index]))),
        }));
  const shell = textOf(valueAt(job, "shell")) ?? (isOne ? textOf(valueAt(first?.node, "shell")) : undefined);
  const place = { job: key.text, environment: textsOf(environment), combinations, shell };
  const extra = invocations.flatMap(({ steps }) => steps);
  const steps = readSteps(orb, itemsOf(valueAt(job, "steps")), scope, place);
  readSteps(orb, extra, around, place);
  pipeline.job({ id: key.text, span: entrySpan(entry), steps, environment });
}

/** Parameters that differ between the ways to run a job. */
function undecided(given: readonly CircleArguments[]): CircleArguments {
  const names = new Set(given.flatMap((values) => [...values.keys()]));
  return new Map([...names].map((name) => [name, { label: `parameter ${name}`, node: undefined }]));
}

function readDocker({ pipeline }: Orb, holder: YamlNode, scope: TemplateScope): void {
  for (const container of itemsOf(valueAt(holder, "docker")))
    pipeline.image(valueAt(container, "image"), "image", { scope });
}

interface Executor {
  readonly node: YamlNode;
  readonly scope: TemplateScope;
}

/** Reads an executor of this file, by its name or with arguments. */
function readExecutor(orb: Orb, node: YamlNode | undefined, scope: TemplateScope): Executor | undefined {
  const nameNode = scalarOf(node) ?? scalarOf(valueAt(node, "name"));
  const name = nameNode === undefined ? undefined : templateText(orb.pipeline.text, nameNode, scope);
  if (name === undefined) return undefined;
  const [first = "", second] = name.split("/");
  const owner = second === undefined ? orb.root : valueAt(orb.root, "orbs", first);
  const executor = valueAt(owner, "executors", second ?? first);
  if (executor === undefined) return undefined;
  orb.used.add(name);
  const inner = circleScope(orb.around, executor, circleArguments(node, scope));
  readDocker(orb, executor, inner);
  return { node: executor, scope: inner };
}

/** What a job or a step sets for its commands; older configurations write a list. */
function environmentOf(node: YamlNode | undefined): readonly YamlEntry[] {
  const environment = valueAt(node, "environment");
  return [environment, ...itemsOf(environment)].flatMap((one) => entriesOf(one));
}

const maximumNesting = 10;

/** Where steps stand, with the shell that runs what names none. */
type Place = Pick<ScriptOptions, "job" | "environment" | "combinations" | "step"> & {
  readonly shell?: string | undefined;
};

function readSteps(orb: Orb, items: readonly YamlNode[], scope: TemplateScope, place: Place, depth = 0): JobStep[] {
  const { pipeline } = orb;
  const steps: JobStep[] = [];
  for (const item of items) {
    const step = place.step ?? steps.length;
    // `deploy` is an older name of the same, if no command of that name is called.
    const deploy = valueAt(item, "deploy");
    const isDeploy = scalarOf(deploy) !== undefined || valueAt(deploy, "command") !== undefined;
    const run = valueAt(item, "run") ?? (isDeploy ? deploy : undefined);
    const script = scalarOf(run) === undefined ? valueAt(run, "command") : run;
    const shell = textOf(valueAt(run, "shell")) ?? place.shell ?? "bash";
    const windowsShell = windowsShellOf(shell);
    if (script !== undefined && (windowsShell !== undefined || /\b(?:ba|da|z|k)?sh\b(?!\.(?!exe))/.test(shell))) {
      const own = placedVariables(pipeline.text, environmentOf(run), scope);
      const environment = { ...place.environment, ...textsOf(own) };
      const job = place.job === undefined ? {} : { job: place.job, step };
      const { combinations } = place;
      pipeline.script([script], { scope, environment, combinations, windowsShell, ...job });
    }
    const name = textOf(valueAt(run, "name"));
    const [first] = entriesOf(item);
    const uses = textOf(item) ?? (run === undefined ? first?.key.text : undefined);
    if (uses !== undefined && depth < maximumNesting)
      readCommand(orb, uses, circleArguments(first?.value, scope), { ...place, step }, depth + 1);
    steps.push({ span: item.span, ...(name === undefined ? {} : { name }), ...(uses === undefined ? {} : { uses }) });
    if (depth < maximumNesting)
      for (const condition of ["when", "unless"])
        readSteps(orb, itemsOf(valueAt(item, condition, "steps")), scope, place, depth + 1);
  }
  return steps;
}

/** A command of this file that a step runs, where what it is given makes a difference. */
function readCommand(orb: Orb, name: string, given: CircleArguments, place: Place, depth: number): void {
  const [first = "", second] = name.split("/");
  const root = second === undefined ? orb.root : valueAt(orb.root, "orbs", first);
  const command = valueAt(root, "commands", second ?? first);
  if (command === undefined || valueAt(command, "parameters") === undefined) return;
  orb.usedCommands.add(name);
  const owner = second === undefined ? orb : { ...orb, root, used: new Set<string>(), usedCommands: new Set<string>() };
  readSteps(owner, itemsOf(valueAt(command, "steps")), circleScope(orb.around, command, given), place, depth);
}
