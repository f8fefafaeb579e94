/** A Sigstore trusted root (`application/vnd.dev.sigstore.trustedroot+json`) as its text, with the name that policies use for it. */
export interface NamedTrustedRoot {
  readonly name: string;
  readonly text: string;
  /** File that it came from, or "built in". */
  readonly source: string;
}

/** What certificate identities are proven against: authorities, logs and time-stamp authorities. Keys come from policies. */
export interface TrustMaterial {
  readonly trustedRoots: readonly NamedTrustedRoot[];
  /** Name of the root that an authority without a root of its own uses; absent: none, such signatures cannot be judged. */
  readonly defaultRoot?: string;
}
