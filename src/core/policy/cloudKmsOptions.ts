import { createServiceOptionReader } from "./serviceOptions.ts";

/** What `options` of a service of the type `google-cloud-kms` say. */
export interface CloudKmsOptions {
  /** Resource name of the key ring: `projects/P/locations/L/keyRings/R`. */
  readonly keyRing: string;
  /** Keys of the ring to offer, `K` or `K/VERSION`, for those who may not list them; all keys without it. */
  readonly keys: readonly string[];
  /** PEM file of further authorities, workspace-relative. */
  readonly caFile?: string;
  /** PEM file of the keys' certificates, workspace-relative: the service holds none. */
  readonly chainFile?: string;
}

/** Reads the options of a service of the type `google-cloud-kms`. What is wrong comes as sentences; then there is no value. */
export function readCloudKmsOptions(options: Readonly<Record<string, string>>): {
  readonly value: CloudKmsOptions | undefined;
  readonly wrong: readonly string[];
} {
  const reader = createServiceOptionReader("google-cloud-kms", ["keyRing", "keys", "caFile", "chainFile"], options);
  const words = "a resource name such as projects/P/locations/L/keyRings/R";
  const keyRing = reader.text("keyRing", /^projects\/[\w.:-]+\/locations\/[\w-]+\/keyRings\/[\w-]{1,63}$/, words);
  if (options["keyRing"] === undefined) reader.complain(`'keyRing' is required: ${words}.`);
  const keys = reader.list("keys", /^[\w-]{1,63}(?:\/[1-9]\d{0,8})?$/, "a key of the ring, or one with its version");
  const [caFile, chainFile] = [reader.file("caFile"), reader.file("chainFile")];
  if (keyRing === undefined || reader.wrong.length > 0) return { value: undefined, wrong: reader.wrong };
  return {
    value: {
      keyRing,
      keys,
      ...(caFile === undefined ? {} : { caFile }),
      ...(chainFile === undefined ? {} : { chainFile }),
    },
    wrong: [],
  };
}
