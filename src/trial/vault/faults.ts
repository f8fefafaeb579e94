/** Ways in which the facade misbehaves on demand, so that what uses it can be tested. */
export type TrialVaultFault =
  /** Answers nothing but that it is sealed. */
  | { readonly kind: "sealed" }
  | { readonly kind: "rate-limit" }
  /** Says that another version of the key has signed, in one place or the other. */
  | { readonly kind: "other-version"; readonly where: "prefix" | "member" }
  /** Answers signatures in another form than was asked for. */
  | { readonly kind: "encoding"; readonly as: "side-by-side" | "base64url" | "bare" }
  /** Allows no token to be unwrapped. */
  | { readonly kind: "no-unwrap" }
  /** Tells nobody how far an approval is. */
  | { readonly kind: "no-state" }
  /** Wraps the reply of another path. */
  | { readonly kind: "other-path" }
  /** Has certificates wait for an approval, as a control group over the PKI engine does. */
  | { readonly kind: "wrapped-issue" }
  /** Signs and records it, and then fails: the caller cannot know. */
  | { readonly kind: "error-after-signing" }
  /** Refuses everything and repeats what it was sent, secrets and all. */
  | { readonly kind: "echo" }
  /** Answers a signing call with something that is no JSON, or never stops sending. */
  | { readonly kind: "malformed" | "flood" }
  /** Never answers a signing call. */
  | { readonly kind: "stall" };
