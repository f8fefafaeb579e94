import type { Secrets } from "../../../application/ports.ts";
import type { VaultOptions } from "../../../core/policy/vaultOptions.ts";
import { findPipelineIdentity, isJwt, type PipelineIdentity } from "../pipelineIdentity.ts";
import { products } from "./products.ts";

/** Names under which secrets of a service are kept, each for one origin. */
export type CredentialName = "token" | "role-id" | "secret-id" | "jwt";

/** The secrets of one service. They were stored for its origin, or the environment names it; no other one is given them. */
export interface Credentials {
  get(name: CredentialName): Promise<string | undefined>;
  readonly identity?: PipelineIdentity;
  /** Namespace of the environment. */
  readonly namespace?: string;
}

/** Variables after the product's prefix. */
const variables = new Map<CredentialName, string>([
  ["token", "TOKEN"],
  ["role-id", "ROLE_ID"],
  ["secret-id", "SECRET_ID"],
]);

/**
 * The secrets of a service: from the store; else from the environment, where `BAO_ADDR` or `VAULT_ADDR` names exactly its
 * origin. A workspace chooses the address and the name of the variable with the JWT, so without that check it could have
 * any variable sent to itself.
 */
export function openCredentials(options: {
  readonly origin: string;
  readonly settings: Pick<VaultOptions, "jwtVariable">;
  readonly secrets?: Secrets;
  readonly environment: Readonly<Record<string, string | undefined>>;
}): Credentials {
  const { origin, secrets, environment, settings } = options;
  const meant = products
    .map(({ prefix }) => prefix)
    .filter((prefix) => isOrigin(environment[`${prefix}_ADDR`], origin));
  const variable = (suffix: string): string | undefined =>
    meant.map((prefix) => environment[`${prefix}_${suffix}`]).find((value) => value !== undefined && value !== "");
  const fromEnvironment = (name: CredentialName): string | undefined => {
    if (meant.length === 0) return undefined;
    const suffix = variables.get(name);
    if (suffix !== undefined) return variable(suffix);
    const jwt = environment[settings.jwtVariable];
    return jwt !== undefined && isJwt(jwt) ? jwt : undefined;
  };
  const identity = meant.length > 0 ? findPipelineIdentity(environment) : undefined;
  const namespace = variable("NAMESPACE");
  return {
    get: async (name) => (await secrets?.get(origin, `vault ${name}`)) ?? fromEnvironment(name),
    ...(identity === undefined ? {} : { identity }),
    ...(namespace === undefined ? {} : { namespace }),
  };
}

function isOrigin(address: string | undefined, origin: string): boolean {
  return address !== undefined && URL.canParse(address) && new URL(address).origin === origin;
}
