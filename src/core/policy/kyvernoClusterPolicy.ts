import { itemsOf, textOf, valueAt, type YamlNode } from "../document/yamlNode.ts";
import { readAttestorEntry, readOldSigner, type AttestorContext } from "./kyvernoAttestor.ts";
import type { PolicyRule } from "./policy.ts";
import type { PolicyNotes } from "./policyNotes.ts";
import type { PolicyContext, StatedPolicy } from "./policyReader.ts";
import { booleanOf, filled, isPresent, textsOf } from "./policyValue.ts";
import type { StatedAuthority } from "./sigstoreRequirement.ts";

/** The API group of Kyverno's ClusterPolicy and Policy. */
export const kyvernoGroup = "kyverno.io";

const limits = { rules: 200, entries: 100 };

const ruleFields = [
  "name",
  "match",
  "exclude",
  "context",
  "preconditions",
  "celPreconditions",
  "imageExtractors",
  "skipBackgroundRequests",
  "reportProperties",
  "verifyImages",
];
const verifyFields = [
  "failureAction",
  "type",
  "image",
  "key",
  "issuer",
  "subject",
  "roots",
  "imageReferences",
  "skipImageReferences",
  "attestors",
  "attestations",
  "annotations",
  "repository",
  "cosignOCI11",
  "mutateDigest",
  "verifyDigest",
  "validate",
  "required",
  "imageRegistryCredentials",
  "useCache",
];

/**
 * Reads the `verifyImages` rules of a Kyverno ClusterPolicy or Policy; its other rules are about other things. Every set
 * of attestors must be satisfied, each by `count` of its entries, or by all of them where no count is given, so that each
 * set becomes a rule of its own.
 */
export function readKyvernoPolicy(root: YamlNode, context: PolicyContext): StatedPolicy {
  const rules = itemsOf(valueAt(root, "spec", "rules")).filter((rule) => isPresent(valueAt(rule, "verifyImages")));
  const policyName = textOf(valueAt(root, "metadata", "name")) ?? "unnamed";
  const action = filled(valueAt(root, "spec", "validationFailureAction"));
  const stated = rules.slice(0, limits.rules).flatMap((rule) => {
    const notes = context.createNotes();
    const fields = notes.fields(rule, "rules", ruleFields);
    if (rules.length > limits.rules) notes.refuse("policy-invalid", "The policy has too many rules.", rule.span);
    const narrowing = ["exclude", "preconditions", "celPreconditions"].find((field) => isPresent(fields.get(field)));
    if (narrowing !== undefined)
      notes.note(
        "policy-match-not-evaluated",
        `'${narrowing}' limits the rule to some resources of a cluster; here it is applied to every image that it names.`,
        (fields.get(narrowing) ?? rule).span,
      );
    const name = `${policyName}/${textOf(fields.get("name")) ?? "unnamed"}`;
    return itemsOf(fields.get("verifyImages")).map((item) =>
      readVerification(item, { name, action }, context.createNotes(), notes),
    );
  });
  return {
    rules: stated.flatMap((each) => each.rules),
    trustedRoots: stated.flatMap((each) => each.trustedRoots ?? []),
  };
}

function readVerification(
  node: YamlNode,
  { name, action }: { readonly name: string; readonly action: string | undefined },
  notes: PolicyNotes,
  ruleNotes: PolicyNotes,
): StatedPolicy {
  const fields = notes.fields(node, "verifyImages", verifyFields);
  const source = notes.sourceOf(node.span);
  const failureAction = (filled(fields.get("failureAction")) ?? action ?? "Audit").toLowerCase();
  if (failureAction !== "audit" && failureAction !== "enforce")
    notes.refuse("policy-invalid", `The failure action '${failureAction.slice(0, 40)}' is not known.`, node.span);
  const type = filled(fields.get("type")) ?? "Cosign";
  if (!["Cosign", "SigstoreBundle", "Notary"].includes(type))
    notes.refuse("policy-invalid", `The type '${type.slice(0, 40)}' of signatures is not known.`, node.span);
  const patterns = (field: string): PolicyRule["globs"] =>
    textsOf(fields.get(field), field, notes).map((glob) => ({
      glob,
      source: notes.sourceOf((fields.get(field) ?? node).span),
    }));
  const deprecated = filled(fields.get("image"));
  const globs = [...(deprecated === undefined ? [] : [{ glob: deprecated, source }]), ...patterns("imageReferences")];
  if (globs.length === 0) notes.refuse("policy-invalid", "The rule names no images in 'imageReferences'.", node.span);
  if (isPresent(fields.get("validate")))
    notes.refuse("policy-not-evaluated", "Conditions over the signatures ('validate') are not evaluated.", node.span);
  const scene = {
    notes,
    type,
    beyond: isPresent(fields.get("annotations"))
      ? "it asks for annotations, which are not evaluated"
      : filled(fields.get("repository")) === undefined
        ? undefined
        : "its signatures are kept in another repository, which is not looked at",
  };
  const old = ["key", "issuer", "subject", "roots"].filter((field) => isPresent(fields.get(field)));
  const signers = itemsOf(fields.get("attestors"));
  // Kyverno still reads its first fields, each as a set of one entry; beside the newer ones their meaning is not sure.
  const isMixed = signers.length > 0 || itemsOf(fields.get("attestations")).length > 0;
  if (old.length > 0 && (isMixed || (old.includes("key") && old.length > 1) || !/key|issuer/.test(old.join())))
    notes.refuse("policy-not-evaluated", `The old field '${old[0] ?? ""}' is not evaluated beside others.`, node.span);
  const first = old.length === 0 ? [] : readOldSigner(fields, source, scene);
  const sets = [
    ...(first.length === 0 ? [] : [{ at: source, authorities: first, count: first.length, attestation: undefined }]),
    ...signers.map((set) => readSet(set, scene)),
    ...itemsOf(fields.get("attestations")).flatMap((attestation) => readAttestation(attestation, scene)),
  ];
  const common = {
    mode: failureAction === "enforce" ? "enforce" : "warn",
    globs: globs.length === 0 ? [{ glob: "*", source }] : globs,
    coverage: { kind: "wildcards" },
    exceptions: patterns("skipImageReferences"),
  } as const;
  const byDigest =
    booleanOf(fields.get("verifyDigest"), "verifyDigest", true, notes) &&
    !booleanOf(fields.get("mutateDigest"), "mutateDigest", true, notes);
  const notUnderstood = [...ruleNotes.notUnderstood, ...notes.notUnderstood];
  const rules = sets.map(({ at, authorities, count, attestation }): PolicyRule => ({
    ...common,
    name: attestation === undefined ? name : `${name}: ${attestation}`,
    source: at,
    authorities: authorities.map(({ authority }) => authority),
    quorum: { count, of: "authorities", named: [] },
    notUnderstood,
  }));
  const digest: PolicyRule = {
    ...common,
    name: `${name}: images are named by digest`,
    source,
    exceptions: [...common.exceptions, { glob: "*@*", source }],
    authorities: [{ kind: "static", name: "verifyDigest", source, action: "fail" }],
    notUnderstood,
  };
  const obscure: PolicyRule = { ...common, name, source, authorities: [], notUnderstood };
  return {
    rules: [
      ...rules,
      ...(byDigest ? [digest] : []),
      ...(sets.length === 0 && notUnderstood.length > 0 ? [obscure] : []),
    ],
    trustedRoots: sets.flatMap(({ authorities }) => authorities.flatMap(({ trustedRoots }) => trustedRoots)),
  };
}

interface AttestorSet {
  readonly at: PolicyRule["source"];
  readonly authorities: readonly StatedAuthority[];
  readonly count: number;
  readonly attestation?: string | undefined;
}

function readSet(node: YamlNode, scene: AttestorContext): AttestorSet {
  const { notes } = scene;
  const fields = notes.fields(node, "attestors", ["count", "entries"]);
  const entries = itemsOf(fields.get("entries"));
  if (entries.length === 0 || entries.length > limits.entries)
    notes.refuse("policy-invalid", "A set of attestors must have entries, and not too many.", node.span);
  const authorities = entries
    .slice(0, limits.entries)
    .flatMap((entry, index) => readAttestorEntry(entry, index, scene));
  const text = filled(fields.get("count")) ?? "0";
  const count = /^\d{1,4}$/.test(text) ? Number(text) : -1;
  if (count < 0 || count > entries.length)
    notes.refuse("policy-invalid", "The 'count' of a set of attestors must be a number of its entries.", node.span);
  return { at: notes.sourceOf(node.span), authorities, count: count > 0 ? count : authorities.length };
}

function readAttestation(node: YamlNode, scene: AttestorContext): readonly AttestorSet[] {
  const { notes } = scene;
  const fields = notes.fields(node, "attestations", ["name", "type", "predicateType", "attestors", "conditions"]);
  const type = filled(fields.get("type")) ?? filled(fields.get("predicateType"));
  if (type === undefined) notes.refuse("policy-invalid", "An attestation must have a 'type'.", node.span);
  if (isPresent(fields.get("conditions")))
    notes.refuse("policy-not-evaluated", "Conditions over the content of attestations are not evaluated.", node.span);
  const sets = itemsOf(fields.get("attestors"));
  if (sets.length === 0)
    notes.refuse(
      "policy-not-evaluated",
      "An attestation that nobody in particular must have signed is not evaluated.",
      node.span,
    );
  return sets.map((set) => ({ ...readSet(set, { ...scene, attestations: [type ?? ""] }), attestation: type ?? "" }));
}
