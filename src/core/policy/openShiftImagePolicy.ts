import { itemsOf, textOf, valueAt, type YamlNode } from "../document/yamlNode.ts";
import { globProblem } from "./glob.ts";
import type { PolicyRule } from "./policy.ts";
import type { PolicyNotes } from "./policyNotes.ts";

/** The API group of OpenShift's ClusterImagePolicy and ImagePolicy. */
export const openShiftGroup = "config.openshift.io";

/**
 * Recognises an OpenShift ClusterImagePolicy or ImagePolicy: which images it covers is read, so that they become
 * `unknown` instead of passing without it; what it demands of them is not evaluated.
 */
export function readOpenShiftPolicy(root: YamlNode, notes: PolicyNotes): PolicyRule {
  const kind = textOf(valueAt(root, "kind")) ?? "";
  notes.refuse(
    "policy-not-supported",
    `An OpenShift ${kind} (${openShiftGroup}) is not supported yet: what it says of its images is not evaluated.`,
    root.span,
  );
  const scopes = itemsOf(valueAt(root, "spec", "scopes"));
  const source = notes.sourceOf(root.span);
  const globs = scopes.flatMap((scope) => {
    const text = textOf(scope) ?? "";
    return globsOf(text).map((glob) => ({ glob, source: notes.sourceOf(scope.span) }));
  });
  return {
    name: textOf(valueAt(root, "metadata", "name")) ?? "unnamed",
    source,
    mode: "enforce",
    globs: globs.length === 0 ? [{ glob: "**", source }] : globs,
    authorities: [],
    notUnderstood: notes.notUnderstood,
  };
}

/** A scope is a host, a path below it, or one reference (containers-policy.json); it covers all that is below it. */
function globsOf(scope: string): readonly string[] {
  if (globProblem(scope) !== undefined) return ["**"];
  const named = scope.startsWith("docker.io/") ? `index.${scope}` : scope;
  return scope.startsWith("*.") ? [`${scope}/**`] : [named, `${named}/**`, `${named}:**`, `${named}@**`];
}
