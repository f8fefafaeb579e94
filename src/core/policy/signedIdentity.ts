import { textOf, type YamlNode } from "../document/yamlNode.ts";
import { parseReference } from "../image/reference.ts";
import type { ClaimedIdentity } from "./policy.ts";
import type { PolicyNotes } from "./policyNotes.ts";
import { filled, isPresent } from "./policyValue.ts";

const usual: ClaimedIdentity = { kind: "repository-if-digest-else-exact" };

/** Reads `signedIdentity` of a requirement (containers-policy.json); its default where there is none. */
export function readSignedIdentity(node: YamlNode | undefined, notes: PolicyNotes): ClaimedIdentity {
  if (!isPresent(node)) return usual;
  const all = ["type", "dockerReference", "dockerRepository", "prefix", "signedPrefix"];
  const fields = notes.fields(node, "signedIdentity", all);
  const type = textOf(fields.get("type")) ?? "";
  const text = (name: string): string => filled(fields.get(name)) ?? "";
  const only = (...names: readonly string[]): void => {
    for (const name of all.slice(1))
      if (fields.has(name) !== names.includes(name))
        notes.refuse(
          "policy-invalid",
          `'signedIdentity' of the type '${type}' ${fields.has(name) ? "has no" : "needs"} '${name}'.`,
          node.span,
        );
  };
  switch (type) {
    case "matchExact":
      only();
      return { kind: "exact" };
    case "matchRepoDigestOrExact":
      only();
      return usual;
    case "matchRepository":
      only();
      return { kind: "repository" };
    case "exactReference":
      only("dockerReference");
      return toNamed("exact-reference", text("dockerReference"), node, notes);
    case "exactRepository":
      only("dockerRepository");
      return toNamed("exact-repository", text("dockerRepository"), node, notes);
    case "remapIdentity":
      only("prefix", "signedPrefix");
      return { kind: "remapped", prefix: text("prefix"), signedPrefix: text("signedPrefix") };
    default:
      notes.refuse("policy-invalid", `The signed identity '${type.slice(0, 60)}' is not known.`, node.span);
      return usual;
  }
}

/** An exact reference has a tag or a digest, a repository neither. */
export function toNamed(
  kind: "exact-reference" | "exact-repository",
  name: string,
  node: YamlNode,
  notes: PolicyNotes,
): ClaimedIdentity {
  const { value } = parseReference(name);
  const isNamed = value?.tag === undefined && value?.digest === undefined;
  if (value === undefined || isNamed !== (kind === "exact-repository"))
    notes.refuse("policy-invalid", `'${name.slice(0, 80)}' is not what 'signedIdentity' needs.`, node.span);
  return { kind, name };
}
