import type { Problem } from "../problem.ts";
import type { NamedTrustedRoot } from "../signature/trustMaterial.ts";
import type { NameAttributes } from "../x509/distinguishedName.ts";

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

/** The trusted root that a demand is checked by; without a name, the default one. */
export interface RootReference {
  readonly root?: string;
}

/** The name that the signed payload itself must claim (containers-policy.json, `signedIdentity`); references normalised. */
export type ClaimedIdentity =
  | { readonly kind: "exact" | "repository-if-digest-else-exact" | "repository" }
  | { readonly kind: "exact-reference" | "exact-repository"; readonly name: string }
  | { readonly kind: "remapped"; readonly prefix: string; readonly signedPrefix: string };

/** What a signature must bring beside being made by the right signer. */
interface Demands {
  /** Where the format is looked for. */
  readonly format: SignatureFormatFilter;
  /** An entry in a transparency log of this root. */
  readonly requiresLog?: RootReference;
  /** A time stamp (RFC 3161) by an authority of this root; logs are not asked for then. */
  readonly requiresTimestamp?: RootReference;
  /** In-toto predicate types: attestations of every one of them count, and signatures do not. */
  readonly attestations?: readonly string[];
  readonly claims?: ClaimedIdentity;
}

/** A statement of a Notary Project trust policy: certificates and names, and which checks may fail. */
export interface NotaryAuthority {
  readonly kind: "notary";
  readonly name: string;
  readonly source: PolicySource;
  /** Certificates in DER by the kind of trust store; no `tsa` where the statement names no such store. */
  readonly stores: {
    readonly ca: readonly Uint8Array[];
    readonly signingAuthority: readonly Uint8Array[];
    readonly tsa?: readonly Uint8Array[];
  };
  /** Parts of the signer's name, one of which must be in it; "any" name suffices otherwise. */
  readonly identities: "any" | readonly NameAttributes[];
  /** What a check that fails means: it is enforced, or only said. */
  readonly checks: {
    readonly authenticity: "enforce" | "log";
    readonly authenticTimestamp: "enforce" | "log";
    readonly expiry: "enforce" | "log";
    readonly revocation: "enforce" | "log" | "skip";
  };
  /** When a time stamp is asked for, where there is a `tsa` store. */
  readonly verifyTimestamp: "always" | "afterCertExpiry";
  /** The plug-in that made a signature, while that is judged before it is attached. No policy file sets it. */
  readonly ownPlugin?: string;
}

/** Someone whose signature a rule accepts. */
export type Authority =
  | (Demands & {
      readonly kind: "key";
      readonly name: string;
      readonly source: PolicySource;
      /** One or more public keys, PEM (SubjectPublicKeyInfo). */
      readonly publicKeys: readonly string[];
      readonly hashAlgorithm: "sha256" | "sha384" | "sha512";
    })
  | (Demands & {
      readonly kind: "keyless";
      readonly name: string;
      readonly source: PolicySource;
      readonly identities: readonly IdentityMatcher[];
      /** Name of the trusted root to judge by; absent means the default one. */
      readonly trustedRoot?: string;
      /** The certificate may be in no certificate log (RFC 6962). */
      readonly ignoresCertificateLog?: true;
    })
  | NotaryAuthority
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

/**
 * How the patterns of a rule are compared with an image; every format has its own language. Of the rules with the same
 * `set`, only those with the pattern that fits best count.
 */
export type Coverage =
  /** ClusterImagePolicy: see `matchesGlob`. */
  | { readonly kind: "globs" }
  /** containers-policy.json: a reference, a repository, a path above it, a host, `*.domain`, or "" for everything. */
  | { readonly kind: "scopes"; readonly set: string }
  /** Kyverno: `*` is anything, `?` one character. */
  | { readonly kind: "wildcards" }
  /** Kyverno's ImageValidatingPolicy: the same over the reference as it is written, short or in full. */
  | { readonly kind: "written" }
  /** Connaisseur: `*` is anything, also before and after the pattern. */
  | { readonly kind: "components"; readonly set: string }
  /** Ratify: a repository, a host with everything below it, or `*.domain` for one more label. */
  | { readonly kind: "registries"; readonly set: string }
  /** Notary Project: exactly a repository; or `*` where no other of the set is. */
  | { readonly kind: "repositories"; readonly set: string };

/** How many of a rule's authorities must accept; without one, a single one suffices. */
export interface Quorum {
  readonly count: number;
  /** Whether authorities are counted, or each signature that one of them accepts. */
  readonly of: "authorities" | "signatures";
  /** Names of authorities that must be among those that accept. */
  readonly named: readonly string[];
}

/** One rule: for images that match, one of the authorities must have signed. Every matching rule must pass. */
export interface PolicyRule {
  readonly name: string;
  readonly source: PolicySource;
  readonly mode: "enforce" | "warn";
  /** Patterns over the normalised reference, in the language that `coverage` names. */
  readonly globs: readonly { readonly glob: string; readonly source: PolicySource }[];
  /** Absent: "globs". */
  readonly coverage?: Coverage;
  /** Images that the patterns cover and the rule leaves alone, in the same language. */
  readonly exceptions?: readonly { readonly glob: string; readonly source: PolicySource }[];
  readonly quorum?: Quorum;
  readonly authorities: readonly Authority[];
  /** What the rule says that we do not evaluate; not empty makes a matching image `unknown`. */
  readonly notUnderstood: readonly { readonly what: string; readonly source: PolicySource }[];
}

/** All rules that the organisation's files state, in file order. */
export interface TrustPolicy {
  readonly rules: readonly PolicyRule[];
  /** Trusted roots that the files state themselves; one of the same name in the trust material goes before. */
  readonly trustedRoots?: readonly NamedTrustedRoot[];
  readonly problems: readonly Problem[];
}
