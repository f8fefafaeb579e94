import { createServiceOptionReader } from "./serviceOptions.ts";

/** What `options` of a service of the type `aws-kms` say. */
export interface AwsKmsOptions {
  /** Ids, aliases (`alias/release`) or ARNs of keys to offer, for those who may not list them; all keys without it. */
  readonly keys: readonly string[];
  /** The region of the keys; by the host without it. */
  readonly region?: string;
  /** Section of the shared configuration to take credentials from. */
  readonly profile?: string;
  /** PEM file of further authorities, workspace-relative. */
  readonly caFile?: string;
  /** PEM file of the keys' certificates, workspace-relative: the service holds none. */
  readonly chainFile?: string;
}

/** Reads the options of a service of the type `aws-kms`. What is wrong comes as sentences; then there is no value. */
export function readAwsKmsOptions(options: Readonly<Record<string, string>>): {
  readonly value: AwsKmsOptions | undefined;
  readonly wrong: readonly string[];
} {
  const reader = createServiceOptionReader("aws-kms", ["keys", "region", "profile", "caFile", "chainFile"], options);
  const keys = reader.list("keys", /^[\w:/-]{1,300}$/, "an id, an alias or an ARN of a key");
  const region = reader.text("region", /^[a-z]{2,}(?:-[a-z0-9]+){1,4}$/, "a region such as eu-central-1");
  const profile = reader.text("profile", /^[\w .@-]{1,100}$/, "the name of a profile");
  const [caFile, chainFile] = [reader.file("caFile"), reader.file("chainFile")];
  if (reader.wrong.length > 0) return { value: undefined, wrong: reader.wrong };
  return {
    value: {
      keys,
      ...(region === undefined ? {} : { region }),
      ...(profile === undefined ? {} : { profile }),
      ...(caFile === undefined ? {} : { caFile }),
      ...(chainFile === undefined ? {} : { chainFile }),
    },
    wrong: [],
  };
}
