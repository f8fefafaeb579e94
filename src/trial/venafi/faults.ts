/** Ways in which the facade misbehaves on demand, so that what uses it can be tested. */
export type TrialVenafiFault =
  /** Says `TryLater` this many times, with something in place of a signature where asked to. */
  | { readonly kind: "try-later"; readonly times: number; readonly resultData?: boolean }
  /** Answers signatures in another form than PKCS #11 has. */
  | { readonly kind: "encoding"; readonly as: "der" | "cut" | "swapped" }
  /** Signs and records it, and then fails: the caller cannot know. */
  | { readonly kind: "error-after-signing" }
  /** Refuses to sign with these words. */
  | { readonly kind: "refuse"; readonly result?: number; readonly error: string }
  /** Refuses everything and repeats what it was sent, secrets and all. */
  | { readonly kind: "echo" }
  /** Answers a signing call with something that is no JSON, or never stops sending. */
  | { readonly kind: "malformed" | "flood" }
  /** Never answers a signing call. */
  | { readonly kind: "stall" };
