/** A Sigstore trusted root (`application/vnd.dev.sigstore.trustedroot+json`) as its text, with the name that policies use for it. */
export interface NamedTrustedRoot {
  readonly name: string;
  readonly text: string;
  /** File that it came from, or "built in". */
  readonly source: string;
  /** RFC 3339 date of a root that nobody named: the one that the program carries, or what it was refreshed with. */
  readonly date?: string;
}

/** What certificate identities are proven against: authorities, logs and time-stamp authorities. Keys come from policies. */
export interface TrustMaterial {
  readonly trustedRoots: readonly NamedTrustedRoot[];
  /** Name of the root that an authority without a root of its own uses; absent: none, such signatures cannot be judged. */
  readonly defaultRoot?: string;
}
