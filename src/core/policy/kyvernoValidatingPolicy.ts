import { itemsOf, textOf, valueAt, type YamlNode } from "../document/yamlNode.ts";
import { readCanonicalExpression } from "./canonicalExpression.ts";
import { readValidatingAttestor } from "./kyvernoValidatingAttestor.ts";
import type { PolicyRule } from "./policy.ts";
import type { PolicyNotes } from "./policyNotes.ts";
import type { PolicyContext, StatedPolicy } from "./policyReader.ts";
import { filled, isPresent, textsOf } from "./policyValue.ts";

/** The API group of Kyverno's policies in CEL. */
export const validatingGroup = "policies.kyverno.io";

const maximumEntries = 200;

const specFields = [
  "attestations",
  "attestors",
  "auditAnnotations",
  "autogen",
  "credentials",
  "evaluation",
  "failurePolicy",
  "images",
  "matchConditions",
  "matchConstraints",
  "matchImageReferences",
  "validationActions",
  "validationConfigurations",
  "validations",
  "variables",
  "webhookConfiguration",
];

/**
 * Reads a Kyverno ImageValidatingPolicy. Every validation must hold, so that each becomes a rule; it is evaluated where
 * its expression is the canonical one, `images.containers.map(image, verifyImageSignatures(image, [attestors.a])).all(e, e > 0)`,
 * or the same with `verifyAttestationSignatures`. Any other expression is not understood.
 */
export function readValidatingPolicy(root: YamlNode, context: PolicyContext): StatedPolicy {
  const notes = context.createNotes();
  const top = notes.fields(root, "the policy", ["apiVersion", "kind", "metadata", "spec", "status"]);
  const spec = top.get("spec");
  const fields = spec === undefined ? new Map<string, YamlNode>() : notes.fields(spec, "spec", specFields);
  const conditions = fields.get("matchConditions");
  if (itemsOf(conditions).length > 0 && conditions !== undefined)
    notes.note(
      "policy-match-not-evaluated",
      "'matchConditions' limit the policy to some resources; here it is applied to every image that it names.",
      conditions.span,
    );
  const actions = textsOf(fields.get("validationActions"), "validationActions", notes);
  const name = textOf(valueAt(root, "metadata", "name")) ?? "unnamed";
  const common = {
    mode: actions.length === 0 || actions.includes("Deny") ? "enforce" : "warn",
    globs: readImages(fields.get("matchImageReferences"), root, notes),
    coverage: { kind: "written" },
  } as const;
  const attestors = namedItems(fields.get("attestors"));
  const types = new Map(
    [...namedItems(fields.get("attestations"))].map(([key, item]) => [key, filled(valueAt(item, "intoto", "type"))]),
  );
  const validations = itemsOf(fields.get("validations"));
  if (validations.length === 0 || validations.length > maximumEntries)
    notes.refuse("policy-invalid", "The policy has no validations, or too many.", (spec ?? root).span);
  const stated = validations.slice(0, maximumEntries).map((validation, index): StatedPolicy => {
    const own = context.createNotes();
    const parts = own.fields(validation, "validations", ["expression", "message", "messageExpression", "reason"]);
    const at = parts.get("expression") ?? validation;
    const asked = readCanonicalExpression(textOf(parts.get("expression")) ?? "");
    if (asked === undefined)
      own.refuse("policy-not-evaluated", "This expression is not the canonical one, and is not evaluated.", at.span);
    const type = asked?.attestation === undefined ? undefined : types.get(asked.attestation);
    if (asked?.attestation !== undefined && type === undefined)
      own.refuse("policy-not-evaluated", `The attestation '${asked.attestation}' is none of in-toto.`, at.span);
    const authorities = (asked?.attestors ?? []).flatMap((each) => {
      const node = attestors.get(each);
      if (node === undefined) own.refuse("policy-invalid", `There is no attestor '${each}'.`, at.span);
      return node === undefined ? [] : readValidatingAttestor(node, type === undefined ? undefined : [type], own);
    });
    const rule: PolicyRule = {
      ...common,
      name: validations.length === 1 ? name : `${name}/${index}`,
      source: own.sourceOf(at.span),
      authorities: authorities.map(({ authority }) => authority),
      quorum: { count: asked?.count ?? 1, of: "authorities", named: [] },
      notUnderstood: [...notes.notUnderstood, ...own.notUnderstood],
    };
    return { rules: [rule], trustedRoots: authorities.flatMap(({ trustedRoots }) => trustedRoots) };
  });
  const nothing: PolicyRule = {
    ...common,
    name,
    source: notes.sourceOf(root.span),
    authorities: [],
    notUnderstood: notes.notUnderstood,
  };
  return {
    rules: stated.length === 0 ? [nothing] : stated.flatMap(({ rules }) => rules),
    trustedRoots: stated.flatMap(({ trustedRoots = [] }) => trustedRoots),
  };
}

/** Without images, the policy is for all. */
function readImages(node: YamlNode | undefined, root: YamlNode, notes: PolicyNotes): PolicyRule["globs"] {
  const items = itemsOf(node);
  if (items.length === 0) return [{ glob: "*", source: notes.sourceOf(root.span) }];
  return items.slice(0, maximumEntries).map((item) => {
    const fields = notes.fields(item, "matchImageReferences", ["glob", "expression"]);
    const source = notes.sourceOf(item.span);
    const glob = filled(fields.get("glob"));
    // Sets and alternatives of the glob library are rare; what they leave out must not be covered less.
    if (glob !== undefined && !/[[\]{}\\]/.test(glob)) return { glob, source };
    const what = isPresent(fields.get("expression")) ? "An expression over images" : "This glob";
    notes.refuse("policy-not-evaluated", `${what} is not evaluated.`, item.span);
    return { glob: "*", source };
  });
}

function namedItems(node: YamlNode | undefined): ReadonlyMap<string, YamlNode> {
  return new Map(
    itemsOf(node)
      .slice(0, maximumEntries)
      .map((item) => [textOf(valueAt(item, "name")) ?? "", item]),
  );
}
