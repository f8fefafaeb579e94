import { withoutByteOrderMark } from "../image/span.ts";
import type { Problem } from "../problem.ts";
import type { BuiltName, Document, Job, ShellCommand } from "./document.ts";
import { distinctCombinations, matrixCombinations } from "./githubMatrix.ts";
import { inputDefaults, nodesOf, outputCandidates, valuesOf, type GithubScope } from "./githubScope.ts";
import { environmentOf, environmentsOf, readSteps, type StepsReading } from "./githubSteps.ts";
import { calledOutput, localFiles, type LocalFiles } from "./githubLocal.ts";
import { addWheelImages } from "./githubWheels.ts";
import { noSiblings, type Siblings } from "./siblings.ts";
import { readYaml } from "./yaml.ts";
import { createImageCollector, inDocumentOrder, type ImageCollector } from "./yamlImage.ts";
import {
  entriesOf,
  itemsOf,
  mappingOf,
  scalarOf,
  textOf,
  valueAt,
  type YamlEntry,
  type YamlNode,
  type YamlScalar,
} from "./yamlNode.ts";

const dockerWrapper = "docker://";

/**
 * Reads a GitHub Actions workflow: images of containers, services and `uses: docker://`, with matrices expanded and
 * inputs at their defaults; the commands of `run`; jobs and steps.
 */
export function readGithubWorkflow(text: string, path: string, siblings: Siblings = noSiblings): Document {
  const plain = withoutByteOrderMark(text);
  const stream = readYaml(plain);
  const images = createImageCollector(plain);
  const commands: ShellCommand[] = [];
  const furtherCommands: ShellCommand[] = [];
  const built: BuiltName[] = [];
  const jobs: Job[] = [];
  const problems: Problem[] = [];
  const root = stream.documents[0]?.root;
  const events = valueAt(root, "on");
  const inputs = inputDefaults(
    valueAt(events, "workflow_call", "inputs"),
    valueAt(events, "workflow_dispatch", "inputs"),
  );
  const files = localFiles(path, siblings);
  const workflow: GithubScope = { text: plain, inputs, actionOutput: files.actionOutput };
  const environment = environmentOf(valueAt(root, "env"), workflow);
  const around: GithubScope = { ...workflow, jobOutput: outputsOf(root, { ...workflow, environment }, files) };
  const shell = textOf(valueAt(root, "defaults", "run", "shell"));
  const budget = { left: maximumEvaluations };
  const hasWheels = text.includes("CIBW_");
  if (hasWheels) addWheelImages(root, [workflow], images);
  for (const entry of entriesOf(valueAt(root, "jobs"))) {
    const reading = readJob(entry, { budget, scope: { ...around, environment }, shell, images, hasWheels });
    jobs.push(reading.job);
    commands.push(...reading.commands);
    furtherCommands.push(...reading.furtherCommands);
    built.push(...reading.built);
    problems.push(...reading.problems);
  }
  if (budget.left < 0) {
    const message = "The matrices of this workflow yield more containers than are followed; some are not listed.";
    problems.push({ code: "limit-reached", message, span: { start: 0, end: 0 } });
  }
  return {
    path,
    dialect: "github-workflow",
    text: plain,
    images: inDocumentOrder(images.images),
    commands,
    furtherCommands,
    built,
    openVariables: environmentsOf(root),
    jobs,
    problems: [...stream.problems, ...images.problems, ...problems],
  };
}

/** Evaluations of containers over the combinations of matrices, for one file. */
const maximumEvaluations = 20_000;
/** Workflows that call workflows that are followed. */
const maximumCalls = 4;

interface Around {
  /** Evaluations that are left. */
  readonly budget: { left: number };
  readonly scope: GithubScope;
  readonly shell: string | undefined;
  readonly images: ImageCollector;
  /** Whether the workflow says anything of how wheels are built. */
  readonly hasWheels: boolean;
}

function readJob(
  { key, value: job }: YamlEntry,
  { budget, scope: around, shell: outerShell, images, hasWheels }: Around,
): { readonly job: Job } & Omit<StepsReading, "steps" | "stepOutput"> {
  const { environment: _, ...withoutEnvironment } = around;
  const all = matrixCombinations(job, (scalar) => nodesOf(scalar, withoutEnvironment));
  const combinations = all === undefined ? undefined : distinctCombinations(job, all, around.text);
  // `env` is not available here (GitHub's documentation, Context availability).
  const scopes = (combinations ?? [undefined]).map((matrix): GithubScope => ({ ...withoutEnvironment, matrix }));
  readContainer(valueAt(job, "container"), "container", { budget, scopes, images });
  for (const { value } of entriesOf(valueAt(job, "services")))
    readContainer(value, "services", { budget, scopes, images });
  // With several combinations, what a step's `matrix` values are cannot be said.
  const matrix = combinations?.length === 1 ? combinations[0] : undefined;
  const inAll: GithubScope = { ...around, matrix, matrices: combinations };
  const scope: GithubScope = { ...inAll, environment: environmentOf(valueAt(job, "env"), inAll) };
  const shell = textOf(valueAt(job, "defaults", "run", "shell")) ?? outerShell ?? runnerShell(job);
  const stepScopes = (combinations ?? [undefined]).map((combination): GithubScope => {
    const inCombination = { ...around, matrix: combination };
    return { ...inCombination, environment: environmentOf(valueAt(job, "env"), inCombination) };
  });
  if (hasWheels) addWheelImages(job, stepScopes, images);
  const {
    steps,
    stepOutput: _stepOutput,
    ...reading
  } = readSteps(valueAt(job, "steps"), {
    job: key.text,
    shell,
    scope,
    imageScopes: stepScopes,
    images,
  });
  return {
    job: {
      id: key.text,
      span: { start: key.span.start, end: Math.max(key.span.end, job.span.end) },
      steps,
      environment: Object.fromEntries(scope.environment ?? []),
    },
    ...reading,
  };
}

/**
 * What `needs.JOB.outputs.NAME` comes to: outputs are written where the job's own `env` and matrix hold, or in the
 * workflow that it calls.
 */
function outputsOf(
  root: YamlNode | undefined,
  around: GithubScope,
  files: LocalFiles,
  depth = 0,
): NonNullable<GithubScope["jobOutput"]> {
  const outputs = new Map<string, StepsReading["stepOutput"]>();
  const unlisted = createImageCollector(around.text);
  const { environment: _, ...withoutEnvironment } = around;
  return (job, output) => {
    const node = valueAt(root, "jobs", job);
    const label = `output ${output} of job ${job}`;
    const called = depth > maximumCalls ? undefined : files.called(node, around);
    if (called !== undefined)
      return calledOutput(called, output, label, outputsOf(called.root, called.scope, files, depth + 1));
    const combinations =
      node === undefined ? undefined : matrixCombinations(node, (scalar) => nodesOf(scalar, withoutEnvironment));
    const matrix = combinations?.length === 1 ? combinations[0] : undefined;
    const scope = { ...around, matrix };
    const environment = environmentOf(valueAt(node, "env"), scope);
    const inJob: GithubScope = {
      ...scope,
      environment,
      stepOutput(id, name) {
        // Only an output that is asked for is worth reading the scripts of its job.
        const read =
          outputs.get(job) ?? readSteps(valueAt(node, "steps"), { scope: inJob, images: unlisted }).stepOutput;
        outputs.set(job, read);
        return read(id, name);
      },
    };
    return outputCandidates(valueAt(node, "outputs", output), label, inJob);
  };
}

/** Windows runners run PowerShell where no shell is named. */
function runnerShell(job: YamlNode): string | undefined {
  const labels = valueAt(job, "runs-on");
  const names = [textOf(labels), ...itemsOf(labels).map(textOf)];
  return names.some((name) => name?.toLowerCase().startsWith("windows") === true) ? "pwsh" : undefined;
}

/** A container is an image, or a mapping with one; an expression may yield either. */
function readContainer(
  node: YamlNode | undefined,
  site: string,
  { budget, scopes, images }: Pick<Around, "budget" | "images"> & { readonly scopes: readonly GithubScope[] },
): void {
  const image = mappingOf(node) === undefined ? node : valueAt(node, "image");
  const scalar = scalarOf(image);
  if (image === undefined || scalar === undefined || scalar.text.trim() === "") return;
  // Only an expression can differ between the combinations of a matrix.
  const differing = scalar.text.includes("${{") ? scopes : scopes.slice(0, 1);
  for (const scope of differing) {
    if (--budget.left < 0) return;
    addContainer(image, scalar, { site, scope, images });
  }
}

function addContainer(
  image: YamlNode,
  scalar: YamlScalar,
  { site, scope, images }: { readonly site: string; readonly scope: GithubScope; readonly images: ImageCollector },
): void {
  const from = scalar.text.startsWith(dockerWrapper) ? dockerWrapper.length : 0;
  for (const value of containersOf(scalar, scope, from)) {
    const inner = "node" in value ? scalarOf(valueAt(value.node, "image")) : undefined;
    const label = "the container that the expression yields";
    const results = inner === undefined ? [value] : valuesOf(inner, scope);
    for (const result of results) {
      // An empty image means that the job runs without a container.
      if ("node" in result || result.parts.every((part) => part.text === "")) continue;
      const step = inner === undefined ? [] : [{ span: inner.span, label, text: inner.text }];
      const isLiteral = inner !== undefined && inner.isMade !== true;
      const parts = isLiteral ? result.parts.map((part) => ({ literal: inner.span, ...part })) : result.parts;
      images.add(image, site, {
        value: { parts, chain: [...step, ...result.chain] },
        wrapper: dockerWrapper,
      });
    }
  }
}

/**
 * What a scalar that names a container may come to. A condition on an input may leave out by default what the workflow
 * is given the input for: then it is what the expression itself says.
 */
function containersOf(scalar: YamlScalar, scope: GithubScope, from: number): ReturnType<typeof valuesOf> {
  const values = valuesOf(scalar, scope, from);
  if (!/\binputs\./.test(scalar.text) || !values.every(isNothing)) return values;
  return valuesOf(scalar, { ...scope, inputs: new Map() }, from).filter(
    (value) => "node" in value || value.parts.every((part) => part.text !== undefined),
  );
}

function isNothing(value: ReturnType<typeof valuesOf>[number]): boolean {
  return !("node" in value) && value.parts.every((part) => part.text === "");
}
