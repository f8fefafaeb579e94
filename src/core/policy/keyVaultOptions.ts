import { createServiceOptionReader } from "./serviceOptions.ts";

/** How a person or a pipeline proves to Entra who they are. */
export type EntraAuthentication = "token" | "workload-identity" | "client-secret" | "managed-identity" | "cli";

/** What `options` of a service of the type `azure-key-vault` say. */
export interface KeyVaultOptions {
  /** Names of keys or certificates to offer, for those who may not list them; all keys without it. */
  readonly keys: readonly string[];
  /** What to sign in with; without it, with what there is. */
  readonly authentication?: EntraAuthentication;
  /** PEM file of further authorities, workspace-relative. */
  readonly caFile?: string;
  /** PEM file of the certificates that issued those of the keys, workspace-relative: the service holds the first ones only. */
  readonly chainFile?: string;
}

const kinds: readonly EntraAuthentication[] = [
  "token",
  "workload-identity",
  "client-secret",
  "managed-identity",
  "cli",
];

/** Reads the options of a service of the type `azure-key-vault`. What is wrong comes as sentences; then there is no value. */
export function readKeyVaultOptions(options: Readonly<Record<string, string>>): {
  readonly value: KeyVaultOptions | undefined;
  readonly wrong: readonly string[];
} {
  const fields = ["keys", "authentication", "caFile", "chainFile"];
  const reader = createServiceOptionReader("azure-key-vault", fields, options);
  const keys = reader.list("keys", /^[A-Za-z0-9-]{1,127}$/, "the name of a key");
  const authentication = reader.oneOf("authentication", kinds);
  const [caFile, chainFile] = [reader.file("caFile"), reader.file("chainFile")];
  if (reader.wrong.length > 0) return { value: undefined, wrong: reader.wrong };
  return {
    value: {
      keys,
      ...(authentication === undefined ? {} : { authentication }),
      ...(caFile === undefined ? {} : { caFile }),
      ...(chainFile === undefined ? {} : { chainFile }),
    },
    wrong: [],
  };
}
