import type { Problem } from "../problem.ts";

/** Where a statement of a policy stands: workspace-relative file, 1-based line. */
export interface PolicySource {
  readonly file: string;
  readonly line: number;
}

/** A signer identity that a keyless authority accepts; `subject` and `issuer` exactly, the patterns on the whole string. */
export interface IdentityMatcher {
  readonly issuer?: string;
  readonly issuerRegExp?: string;
  readonly subject?: string;
  readonly subjectRegExp?: string;
  readonly source: PolicySource;
}

/** Someone whose signature a rule accepts. */
export type Authority =
  | {
      readonly kind: "key";
      readonly name: string;
      readonly source: PolicySource;
      /** One or more public keys, PEM (SubjectPublicKeyInfo). */
      readonly publicKeys: readonly string[];
      readonly hashAlgorithm: "sha256" | "sha384" | "sha512";
      readonly format: SignatureFormatFilter;
    }
  | {
      readonly kind: "keyless";
      readonly name: string;
      readonly source: PolicySource;
      readonly identities: readonly IdentityMatcher[];
      /** Name of the trusted root to judge by; absent means the default one. */
      readonly trustedRoot?: string;
      readonly format: SignatureFormatFilter;
    }
  | {
      readonly kind: "static";
      readonly name: string;
      readonly source: PolicySource;
      readonly action: "pass" | "fail";
    }
  | {
      /** Understood as an authority, but not one that we evaluate: it makes the verdict unknown, never better. */
      readonly kind: "not-evaluated";
      readonly name: string;
      readonly source: PolicySource;
      readonly why: string;
    };

/** Which signature formats the authority looks at; `unset` is the policy's silence, which policy-controller reads as legacy. */
export type SignatureFormatFilter = "any" | "bundle" | "legacy" | "unset";

/** One rule: for images that match, one of the authorities must have signed. Every matching rule must pass. */
export interface PolicyRule {
  readonly name: string;
  readonly source: PolicySource;
  readonly mode: "enforce" | "warn";
  /** Globs over the normalised reference, in the semantics of the rule's own format (see `matchesGlob`). */
  readonly globs: readonly { readonly glob: string; readonly source: PolicySource }[];
  readonly authorities: readonly Authority[];
  /** What the rule says that we do not evaluate; not empty makes a matching image `unknown`. */
  readonly notUnderstood: readonly { readonly what: string; readonly source: PolicySource }[];
}

/** All rules that the organisation's files state, in file order. */
export interface TrustPolicy {
  readonly rules: readonly PolicyRule[];
  readonly problems: readonly Problem[];
}
