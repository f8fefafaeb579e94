import { itemsOf, scalarOf, textOf, type YamlNode } from "../document/yamlNode.ts";
import { compilePattern } from "./pattern.ts";
import type { IdentityMatcher } from "./policy.ts";
import type { PolicyNotes } from "./policyNotes.ts";

/** Whether a field says anything; null says nothing. */
export function isPresent(node: YamlNode | undefined): node is YamlNode {
  return node !== undefined && (node.kind !== "scalar" || scalarOf(node) !== undefined);
}

/** The text of a scalar; Go reads an empty one as absent. */
export function filled(node: YamlNode | undefined): string | undefined {
  const text = textOf(node);
  return text === "" ? undefined : text;
}

/** The texts of a sequence of scalars; what is no text is refused. */
export function textsOf(node: YamlNode | undefined, where: string, notes: PolicyNotes): readonly string[] {
  if (!isPresent(node)) return [];
  const texts = itemsOf(node).map(textOf);
  if (node.kind === "scalar" || node.kind === "mapping" || texts.includes(undefined))
    notes.refuse("policy-invalid", `'${where}' must be a list of texts.`, node.span);
  return texts.filter((text) => text !== undefined);
}

/** A boolean as YAML 1.2 writes it; `fallback` where there is none, and a refusal where it is something else. */
export function booleanOf(node: YamlNode | undefined, where: string, fallback: boolean, notes: PolicyNotes): boolean {
  if (!isPresent(node)) return fallback;
  const text = textOf(node)?.toLowerCase();
  if (text === "true" || text === "false") return text === "true";
  notes.refuse("policy-invalid", `'${where}' must be true or false.`, node.span);
  return fallback;
}

/** How a format names the parts of an identity. */
export interface IdentityFields {
  readonly pattern: (side: "issuer" | "subject") => string;
  /** Who evaluates the pattern anywhere inside an identity, for the note about it. */
  readonly searcher: string;
}

/** Reads an identity with exactly one of text and pattern for issuer and subject; undefined, and refused, for any other. */
export function readIdentity(
  fields: ReadonlyMap<string, YamlNode>,
  node: YamlNode,
  { pattern: patternOf, searcher }: IdentityFields,
  notes: PolicyNotes,
): IdentityMatcher | undefined {
  const identity: { -readonly [field in keyof IdentityMatcher]: IdentityMatcher[field] } = {
    source: notes.sourceOf(node.span),
  };
  for (const side of ["issuer", "subject"] as const) {
    const exact = filled(fields.get(side));
    const patternNode = fields.get(patternOf(side));
    const pattern = filled(patternNode);
    if ((exact === undefined) === (pattern === undefined)) {
      const message = `An identity must have exactly one of '${side}' and '${patternOf(side)}'.`;
      notes.refuse("policy-invalid", message, node.span);
      return undefined;
    }
    if (exact !== undefined) identity[side] = exact;
    if (pattern === undefined || patternNode === undefined) continue;
    if (!acceptsPattern(pattern, patternNode, searcher, notes)) return undefined;
    identity[`${side}RegExp`] = pattern;
  }
  return identity;
}

/** Go's search would let `evil-https://github.com/acme` pass for `https://github.com/acme`, so the difference is said. */
function acceptsPattern(pattern: string, node: YamlNode, searcher: string, notes: PolicyNotes): boolean {
  const { value, problems } = compilePattern(pattern);
  if (value === undefined) {
    notes.refuse("policy-invalid", problems[0]?.message ?? "The pattern cannot be used.", node.span);
    return false;
  }
  if (!value.anchored)
    notes.note(
      "identity-pattern-not-anchored",
      `The pattern '${pattern.slice(0, 80)}' has no '^' at its start or no '$' at its end: ${searcher} accepts it ` +
        "anywhere inside an identity, so that strangers can match it. Here it must match the whole identity.",
      node.span,
    );
  return true;
}
