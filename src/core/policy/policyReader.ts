import type { YamlNode } from "../document/yamlNode.ts";
import type { NamedTrustedRoot } from "../signature/trustMaterial.ts";
import type { PolicyRule } from "./policy.ts";
import type { PolicyNotes } from "./policyNotes.ts";

/** What one resource or file states. */
export interface StatedPolicy {
  readonly rules: readonly PolicyRule[];
  readonly trustedRoots?: readonly NamedTrustedRoot[];
}

/** What a reader of one policy format may ask for beside the text itself. */
export interface PolicyContext {
  readonly path: string;
  /** Notes for a rule of its own: what is refused in them makes that rule not understood, and no other. */
  createNotes(): PolicyNotes;
  /** The text of another file of the same set, by its workspace-relative path. */
  textOf(path: string): string | undefined;
}

/** Reads the resource at `root`, whose kind has been told; never throws. */
export type PolicyReader = (root: YamlNode, context: PolicyContext) => StatedPolicy;
