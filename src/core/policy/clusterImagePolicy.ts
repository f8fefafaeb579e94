import { itemsOf, scalarOf, textOf, valueAt, type YamlNode } from "../document/yamlNode.ts";
import { readAuthority } from "./clusterImagePolicyAuthority.ts";
import { globProblem } from "./glob.ts";
import type { PolicyRule } from "./policy.ts";
import type { PolicyNotes } from "./policyNotes.ts";

/** The API group of Sigstore's ClusterImagePolicy; another group has another kind of the same name. */
export const sigstorePolicyGroup = "policy.sigstore.dev";

/** More images or authorities than people write; each one costs time for every image that is judged. */
const maximumEntries = 500;

const versions = ["v1beta1", "v1alpha1"];

/**
 * Reads a Sigstore ClusterImagePolicy (policy.sigstore.dev, v1beta1 and v1alpha1) as policy-controller does. What is
 * not understood goes to `notes`; a rule whose images cannot be told covers all images, so that it never lets one pass.
 */
export function readClusterImagePolicy(root: YamlNode, notes: PolicyNotes): PolicyRule {
  const top = notes.fields(root, "ClusterImagePolicy", ["apiVersion", "kind", "metadata", "spec", "status"]);
  const version = textOf(top.get("apiVersion"))?.slice(sigstorePolicyGroup.length + 1) ?? "";
  if (!versions.includes(version))
    notes.refuse("policy-not-supported", `The version '${version}' of ${sigstorePolicyGroup} is not known.`, root.span);
  const spec = top.get("spec");
  if (spec === undefined) notes.refuse("policy-invalid", "The policy has no 'spec'.", root.span);
  const fields =
    spec === undefined
      ? new Map<string, YamlNode>()
      : notes.fields(spec, "spec", ["images", "authorities", "policy", "mode", "match"]);

  const policy = fields.get("policy");
  if (policy !== undefined && !isAbsent(policy))
    notes.refuse("policy-not-evaluated", "A CUE or Rego policy over the signatures is not evaluated.", policy.span);
  const match = fields.get("match");
  if (itemsOf(match).length > 0 && match !== undefined)
    notes.note(
      "policy-match-not-evaluated",
      "'match' limits the policy to some resources of a cluster; here it is applied to every image that it names.",
      match.span,
    );

  return {
    name: textOf(valueAt(root, "metadata", "name")) ?? "unnamed",
    source: notes.sourceOf(root.span),
    mode: readMode(fields.get("mode"), notes),
    globs: readGlobs(fields.get("images"), root, notes),
    authorities: readAuthorities(fields.get("authorities"), root, notes),
    notUnderstood: notes.notUnderstood,
  };
}

function isAbsent(node: YamlNode): boolean {
  return node.kind === "scalar" && scalarOf(node) === undefined;
}

function readMode(node: YamlNode | undefined, notes: PolicyNotes): "enforce" | "warn" {
  if (node === undefined || isAbsent(node)) return "enforce";
  const mode = textOf(node);
  if (mode === "warn" || mode === "enforce") return mode;
  if (mode !== "")
    notes.refuse("policy-invalid", `The mode '${mode ?? ""}' is neither 'enforce' nor 'warn'.`, node.span);
  return "enforce";
}

function readGlobs(node: YamlNode | undefined, root: YamlNode, notes: PolicyNotes): PolicyRule["globs"] {
  const everything = (at: YamlNode): PolicyRule["globs"][number] => ({
    glob: "**",
    source: notes.sourceOf(at.span),
  });
  const items = itemsOf(node);
  if (items.length === 0) {
    const at = node ?? root;
    notes.refuse("policy-invalid", "The policy names no images in 'spec.images'.", at.span);
    return [everything(at)];
  }
  if (items.length > maximumEntries && node !== undefined) {
    notes.refuse("policy-invalid", `The policy names more than ${maximumEntries} images.`, node.span);
    return [everything(node)];
  }
  return items.map((item) => {
    const globNode = notes.fields(item, "images", ["glob"]).get("glob");
    const glob = textOf(globNode) ?? "";
    const problem = globProblem(glob);
    if (problem === undefined && globNode !== undefined) return { glob, source: notes.sourceOf(globNode.span) };
    const at = globNode ?? item;
    notes.refuse("policy-invalid", `The glob '${glob.slice(0, 80)}' ${problem ?? "is missing"}.`, at.span);
    return everything(at);
  });
}

function readAuthorities(node: YamlNode | undefined, root: YamlNode, notes: PolicyNotes): PolicyRule["authorities"] {
  const items = itemsOf(node);
  if (items.length === 0)
    notes.refuse("policy-invalid", "The policy names no authorities that may sign.", (node ?? root).span);
  if (items.length > maximumEntries)
    notes.refuse("policy-invalid", `The policy names more than ${maximumEntries} authorities.`, (node ?? root).span);
  return items.slice(0, maximumEntries).flatMap((item, index) => {
    const authority = readAuthority(item, index, notes);
    return authority === undefined ? [] : [authority];
  });
}
