import { readShell, type ShellCombination } from "../shell/readShell.ts";
import { mayRunTool } from "../shell/runsTool.ts";
import { windowsShellOf } from "../shell/windowsShell.ts";
import type { Problem } from "../problem.ts";
import type { BuiltName, Document, JobStep, ShellCommand } from "./document.ts";
import { builtNames, imagesOfMetadata, metadataOf, pushesBuilt } from "./githubBuilds.ts";
import { examinedImages } from "./githubExamined.ts";
import { githubFiles, type GithubWritten } from "./githubFiles.ts";
import { readActionInputs } from "./githubInputs.ts";
import { expressionText, scalarText, type GithubScope, type PlacedText } from "./githubScope.ts";
import { actionOf } from "./githubUses.ts";
import { textInCommand } from "./imageShape.ts";
import { openVariables } from "./openVariables.ts";
import type { ImageCollector } from "./yamlImage.ts";
import { entriesOf, itemsOf, scalarOf, textOf, valueAt, type YamlNode, type YamlScalar } from "./yamlNode.ts";
import { createScalarMap } from "./yamlScalarMap.ts";

/** What reading the steps of a job or of a composite action gives. */
export interface StepsReading {
  readonly steps: readonly JobStep[];
  readonly commands: readonly ShellCommand[];
  readonly furtherCommands: readonly ShellCommand[];
  /** Names that actions give to what they build. */
  readonly built: readonly BuiltName[];
  /** What steps give as outputs; undefined for what cannot be known. */
  readonly stepOutput: NonNullable<GithubScope["stepOutput"]>;
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

/** The inputs of well-known actions that hold a shell's script, by the action's name in lower case. */
const scriptInputs = new Map<string, readonly string[]>([
  ["appleboy/ssh-action", ["script"]],
  ["fifsky/ssh-action", ["command"]],
  ["garygrossgarten/github-action-ssh", ["command"]],
  ["d3rhase/ssh-command-action", ["command"]],
  ["cross-the-world/ssh-pipeline", ["script"]],
  ["cross-the-world/ssh-scp-ssh-pipelines", ["first_ssh", "last_ssh"]],
  ["nick-fields/retry", ["command"]],
  ["nick-invision/retry", ["command"]],
  ["wandalen/wretry.action", ["command"]],
  ["azure/cli", ["inlineScript"]],
  ["koslib/helm-eks-action", ["command"]],
  ["wyrihaximus/github-action-helm3", ["exec"]],
  ["stefanprodan/kube-tools", ["command"]],
  ["coactions/setup-xvfb", ["run"]],
  ["gabrielbb/xvfb-action", ["run"]],
  ["vmactions/freebsd-vm", ["prepare", "run"]],
  ["cross-platform-actions/action", ["run"]],
  ["reactivecircus/android-emulator-runner", ["script"]],
  ["jarvusinnovations/background-action", ["run"]],
  ["webiny/action-post-run", ["run"]],
  ["gacts/run-and-post-run", ["run", "post"]],
]);

/** Of those, the actions that have another machine run the script. */
const remoteActions = /ssh/;

/** Inputs that hold the words after a tool's own name. */
const wordInputs = new Map<string, readonly (readonly [input: string, before: string])[]>([
  ["actions-hub/kubectl", [["args", "kubectl "]]],
  ["actions-hub/gcloud", [["args", "gcloud "]]],
  [
    "steebchen/kubectl",
    [
      ["args", "kubectl "],
      ["command", "kubectl "],
    ],
  ],
  ["kodermax/kubectl-aws-eks", [["args", "kubectl "]]],
  ["danielr1996/kubectl-action", [["args", "kubectl "]]],
  ["absaoss/k3d-action", [["args", "k3d cluster create "]]],
]);

/** Reads `steps`: images of `uses: docker://`, commands of `run`, and the steps themselves. */
export function readSteps(node: YamlNode | undefined, context: StepsContext): StepsReading {
  const steps: JobStep[] = [];
  const commands: ShellCommand[] = [];
  const furtherCommands: ShellCommand[] = [];
  const built: BuiltName[] = [];
  const problems: Problem[] = [];
  const outputs = new Map<string, ReadonlyMap<string, GithubWritten>>();
  /** Names of images that steps make up tags for, by their ids. */
  const metadata = new Map<string, readonly string[]>();
  const written = new Map<string, GithubWritten>();
  let readsScripts: boolean | undefined;
  /** Steps by their ids that use an action of the same repository, each with what it sees. */
  const local = new Map<string, (output: string, row?: number) => PlacedText | undefined>();
  const outputIn =
    (row?: number): NonNullable<GithubScope["stepOutput"]> =>
    (id, name) =>
      local.get(id)?.(name, row) ?? inRow(outputs.get(id)?.get(name), row);
  /** What earlier steps have set holds for those that follow: in one job of a matrix, or in all of them. */
  const later = (scope: GithubScope, row?: number): GithubScope => ({
    ...scope,
    environment: withWritten(scope.environment, written, row),
    stepOutput: outputIn(row),
  });
  for (const [index, item] of itemsOf(node).slice(0, maximumSteps).entries()) {
    const uses = valueAt(item, "uses");
    if (textOf(uses)?.startsWith(dockerWrapper) === true) context.images.add(uses, "uses", { wrapper: dockerWrapper });
    const around = later(context.scope);
    const scopes = context.imageScopes?.map((scope, row) => later(scope, row)) ?? [around];
    const inStep = (scope: GithubScope): StepScope => ({
      ...scope,
      environment: environmentOf(valueAt(item, "env"), scope),
    });
    readActionInputs(item, inStep, scopes, context.images);
    furtherCommands.push(...examinedImages(item, inStep, scopes, context.job));
    steps.push(toStep(item));
    const names = builtNames(item, scopes);
    const at = item.span.start;
    const isPushed = names.length > 0 && pushesBuilt(item);
    built.push(...names.map((name) => ({ name, at, isPushed })));
    for (const name of new Set(metadataOf(item).flatMap((step) => metadata.get(step) ?? [])))
      built.push({ name, at, isPushed, isAnyTag: true });
    const scope = inStep(around);
    const id = textOf(valueAt(item, "id"));
    if (id !== undefined) metadata.set(id, imagesOfMetadata(item, scopes));
    if (id !== undefined && textOf(uses)?.startsWith("./") === true)
      local.set(id, (output, row) => {
        const seen = row === undefined ? undefined : scopes[row];
        return context.scope.actionOutput?.(item, output, seen === undefined ? scope : inStep(seen));
      });
    const combinations = combinationsOf(inStep, scopes);
    for (const { script, shell, isRemote, before = "" } of scriptsOf(item, context.shell, scope)) {
      if (before === "" && !(readsScripts ??= mayMatter(context.scope.text))) continue;
      const windowsShell = windowsShellOf(shell);
      const map = createScalarMap(context.scope.text, script);
      const reading = readShell(before + script.text, {
        toDocumentOffset: (offset) => map.offsetOf(Math.max(0, offset - before.length)),
        environment: Object.fromEntries([...scope.environment].map(([name, { text }]) => [name, text])),
        resolveExpression: (expression) => textInCommand(expression, expressionText(expression, scope)),
        combinations,
        windowsShell,
        ...(context.job === undefined ? {} : { job: context.job }),
        step: index,
        isRemote,
      });
      (windowsShell === undefined ? commands : furtherCommands).push(...reading.commands);
      furtherCommands.push(...(reading.forwarded ?? []));
      problems.push(...reading.problems);
      const files = githubFiles(reading.commands, context.scope.text, combinations);
      if (id !== undefined) outputs.set(id, files.outputs);
      // A step that may not run leaves both values possible.
      const isCertain = valueAt(item, "if") === undefined;
      for (const [name, value] of files.environment) {
        const before = around.environment?.get(name);
        const isSame = before === undefined || before.text === value.value?.text;
        written.set(name, isCertain || isSame ? value : { value: undefined });
      }
    }
  }
  return { steps, commands, furtherCommands, built, stepOutput: outputIn(), problems };
}

/** Whether a file's scripts may run a tool that takes images, or set what other steps see: most do neither. */
function mayMatter(text: string): boolean {
  return mayRunTool(text) || /GITHUB_(?:ENV|OUTPUT)|::set-/i.test(text);
}

/** What a step sees, its own `env` over that around it. */
type StepScope = GithubScope & { readonly environment: ReadonlyMap<string, PlacedText> };

interface StepScript {
  readonly script: YamlScalar;
  readonly shell: string;
  /** What stands before the script, which the action's name says. */
  readonly before?: string;
  readonly isRemote?: boolean;
}

/** The scripts of a step: its own, and those that it gives to an action that runs them, here or elsewhere. */
function scriptsOf(step: YamlNode, around: string | undefined, scope: GithubScope): readonly StepScript[] {
  const run = scalarOf(valueAt(step, "run"));
  const own = scalarOf(valueAt(step, "shell"));
  const named = own === undefined ? around : scalarText(own, scope);
  // What an expression comes to that is not known is mostly the runner's own shell.
  const shell = named === undefined || named.includes("${{") ? "bash" : named;
  const isShell = windowsShellOf(shell) !== undefined || /^(?:\S*\/)?(?:ba|da|z|k)?sh\b/.test(shell);
  if (run !== undefined) return isShell ? [{ script: run, shell }] : [];
  const action = actionOf(step);
  const inputs = [
    ...(scriptInputs.get(action) ?? []).map((input) => [input, ""] as const),
    ...(wordInputs.get(action) ?? []),
  ];
  return inputs.flatMap(([input, before]) => {
    const script = scalarOf(valueAt(step, "with", input));
    return script === undefined ? [] : [{ script, shell: "bash", before, isRemote: remoteActions.test(action) }];
  });
}

/** What a step sees in each job of a matrix. */
function combinationsOf(
  within: (scope: GithubScope) => StepScope,
  scopes: readonly GithubScope[],
): readonly ShellCombination[] | undefined {
  if (scopes.length < 2) return undefined;
  return scopes.map((around): ShellCombination => {
    let inStep: StepScope | undefined;
    const scope = (): StepScope => (inStep ??= within(around));
    const known = new Map<string, string | undefined>();
    return {
      variable: (name) => scope().environment.get(name)?.text,
      resolveExpression(expression) {
        if (!known.has(expression))
          known.set(expression, textInCommand(expression, expressionText(expression, scope())));
        return known.get(expression);
      },
    };
  });
}

function withWritten(
  environment: GithubScope["environment"],
  written: ReadonlyMap<string, GithubWritten>,
  row: number | undefined,
): ReadonlyMap<string, PlacedText> {
  if (written.size === 0 && environment !== undefined) return environment;
  const merged = new Map(environment);
  for (const [name, one] of written) {
    const value = inRow(one, row);
    if (value === undefined) merged.delete(name);
    else merged.set(name, value);
  }
  return merged;
}

/** What is written in one job of a matrix, or in all of them. */
function inRow(written: GithubWritten | undefined, row: number | undefined): PlacedText | undefined {
  return (row === undefined ? undefined : written?.rows?.[row]) ?? written?.value;
}

/** The environment of `scope` with the variables of an `env` mapping over it, as far as their values are known. */
export function environmentOf(node: YamlNode | undefined, scope: GithubScope): ReadonlyMap<string, PlacedText> {
  const entries = entriesOf(node);
  if (entries.length === 0 && scope.environment !== undefined) return scope.environment;
  const environment = new Map(scope.environment);
  for (const { key, value } of entries) {
    const scalar = scalarOf(value);
    const text = scalar === undefined ? undefined : scalarText(scalar, scope);
    // A variable that is set to something unknown must not keep the value from around it.
    if (scalar === undefined || text === undefined) environment.delete(key.text);
    else environment.set(key.text, { text, span: scalar.span });
  }
  return environment;
}

/** The variables of a workflow or an action that hold expressions: all of it, of a job or of a step. */
export function environmentsOf(root: YamlNode | undefined): NonNullable<Document["openVariables"]> {
  const jobs = [...entriesOf(valueAt(root, "jobs")).map(({ value }) => value), valueAt(root, "runs")];
  const holders = [root, ...jobs, ...jobs.flatMap((job) => itemsOf(valueAt(job, "steps")))];
  return openVariables(
    holders.flatMap((one) => (one === undefined ? [] : { entries: entriesOf(valueAt(one, "env")), within: one.span })),
    "${{",
  );
}

function toStep(item: YamlNode): JobStep {
  const id = textOf(valueAt(item, "id"));
  const name = textOf(valueAt(item, "name"));
  const uses = textOf(valueAt(item, "uses"));
  const condition = textOf(valueAt(item, "if"));
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
    ...(condition === undefined ? {} : { condition }),
  };
}
