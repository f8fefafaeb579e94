import { itemsOf, mappingOf, textOf, valueAt, type YamlNode } from "../document/yamlNode.ts";
import { readValidator, type RuleOptions, type Validator } from "./connaisseurValidator.ts";
import type { PolicyRule } from "./policy.ts";
import type { PolicyNotes } from "./policyNotes.ts";
import type { PolicyContext, StatedPolicy } from "./policyReader.ts";
import { booleanOf, filled, isPresent, textsOf } from "./policyValue.ts";

const maximumEntries = 500;

/** Where Connaisseur's validators and policy stand: in its own configuration, its chart's values, or a chart that includes it. */
export function findConnaisseur(root: YamlNode | undefined): YamlNode | undefined {
  return [root, valueAt(root, "application"), valueAt(root, "connaisseur", "application")].find(
    (node) =>
      mappingOf(node) !== undefined &&
      itemsOf(valueAt(node, "validators")).some((item) => isPresent(valueAt(item, "type"))) &&
      itemsOf(valueAt(node, "policy")).some((item) => isPresent(valueAt(item, "pattern"))),
  );
}

/**
 * Reads Connaisseur's image policy. Of the rules whose pattern fits, the most specific one alone counts; an image that
 * none fits is refused.
 */
export function readConnaisseur(root: YamlNode, context: PolicyContext): StatedPolicy {
  const file = context.createNotes();
  const validators = new Map<string, Validator>();
  for (const item of itemsOf(valueAt(root, "validators")).slice(0, maximumEntries)) {
    const name = textOf(valueAt(item, "name")) ?? "";
    if (!validators.has(name)) validators.set(name, readValidator(item, context.createNotes()));
  }
  const detects = booleanOf(valueAt(root, "features", "detectionMode"), "detectionMode", false, file);
  const common = {
    mode: detects ? "warn" : "enforce",
    coverage: { kind: "components", set: context.path },
  } as const;
  const rules = itemsOf(valueAt(root, "policy")).slice(0, maximumEntries);
  const trustedRoots: NonNullable<StatedPolicy["trustedRoots"]>[number][] = [];
  const stated = rules.map((item): PolicyRule => {
    const notes = context.createNotes();
    const fields = notes.fields(item, "policy", ["pattern", "validator", "with"]);
    const pattern = filled(fields.get("pattern")) ?? "";
    const source = notes.sourceOf(item.span);
    // Classes and alternatives of the glob library are not read; what they leave out must not be covered less.
    const isReadable = pattern !== "" && !/[[\]{}\\?!]/.test(pattern);
    if (!isReadable)
      notes.refuse("policy-not-evaluated", `The pattern '${pattern.slice(0, 80)}' is not evaluated.`, item.span);
    const name = filled(fields.get("validator")) ?? "default";
    const validator = validators.get(name);
    if (validator === undefined)
      notes.refuse("policy-invalid", `There is no validator '${name.slice(0, 60)}'.`, item.span);
    const chosen = validator?.choose(readOptions(fields.get("with"), notes), notes, item);
    trustedRoots.push(...(chosen?.authorities ?? []).flatMap((each) => each.trustedRoots));
    return {
      ...common,
      name: pattern,
      source,
      globs: [{ glob: isReadable ? pattern : "*", source }],
      ...(isReadable ? {} : { coverage: { kind: "wildcards" } }),
      authorities: (chosen?.authorities ?? []).map(({ authority }) => authority),
      ...(chosen?.quorum === undefined ? {} : { quorum: chosen.quorum }),
      notUnderstood: [...file.notUnderstood, ...(validator?.notUnderstood ?? []), ...notes.notUnderstood],
    };
  });
  const source = file.sourceOf((valueAt(root, "policy") ?? root).span);
  const rest: PolicyRule = {
    ...common,
    name: "no pattern fits",
    source,
    globs: [{ glob: "", source }],
    authorities: [{ kind: "static", name: "no pattern fits", source, action: "fail" }],
    notUnderstood: file.notUnderstood,
  };
  // A pattern that is not read may fit what no other does.
  const certain = stated.every(({ coverage }) => coverage?.kind === "components");
  return { rules: certain ? [...stated, rest] : stated, trustedRoots };
}

function readOptions(node: YamlNode | undefined, notes: PolicyNotes): RuleOptions {
  const known = [
    "trustRoot",
    "verifyInTransparencyLog",
    "verifySCT",
    "threshold",
    "required",
    "delegations",
    "mode",
    "verificationLevel",
    "verifyTimestamp",
  ];
  const fields = isPresent(node) ? notes.fields(node, "with", known) : new Map<string, YamlNode>();
  const threshold = filled(fields.get("threshold")) ?? "0";
  if (!/^\d{1,4}$/.test(threshold) && node !== undefined)
    notes.refuse("policy-invalid", "'threshold' must be a number.", node.span);
  return {
    trustRoot: filled(fields.get("trustRoot")) ?? "",
    verifiesLog: booleanOf(fields.get("verifyInTransparencyLog"), "verifyInTransparencyLog", true, notes),
    verifiesCertificateLog: booleanOf(fields.get("verifySCT"), "verifySCT", true, notes),
    threshold: Number(threshold) || 0,
    isStrict:
      (filled(fields.get("verificationLevel")) ?? "strict") === "strict" &&
      (filled(fields.get("verifyTimestamp")) ?? "always") === "always",
    required: textsOf(fields.get("required"), "required", notes),
  };
}
