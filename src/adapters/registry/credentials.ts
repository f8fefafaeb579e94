import type { WaitOptions } from "../../application/ports.ts";

/** What proves to a registry who asks. Never logged, never part of a message. */
export type Credential =
  | { readonly kind: "password"; readonly username: string; readonly password: string }
  /** OAuth 2 refresh token, exchanged at the token endpoint. */
  | { readonly kind: "identity-token"; readonly token: string };

/** One place that may hold a credential for a host. */
export interface CredentialCandidate {
  /** In words: "the credential helper docker-credential-ecr-login", "~/.docker/config.json". */
  readonly source: string;
  /** Undefined where the place holds none. Throws RegistryError `auth-helper-failed`. */
  get(options: WaitOptions): Promise<Credential | undefined>;
}

/** Where credentials come from. Asked only after a registry has asked for a login. */
export interface CredentialSource {
  /**
   * Places to try for exactly this registry (as references name it, with its port), best first; `repository` is what is
   * asked for, for places that keep a login for a part of a host. Reading them sends and spawns nothing.
   */
  candidates(
    registry: string,
    options: WaitOptions & { readonly repository?: string },
  ): Promise<readonly CredentialCandidate[]>;
}

/** A source without credentials: every registry is asked anonymously. */
export const noCredentials: CredentialSource = { candidates: () => Promise.resolve([]) };
