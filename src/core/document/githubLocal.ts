import {
  inputDefaults,
  outputCandidates,
  scalarText,
  valuesOf,
  type GithubScope,
  type PlacedText,
} from "./githubScope.ts";
import { readSteps } from "./githubSteps.ts";
import type { Candidate } from "./githubExpression.ts";
import { siblingPath, type Siblings } from "./siblings.ts";
import { textOfValue, type TemplateSource } from "./template.ts";
import { readYaml } from "./yaml.ts";
import { createImageCollector } from "./yamlImage.ts";
import { entriesOf, scalarOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

/** Files that lead to files that are followed. */
const maximumDepth = 4;
const maximumText = 300_000;

/** A workflow of the same repository that a job calls, and what its expressions see. */
export interface CalledWorkflow {
  readonly root: YamlNode | undefined;
  readonly scope: GithubScope;
  readonly file: string;
}

/** What files of the same repository give to a workflow or action: actions to steps, workflows to jobs. */
export interface LocalFiles {
  readonly actionOutput: NonNullable<GithubScope["actionOutput"]>;
  called(job: YamlNode | undefined, scope: GithubScope): CalledWorkflow | undefined;
}

/** Follows `uses: ./...`, whose path begins at the root of the repository that the file at `path` is in. */
export function localFiles(path: string, siblings: Siblings, depth = 0): LocalFiles {
  const root = /^(.*?)(?:^|\/)\.(?:github|gitea|forgejo)\//.exec(path)?.[1] ?? "";
  const roots = new Map<string, YamlNode | undefined>();
  const rootOf = ({ text, file }: TemplateSource): YamlNode | undefined => {
    const found = roots.has(file) ? roots.get(file) : readYaml(text).documents[0]?.root;
    roots.set(file, found);
    return found;
  };
  const read = (uses: string | undefined, names: readonly string[]): TemplateSource | undefined => {
    if (uses?.startsWith("./") !== true || depth >= maximumDepth) return undefined;
    for (const name of names) {
      const file = siblingPath(`${root === "" ? "" : `${root}/`}x`, `${uses}${name}`);
      const text = file === undefined ? undefined : siblings(file);
      if (file !== undefined && text !== undefined && text.length <= maximumText) return { text, file };
    }
    return undefined;
  };
  return {
    actionOutput(step, output, scope) {
      const source = read(textOf(valueAt(step, "uses")), ["/action.yml", "/action.yaml"]);
      return source === undefined
        ? undefined
        : outputOf(source, rootOf(source), output, givenInputs(step, scope), localFiles(path, siblings, depth + 1));
    },
    called(job, scope) {
      const source = read(textOf(valueAt(job, "uses")), [""]);
      if (source === undefined) return undefined;
      const found = rootOf(source);
      const inputs = inputDefaults(valueAt(found, "on", "workflow_call", "inputs"));
      const { actionOutput } = localFiles(path, siblings, depth + 1);
      const inside = { text: source.text, inputs: new Map([...inputs, ...givenInputs(job, scope)]), actionOutput };
      return { root: found, scope: inside, file: source.file };
    },
  };
}

/** What an action's metadata says of an output: its text, or what a step of it writes. */
function outputOf(
  { text, file }: TemplateSource,
  root: YamlNode | undefined,
  output: string,
  given: ReadonlyMap<string, readonly YamlNode[]>,
  { actionOutput }: LocalFiles,
): PlacedText | undefined {
  const value = scalarOf(valueAt(root, "outputs", output, "value"));
  if (value === undefined) return undefined;
  const inputs = new Map([...inputDefaults(valueAt(root, "inputs")), ...given]);
  const scope: GithubScope = { text, inputs, environment: new Map(), actionOutput };
  const steps = valueAt(root, "runs", "steps");
  const asked = value.text.includes("steps.");
  const outputs = asked ? readSteps(steps, { scope, images: createImageCollector(text) }).stepOutput : undefined;
  const said = scalarText(value, { ...scope, ...(outputs === undefined ? {} : { stepOutput: outputs }) });
  return said === undefined ? undefined : { text: said, span: value.span, file };
}

/** The inputs that a step or job gives, as far as they are known: they stand in another file than what takes them. */
function givenInputs(node: YamlNode | undefined, scope: GithubScope): ReadonlyMap<string, readonly YamlNode[]> {
  const given = new Map<string, readonly YamlNode[]>();
  for (const { key, value } of entriesOf(valueAt(node, "with"))) {
    const scalar = scalarOf(value);
    const [only, ...others] = scalar === undefined ? [] : valuesOf(scalar, scope);
    const text = only === undefined || "node" in only || others.length > 0 ? undefined : textOfValue(only);
    const span = { start: 0, end: 0 };
    const known = scalar === undefined || text === undefined ? [] : [{ ...scalar, text, span, exact: false }];
    given.set(key.text, known);
  }
  return given;
}

/** What an output of a called workflow comes to, for the file that calls it. */
export function calledOutput(
  { root, scope, file }: CalledWorkflow,
  output: string,
  label: string,
  jobOutput: NonNullable<GithubScope["jobOutput"]>,
): readonly Candidate[] {
  const value = valueAt(root, "on", "workflow_call", "outputs", output, "value");
  return outputCandidates(value, label, { ...scope, jobOutput }).map((candidate): Candidate => {
    if (candidate.kind !== "text") return candidate;
    const parts = candidate.parts.map(({ text }) => (text === undefined ? {} : { text }));
    return { kind: "text", parts, chain: candidate.chain.map((step) => ({ file, ...step })) };
  });
}
