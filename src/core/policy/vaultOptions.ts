import { pathProblem } from "./configurationValue.ts";

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
const maximumKeys = 100;

/**
 * Reads the options of a service of the type `vault` (HashiCorp Vault, OpenBao). What is wrong comes as sentences about
 * fields; then there is no value.
 */
export function readVaultOptions(options: Readonly<Record<string, string>>): {
  readonly value: VaultOptions | undefined;
  readonly wrong: readonly string[];
} {
  const given = new Map(Object.entries(options));
  const wrong = [...given.keys()]
    .filter((name) => !fields.includes(name))
    .map((name) => `'${name.slice(0, 60)}' is not a known option of a vault service; known are ${fields.join(", ")}.`);
  const named = given.get("authentication");
  const authentication = kinds.find((kind) => kind === named);
  if (named !== undefined && authentication === undefined)
    wrong.push(`'authentication' must be one of ${kinds.join(", ")}.`);
  const paths = (["namespace", "mount", "authMount", "pkiMount"] as const).map((name) => {
    const path = given.get(name)?.replace(/\/$/, "");
    if (path !== undefined && !isMountPath(path)) wrong.push(`'${name}' must be a path such as team/signing.`);
    return path;
  });
  const [namespace, mount = "transit", authMount, pkiMount] = paths;
  const keys = (given.get("keys") ?? "")
    .split(",")
    .map((key) => key.trim())
    .filter((key) => key !== "");
  if (keys.length > maximumKeys) wrong.push(`'keys' names more than ${maximumKeys} keys.`);
  for (const key of keys)
    if (!isTransitKeyName(key)) wrong.push(`'${key.slice(0, 60)}' in 'keys' is no name of a transit key.`);
  const { role, audience } = Object.fromEntries(given);
  if (authentication === "jwt" && (role ?? "") === "") wrong.push("'role' is required to sign in with a JWT.");
  const jwtVariable = given.get("jwtVariable") ?? "VAULT_ID_TOKEN";
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,99}$/.test(jwtVariable))
    wrong.push("'jwtVariable' must be the name of an environment variable.");
  const port = given.get("callbackPort");
  const callbackPort = port === undefined ? undefined : Number(port);
  if (callbackPort !== undefined && (!Number.isInteger(callbackPort) || callbackPort < 1024 || callbackPort > 65_535))
    wrong.push("'callbackPort' must be a port from 1024 to 65535.");
  const caFile = given.get("caFile");
  const path = caFile === undefined ? undefined : pathProblem(caFile);
  if (path !== undefined) wrong.push(`'caFile' ${path}.`);
  if (wrong.length > 0) return { value: undefined, wrong };
  return {
    value: {
      mount,
      keys,
      jwtVariable,
      ...(callbackPort === undefined ? {} : { callbackPort }),
      ...(namespace === undefined ? {} : { namespace }),
      ...(authentication === undefined ? {} : { authentication }),
      ...(authMount === undefined ? {} : { authMount }),
      ...(pkiMount === undefined ? {} : { pkiMount }),
      ...(role === undefined ? {} : { role }),
      ...(audience === undefined ? {} : { audience }),
      ...(caFile === undefined ? {} : { caFile }),
    },
    wrong,
  };
}

/** Whether a name is one that the transit secrets engine gives keys; it becomes part of a path. */
export function isTransitKeyName(name: string): boolean {
  return /^\w(?:[\w.-]{0,253}\w)?$/.test(name);
}

/** Segments that cannot be taken for another path: no `..`, no empty one, nothing to escape. */
function isMountPath(path: string): boolean {
  return path.length <= 255 && path.split("/").every((segment) => /^\w(?:[\w.-]*\w)?$/.test(segment));
}
