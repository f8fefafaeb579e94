import { itemsOf, textOf, valueAt, type YamlNode } from "../document/yamlNode.ts";
import type { PolicyRule } from "./policy.ts";
import type { PolicyNotes } from "./policyNotes.ts";
import type { PolicyContext, StatedPolicy } from "./policyReader.ts";
import { filled, isPresent, textsOf } from "./policyValue.ts";
import { readTrustPolicies, type RatifyTrustPolicy } from "./ratifyVerifier.ts";

/** The API group of Ratify's Executor. */
export const ratifyGroup = "config.ratify.sh";

/** The API group of Ratify 1. */
export const firstRatifyGroup = "config.ratify.deislabs.io";

const maximumEntries = 200;

/**
 * Reads a Ratify Executor (config.ratify.sh/v2alpha1). Its verifiers of the types "cosign" and "notation" are evaluated, where one verifier
 * has all the trust policies or every verifier has one for all the executor's scopes; the enforcer says how many of them
 * must be satisfied, all of them where it names no threshold.
 */
export function readExecutor(root: YamlNode, context: PolicyContext): StatedPolicy {
  const notes = context.createNotes();
  const top = notes.fields(root, "the Executor", ["apiVersion", "kind", "metadata", "spec", "status"]);
  const spec = top.get("spec");
  const fields =
    spec === undefined
      ? new Map<string, YamlNode>()
      : notes.fields(spec, "spec", ["scopes", "verifiers", "stores", "policyEnforcer", "concurrency"]);
  const scopesNode = fields.get("scopes");
  const scopes = textsOf(scopesNode, "scopes", notes);
  if (scopes.length === 0 || scopes.length > maximumEntries)
    notes.refuse("policy-invalid", "The Executor names no scopes, or too many.", (scopesNode ?? root).span);
  const verifiers = new Map(
    itemsOf(fields.get("verifiers"))
      .slice(0, maximumEntries)
      .map((item) => [textOf(valueAt(item, "name")) ?? "", readTrustPolicies(item, notes)]),
  );
  const { names, threshold } = readEnforcer(fields.get("policyEnforcer"), root, notes);
  const chosen = names.map((name) => {
    const policies = verifiers.get(name);
    if (policies === undefined)
      notes.refuse("policy-invalid", `There is no verifier '${name.slice(0, 60)}'.`, root.span);
    return policies ?? [];
  });
  const isWhole = ({ scopes: own }: RatifyTrustPolicy): boolean =>
    own.length === 0 || (scopes.every((scope) => own.includes(scope)) && own.every((scope) => scopes.includes(scope)));
  const [single = [], ...more] = chosen;
  if (more.length > 0 && chosen.some((policies) => policies.length !== 1 || !policies.every(isWhole)))
    notes.refuse("policy-not-evaluated", "Several verifiers with scopes of their own are not evaluated.", root.span);
  const stray = single.flatMap((policy) => policy.scopes).find((scope) => !scopes.includes(scope));
  if (stray !== undefined)
    notes.refuse(
      "policy-not-evaluated",
      `The scope '${stray.slice(0, 80)}' is none of the Executor's own; this is not evaluated.`,
      root.span,
    );

  const source = notes.sourceOf(root.span);
  const name = textOf(valueAt(root, "metadata", "name")) ?? "unnamed";
  const toRule = (
    covered: readonly string[],
    parts: Pick<PolicyRule, "authorities" | "quorum" | "source">,
  ): PolicyRule => ({
    ...parts,
    name,
    mode: "enforce",
    globs: covered.map((glob) => ({ glob, source: notes.sourceOf((scopesNode ?? root).span) })),
    coverage: { kind: "registries", set: ratifyGroup },
    notUnderstood: notes.notUnderstood,
  });
  if (notes.notUnderstood.length > 0)
    return {
      rules: [scopes.length === 0 ? coveringAll(name, root, notes) : toRule(scopes, { authorities: [], source })],
    };
  const trustedRoots = chosen.flat().flatMap(({ stated }) => stated.trustedRoots);
  if (more.length > 0) {
    const authorities = chosen.flat().map(({ stated }) => stated.authority);
    const quorum = { count: threshold, of: "authorities", named: [] } as const;
    return { rules: [toRule(scopes, { authorities, quorum, source })], trustedRoots };
  }
  const rules = single.map(({ scopes: own, stated, at }) =>
    toRule(own.length === 0 ? scopes : own, { authorities: [stated.authority], source: at }),
  );
  const rest = scopes.filter((scope) => !rules.some(({ globs }) => globs.some(({ glob }) => glob === scope)));
  const refusal = { kind: "static", name: "no trust policy", source, action: "fail" } as const;
  return {
    rules: rest.length === 0 ? rules : [...rules, toRule(rest, { authorities: [refusal], source })],
    trustedRoots,
  };
}

/** The verifiers that count, and how many of them must be satisfied. */
function readEnforcer(
  node: YamlNode | undefined,
  root: YamlNode,
  notes: PolicyNotes,
): { readonly names: readonly string[]; readonly threshold: number } {
  const refuse = (message: string): { names: readonly string[]; threshold: number } => {
    notes.refuse("policy-not-evaluated", message, (node ?? root).span);
    return { names: [], threshold: 1 };
  };
  if (!isPresent(node)) return refuse("An Executor without 'policyEnforcer' is not evaluated.");
  const fields = notes.fields(node, "policyEnforcer", ["type", "parameters"]);
  const policy = valueAt(fields.get("parameters"), "policy");
  if (textOf(fields.get("type")) !== "threshold-policy" || policy === undefined)
    return refuse("A policy enforcer other than 'threshold-policy' is not evaluated.");
  const parts = notes.fields(policy, "policy", ["threshold", "rules"]);
  const rules = itemsOf(parts.get("rules"));
  const names = rules.slice(0, maximumEntries).map((rule) => {
    const own = notes.fields(rule, "rules", ["verifierName"]);
    return filled(own.get("verifierName")) ?? "";
  });
  const text = filled(parts.get("threshold")) ?? "0";
  const threshold = /^\d{1,3}$/.test(text) ? Number(text) : -1;
  if (names.length === 0 || threshold < 0 || threshold > names.length)
    return refuse("The threshold policy has no rules, or its threshold is none of their number.");
  return { names, threshold: threshold === 0 ? names.length : threshold };
}

/**
 * Recognises a Verifier of Ratify 1. How its results are combined says another resource, which may ask that every
 * signature of an image be valid, so that the images of its scopes are not understood.
 */
export function readFirstVerifier(root: YamlNode, context: PolicyContext): StatedPolicy {
  const notes = context.createNotes();
  const name = textOf(valueAt(root, "metadata", "name")) ?? "unnamed";
  notes.refuse(
    "policy-not-supported",
    "A Verifier of Ratify 1 is not evaluated; an Executor of Ratify 2 is.",
    root.span,
  );
  const scopes = itemsOf(valueAt(root, "spec", "parameters", "trustPolicies")).flatMap((item) =>
    itemsOf(valueAt(item, "scopes")).map((scope) => textOf(scope) ?? "*"),
  );
  if (scopes.length === 0) return { rules: [coveringAll(name, root, notes)] };
  const source = notes.sourceOf(root.span);
  const rule: PolicyRule = {
    ...coveringAll(name, root, notes),
    globs: scopes
      .slice(0, maximumEntries)
      .flatMap((scope) =>
        (scope.endsWith("*") ? [scope] : [scope, `${scope}:*`, `${scope}@*`]).map((glob) => ({ glob, source })),
      ),
  };
  return { rules: [rule] };
}

function coveringAll(name: string, root: YamlNode, notes: PolicyNotes): PolicyRule {
  const source = notes.sourceOf(root.span);
  return {
    name,
    source,
    mode: "enforce",
    globs: [{ glob: "*", source }],
    coverage: { kind: "wildcards" },
    authorities: [],
    notUnderstood: notes.notUnderstood,
  };
}
