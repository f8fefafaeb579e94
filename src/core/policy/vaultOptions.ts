import { createServiceOptionReader } from "./serviceOptions.ts";

/** How a person or a pipeline proves to the service who they are. */
export type VaultAuthentication = "token" | "approle" | "jwt" | "oidc";

/** What `options` of a service of the type `vault` say. */
export interface VaultOptions {
  /** Namespace of the mounts; the root one without it. */
  readonly namespace?: string;
  /** Where the transit secrets engine is mounted. */
  readonly mount: string;
  /** Where the PKI secrets engine that issued the keys' certificates is mounted; it is not asked without it. */
  readonly pkiMount?: string;
  /** Keys to offer, for those who may use keys and not list them; all keys without it. */
  readonly keys: readonly string[];
  /** What to sign in with; without it, with what there is. */
  readonly authentication?: VaultAuthentication;
  /** Where the method to sign in with is mounted; under its own name without it. */
  readonly authMount?: string;
  /** Name of the JWT role, or role id of the AppRole. */
  readonly role?: string;
  /** Environment variable with the token of the pipeline. */
  readonly jwtVariable: string;
  /** Audience to ask the pipeline's identity provider for; the service's origin without it. */
  readonly audience?: string;
  /** Port that the browser comes back to after signing in, which the role allows; that of the product's own programs without it. */
  readonly callbackPort?: number;
  /** PEM file of further authorities, workspace-relative. */
  readonly caFile?: string;
}

const fields = [
  "namespace",
  "mount",
  "pkiMount",
  "keys",
  "authentication",
  "authMount",
  "role",
  "jwtVariable",
  "audience",
  "callbackPort",
  "caFile",
];
const kinds: readonly VaultAuthentication[] = ["token", "approle", "jwt", "oidc"];
const transitKeyName = /^\w(?:[\w.-]{0,253}\w)?$/;
/** Segments that cannot be taken for another path: no `..`, no empty one, nothing to escape. */
const mountPath = /^(?=.{1,255}$)(?:\w(?:[\w.-]*\w)?\/)*\w(?:[\w.-]*\w)?\/?$/;

/**
 * Reads the options of a service of the type `vault` (HashiCorp Vault, OpenBao). What is wrong comes as sentences about
 * fields; then there is no value.
 */
export function readVaultOptions(options: Readonly<Record<string, string>>): {
  readonly value: VaultOptions | undefined;
  readonly wrong: readonly string[];
} {
  const reader = createServiceOptionReader("vault", fields, options);
  const pathOf = (name: string): string | undefined =>
    reader.text(name, mountPath, "a path such as team/signing")?.replace(/\/$/, "");
  const [namespace, authMount, pkiMount] = [pathOf("namespace"), pathOf("authMount"), pathOf("pkiMount")];
  const mount = pathOf("mount") ?? "transit";
  const authentication = reader.oneOf("authentication", kinds);
  const keys = reader.list("keys", transitKeyName, "the name of a transit key");
  const role = reader.text("role", /\S/, "a name");
  const audience = reader.text("audience", /\S/, "a name");
  if (authentication === "jwt" && role === undefined) reader.complain("'role' is required to sign in with a JWT.");
  const variable = reader.text("jwtVariable", /^[A-Za-z_][A-Za-z0-9_]{0,99}$/, "the name of an environment variable");
  const port = reader.text("callbackPort", /^[1-9]\d{3,4}$/, "a port from 1024 to 65535");
  const callbackPort = port === undefined ? undefined : Number(port);
  if (callbackPort !== undefined && (callbackPort < 1024 || callbackPort > 65_535))
    reader.complain("'callbackPort' must be a port from 1024 to 65535.");
  const caFile = reader.file("caFile");
  if (reader.wrong.length > 0) return { value: undefined, wrong: reader.wrong };
  return {
    value: {
      mount,
      keys,
      jwtVariable: variable ?? "VAULT_ID_TOKEN",
      ...(callbackPort === undefined ? {} : { callbackPort }),
      ...(namespace === undefined ? {} : { namespace }),
      ...(authentication === undefined ? {} : { authentication }),
      ...(authMount === undefined ? {} : { authMount }),
      ...(pkiMount === undefined ? {} : { pkiMount }),
      ...(role === undefined ? {} : { role }),
      ...(audience === undefined ? {} : { audience }),
      ...(caFile === undefined ? {} : { caFile }),
    },
    wrong: [],
  };
}

/** Whether a name is one that the transit secrets engine gives keys; it becomes part of a path. */
export function isTransitKeyName(name: string): boolean {
  return transitKeyName.test(name);
}
