import { readYaml } from "../document/yaml.ts";
import { itemsOf, textOf, valueAt, type YamlNode } from "../document/yamlNode.ts";
import { createLineIndex, withoutByteOrderMark, type LineIndex } from "../image/span.ts";
import type { Problem } from "../problem.ts";
import { readClusterImagePolicy, sigstorePolicyGroup } from "./clusterImagePolicy.ts";
import type { PolicyRule, TrustPolicy } from "./policy.ts";
import { createPolicyNotes } from "./policyNotes.ts";
import { openShiftGroup, readOpenShiftPolicy } from "./openShiftImagePolicy.ts";

/** A file that may state a policy: workspace-relative path and text. */
export interface PolicyFile {
  readonly path: string;
  readonly text: string;
}

/** Other policies about signed images that organisations have; said, so that nobody believes they were applied. */
const unsupportedKinds = new Map([
  ["policies.kyverno.io/ImageValidatingPolicy", "Kyverno"],
  ["policies.kyverno.io/NamespacedImageValidatingPolicy", "Kyverno"],
  ["config.ratify.deislabs.io/Verifier", "Ratify"],
  ["config.ratify.deislabs.io/Policy", "Ratify"],
  ["config.ratify.sh/Executor", "Ratify"],
  ["config.ratify.sh/NamespacedExecutor", "Ratify"],
]);

/** Whether a file may state a policy that `readPolicy` knows; cheap, so that it can be asked of every file. */
export function mayHoldPolicy(path: string, text: string): boolean {
  if (!/\.(?:ya?ml|json)$/i.test(path)) return false;
  // A chart's template becomes a policy only once it is filled in.
  if (/(?:^|\/)templates\//.test(path) && text.includes("{{")) return false;
  return /policy\.sigstore\.dev|config\.openshift\.io|policies\.kyverno\.io|config\.ratify\./.test(text);
}

/**
 * Reads every policy that the files state, in file order. Nothing is skipped silently: what is not understood is a
 * problem, and a rule with `notUnderstood` parts makes the images that it covers `unknown`.
 */
export function readPolicy(files: readonly PolicyFile[]): TrustPolicy {
  const rules: PolicyRule[] = [];
  const problems: Problem[] = [];
  for (const { path, text: raw } of files) {
    const text = withoutByteOrderMark(raw);
    const lines = createLineIndex(text);
    const stream = readYaml(text);
    for (const document of stream.documents)
      for (const root of resourcesOf(document.root, 0)) {
        const read = readResource(root, { path, lines, broken: document.problems });
        if (read === undefined) continue;
        if (read.rule !== undefined) rules.push(read.rule);
        problems.push(...read.problems);
      }
    const cutShort = stream.problems.some((problem) => problem.code.startsWith("yaml-too-"));
    if (cutShort) rules.push(unreadRule(path));
    problems.push(...stream.problems.map((problem) => ({ ...problem, file: path })));
  }
  return { rules, problems };
}

/** A file too large to be read whole may hold a policy for any image. */
function unreadRule(file: string): PolicyRule {
  const source = { file, line: 1 };
  return {
    name: "unread",
    source,
    mode: "enforce",
    globs: [{ glob: "**", source }],
    authorities: [],
    notUnderstood: [{ what: "The file is too large or nested too deep to be read.", source }],
  };
}

const maximumNesting = 5;

/** A Kubernetes `List` holds resources. */
function resourcesOf(root: YamlNode | undefined, depth: number): readonly YamlNode[] {
  if (root === undefined || depth > maximumNesting) return [];
  const isList = textOf(valueAt(root, "kind"))?.endsWith("List") === true;
  return isList ? itemsOf(valueAt(root, "items")).flatMap((item) => resourcesOf(item, depth + 1)) : [root];
}

interface Place {
  readonly path: string;
  readonly lines: LineIndex;
  /** What was wrong with the YAML of the document. */
  readonly broken: readonly Problem[];
}

function readResource(
  root: YamlNode,
  { path, lines, broken }: Place,
): { readonly rule?: PolicyRule; readonly problems: readonly Problem[] } | undefined {
  const kind = textOf(valueAt(root, "kind"));
  const apiVersion = textOf(valueAt(root, "apiVersion"));
  if (kind === undefined || apiVersion === undefined) return undefined;
  const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
  const notes = createPolicyNotes(path, lines);
  const isSigstore = kind === "ClusterImagePolicy" && group === sigstorePolicyGroup;
  const isOpenShift = (kind === "ClusterImagePolicy" || kind === "ImagePolicy") && group === openShiftGroup;
  if (isSigstore || isOpenShift) {
    for (const problem of broken)
      notes.refuse("policy-invalid", `The file is not valid YAML here: ${problem.message}`, problem.span ?? root.span);
    const rule = isSigstore ? readClusterImagePolicy(root, notes) : readOpenShiftPolicy(root, notes);
    return { rule, problems: notes.problems };
  }
  const product = unsupportedKinds.get(`${group}/${kind}`);
  const unknownGroup = kind === "ClusterImagePolicy";
  if (product !== undefined || unknownGroup)
    notes.note(
      "policy-not-supported",
      `This ${product === undefined ? "" : `${product} `}policy (${kind} of ${group || "no group"}) is not supported yet and was not applied.`,
      root.span,
    );
  else if (kind === "TrustRoot" && group === sigstorePolicyGroup)
    notes.note(
      "policy-not-supported",
      "A TrustRoot resource is not read; give its trusted root as a file, under the same name, in .countersign.yaml.",
      root.span,
    );
  else return undefined;
  return { problems: notes.problems };
}
