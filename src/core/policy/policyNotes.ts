import { entriesOf, mappingOf, type YamlNode } from "../document/yamlNode.ts";
import type { LineIndex, Span } from "../image/span.ts";
import type { Problem } from "../problem.ts";
import type { PolicySource } from "./policy.ts";

/** Collects, while one rule is read, what is wrong with it and what of it is not understood. */
export interface PolicyNotes {
  readonly problems: readonly Problem[];
  readonly notUnderstood: readonly { readonly what: string; readonly source: PolicySource }[];
  sourceOf(span: Span): PolicySource;
  /** Says something to people that does not change what the rule accepts. */
  note(code: string, message: string, span: Span): void;
  /** Says that the rule cannot be decided because of this. */
  refuse(code: string, message: string, span: Span): void;
  /**
   * The fields of a mapping by name; every field that is not `known` is refused, because it may forbid what the
   * rest allows. `where` names the mapping in messages. A node of another kind is refused too.
   */
  fields(node: YamlNode, where: string, known: readonly string[]): ReadonlyMap<string, YamlNode>;
}

/** Creates the notes of one rule in `file`. */
export function createPolicyNotes(file: string, lines: LineIndex): PolicyNotes {
  const problems: Problem[] = [];
  const notUnderstood: { what: string; source: PolicySource }[] = [];
  const notes: PolicyNotes = {
    problems,
    notUnderstood,
    sourceOf: (span) => ({ file, line: lines.positionAt(span.start).line }),
    note(code, message, span) {
      problems.push({ code, message, file, span });
    },
    refuse(code, message, span) {
      problems.push({ code, message, file, span });
      notUnderstood.push({ what: message, source: notes.sourceOf(span) });
    },
    fields(node, where, known) {
      if (mappingOf(node) === undefined)
        notes.refuse("policy-invalid", `'${where}' must be a mapping; the policy is not understood.`, node.span);
      const fields = new Map<string, YamlNode>();
      for (const { key, value } of entriesOf(node)) {
        if (known.includes(key.text)) fields.set(key.text, value);
        else
          notes.refuse(
            "policy-unknown-field",
            `'${key.text.slice(0, 60)}' is not a known field of '${where}'; the policy is not understood.`,
            key.span,
          );
      }
      return fields;
    },
  };
  return notes;
}
