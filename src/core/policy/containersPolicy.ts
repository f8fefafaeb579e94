import { entriesOf, itemsOf, mappingOf, type YamlEntry, type YamlNode } from "../document/yamlNode.ts";
import { isJsonArray, isJsonObject } from "../json.ts";
import { readStrictJson } from "../strictJson.ts";
import { placesOf, readContainersRequirement } from "./containersRequirement.ts";
import type { PolicyRule, PolicySource } from "./policy.ts";
import { isContainersPolicy } from "./policyFile.ts";
import type { PolicyNotes } from "./policyNotes.ts";
import type { PolicyContext, StatedPolicy } from "./policyReader.ts";
import type { StatedAuthority } from "./sigstoreRequirement.ts";

/** More scopes and requirements than people write. */
const limits = { scopes: 2000, requirements: 50 };

const maximumNamed = 100;

/** Every place of a file that a containers policy may name for a key or certificate; none for another text. */
export function filesNamedBy(path: string, text: string): readonly string[] {
  if (!isContainersPolicy(path, text)) return [];
  const named: string[] = [];
  const visit = (value: unknown, field: string): void => {
    if (typeof value === "string" && /Paths?$/.test(field)) named.push(value);
    else if (isJsonArray(value)) for (const item of value) visit(item, field);
    else if (isJsonObject(value)) for (const [name, member] of Object.entries(value)) visit(member, name);
  };
  const parsed = readStrictJson(text, { maxLength: 4_000_000, maxDepth: 32 });
  if (parsed.kind === "json") visit(parsed.value, "");
  return [...new Set(named.slice(0, maximumNamed).flatMap((each) => placesOf(each, path)))];
}

/**
 * Reads a containers policy for images of registries ("docker:"). Only the requirements of the most specific scope count,
 * and all of them must be satisfied, so that each becomes a rule of its own. Its own reader rejects the whole file for
 * any field that it does not know; so does this one, and every image is then covered and not understood.
 */
export function readContainersPolicy(root: YamlNode, context: PolicyContext, broken: string | undefined): StatedPolicy {
  const notes = context.createNotes();
  if (broken !== undefined)
    notes.refuse("policy-invalid", `Nobody who reads this policy accepts it: ${broken}.`, root.span);
  const top = notes.fields(root, "the policy", ["default", "transports"]);
  const stated: { readonly rule: PolicyRule; readonly authority: StatedAuthority }[] = [];
  const read = (scope: string, name: string, node: YamlNode, source: PolicySource): void => {
    for (const { requirement, at } of requirementsOf(node, name, context, notes))
      stated.push({ rule: toRule(scope, name, source, at, requirement, context.path), authority: requirement });
  };
  const fallback = top.get("default");
  const transports = entriesOf(top.get("transports"));
  const docker = transports.find(({ key }) => key.text === "docker");
  const scopes = docker === undefined ? [] : entriesOf(docker.value);
  if (fallback === undefined) notes.refuse("policy-invalid", "The policy has no 'default', which it needs.", root.span);
  else if (!scopes.some(({ key }) => key.text === "")) read("", "default", fallback, notes.sourceOf(fallback.span));
  else requirementsOf(fallback, "default", context, notes);
  for (const { key, value } of scopes.slice(0, limits.scopes))
    read(key.text, key.text === "" ? "docker, default" : key.text, value, notes.sourceOf(key.span));
  if (scopes.length > limits.scopes) notes.refuse("policy-invalid", "The policy has too many scopes.", root.span);
  checkOthers(transports, context, notes);
  if (mappingOf(top.get("transports")) === undefined && top.has("transports"))
    notes.refuse("policy-invalid", "'transports' must be a mapping.", root.span);
  if (notes.notUnderstood.length > 0) return { rules: [rejected(root, notes)] };
  return {
    rules: stated.map(({ rule }) => rule),
    trustedRoots: stated.flatMap(({ authority }) => authority.trustedRoots),
  };
}

/** Requirements for other transports cover no image of a registry, but a mistake in them rejects the file. */
function checkOthers(transports: readonly YamlEntry[], context: PolicyContext, notes: PolicyNotes): void {
  for (const { key, value } of transports) {
    if (mappingOf(value) === undefined)
      notes.refuse("policy-invalid", `The transport '${key.text.slice(0, 60)}' must be a mapping.`, value.span);
    if (key.text === "docker") continue;
    for (const scope of entriesOf(value).slice(0, limits.scopes))
      requirementsOf(scope.value, scope.key.text, context, notes);
  }
}

function requirementsOf(
  node: YamlNode,
  name: string,
  context: PolicyContext,
  notes: PolicyNotes,
): readonly { readonly requirement: StatedAuthority; readonly at: PolicySource }[] {
  const items = itemsOf(node);
  if (items.length === 0 || items.length > limits.requirements)
    notes.refuse(
      "policy-invalid",
      `The requirements of '${name.slice(0, 80)}' must be a list that is not empty.`,
      node.span,
    );
  return items.slice(0, limits.requirements).flatMap((item) => {
    const requirement = readContainersRequirement(item, context, notes);
    return requirement === undefined ? [] : [{ requirement, at: notes.sourceOf(item.span) }];
  });
}

function toRule(
  scope: string,
  name: string,
  scopeSource: PolicySource,
  source: PolicySource,
  { authority }: StatedAuthority,
  path: string,
): PolicyRule {
  return {
    name,
    source,
    mode: "enforce",
    globs: [{ glob: scope, source: scopeSource }],
    coverage: { kind: "scopes", set: path },
    authorities: [authority],
    notUnderstood: [],
  };
}

function rejected(root: YamlNode, notes: PolicyNotes): PolicyRule {
  const source = notes.sourceOf(root.span);
  return {
    name: "rejected",
    source,
    mode: "enforce",
    globs: [{ glob: "**", source }],
    authorities: [],
    notUnderstood: notes.notUnderstood,
  };
}
